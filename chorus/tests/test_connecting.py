"""The test of the connection says which key is wrong, and staff are told before the password ends."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from pytest_django.fixtures import Settings

from accounts.selectors import current_seller
from chorus import selectors, services, wiring
from chorus.models import Connection, KeyOutcome, Problem
from chorus.tasks import look_after_connection
from outbox.models import Message
from tests.support.bank import Bank
from tests.support.cast import Cast

pytestmark = pytest.mark.django_db
GOOD, REFUSED, UNTRIED = KeyOutcome.GOOD, KeyOutcome.REFUSED, KeyOutcome.UNTRIED


@pytest.fixture(autouse=True)
def world(cast: Cast, chorus_sandbox: Bank, settings: Settings) -> None:
    """A seller that Chorus Pro knows, and somebody to alert."""
    settings.STAFF_ALERTS = ["alertes@example.org"]
    siret = current_seller(on=date(2026, 11, 30)).siret
    chorus_sandbox.control(f"chorus/structures/{siret}/attach", attached=True)


def _keys(found: Connection) -> tuple[str, str, str]:
    return found.problem, found.client, found.account


def test_good_keys_are_told_good_with_our_structure_and_the_end_of_the_password(
    chorus_sandbox: Bank, noon: datetime
) -> None:
    chorus_sandbox.control("chorus/password", expires="2027-11-02T12:00:00+01:00")

    found = services.check_connection(at=noon)

    assert _keys(found) == ("", GOOD, GOOD)
    assert (found.supplier_siret, bool(found.supplier_id)) == (
        current_seller(on=date(2026, 11, 30)).siret,
        True,
    )
    assert found.password_expires_on == date(2027, 11, 2)
    assert (found.checked_at, found.ok_at, found.down_since) == (noon, noon, None)
    assert selectors.connection() == found
    assert not selectors.connections_to_mend(at=noon).exists()


def test_missing_settings_are_named(settings: Settings, noon: datetime) -> None:
    settings.PISTE_SECRET = settings.CHORUS_LOGIN = ""

    found = services.check_connection(at=noon)

    assert _keys(found) == (Problem.SETTINGS, UNTRIED, UNTRIED)
    assert found.missing == ["PISTE_SECRET", "CHORUS_LOGIN"]


@pytest.mark.parametrize("name", ["PISTE_CLIENT_ID", "PISTE_SECRET"])
def test_a_wrong_client_or_secret_is_a_matter_of_piste(settings: Settings, noon: datetime, name: str) -> None:
    setattr(settings, name, "wrong")

    assert _keys(services.check_connection(at=noon)) == (Problem.PISTE, REFUSED, UNTRIED)


@pytest.mark.parametrize("name", ["CHORUS_LOGIN", "CHORUS_PASSWORD"])
def test_a_wrong_login_or_password_is_a_matter_of_the_account(settings: Settings, noon: datetime, name: str) -> None:
    setattr(settings, name, "wrong")

    assert _keys(services.check_connection(at=noon)) == (Problem.ACCOUNT, GOOD, REFUSED)


def test_apis_that_are_not_subscribed_are_named_all_of_them(chorus_sandbox: Bank, noon: datetime) -> None:
    chorus_sandbox.control("chorus/subscriptions", without=["structures", "engagementsJuridiques"])

    found = services.check_connection(at=noon)

    assert _keys(found) == (Problem.NOT_SUBSCRIBED, GOOD, GOOD)
    assert found.not_subscribed == ["structures", "engagementsJuridiques"]


def test_a_refusal_keeps_the_day_on_which_the_password_ends(chorus_sandbox: Bank, noon: datetime) -> None:
    chorus_sandbox.control("chorus/password", expires="2027-11-02T12:00:00+01:00")
    services.check_connection(at=noon)
    chorus_sandbox.control("chorus/subscriptions", without=["structures"])

    found = services.check_connection(at=noon + timedelta(hours=1))

    assert (found.problem, found.password_expires_on) == (Problem.NOT_SUBSCRIBED, date(2027, 11, 2))


def test_without_any_subscription_the_account_was_not_tried(chorus_sandbox: Bank, noon: datetime) -> None:
    every = ["factures", "structures", "transverses", "engagementsJuridiques"]
    chorus_sandbox.control("chorus/subscriptions", without=every)

    found = services.check_connection(at=noon)

    assert _keys(found) == (Problem.NOT_SUBSCRIBED, GOOD, UNTRIED)
    assert sorted(found.not_subscribed) == sorted(every)


def test_a_missing_right_is_told_apart(chorus_sandbox: Bank, noon: datetime) -> None:
    chorus_sandbox.fail("status", path="structures/v1/consulter", status=403, echo=True)

    found = services.check_connection(at=noon)

    assert (found.problem, found.no_right, found.not_subscribed) == (Problem.NO_RIGHT, ["structures"], [])


def test_an_account_of_somebody_else_is_told(chorus_sandbox: Bank, noon: datetime) -> None:
    siret = current_seller(on=date(2026, 11, 30)).siret
    chorus_sandbox.control(f"chorus/structures/{siret}/attach", attached=False)

    found = services.check_connection(at=noon)

    assert _keys(found) == (Problem.SUPPLIER, GOOD, GOOD)
    assert (found.supplier_id, found.supplier_siret) == (None, "")


def test_silence_keeps_what_was_known_and_says_since_when(chorus_sandbox: Bank, noon: datetime) -> None:
    known = services.check_connection(at=noon)
    chorus_sandbox.fail("status", path="/chorus/cpro/", status=503, times=4)

    first = services.check_connection(at=noon + timedelta(hours=1))
    second = services.check_connection(at=noon + timedelta(hours=2))
    after = services.check_connection(at=noon + timedelta(hours=3))

    assert _keys(first) == (Problem.UNREACHABLE, GOOD, GOOD)
    assert first.supplier_id == known.supplier_id
    assert (second.down_since, second.ok_at) == (noon + timedelta(hours=1), noon)
    assert (after.problem, after.down_since) == ("", None)


def test_staff_are_told_once_when_a_good_key_goes_bad(chorus_sandbox: Bank, noon: datetime) -> None:
    services.check_connection(at=noon)
    chorus_sandbox.control("chorus/password", password="rotated")

    for hour in (1, 2):
        services.check_connection(at=noon + timedelta(hours=hour))

    (mail,) = Message.objects.filter(kind="staff.chorus_connection")
    assert mail.recipients == ["alertes@example.org"]
    assert "/admin/chorus/connexion/" in mail.text
    assert "rotated" not in mail.text


@pytest.mark.parametrize(("left", "mails"), [(31, 0), (30, 1), (29, 1), (15, 2), (5, 3), (1, 4), (0, 5), (-3, 5)])
def test_staff_are_reminded_before_the_password_ends_each_time_once(
    chorus_sandbox: Bank, noon: datetime, left: int, mails: int
) -> None:
    ends = noon + timedelta(days=60)
    chorus_sandbox.control("chorus/password", expires=ends.isoformat())
    known = services.check_connection(at=noon)

    for days in sorted({31, 30, 29, 15, 5, 1, 0, left}, reverse=True):
        if days >= left:
            for _twice in range(2):
                services.remind_of_password(known, at=ends - timedelta(days=days))

    assert Message.objects.filter(kind="staff.chorus_password").count() == mails
    assert selectors.connections_to_mend(at=ends - timedelta(days=left)).exists() == (left <= 30)


def test_the_keys_are_tried_once_a_day_and_each_hour_while_something_is_wrong(
    chorus_sandbox: Bank, settings: Settings, noon: datetime
) -> None:
    def checked(hours: int) -> datetime:
        found = services.look_after_connection(at=noon + timedelta(hours=hours))
        assert found is not None
        return found.checked_at

    assert checked(0) == noon
    assert checked(1) == noon
    assert checked(24) == noon + timedelta(hours=24)
    chorus_sandbox.fail("status", path="/chorus/cpro/", status=503, times=2)
    assert checked(48) == noon + timedelta(hours=48)
    assert checked(49) == noon + timedelta(hours=49)
    look_after_connection()

    for name in wiring.KEYS:
        setattr(settings, name, "")
    assert services.look_after_connection(at=noon) is None


@pytest.mark.parametrize(
    ("constraint", "changes"),
    [
        ("chorus_connection_environment_known", {"environment": "MOON"}),
        ("chorus_connection_problem_known", {"problem": "WEATHER"}),
        ("chorus_connection_keys_known", {"client": "SO-SO", "problem": "OTHER"}),
        ("chorus_connection_good_has_good_keys", {"problem": "", "account": REFUSED}),
        ("chorus_connection_down_says_since", {"problem": "UNREACHABLE", "down_since": None}),
    ],
)
def test_the_database_refuses_what_a_connection_cannot_be(
    noon: datetime, constraint: str, changes: dict[str, object]
) -> None:
    services.check_connection(at=noon)

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Connection.objects.update(**changes)
