"""The documents of a period, or chosen ones, with their stored PDF: for the zip and for accountants."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from core.money import Money
from invoices.models import Invoice, Quote, Receipt, ReceiptCancellation, Rendition
from invoices.selectors.files import files_of_many
from invoices.states import InvoiceStatus, QuoteKind, RenditionKind, Series

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
    """One document; nothing is stored while it waits to be made. An invoice is stored as Factur-X, or else as PDF.

    Amounts of a credit note, and of the cancellation of a receipt, are negative.
    """

    number: str
    series: Series
    issue_date: date
    due_date: date | None
    net: Money | None
    vat: Money | None
    total: Money
    stored: Rendition | None
    xml: Rendition | None = None


def documents_of(customer: Customer, period: Period) -> list[StoredDocument]:
    """Invoices, receipts, cancellations, quotes, each kind oldest first, with the last PDF stored. Eight queries."""
    dated = {"customer": customer, "issue_date__gte": period.start, "issue_date__lte": period.end}
    receipts = Receipt.objects.filter(**dated).order_by("issue_date", "number")
    invoices = Invoice.objects.filter(**dated, status=InvoiceStatus.ISSUED).order_by("issue_date", "number")
    cancellations = ReceiptCancellation.objects.filter(**dated).order_by("issue_date", "number")
    quotes = Quote.objects.filter(**dated).order_by("issue_date", "number")
    return [*_invoices(invoices), *_receipts(receipts), *_cancellations(cancellations), *_quotes(quotes)]


def chosen_invoices(customer: Customer, numbers: Sequence[str]) -> list[StoredDocument]:
    """Those of these invoices that are the customer's own, oldest first. Two queries."""
    own = Invoice.objects.filter(customer=customer, status=InvoiceStatus.ISSUED, number__in=numbers)
    return _invoices(own.order_by("issue_date", "number"))


def documents_among(chosen: QuerySet[Invoice], *, at_most: int) -> list[StoredDocument]:
    """The issued ones of these invoices and credit notes, oldest first, so many at most. Two queries."""
    issued = chosen.filter(status=InvoiceStatus.ISSUED).order_by("issue_date", "number")
    return _invoices(issued[:at_most])


def _invoices(rows: QuerySet[Invoice]) -> list[StoredDocument]:
    files = files_of_many(rows)
    return [
        StoredDocument(
            number=row.number,
            series=Series.CREDIT_NOTE if row.is_credit_note else Series.INVOICE,
            issue_date=row.issue_date,
            due_date=row.due_date,
            net=row.counted(row.net_cents),
            vat=row.counted(row.vat_cents),
            total=row.counted(row.total_cents),
            stored=files[row.pk].best,
            xml=files[row.pk].xml,
        )
        for row in rows
        if row.number and row.issue_date
    ]


def _receipts(rows: QuerySet[Receipt]) -> list[StoredDocument]:
    pdfs = Rendition.objects.filter(receipt__in=rows.order_by(), kind=RenditionKind.PDF).order_by("created_at", "pk")
    stored = {pdf.receipt_id: pdf for pdf in pdfs}
    return [_paper(row, Series.RECEIPT, Money(row.amount_cents), stored.get(row.pk)) for row in rows]


def _cancellations(rows: QuerySet[ReceiptCancellation]) -> list[StoredDocument]:
    own = Rendition.objects.filter(cancellation__in=rows.order_by(), kind=RenditionKind.PDF)
    stored = {pdf.cancellation_id: pdf for pdf in own.order_by("created_at", "pk")}
    return [_paper(row, Series.CANCELLATION, Money(-row.amount_cents), stored.get(row.pk)) for row in rows]


def _quotes(rows: QuerySet[Quote]) -> list[StoredDocument]:
    """Quotes and pro forma invoices, whatever became of them."""
    pdfs = Rendition.objects.filter(quote__in=rows.order_by(), kind=RenditionKind.PDF).order_by("created_at", "pk")
    stored = {pdf.quote_id: pdf for pdf in pdfs}
    return [
        StoredDocument(
            number=row.number,
            series=QuoteKind(row.kind).series,
            issue_date=row.issue_date,
            due_date=None,
            net=Money(row.net_cents),
            vat=Money(row.vat_cents),
            total=Money(row.total_cents),
            stored=stored.get(row.pk),
        )
        for row in rows
    ]


def _paper(
    row: Receipt | ReceiptCancellation, series: Series, total: Money, stored: Rendition | None
) -> StoredDocument:
    return StoredDocument(
        number=row.number,
        series=series,
        issue_date=row.issue_date,
        due_date=None,
        net=None,
        vat=None,
        total=total,
        stored=stored,
    )
