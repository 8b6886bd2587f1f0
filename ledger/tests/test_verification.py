"""The books are recomputed from their rows; each kind of damage is found and named."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from ledger import checks, services
from ledger.guards import installed_triggers
from ledger.tests.desk import Desk, euros
from ledger.verification import INVARIANTS, verify

if TYPE_CHECKING:
    from accounts.models import Customer

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(customer: Customer) -> Desk:
    """Books with something of everything."""
    desk = Desk(customer)
    desk.receive("L1", 100)
    desk.invoice("FA1", 100, ("445711", 20), encaissements=True)
    desk.credit_note("AV1", "FA1", 10, 2, encaissements=True)
    desk.receive("L2", 50)
    desk.ask_refund("L2", 42)
    desk.invoice("FA2", 30, ("445711", 6))
    services.hold_incoming(customer.pk, euros(36), key="debit", reason="SEPA", at=desk.at)
    return desk


def test_books_made_by_the_verbs_are_in_order(desk: Desk) -> None:
    assert {verdict.name: verdict.broken for verdict in verify() if not verdict.ok} == {}
    assert all(check.ok for check in checks.books_are_in_order())


DAMAGE = {
    "each transaction balances": "UPDATE ledger_entry SET amount_cents = amount_cents + 1 WHERE seq = 1",
    "each transaction has its header and its legs": "DELETE FROM ledger_tx WHERE key = 'money:L2'",
    "each leg is on an account of the chart": "DELETE FROM ledger_account WHERE code = '706100'",
    "balances are the sums of their entries": "UPDATE ledger_customerbalance SET prepaid_cents = prepaid_cents - 1",
    "each customer with entries has a balance": "DELETE FROM ledger_customerbalance",
    "the running balance follows line by line": (
        "UPDATE ledger_statementrow SET balance_after_cents = 7 WHERE version = 2"
    ),
    "the last line is the balance": "UPDATE ledger_customerbalance SET version = version + 1",
    "each line says what its transaction moved": "UPDATE ledger_statementrow SET net_cents = 7 WHERE version = 1",
    "each line copies its transaction": "UPDATE ledger_statementrow SET label = 'another'",
    "each lot is what remains, paid, refunded, reversed and moved": "UPDATE ledger_lot SET remaining_cents = 1",
    "each item is what is open, paid, credited and written off": (
        "UPDATE ledger_openitem SET open_cents = open_cents - 1, paid_cents = paid_cents + 1 WHERE open_cents > 0"
    ),
    "prepaid is the sum of the lots, and covers what is held": "UPDATE ledger_lot SET remaining_cents = 0",
    "receivable is the sum of the open items": (
        "UPDATE ledger_openitem SET open_cents = 0, paid_cents = amount_cents - credited_cents"
    ),
    "what is held is the sum of the active holds": "UPDATE ledger_hold SET released_at = placed_at",
    "no available money stands beside an item that may settle by itself": (
        "UPDATE ledger_customerbalance SET outgoing_cents = 0"
    ),
    "VAT is released in proportion to what money paid": "UPDATE ledger_vatshare SET released_cents = 1",
    "the VAT that waits is what the items say": "UPDATE ledger_vatshare SET vat_cents = vat_cents + 100",
    "no transaction took effect in a month already closed": (
        "INSERT INTO ledger_closedmonth (year, month, closed_at) VALUES (2026, 11, '2026-01-01 00:00:00+00:00')"
    ),
}


def test_there_is_a_damage_for_each_promise() -> None:
    assert set(DAMAGE) == {invariant.name for invariant in INVARIANTS}


@pytest.mark.parametrize("promise", DAMAGE)
def test_damage_done_behind_the_back_of_the_guards_is_found(desk: Desk, promise: str) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET LOCAL session_replication_role = replica")
        else:
            cursor.execute("PRAGMA defer_foreign_keys = ON")
            for trigger in installed_triggers(connection):
                cursor.execute(f"DROP TRIGGER {trigger}")
        cursor.execute(DAMAGE[promise])

    broken = {verdict.name for verdict in verify() if not verdict.ok}

    assert promise in broken
    connection.needs_rollback = True


def test_a_guard_that_is_missing_is_named(desk: Desk) -> None:
    table = " ON ledger_tx" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE") if table else None
        cursor.execute(f"DROP TRIGGER ledger_tx_balanced{table}")

    assert [verdict.broken for verdict in verify() if not verdict.ok] == ["ledger_tx_balanced"]


def test_ledger_verify_answers_in_json_and_by_its_status(desk: Desk) -> None:
    out = io.StringIO()
    call_command("ledger_verify", "--json", stdout=out)
    answer = json.loads(out.getvalue().splitlines()[-1])
    assert (answer["ok"], answer["first_broken"], answer["counted"]["customers"]) == (True, None, 1)

    table = " ON ledger_tx" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE") if table else None
        cursor.execute(f"DROP TRIGGER ledger_tx_balanced{table}")
    said = io.StringIO()
    with pytest.raises(SystemExit) as status:
        call_command("ledger_verify", stdout=io.StringIO(), stderr=said)
    assert status.value.code == 1
    assert "ledger_tx_balanced" in said.getvalue()


def test_balance_accepts_every_form_of_the_number(desk: Desk) -> None:
    reference = desk.customer.reference
    for typed in (reference.stored, reference.shown, reference.compact.lower(), reference.rf_shown):
        out = io.StringIO()
        call_command("balance", typed, "--json", stdout=out)
        assert json.loads(out.getvalue()) == {
            "customer_number": reference.compact,
            "prepaid_cents": 4200,
            "receivable_cents": 3600,
            "held_cents": 4200,
            "incoming_cents": 3600,
            "balance_cents": 600,
        }


@pytest.mark.parametrize("typed", ["C104273-41", "nobody", "C999998"])
def test_balance_of_nobody_says_so(db: None, typed: str) -> None:
    with pytest.raises(CommandError, match="no customer has this number"):
        call_command("balance", typed)


def test_balance_speaks_to_people_too(desk: Desk) -> None:
    out = io.StringIO()
    call_command("balance", desk.customer.number, stdout=out)
    assert "balance_cents: 600" in out.getvalue()
