"""The page of the connection to Chorus Pro: what it says of each key, who may open it, and its badge."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from accounts.selectors import current_seller
from billing_portal.staff.groups import FINANCE, SUPPORT
from billing_portal.staff.todo import queues
from billing_portal.tests.test_staff_debits import member
from chorus import services
from core import clock
from tests.support.bank import Bank
from tests.support.cast import Cast
from tests.support.session import open_session

pytestmark = [pytest.mark.django_db, pytest.mark.once]
PAGE, TEST = "/admin/chorus/connexion/", "/admin/chorus/connexion/tester/"


@pytest.fixture
def fanny(cast: Cast, chorus_sandbox: Bank) -> Client:
    """Finance, at a portal whose seller Chorus Pro knows."""
    siret = current_seller(on=clock.local_date(clock.now())).siret
    chorus_sandbox.control(f"chorus/structures/{siret}/attach", attached=True)
    return member("fanny", FINANCE)


def test_before_the_first_test_the_page_says_how_keys_are_had(fanny: Client) -> None:
    text = fanny.get(PAGE).content.decode()

    assert "La connexion n’a pas encore été testée" in text
    assert "OAuth Credentials" in text
    assert "Simulateur" in text
    assert "Rien de ceci ne parvient" in text


def test_a_good_connection_is_said_good(fanny: Client) -> None:
    text = fanny.post(TEST, follow=True).content.decode()

    assert "La connexion fonctionne" in text
    assert "Toutes les clés sont acceptées" in text
    assert current_seller(on=clock.local_date(clock.now())).siret in text


@pytest.mark.parametrize(
    ("name", "says", "advises"),
    [
        ("PISTE_SECRET", "PISTE refuse l’identifiant client", "OAuth Credentials"),
        ("CHORUS_PASSWORD", "Chorus Pro refuse le compte technique", "424 jours"),
    ],
)
def test_a_wrong_key_is_named_with_what_to_do(
    fanny: Client, settings: Settings, name: str, says: str, advises: str
) -> None:
    setattr(settings, name, "a-wrong-key")

    text = fanny.post(TEST, follow=True).content.decode()

    assert says in text
    assert advises in text
    assert "a-wrong-key" not in text


def test_apis_that_are_not_subscribed_and_missing_settings_are_named(
    fanny: Client, chorus_sandbox: Bank, settings: Settings
) -> None:
    chorus_sandbox.control("chorus/subscriptions", without=["structures"])
    assert "structures</span>" in fanny.post(TEST, follow=True).content.decode()

    settings.CHORUS_LOGIN = ""
    assert "<code>CHORUS_LOGIN</code>" in fanny.post(TEST, follow=True).content.decode()


def test_a_password_that_ends_soon_waits_on_the_page_of_what_is_to_do(fanny: Client, chorus_sandbox: Bank) -> None:
    at = clock.now()
    chorus_sandbox.control("chorus/password", expires=(at + timedelta(days=12)).isoformat())
    services.check_connection(at=at)

    assert "12 jours restants" in fanny.get(PAGE).content.decode()
    (waiting,) = [queue for queue in queues(at=at) if queue.address == PAGE]
    assert waiting.count == 1


def test_support_looks_and_does_not_test_and_customers_find_nothing(fanny: Client, cast: Cast) -> None:
    support = member("sam", SUPPORT)
    page = support.get(PAGE)

    assert page.status_code == 200
    assert "Tester la connexion" not in page.content.decode()
    assert support.post(TEST).status_code == 403
    assert fanny.get(TEST).status_code == 405
    for person in (cast.claire, cast.accountant, cast.outsider):
        assert open_session(person).get(PAGE).status_code == 404
        assert open_session(person).post(TEST).status_code == 404
    assert Client().get(PAGE).status_code == 302
