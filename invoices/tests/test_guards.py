"""What a person with a database shell cannot do, on both engines."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings
from django.db import DatabaseError, IntegrityError, connection, transaction

from invoices import services
from invoices.guards import expected_triggers, installed_triggers
from invoices.models import ROUTING_LENGTHS, Invoice, Rendition, Validation
from invoices.services import render_invoice, render_receipt
from invoices.tests.making import HOSTING, issued, pay, receipt
from tests.support.cast import NOON

if TYPE_CHECKING:
    from accounts.models import Customer
    from tests.support.cast import Cast

pytestmark = pytest.mark.django_db
FROZEN = sorted({field.attname for field in Invoice._meta.concrete_fields} - set(ROUTING_LENGTHS) - {"id"})
OTHER = {
    "public_id": "'00000000000000000000000000000000'",
    "seller": "'{}'",
    "buyer": "'{}'",
    "issue_date": "'2026-01-01'",
    "due_date": "'2027-06-01'",
    "created_at": "'2026-01-01'",
    "issued_at": "'2026-01-01'",
    "vat_on_debits": "NOT vat_on_debits",
    "vat_evidence": """'{"place": []}'""",
    "number": "'FA2026-000009'",
    "status": "'DRAFT'",
    "ledger_tx_id": "NULL",
    "content_hash": "'" + "0" * 64 + "'",
    "subject": "'Autre'",
    "currency": "'USD'",
    "kind": "'CREDIT_NOTE'",
    "actor": "'user:1'",
    "replaces_id": "id",
    "original_id": "id",
    "reason": "'Autre'",
    "freed_money": "'BALANCE'",
    "key": "'other'",
    "asked": "'other'",
    "order_number": "'other'",
    "free_text": "'other'",
    "planned_on": "'2027-06-01'",
}


def run(statement: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def refused(statement: str, guard: str) -> None:
    with pytest.raises(DatabaseError, match=guard):
        run(statement)


@pytest.mark.parametrize("column", FROZEN)
def test_no_frozen_column_of_an_issued_invoice_changes(customer: Customer, column: str) -> None:
    issued(customer)

    refused(f"UPDATE invoices_invoice SET {column} = {OTHER.get(column, f'{column} + 1')}", "invoices_invoice_frozen")


def test_routing_references_may_still_change(customer: Customer) -> None:
    invoice = issued(customer)

    run("UPDATE invoices_invoice SET service_code = 'S', engagement_number = 'E', market_number = 'M'")

    invoice.refresh_from_db()
    assert (invoice.service_code, invoice.engagement_number, invoice.market_number) == ("S", "E", "M")


def test_saving_an_issued_invoice_unchanged_is_no_change(customer: Customer) -> None:
    issued(customer)

    Invoice.objects.get().save()


@pytest.mark.parametrize("table", ["invoiceline", "invoicevat"])
@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM invoices_{table}",
        "UPDATE invoices_{table} SET rate = rate + 1",
        "UPDATE invoices_{table} SET invoice_id = {draft}",
    ],
)
def test_parts_of_an_issued_invoice_stay(customer: Customer, table: str, statement: str) -> None:
    issued(customer)
    draft = services.draft(customer, [HOSTING], at=NOON)

    refused(statement.format(table=table, draft=draft.pk), f"invoices_{table}_frozen")


def test_nothing_is_added_to_an_issued_invoice(customer: Customer) -> None:
    invoice = issued(customer)
    draft = services.draft(customer, [HOSTING], at=NOON)

    refused(
        f"UPDATE invoices_invoiceline SET position = 9, invoice_id = {invoice.pk} WHERE invoice_id = {draft.pk}",
        "invoices_invoiceline_frozen",
    )
    for table, skipped in (("invoiceline", "position"), ("invoicevat", "rate")):
        columns = [name for name in _columns(f"invoices_{table}") if name != "id"]
        values = ", ".join(f"{name} + 1" if name == skipped else name for name in columns)
        copy = f"INSERT INTO invoices_{table} ({', '.join(columns)}) SELECT {values} FROM invoices_{table}"
        refused(f"{copy} WHERE invoice_id = {invoice.pk}", f"invoices_{table}_frozen")


def test_a_draft_may_change_and_go(customer: Customer) -> None:
    services.draft(customer, [HOSTING], at=NOON)

    run("UPDATE invoices_invoiceline SET label = 'Autre'")
    run("DELETE FROM invoices_invoiceline")
    run("DELETE FROM invoices_invoice")

    assert not Invoice.objects.exists()


def test_an_issued_invoice_is_never_deleted(customer: Customer) -> None:
    issued(customer)

    refused("DELETE FROM invoices_invoice", "invoices_invoice_stays")


def test_no_invoice_is_born_issued(customer: Customer) -> None:
    issued(customer)
    columns = [name for name in _columns("invoices_invoice") if name != "id"]
    fresh = {"public_id": "'00000000000000000000000000000000'", "number": "'FA2026-000002'", "ledger_tx_id": "NULL"}

    values = ", ".join(fresh.get(name, name) for name in columns)
    copy = f"INSERT INTO invoices_invoice ({', '.join(columns)}) SELECT {values} FROM invoices_invoice"
    refused(copy, "invoices_invoice_born_draft")


@pytest.mark.parametrize(
    "change", ["net_cents = net_cents + 1, total_cents = total_cents + 1", "vat_cents = 1, total_cents = 3901", ""]
)
def test_an_invoice_that_does_not_add_up_is_not_issued(customer: Customer, change: str) -> None:
    paid_for = issued(customer)
    draft = services.draft(customer, [HOSTING], at=NOON)
    other = f", {change}" if change else ""

    refused(
        "UPDATE invoices_invoice SET status = 'ISSUED', number = 'FA2026-000009', issue_date = '2026-11-30',"
        f" due_date = '2026-12-30', issued_at = '2026-11-30', content_hash = '{'0' * 64}',"
        f" ledger_tx_id = {paid_for.ledger_tx_id} + 1 {other} WHERE id = {draft.pk}",
        "invoices_invoice_sums_hold",
    )


@pytest.mark.parametrize("statement", ["UPDATE {table} SET {column} = {column} + 1", "DELETE FROM {table}"])
@pytest.mark.parametrize(("table", "column"), [("invoices_receipt", "amount_cents"), ("invoices_rendition", "size")])
def test_receipts_and_renditions_are_append_only(customer: Customer, table: str, column: str, statement: str) -> None:
    render_receipt(receipt(customer).pk, at=NOON)

    refused(statement.format(table=table, column=column), f"{table}_append_only")


@pytest.mark.parametrize(
    "change",
    ["last = last - 1", "year = year + 1, last_date = '2027-01-01'", "prefix = 'RC'", "last_date = '2026-01-01'"],
)
def test_a_series_never_goes_back(customer: Customer, change: str) -> None:
    issued(customer)
    issued(customer)

    refused(f"UPDATE invoices_documentseries SET {change}", "invoices_documentseries_goes_up")


def test_a_series_is_never_deleted(customer: Customer) -> None:
    issued(customer)

    refused("DELETE FROM invoices_documentseries", "invoices_documentseries_stays")


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ("total_cents = total_cents + 1", "invoices_total_is_net_and_vat"),
        ("number = 'FA2026-000009'", "invoices_issued_is_complete"),
        ("status = 'LOST'", "invoices_issued_is_complete"),
        ("kind = 'POEM'", "invoices_kind_known"),
        ("currency = 'USD'", "invoices_currency_euro"),
    ],
)
def test_a_draft_obeys_its_constraints(customer: Customer, change: str, constraint: str) -> None:
    services.draft(customer, [HOSTING], at=NOON)

    refused(f"UPDATE invoices_invoice SET {change}", constraint)


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ("label = ''", "invoices_line_says_what"),
        ("quantity = 0", "invoices_line_quantity_not_zero"),
        ("unit_price = 0", "invoices_line_price_positive"),
        ("rate = -1", "invoices_line_rate_within"),
        ("period_start = '2026-11-30'", "invoices_line_period_in_order"),
        ("period_start = '2026-11-30', period_end = '2026-11-29'", "invoices_line_period_in_order"),
    ],
)
def test_a_line_obeys_its_constraints(customer: Customer, change: str, constraint: str) -> None:
    services.draft(customer, [HOSTING], at=NOON)

    refused(f"UPDATE invoices_invoiceline SET {change}", constraint)


def test_an_issued_invoice_is_complete(customer: Customer) -> None:
    paid_for = issued(customer)
    draft = services.draft(customer, [HOSTING], at=NOON)
    complete = {
        "number": "'FA2026-000009'",
        "issue_date": "'2026-11-30'",
        "due_date": "'2026-12-30'",
        "issued_at": "'2026-11-30'",
        "content_hash": "'" + "0" * 64 + "'",
        "ledger_tx_id": f"{paid_for.ledger_tx_id} + 1",
    }
    run(
        "INSERT INTO invoices_invoicevat (invoice_id, category, rate, treatment, country, base_cents, vat_cents,"
        " mention, reason_code, revenue_account, vat_account)"
        f" VALUES ({draft.pk}, 'S', 20, 'TAXED', 'FR', 3900, 780, '', '', '706100', '445711')"
    )

    def update(facts: dict[str, str]) -> str:
        given = ", ".join(f"{name} = {value}" for name, value in facts.items())
        return f"UPDATE invoices_invoice SET status = 'ISSUED', {given} WHERE id = {draft.pk}"

    for missing in complete:
        refused(update({name: value for name, value in complete.items() if name != missing}), "is_complete")
    refused(update({**complete, "due_date": "'2026-11-29'"}), "is_complete")
    refused(update({**complete, "content_hash": "'abc'"}), "is_complete")
    refused(update({**complete, "number": "'F2026-1'"}), "invoices_number_form")
    for paid in ("-1", "total_cents + 1"):
        refused(update({**complete, "paid_at_issue_cents": paid}), "invoices_paid_at_issue_within_total")


def test_a_series_that_gave_numbers_has_a_date_of_its_year() -> None:
    refused(
        "INSERT INTO invoices_documentseries (prefix, year, last) VALUES ('FA', 2026, 1)",
        "invoices_series_dated_in_its_year",
    )
    refused(
        "INSERT INTO invoices_documentseries (prefix, year, last, last_date) VALUES ('FA', 2026, 1, '2025-12-31')",
        "invoices_series_dated_in_its_year",
    )


def test_every_guard_is_installed_and_named_in_the_documentation() -> None:
    page = (settings.BASE_DIR / "docs" / "invoices.md").read_text(encoding="utf-8")

    assert expected_triggers(connection.vendor) == installed_triggers(connection)
    assert [name for name in expected_triggers("postgresql") if f"`{name}`" not in page] == []


def test_both_engines_make_the_same_promises() -> None:
    def promises(vendor: str) -> set[str]:
        return {re.sub(r"_(update|delete)$", "", name) for name in expected_triggers(vendor)}

    assert promises("sqlite") == promises("postgresql")


def test_paying_an_invoice_touches_none_of_its_rows(customer: Customer) -> None:
    invoice = issued(customer)

    pay(customer, invoice.total_cents)

    assert Invoice.objects.get().content_hash == invoice.content_hash


def _columns(table: str) -> list[str]:
    with connection.cursor() as cursor:
        return [column.name for column in connection.introspection.get_table_description(cursor, table)]


def test_what_the_checks_said_is_never_changed_nor_deleted(cast: Cast) -> None:
    render_invoice(issued(cast.company).pk, at=NOON)

    for column, value in (
        *(("outcome", "'INVALID'"), ("channel", "'CHORUS'"), ("xml_sha256", "'" + "0" * 64 + "'")),
        *(("findings", "'[1]'"), ("findings_count", "1"), ("validators", "'x'"), ("created_at", "'2026-01-01'")),
    ):
        refused(f"UPDATE invoices_validation SET {column} = {value}", "invoices_validation_append_only")
    refused("DELETE FROM invoices_validation", "invoices_validation_append_only")


def test_an_outcome_is_what_it_found_and_somebody_deals_with_an_invalid_one_once(cast: Cast) -> None:
    validation = render_invoice(issued(cast.company).pk, at=NOON).validation
    known = {"invoice": validation.invoice, "channel": "PLATFORM", "created_at": NOON, "validators": "x"}

    def write(**columns: Any) -> Validation:
        with transaction.atomic():
            return Validation.objects.create(**known | {"xml_sha256": "1" * 64} | columns)

    for columns, guard in (
        ({"outcome": "VALID", "findings_count": 1}, "invoices_validation_valid_without_findings"),
        ({"outcome": "INVALID", "findings_count": 0}, "invoices_validation_valid_without_findings"),
        ({"outcome": "VALID", "findings_count": 0, "xml_sha256": "x"}, "invoices_validation_hashed"),
        ({"outcome": "VALID", "findings_count": 0, "validators": ""}, "invoices_validation_says_by_whom"),
        ({"outcome": "VALID", "findings_count": 0, "channel": "POST"}, "invoices_validation_channel_known"),
        ({"outcome": "INVALID", "findings_count": 1, "handled_at": NOON}, "invoices_validation_handled_by_somebody"),
    ):
        with pytest.raises(IntegrityError, match=guard):
            write(**columns)
    invalid = write(outcome="INVALID", findings_count=1, findings=[{}])
    with pytest.raises(IntegrityError, match=r"invoices_validation_once|UNIQUE"):
        write(outcome="INVALID", findings_count=1)
    run(f"UPDATE invoices_validation SET handled_at = '2026-12-01', handled_by_id = {cast.claire.pk}, "
        f"handled_note = 'credited' WHERE id = {invalid.pk}")  # fmt: skip
    refused("UPDATE invoices_validation SET handled_note = 'x' WHERE handled_note <> ''", "append_only")


def test_a_factur_x_exists_only_where_the_checks_called_it_valid(cast: Cast) -> None:
    valid = render_invoice(issued(cast.company).pk, at=NOON).validation
    other = issued(cast.company)
    invalid = Validation.objects.create(
        invoice=other, channel="PLATFORM", outcome="INVALID", findings_count=1, xml_sha256="1" * 64, validators="x",
        created_at=NOON,
    )  # fmt: skip

    def write(kind: str, validation: Validation | None, invoice: Invoice = other, sha256: str = "2" * 64) -> None:
        with transaction.atomic():
            Rendition.objects.create(
                kind=kind, validation=validation, invoice=invoice, sha256=sha256, size=1, created_at=NOON
            )

    for kind, validation, guard in (
        ("FACTURX", invalid, "invoices_rendition_as_validated"),
        ("FACTURX", valid, "invoices_rendition_as_validated"),
        ("XML", invalid, "invoices_rendition_as_validated"),
        ("FACTURX", None, "invoices_rendition_xml_is_checked"),
        ("PDF", invalid, r"invoices_rendition_(xml_is_checked|as_validated)"),
    ):
        with pytest.raises(DatabaseError, match=guard):
            write(kind, validation)
    write("XML", invalid, sha256="1" * 64)
