"""The documents of a period, or chosen ones, with their stored PDF: for the zip and for accountants."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from core.money import Money
from invoices.models import Invoice, Receipt, Rendition
from invoices.states import InvoiceStatus, RenditionKind, Series

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import QuerySet

    from accounts.models import Customer


@dataclass(frozen=True, slots=True)
class Period:
    """From a day to a day, both in it."""

    start: date
    end: date

    @classmethod
    def of(cls, year: int, month: int | None = None) -> Period:
        """A year, or one month of it."""
        last = month or 12
        return cls(date(year, month or 1, 1), date(year, last, calendar.monthrange(year, last)[1]))


@dataclass(frozen=True, slots=True)
class StoredDocument:
    """One document; nothing is stored while its PDF waits to be printed."""

    number: str
    series: Series
    issue_date: date
    due_date: date | None
    net: Money | None
    vat: Money | None
    total: Money
    stored: Rendition | None


def documents_of(customer: Customer, period: Period) -> list[StoredDocument]:
    """Invoices, then receipts, oldest first, each with the last PDF that was stored. Four queries."""
    dated = {"customer": customer, "issue_date__gte": period.start, "issue_date__lte": period.end}
    receipts = Receipt.objects.filter(**dated).order_by("issue_date", "number")
    invoices = Invoice.objects.filter(**dated, status=InvoiceStatus.ISSUED).order_by("issue_date", "number")
    return [*_invoices(invoices), *_receipts(receipts)]


def chosen_invoices(customer: Customer, numbers: Sequence[str]) -> list[StoredDocument]:
    """Those of these invoices that are the customer's own, oldest first. Two queries."""
    own = Invoice.objects.filter(customer=customer, status=InvoiceStatus.ISSUED, number__in=numbers)
    return _invoices(own.order_by("issue_date", "number"))


def _invoices(rows: QuerySet[Invoice]) -> list[StoredDocument]:
    stored = _by_document(Rendition.objects.filter(invoice__in=rows.order_by()), "invoice_id")
    return [
        StoredDocument(
            number=row.number,
            series=Series.INVOICE,
            issue_date=row.issue_date,
            due_date=row.due_date,
            net=Money(row.net_cents),
            vat=Money(row.vat_cents),
            total=Money(row.total_cents),
            stored=stored.get(row.pk),
        )
        for row in rows
        if row.number and row.issue_date
    ]


def _receipts(rows: QuerySet[Receipt]) -> list[StoredDocument]:
    stored = _by_document(Rendition.objects.filter(receipt__in=rows.order_by()), "receipt_id")
    return [
        StoredDocument(
            number=row.number,
            series=Series.RECEIPT,
            issue_date=row.issue_date,
            due_date=None,
            net=None,
            vat=None,
            total=Money(row.amount_cents),
            stored=stored.get(row.pk),
        )
        for row in rows
    ]


def _by_document(renditions: QuerySet[Rendition], column: str) -> dict[int, Rendition]:
    """The last PDF of each document."""
    found = renditions.filter(kind=RenditionKind.PDF).order_by("created_at", "pk")
    return {getattr(rendition, column): rendition for rendition in found}
