"""Pages about the rules of matching: figures, a draft in the shadow, its activation."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.test import Client

from accounts.models import User
from bank.matching.rules import LIMITS, POINTS
from bank.models import RuleSet
from bank.tests.matching_desk import MatchingDesk
from bank.words import RuleState
from billing_portal.staff.groups import FINANCE, SUPPORT
from billing_portal.tests.test_staff_debits import member
from core import clock
from tests.support.cast import Cast

pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.fixture
def fanny(cast: Cast) -> Client:
    assert cast is not None
    return member("fanny", FINANCE)


@pytest.fixture
def desk(noon: datetime) -> MatchingDesk:
    return MatchingDesk(clock.now())


TYPED = {**POINTS, **LIMITS, "note": "Le montant compte plus", "AMOUNT_EXACT": 60}


def test_new_rules_are_tried_then_used(fanny: Client, desk: MatchingDesk, cast: Cast) -> None:
    desk.receive(1_000, cast.individual.reference.shown)
    made = fanny.post("/admin/regles-de-rapprochement/nouvelles/", TYPED)
    draft = RuleSet.objects.get(version=2)
    assert (made.status_code, made["Location"], draft.state) == (
        302,
        "/admin/regles-de-rapprochement/2/",
        RuleState.DRAFT,
    )

    page = fanny.get("/admin/regles-de-rapprochement/2/")
    assert page.context["tried"].lines == 1
    assert ("Montant d’un document ouvert", 25, 60) in page.context["changed"]
    used = fanny.post("/admin/regles-de-rapprochement/2/activer/", {"seen": page.context["tried"].seen}, follow=True)

    assert "version 2" in used.content.decode()
    assert RuleSet.objects.get(state=RuleState.ACTIVE).version == 2


def test_what_was_not_seen_is_not_used(fanny: Client) -> None:
    fanny.post("/admin/regles-de-rapprochement/nouvelles/", TYPED)
    fanny.post("/admin/regles-de-rapprochement/2/activer/", {"seen": "old"})

    assert RuleSet.objects.get(state=RuleState.ACTIVE).version == 1


def test_wrong_points_are_said_at_their_field_and_nothing_typed_is_lost(fanny: Client) -> None:
    answer = fanny.post("/admin/regles-de-rapprochement/nouvelles/", {**TYPED, "PUBLIC": "beaucoup", "auto_quote": 7})
    text = answer.content.decode()

    assert (answer.status_code, RuleSet.objects.count()) == (422, 1)
    assert "beaucoup" in text
    assert "Le montant compte plus" in text


def test_figures_are_shown(fanny: Client, desk: MatchingDesk, cast: Cast) -> None:
    desk.receive(1_000, cast.individual.reference.shown)
    desk.receive(700, "?")
    text = fanny.get("/admin/regles-de-rapprochement/").content.decode()

    assert "100\u00a0%" in text
    assert "7,00" in text


def test_one_entry_of_the_margin_is_open_on_the_page_of_rules(fanny: Client) -> None:
    menu = fanny.get("/admin/regles-de-rapprochement/").context["sidebar_navigation"]
    opened = [str(item["title"]) for group in menu for item in group["items"] if item.get("active")]

    assert opened == ["Règles de rapprochement"]


def test_support_looks_and_changes_nothing_and_strangers_find_nothing(cast: Cast, client: Client) -> None:
    support = member("sam", SUPPORT)
    assert support.get("/admin/regles-de-rapprochement/").status_code == 200
    assert support.get("/admin/regles-de-rapprochement/1/").status_code == 200
    assert support.get("/admin/regles-de-rapprochement/nouvelles/").status_code == 403
    assert support.post("/admin/regles-de-rapprochement/1/activer/").status_code == 403
    client.force_login(User.objects.get(email="claire@example.org"))
    assert client.get("/admin/regles-de-rapprochement/").status_code in {302, 404}
