"""Each page opens, on either engine: what looks at pages closely runs on one of them (the mark `once`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.contrib import admin
from django.test import Client, RequestFactory
from django.urls import reverse

from accounts.models import User
from tests.browser.places import PLACES, STAFF_PLACES
from tests.browser.world import World, make_world
from tests.house.source import modules
from tests.support.session import open_session

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_django.fixtures import Settings

pytestmark = pytest.mark.django_db
EVERYWHERE = [*PLACES, *STAFF_PLACES]
ASKS_BY_ITSELF = (
    "transaction=True",
    "IntegrityError",
    "DatabaseError",
    "cursor(",
    "race(",
    "Rival(",
    "mark.postgresql",
)


@pytest.fixture
def world(settings: Settings, tmp_path: Path) -> World:
    settings.ROOT_URLCONF = "tests.browser.urls"
    settings.ARCHIVE_DIR = tmp_path / "archive"
    settings.STAFF_SECOND_FACTOR = False
    return make_world("http://testserver")


def as_somebody(user: User | None) -> Client:
    client = Client() if user is None else open_session(user)
    client.raise_request_exception = False
    return client


def test_every_page_opens(world: World) -> None:
    found = {place.name: as_somebody(place.who(world)).get(place.path(world)).status_code for place in EVERYWHERE}

    assert found == {place.name: place.status for place in EVERYWHERE}


def test_every_list_of_the_admin_opens_and_is_searched_and_so_does_its_first_object(world: World) -> None:
    root = User.objects.create_superuser("root@example.org", "a-long-password-for-tests")
    client, request = as_somebody(root), RequestFactory().get("/admin/")
    request.user = root
    found: dict[str, int] = {}
    for model, page in admin.site._registry.items():
        if not page.has_view_permission(request):
            continue
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        addresses = [reverse(f"{name}_changelist"), reverse(f"{name}_changelist") + "?q=Martin"]
        if (first := model._default_manager.first()) is not None:
            addresses.append(reverse(f"{name}_change", args=[first.pk]))
        found |= {address: client.get(address).status_code for address in addresses}

    assert len(found) > 40
    # A customer has a page of ours: its object leads there.
    assert {address: status for address, status in found.items() if status not in {200, 302}} == {}


@pytest.mark.once
def test_what_runs_on_one_engine_says_nothing_of_the_database_itself() -> None:
    once = [module for module in modules() if "pytestmark" in module.text and "pytest.mark.once" in module.text]
    once = [module for module in once if module.app != "tests"]

    assert once
    assert [module.name for module in once if any(word in module.text for word in ASKS_BY_ITSELF)] == []
