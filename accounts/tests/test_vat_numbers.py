"""VAT numbers of other member states: asked about, remembered, asked again."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from accounts import checks, selectors, services
from accounts.gateways.vies import Vies
from accounts.models import CheckOutcome, Customer, CustomerKind, PlaceItem, PlaceKind, VatNumberCheck
from accounts.selectors import NumberState
from outbox.models import Job
from outbox.services import run_due

if TYPE_CHECKING:
    from tests.support.bank import Bank

GERMAN = "DE136695976"


@pytest.fixture
def berlin(db: None, noon: datetime) -> Customer:
    return services.create_customer(
        kind=CustomerKind.COMPANY,
        name="Berliner Werkstatt GmbH",
        email="rechnung@example.org",
        at=noon,
        country="DE",
        postcode="10999",
        city="Berlin",
        vat_number=GERMAN,
    )


def state(customer: Customer, at: datetime) -> str:
    return selectors.standing_of(customer, at=at).state


def test_an_answer_is_kept_with_its_receipt(berlin: Customer, register: Vies, outside: Bank, noon: datetime) -> None:
    assert state(berlin, noon) == NumberState.WAITING

    check = services.check_vat_number(berlin.pk, gateway=register, at=noon)

    assert check is not None
    assert (check.number, check.outcome, check.requester) == (GERMAN, CheckOutcome.VALID, "FR11999999998")
    assert check.consultation_number.startswith("WAPIAAAA")
    assert state(berlin, noon) == NumberState.VALID


def test_a_number_that_became_invalid_is_invalid(
    berlin: Customer, register: Vies, outside: Bank, noon: datetime
) -> None:
    services.check_vat_number(berlin.pk, gateway=register, at=noon)
    outside.control(f"vies/numbers/{GERMAN}", valid=False)

    services.check_vat_number(berlin.pk, gateway=register, at=noon)

    assert state(berlin, noon) == NumberState.INVALID
    assert list(selectors.unproven_customers(at=noon)) == [berlin]


def test_silence_is_kept_and_takes_nothing_away_for_a_time(
    berlin: Customer, register: Vies, outside: Bank, noon: datetime
) -> None:
    services.check_vat_number(berlin.pk, gateway=register, at=noon)
    outside.control("vies/states/DE", error="MS_UNAVAILABLE")
    much_later = noon + timedelta(days=34)

    check = services.check_vat_number(berlin.pk, gateway=register, at=much_later)

    assert check is not None
    assert (check.outcome, check.reason) == (CheckOutcome.UNANSWERED, "MS_UNAVAILABLE")
    standing = selectors.standing_of(berlin, at=much_later)
    assert (standing.state, standing.silent_since) == (NumberState.VALID, much_later)
    assert state(berlin, noon + timedelta(days=36)) == NumberState.STALE
    assert list(selectors.unproven_customers(at=noon + timedelta(days=36))) == [berlin]
    assert not selectors.unproven_customers(at=much_later).exists()


def test_a_number_never_answered_is_silent_since_the_first_question(
    berlin: Customer, register: Vies, outside: Bank, noon: datetime
) -> None:
    outside.control("faults", kind="refuse", times=2, path="/vies/")

    for hours in (0, 1):
        services.check_vat_number(berlin.pk, gateway=register, at=noon + timedelta(hours=hours))

    standing = selectors.standing_of(berlin, at=noon)
    assert (standing.state, standing.silent_since) == (NumberState.SILENT, noon)


def test_another_number_starts_anew(berlin: Customer, register: Vies, outside: Bank, noon: datetime) -> None:
    services.check_vat_number(berlin.pk, gateway=register, at=noon)

    changed = services.update_profile(berlin, name=berlin.name, vat_number="DE129273398", at=noon)

    assert state(changed, noon) == NumberState.WAITING


@pytest.mark.parametrize(
    ("kind", "country", "number"),
    [
        (CustomerKind.COMPANY, "FR", "FR44732829320"),
        (CustomerKind.COMPANY, "DE", ""),
        (CustomerKind.COMPANY, "GB", "GB980780684"),
        (CustomerKind.PERSON, "DE", GERMAN),
    ],
)
def test_nothing_is_asked_where_the_answer_changes_nothing(
    db: None, noon: datetime, kind: CustomerKind, country: str, number: str
) -> None:
    customer = services.create_customer(
        kind=kind, name="X", email="x@example.org", at=noon, country=country, vat_number=number
    )

    assert services.check_vat_number(customer.pk, gateway=Vies("http://127.0.0.1:9", 1), at=noon) is None
    assert not Job.objects.filter(kind="accounts.check_vat_number").exists()
    assert not selectors.customers_to_check(at=noon).exists()


def test_a_number_is_asked_about_when_it_is_entered_and_once_an_hour_at_most(
    berlin: Customer, wired: Bank, noon: datetime
) -> None:
    services.update_profile(berlin, name="Berliner Werkstatt", at=noon)
    services.recheck_vat_numbers(at=noon)
    assert Job.objects.filter(kind="accounts.check_vat_number").count() == 1

    while run_due(at=noon):
        pass

    assert state(berlin, noon) == NumberState.VALID
    assert VatNumberCheck.objects.count() == 1
    services.update_profile(berlin, name="Berliner Werkstatt GmbH", at=noon + timedelta(hours=2))
    assert Job.objects.filter(kind="accounts.check_vat_number").count() == 1


def test_it_is_asked_about_again_after_a_month_and_every_hour_while_vies_is_silent(
    berlin: Customer, register: Vies, outside: Bank, noon: datetime
) -> None:
    services.check_vat_number(berlin.pk, gateway=register, at=noon)
    assert services.recheck_vat_numbers(at=noon + timedelta(days=29)) == 0
    later = noon + timedelta(days=31)
    assert services.recheck_vat_numbers(at=later) == 1

    outside.control("vies/states/ALL", error="SERVICE_UNAVAILABLE")
    services.check_vat_number(berlin.pk, gateway=register, at=later)

    assert services.recheck_vat_numbers(at=later + timedelta(hours=1)) == 1
    keys = Job.objects.filter(kind="accounts.check_vat_number").values_list("key", flat=True)
    assert len(set(keys)) == 3  # when it was entered, and once in each of the two hours


def test_before_an_issue_only_an_old_answer_is_asked_for_again(
    berlin: Customer, register: Vies, outside: Bank, noon: datetime
) -> None:
    assert services.refresh_vat_number(berlin, gateway=register, at=noon) is not None
    assert services.refresh_vat_number(berlin, gateway=register, at=noon + timedelta(days=29)) is None
    assert services.refresh_vat_number(berlin, gateway=register, at=noon + timedelta(days=31)) is not None


def test_the_command_asks_now_and_says_what_vies_said(
    berlin: Customer, wired: Bank, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("check_vat_number", berlin.number, json=True)
    assert '"outcome": "valid"' in capsys.readouterr().out

    wired.control(f"vies/numbers/{GERMAN}", valid=False)
    with pytest.raises(CommandError, match="does not confirm DE136695976"):
        call_command("check_vat_number", berlin.number)


def test_the_command_has_nothing_to_ask_about_a_french_customer(customer: Customer) -> None:
    with pytest.raises(CommandError, match="nothing to ask"):
        call_command("check_vat_number", customer.number)
    with pytest.raises(CommandError, match="No customer"):
        call_command("check_vat_number", "C999999")


def test_signs_of_the_country_follow_each_other_and_the_latest_of_a_kind_counts(
    customer: Customer, noon: datetime
) -> None:
    for kind, country in ((PlaceKind.BANK, "DE"), (PlaceKind.CONNECTION, "IT"), (PlaceKind.BANK, "it")):
        services.note_place(customer, kind, country, source="Visa\n•• 4242", at=noon)

    found = selectors.latest_places([customer])[customer.pk]

    assert {(item.kind, item.country, item.source) for item in found} == {
        ("CONNECTION", "IT", "Visa •• 4242"),
        ("BANK", "IT", "Visa •• 4242"),
    }
    with pytest.raises(services.BadIdentity):
        services.note_place(customer, PlaceKind.BANK, "ZZ", at=noon)


def _check(customer: Customer, at: datetime, **changes: Any) -> VatNumberCheck:
    facts = {"number": GERMAN, "outcome": "VALID", "requester": "FR11999999998", "consultation_number": "W1", **changes}
    return VatNumberCheck.objects.create(customer=customer, checked_at=at, **facts)


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"consultation_number": ""}, "accounts_vat_check_valid_has_its_receipt"),
        ({"outcome": "UNANSWERED"}, "accounts_vat_check_silence_has_its_reason"),
        ({"outcome": "MAYBE", "reason": "x"}, "accounts_vat_check_outcome_known"),
        ({"number": ""}, "accounts_vat_check_of_a_number"),
    ],
)
def test_the_database_refuses_an_answer_that_cannot_be(
    customer: Customer, noon: datetime, changes: dict[str, str], constraint: str
) -> None:
    with pytest.raises(DatabaseError, match=constraint), transaction.atomic():
        _check(customer, noon, **changes)


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [({"kind": "GUESS"}, "accounts_place_kind_known"), ({"country": "it"}, "accounts_place_country_form")],
)
def test_the_database_refuses_a_sign_that_cannot_be(
    customer: Customer, noon: datetime, changes: dict[str, str], constraint: str
) -> None:
    facts = {"kind": "BANK", "country": "IT", **changes}
    with pytest.raises(DatabaseError, match=constraint), transaction.atomic():
        PlaceItem.objects.create(customer=customer, noted_at=noon, **facts)


@pytest.mark.parametrize("table", ["vatnumbercheck", "placeitem"])
@pytest.mark.parametrize("statement", ["UPDATE accounts_{} SET customer_id = customer_id", "DELETE FROM accounts_{}"])
def test_evidence_is_never_changed_or_deleted(customer: Customer, noon: datetime, table: str, statement: str) -> None:
    _check(customer, noon)
    services.note_place(customer, PlaceKind.BANK, "IT", at=noon)

    with (
        pytest.raises(DatabaseError, match=f"accounts_{table}_append_only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement.format(table))


@pytest.mark.django_db
def test_every_guard_is_installed() -> None:
    assert all(check.ok for check in checks.guards_are_there())
