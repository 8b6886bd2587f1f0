"""Each invariant holds, and is missed when it is broken. Breaking them needs the guards out of the way."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.db import connection

from core.money import Money
from invoices import archive, checks, services
from invoices.guards import expected_triggers
from invoices.models import Invoice, Rendition
from invoices.services import render_invoice
from invoices.tests.making import HOSTING, MAILBOXES, issued, receipt
from outbox.models import Job, JobState
from tests.support.cast import NOON

if TYPE_CHECKING:
    from pathlib import Path

    from accounts.models import Customer

pytestmark = pytest.mark.django_db


@pytest.fixture
def documents(customer: Customer) -> None:
    for _ in range(2):
        invoice = issued(customer, HOSTING, MAILBOXES)
        Rendition.objects.create(
            invoice=invoice,
            kind="PDF",
            sha256=archive.store(f"%PDF {invoice.number}".encode()),
            size=1,
            created_at=NOON,
        )
    receipt(customer)


def wrong() -> dict[str, str]:
    return {check.name.removeprefix("invoices."): check.detail for check in checks.documents() if not check.ok}


def without_guards(*statements: str) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL session_replication_role = replica")
        else:
            for name in expected_triggers("sqlite"):
                cursor.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            cursor.execute(statement)


def test_what_our_own_verbs_make_is_in_order(documents: None) -> None:
    assert wrong() == {}


def test_an_empty_database_is_in_order() -> None:
    assert wrong() == {}


@pytest.mark.parametrize(
    ("name", "statement", "detail"),
    [
        ("numbers_follow", "UPDATE invoices_documentseries SET last = 5 WHERE prefix = 'FA'", "FA2026"),
        (
            "numbers_follow",
            "UPDATE invoices_invoice SET number = 'FA2026-000007' WHERE number = 'FA2026-000002'",
            "FA2026",
        ),
        ("numbers_follow", "DELETE FROM invoices_documentseries WHERE prefix = 'RC'", "RC2026"),
        (
            "parts_sum_up",
            "UPDATE invoices_invoiceline SET net_cents = 1 WHERE id = (SELECT max(id) FROM invoices_invoiceline)",
            "FA2026-000002",
        ),
        ("parts_sum_up", "UPDATE invoices_invoicevat SET vat_cents = vat_cents + 1", "FA2026-000001"),
        (
            "ledger_agrees",
            "UPDATE invoices_invoice SET total_cents = total_cents + 1, vat_cents = vat_cents + 1",
            "FA2026-000001",
        ),
        (
            "contents_are_as_frozen",
            "UPDATE invoices_invoiceline SET label = 'Autre' WHERE position = 1",
            "FA2026-000001",
        ),
        ("contents_are_as_frozen", "UPDATE invoices_receipt SET method = 'Autre'", "RC2026-000001"),
    ],
)
def test_a_broken_promise_is_named(documents: None, name: str, statement: str, detail: str) -> None:
    without_guards(statement)

    assert detail in wrong()[name]


@pytest.fixture
def credit_note(documents: None) -> None:
    """A part of the first invoice."""
    invoice = Invoice.objects.get(number="FA2026-000001")
    request = services.Request("Résiliation", "k")
    services.issue_credit_note(invoice, [services.TakenBack(1, amount=Money(1000))], request, at=NOON)


def test_credit_notes_are_in_order(credit_note: None) -> None:
    assert wrong() == {}


@pytest.mark.parametrize(
    ("name", "statement", "detail"),
    [
        (
            "numbers_follow",
            "UPDATE invoices_documentseries SET last = 2 WHERE prefix = 'AV'",
            "AV2026: 1 documents from 1 to 1, 2 given",
        ),
        (
            "ledger_agrees_on_credit_notes",
            "UPDATE invoices_invoice SET total_cents = total_cents + 1, vat_cents = vat_cents + 1"
            " WHERE kind = 'CREDIT_NOTE'",
            "AV2026-000001",
        ),
        (
            "ledger_agrees_on_credit_notes",
            "UPDATE invoices_invoice SET original_id = (SELECT max(id) FROM invoices_invoice WHERE kind = 'INVOICE')"
            " WHERE kind = 'CREDIT_NOTE'",
            "AV2026-000001",
        ),
        (
            "credit_notes_are_within",
            "UPDATE invoices_invoiceline SET net_cents = 4001 WHERE original_id IS NOT NULL",
            "FA2026-000001",
        ),
        (
            "credit_notes_are_within",
            "UPDATE invoices_invoicevat SET vat_cents = 99999"
            " WHERE invoice_id IN (SELECT id FROM invoices_invoice WHERE kind = 'CREDIT_NOTE')",
            "FA2026-000001",
        ),
        (
            "contents_are_as_frozen",
            "UPDATE invoices_invoiceline SET original_id = original_id + 1 WHERE original_id IS NOT NULL",
            "AV2026-000001",
        ),
        (
            "contents_are_as_frozen",
            "UPDATE invoices_invoice SET reason = 'Autre' WHERE kind = 'CREDIT_NOTE'",
            "AV2026-000001",
        ),
    ],
)
def test_a_broken_promise_of_a_credit_note_is_named(credit_note: None, name: str, statement: str, detail: str) -> None:
    without_guards(statement)

    assert detail in wrong()[name]


def test_a_file_that_is_missing_or_changed_is_named(documents: None, archive_folder: Path) -> None:
    first, second = (rendition.sha256 for rendition in Rendition.objects.order_by("pk"))
    next(archive_folder.rglob(first)).unlink()
    changed = next(archive_folder.rglob(second))
    changed.chmod(0o640)
    changed.write_bytes(b"else")

    assert first in wrong()["files_are_whole"]
    assert second in wrong()["files_are_whole"]


def test_a_document_whose_printing_was_given_up_is_named(documents: None) -> None:
    Job.objects.filter(key="invoices.render:RC2026-000001").update(state=JobState.FAILED)

    assert wrong() == {"every_document_has_its_pdf": "RC2026-000001"}


@pytest.mark.skipif("connection.vendor == 'postgresql'", reason="there a trigger in use cannot be dropped")
def test_a_guard_that_is_gone_is_named(documents: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER invoices_invoice_frozen")

    assert wrong() == {"guards_are_there": "invoices_invoice_frozen"}


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM invoices_rendition WHERE kind = 'FACTURX'",
        "DELETE FROM invoices_rendition WHERE kind = 'XML'",
        "UPDATE invoices_validation SET outcome = 'INVALID', findings_count = 1",
    ],
)
def test_an_outcome_that_does_not_match_its_files_is_named(customer: Customer, statement: str) -> None:
    render_invoice(issued(customer).pk, at=NOON)
    assert wrong() == {}

    without_guards(statement)

    assert wrong()["checked_files_agree"] == "FA2026-000001"


def test_an_invoice_without_its_checks_is_named_once_they_are_given_up(documents: None) -> None:
    Job.objects.filter(key="invoices.render:FA2026-000001").update(state=JobState.FAILED)

    assert wrong() == {"every_document_has_its_pdf": "FA2026-000001"}
