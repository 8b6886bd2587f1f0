"""What closings sum by rate is what the documents of the period say, and what the VAT report says of them."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from core.clock import at_noon
from invoices import services
from invoices.models import Invoice, Receipt
from invoices.reports import Period
from invoices.reports.vat import vat_month
from invoices.services import Request
from invoices.states import DocumentKind
from invoices.tests.making import HOSTING, MAILBOXES, issued, receipt
from invoices.tests.test_vat import customer_in
from ledger import services as ledger
from ledger.chain import first_broken_closing

if TYPE_CHECKING:
    from decimal import Decimal

    from accounts.models import Customer

pytestmark = pytest.mark.django_db
DAYS = [at_noon(date(2026, 11, day)) for day in (2, 17, 30)]


@pytest.fixture
def november(customer: Customer) -> Any:
    """A month of two rates and a part without VAT, with a credit note and a receipt, closed."""
    overseas, guiana = customer_in("RE", "97400"), customer_in("FR", "97300")
    for at, buyer in zip(DAYS, (customer, overseas, guiana), strict=True):
        issued(buyer, HOSTING, MAILBOXES, at=at)
    services.issue_credit_note(Invoice.objects.earliest("pk"), None, Request("Erreur", "note"), at=DAYS[1])
    issued(customer, HOSTING, at=DAYS[2])
    receipt(customer, 15_000, at=DAYS[2])
    closed = ledger.close_periods(at=at_noon(date(2026, 12, 1)))
    return next(each for each in closed if each.kind == "MONTH")


def sums(closing: Any, kind: str) -> dict[str, int]:
    named = f"{kind} "
    return {n.removeprefix(named): cents for n, cents in closing.totals["sums"].items() if n.startswith(named)}


@pytest.mark.parametrize(
    ("kind", "event"), [(DocumentKind.INVOICE, "invoice.issued"), (DocumentKind.CREDIT_NOTE, "credit_note.issued")]
)
def test_a_month_sums_its_documents_by_rate(november: Any, kind: DocumentKind, event: str) -> None:
    expected: dict[str, int] = {"net": 0, "vat": 0, "gross": 0}
    for invoice in Invoice.objects.filter(kind=kind).prefetch_related("vat"):
        expected["net"] += invoice.net_cents
        expected["vat"] += invoice.vat_cents
        expected["gross"] += invoice.total_cents
        for group in invoice.vat.all():
            for name, cents in (("base", group.base_cents), ("vat", group.vat_cents)):
                key = f"{name} {group.category} {group.rate.normalize():f}"
                expected[key] = expected.get(key, 0) + cents

    assert sums(november, event) == expected
    assert november.totals["events"][event] == Invoice.objects.filter(kind=kind).count()
    assert first_broken_closing() == ""


def test_the_rates_of_the_month_are_those_that_were_billed(november: Any) -> None:
    invoiced = sums(november, "invoice.issued")

    assert {name for name in invoiced if name.startswith("base")} == {"base S 20", "base S 8.5", "base E 0"}
    assert (invoiced["base S 20"], invoiced["vat S 20"]) == (2 * 3_900 + 3_840, 2 * 780 + 768)


def test_the_month_says_what_the_vat_report_says(november: Any) -> None:
    report: dict[tuple[str, Decimal], list[int]] = {}
    for key, line in vat_month(Period.of(2026, 11)).lines.items():
        report.setdefault((key.category, key.rate), [0, 0])
        report[key.category, key.rate][0] += line.vat.cents
        report[key.category, key.rate][1] -= line.vat_back.cents
    invoiced, credited = sums(november, "invoice.issued"), sums(november, "credit_note.issued")

    assert {f"{category} {rate:f}": tuple(cents) for (category, rate), cents in report.items()} == {
        name.removeprefix("vat "): (invoiced[name], credited.get(name, 0))
        for name in invoiced
        if name.startswith("vat ")
    }
    assert november.vat_cents == invoiced["vat"] - credited["vat"]
    assert november.sales_cents == invoiced["net"] - credited["net"]


def test_receipts_are_summed_without_vat(november: Any) -> None:
    assert sums(november, "receipt.issued") == {"gross": Receipt.objects.get().amount_cents}
