"""What a person with a database shell cannot do to quotes, on both engines."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import DatabaseError, connection, transaction

from accounts.models import Customer, User
from invoices import quote_checks, services
from invoices.guards import expected_triggers
from invoices.models import Invoice, Quote
from invoices.services import Agreement
from invoices.states import QuoteStatus
from invoices.tests.making import HOSTING, MAILBOXES, issued, quoted
from tests.support.cast import NOON, make_company, make_individual

pytestmark = pytest.mark.django_db
ENDING = {
    *("status", "decided_at", "decided_by_id", "decided_from", "decided_with"),
    *("agreed_text", "agreed_hash", "payment_ref", "reason", "invoice_id"),
}
FROZEN = sorted({field.attname for field in Quote._meta.concrete_fields} - ENDING - {"id"})
OTHER = {
    **dict.fromkeys(("public_id", "draft_id"), "'00000000000000000000000000000000'"),
    **dict.fromkeys(("seller", "buyer"), "'{}'"),
    **dict.fromkeys(("lines", "vat"), "'[]'"),
    **dict.fromkeys(("issue_date", "valid_until"), "'2026-12-24'"),
    **dict.fromkeys(("subject", "service_code", "engagement_number", "market_number", "actor"), "'Autre'"),
    "kind": "'PROFORMA'",
    "number": "'DE2026-000009'",
    "issued_at": "'2026-01-01'",
    "content_hash": "'" + "0" * 64 + "'",
}


def run(statement: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def refused(statement: str, guard: str) -> None:
    with pytest.raises(DatabaseError, match=guard):
        run(statement)


def accepted(customer: Customer) -> Quote:
    quote = quoted(customer)
    services.accept(quote, Agreement(User.objects.get(), "192.0.2.7", "Firefox", "Oui"), at=NOON)
    return Quote.objects.get(pk=quote.pk)


def test_no_column_of_a_quote_changes_once_it_is_sent(customer: Customer) -> None:
    quoted(customer)

    for column in FROZEN:
        refused(f"UPDATE invoices_quote SET {column} = {OTHER.get(column, f'{column} + 1')}", "invoices_quote_frozen")


@pytest.mark.parametrize(
    "change", ["status = 'SENT'", "reason = 'Autre'", "decided_with = 'Autre'", "agreed_text = ''"]
)
def test_how_a_quote_ended_is_written_once(customer: Customer, change: str) -> None:
    accepted(customer)

    refused(f"UPDATE invoices_quote SET {change}", "invoices_quote_frozen")


def test_a_quote_stays(customer: Customer) -> None:
    quoted(customer)

    refused("DELETE FROM invoices_quote", "invoices_quote_stays")


@pytest.mark.parametrize(
    ("change", "guard"),
    [
        ({"status": QuoteStatus.EXPIRED, "decided_at": NOON}, "invoices_quote_born_sent"),
        ({"lines": []}, "invoices_quote_sums_hold"),
        ({"vat": []}, "invoices_quote_sums_hold"),
        ({"net_cents": 3901, "total_cents": 4681}, "invoices_quote_sums_hold"),
        ({"total_cents": 4681}, "invoices_quote_total_is_net_and_vat"),
        ({"number": "FA2026-000001"}, "invoices_quote_number_form"),
        ({"number": "PF2026-000001"}, "invoices_quote_number_form"),
        ({"valid_until": NOON.date() - timedelta(days=1)}, "invoices_quote_valid_a_day"),
        ({"content_hash": ""}, "invoices_quote_hashed"),
        ({"agreed_hash": "0" * 64}, "invoices_quote_says_how_it_ended"),
    ],
)
def test_a_wrong_quote_is_not_written(customer: Customer, change: dict[str, Any], guard: str) -> None:
    quote = quoted(customer)
    for name, value in {"pk": None, "number": "DE2026-000002", **change}.items():
        setattr(quote, name, value)
    quote.public_id = quote.draft_id = UUID(int=1)

    with pytest.raises(DatabaseError, match=guard), transaction.atomic():
        quote.save(force_insert=True)


def accept_by_shell(invoice: Invoice) -> str:
    return (
        "UPDATE invoices_quote SET status = 'ACCEPTED', decided_at = '2026-11-30 11:00', payment_ref = 'x', "
        f"invoice_id = {invoice.pk} WHERE status = 'SENT'"
    )


def test_a_quote_becomes_an_issued_invoice_of_its_customer_and_amount_only() -> None:
    customer, company = make_individual(), make_company()
    quoted(customer)
    draft = services.draft(customer, [HOSTING], at=NOON)

    for wrong in (draft, issued(company), issued(customer, MAILBOXES)):
        refused(accept_by_shell(wrong), "invoices_quote_becomes_its_invoice")

    run(accept_by_shell(issued(customer)))
    assert Quote.objects.get().status == QuoteStatus.ACCEPTED


@pytest.mark.parametrize(
    "change",
    [
        "status = 'ACCEPTED', decided_at = '2026-11-30', payment_ref = 'x'",
        "status = 'REFUSED', decided_at = '2026-11-30'",
        "status = 'EXPIRED'",
        "decided_at = '2026-11-30'",
    ],
)
def test_an_ending_is_whole_or_none(customer: Customer, change: str) -> None:
    quoted(customer)

    refused(f"UPDATE invoices_quote SET {change}", "invoices_quote_(says_how_it_ended|becomes_its_invoice)")


def unguarded(statement: str) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL session_replication_role = replica")
        else:
            for name in expected_triggers("sqlite"):
                cursor.execute(f"DROP TRIGGER {name}")
        cursor.execute(statement)


@pytest.mark.parametrize("change", ["subject = 'Autre'", "agreed_text = 'Autre'"])
def test_the_self_check_finds_a_quote_that_was_changed(customer: Customer, change: str) -> None:
    quote = accepted(customer)

    unguarded(f"UPDATE invoices_quote SET {change}")

    assert quote_checks.changed_quotes() == [quote.number]


def test_the_self_check_finds_an_invoice_of_another_amount(customer: Customer) -> None:
    quote = accepted(customer)

    unguarded("UPDATE invoices_quote SET vat_cents = vat_cents - 1, total_cents = total_cents - 1")

    assert quote_checks.wrong_invoices() == [quote.number]
