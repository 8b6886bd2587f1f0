"""The chain of proofs: each fact is sealed once; whatever is changed afterwards is found and named; periods close."""

from __future__ import annotations

import base64
import json
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from typing import TYPE_CHECKING, Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from core.clock import PARIS, start_of
from ledger import selectors, services
from ledger.chain import first_broken_closing, first_broken_link
from ledger.models import Closing, Link, SealedEvent, Tx
from ledger.services.sealing import AT_ONCE
from ledger.signing import public_key
from ledger.tests.desk import Desk, euros
from ledger.tests.removal import remove

if TYPE_CHECKING:
    from accounts.models import Customer

pytestmark = pytest.mark.django_db
ONE_DAY = timedelta(days=1)


@pytest.fixture
def desk(customer: Customer) -> Desk:
    desk = Desk(customer)
    desk.receive("L1", 100)
    desk.invoice("FA1", 50, ("445711", 10))
    services.record("invoice.issued", {"number": "FA1", "totals": {"net": 5_000}}, at=desk.at)
    return desk


def sql(text: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(text)


def days() -> list[Closing]:
    return list(Closing.objects.filter(kind="DAY").order_by("starts_on"))


# --- Sealing ----------------------------------------------------------------------------------------------------------
def test_each_fact_is_sealed_once_in_the_order_of_recording(desk: Desk) -> None:
    assert services.seal(at=desk.at) == Tx.objects.count() + 1
    assert services.seal(at=desk.at) == 0

    assert list(Link.objects.order_by("position").values_list("position", flat=True)) == [1, 2, 3, 4]
    assert first_broken_link() == ""


def test_what_was_recorded_earlier_but_committed_late_is_sealed_in_the_next_turn(desk: Desk) -> None:
    services.seal(at=desk.at)
    services.record("late", {}, at=desk.at - timedelta(hours=1))

    assert services.seal(at=desk.at) == 1
    assert Link.objects.latest("position").event == SealedEvent.objects.get(kind="late")


def test_a_turn_seals_more_than_one_handful(desk: Desk) -> None:
    services.record_many("small", [{"n": number} for number in range(AT_ONCE + 5)], at=desk.at)

    services.seal(at=desk.at)

    assert selectors.chain_head().waiting_since is None
    assert selectors.chain_head().length == AT_ONCE + 9
    assert first_broken_link(newest=10) == ""


def test_the_head_says_since_when_something_waits(desk: Desk) -> None:
    assert selectors.chain_head().waiting_since == desk.at

    services.seal(at=desk.at)

    assert selectors.chain_head().waiting_since is None


CHANGES = {
    "transaction": ("ledger_tx_append_only", "UPDATE ledger_tx SET label = 'another' WHERE key = 'money:L1'"),
    "leg": ("ledger_entry_append_only", "UPDATE ledger_entry SET account_id = '706200' WHERE account_id = '706100'"),
    "event": ("ledger_sealedevent_append_only", "UPDATE ledger_sealedevent SET kind = 'another'"),
    "link": ("ledger_link_append_only", f"UPDATE ledger_link SET hash = '{'b' * 64}' WHERE position = 2"),
}


@pytest.mark.parametrize("what", CHANGES)
def test_whatever_is_changed_afterwards_is_named(desk: Desk, what: str) -> None:
    services.seal(at=desk.at)
    guard, change = CHANGES[what]
    remove(guard)

    sql(change)

    broken = first_broken_link()
    assert broken.endswith("is not as it was sealed")
    assert broken.startswith({"transaction": "link 1: transaction", "event": "link 4: event"}.get(what, "link 2"))


def test_a_link_taken_out_is_missed(desk: Desk) -> None:
    services.seal(at=desk.at)
    remove("ledger_link_append_only")
    if connection.vendor == "sqlite":
        remove("ledger_link_stays")

    sql("DELETE FROM ledger_link WHERE position = 2")

    assert first_broken_link() == "link 2 is missing"


# --- Closing ----------------------------------------------------------------------------------------------------------
def test_a_day_is_closed_with_what_it_recorded_and_the_perpetual_totals(desk: Desk) -> None:
    services.close_periods(at=desk.at + ONE_DAY)

    [day] = days()
    assert (day.starts_on, day.first_position, day.last_position) == (date(2026, 11, 30), 1, 4)
    assert (day.sales_cents, day.vat_cents, day.received_cents) == (5_000, 1_000, 10_000)
    assert day.totals["debits"] == {"CB 517100": 10_000, "OD 419100": 6_000, "VE 411000": 6_000}
    assert day.totals["events"] == {"invoice.issued": 1}
    assert day.totals["sums"] == {"invoice.issued net": 5_000}


def test_days_add_up_to_the_perpetual_totals_and_empty_days_are_closed_too(desk: Desk) -> None:
    desk.at += 3 * ONE_DAY
    desk.receive("L2", 7)
    desk.chargeback("L1", 100)

    services.close_periods(at=desk.at + ONE_DAY)

    assert [day.received_cents for day in days()] == [10_000, 0, 0, 700 - 10_000]
    assert [day.perpetual_received_cents for day in days()] == [10_000, 10_000, 10_000, 700]
    assert first_broken_closing() == ""


def test_a_day_in_course_is_not_closed_and_closing_again_adds_nothing(desk: Desk) -> None:
    assert services.close_periods(at=desk.at) == []

    services.close_periods(at=desk.at + ONE_DAY)

    assert services.close_periods(at=desk.at + ONE_DAY) == []


def test_months_and_years_are_made_of_their_days(desk: Desk) -> None:
    desk.at += 10 * ONE_DAY
    desk.receive("L2", 7)

    services.close_periods(at=datetime(2027, 1, 1, 12, tzinfo=UTC))

    november, december = Closing.objects.filter(kind="MONTH").order_by("starts_on")
    [year] = Closing.objects.filter(kind="YEAR")
    assert (november.ends_on, november.received_cents) == (date(2026, 11, 30), 10_000)
    assert (december.received_cents, december.perpetual_received_cents) == (700, 10_700)
    assert (year.starts_on, year.ends_on, year.received_cents) == (date(2026, 11, 30), date(2026, 12, 31), 10_700)
    assert year.totals["credits"]["CB 419100"] == 10_700
    assert first_broken_closing() == ""


def test_a_fact_sealed_after_its_day_was_closed_is_in_the_next_closing(desk: Desk) -> None:
    services.close_periods(at=desk.at + ONE_DAY)
    desk.receive("L2", 7)

    services.close_periods(at=desk.at + 2 * ONE_DAY)

    assert [day.received_cents for day in days()] == [10_000, 700]
    assert first_broken_closing() == ""


@pytest.mark.parametrize("day", [date(2026, 3, 29), date(2026, 10, 25), date(2028, 2, 29)])
def test_a_day_is_one_of_paris_also_when_the_clocks_change(customer: Customer, day: date) -> None:
    last_instant = start_of(day + ONE_DAY) - timedelta(microseconds=1)
    Desk(customer, at=datetime.combine(day, datetime.min.time(), tzinfo=PARIS)).receive("L1", 1)
    Desk(customer, at=last_instant).receive("L2", 2)
    Desk(customer, at=last_instant + timedelta(microseconds=1)).receive("L3", 4)

    services.close_periods(at=start_of(day + 2 * ONE_DAY))

    assert [(each.starts_on, each.received_cents) for each in days()] == [(day, 300), (day + ONE_DAY, 400)]


def test_a_closing_changed_afterwards_is_named(desk: Desk) -> None:
    services.close_periods(at=desk.at + ONE_DAY)
    remove("ledger_closing_append_only")

    sql("UPDATE ledger_closing SET sales_cents = sales_cents + 1 WHERE kind = 'DAY'")

    assert first_broken_closing(recount=False) == "DAY 2026-11-30: another hash"


def test_a_posting_changed_after_its_day_was_closed_no_longer_adds_up(desk: Desk) -> None:
    services.close_periods(at=desk.at + ONE_DAY)
    remove("ledger_entry_append_only")

    sql("UPDATE ledger_entry SET account_id = '512000' WHERE account_id = '706100'")

    assert first_broken_closing(recount=False) == ""
    assert first_broken_closing() == "DAY 2026-11-30: its totals are not what was recorded"


def test_with_a_key_each_closing_is_signed_and_another_signature_is_named(desk: Desk, settings: Any) -> None:
    settings.SEAL_KEY = base64.b64encode(b"k" * 32).decode()
    services.close_periods(at=desk.at + ONE_DAY)
    assert all(closing.signature for closing in Closing.objects.all())
    assert first_broken_closing() == ""
    assert len(base64.b64decode(public_key())) == 32

    settings.SEAL_KEY = base64.b64encode(b"q" * 32).decode()

    assert first_broken_closing() == "DAY 2026-11-30: another signature"


# --- Commands and months ----------------------------------------------------------------------------------------------
def test_the_command_walks_the_whole_chain_and_fails_at_the_first_broken_link(desk: Desk) -> None:
    services.close_periods(at=desk.at + ONE_DAY)
    remove("ledger_sealedevent_append_only")
    sql("UPDATE ledger_sealedevent SET kind = 'another' WHERE kind = 'invoice.issued'")
    out = StringIO()

    with pytest.raises(SystemExit):
        call_command("ledger_verify", "--json", stdout=out, stderr=StringIO())

    answer = json.loads(out.getvalue())
    assert "event" in answer["first_broken"]
    assert answer["counted"]["links"] == 4


def test_the_command_closes_what_is_over(desk: Desk) -> None:
    out = StringIO()

    call_command("ledger_close", "--json", stdout=out)

    assert json.loads(out.getvalue())["locked"] is None


@pytest.mark.parametrize("month", ["2999-01", "January"])
def test_a_month_that_is_not_over_or_no_month_is_not_locked(db: None, month: str) -> None:
    with pytest.raises(CommandError):
        call_command("ledger_close", "--month", month)
    assert selectors.locked_months() == set()


def test_a_month_is_over_when_it_is_over_in_paris(db: None) -> None:
    half_past_midnight = datetime(2026, 11, 30, 23, 30, tzinfo=UTC)

    services.close_month(date(2026, 11, 1), at=half_past_midnight)

    assert selectors.locked_months() == {date(2026, 11, 1)}
    with pytest.raises(services.MonthNotOver):
        services.close_month(date(2026, 12, 1), at=half_past_midnight)


def test_a_late_line_takes_the_first_open_day(desk: Desk) -> None:
    services.close_month(date(2026, 9, 1), at=desk.at)
    services.close_month(date(2026, 10, 1), at=desk.at)

    assert selectors.first_open_day(date(2026, 9, 14)) == date(2026, 11, 1)
    assert selectors.first_open_day(date(2026, 8, 14)) == date(2026, 8, 14)
    received = desk.receive("late", 5, effective_on=selectors.first_open_day(date(2026, 9, 14)))
    assert received.balance == euros(45)
