"""What a bank is shown of an invoice: what was sold, for which period, and the stored files that prove it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.money import Money
from invoices.models import Invoice
from invoices.states import InvoiceStatus, RenditionKind

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

_NOT_SENT = {RenditionKind.XML, RenditionKind.PAID}


@dataclass(frozen=True, slots=True)
class ServiceSold:
    """One line of an invoice: what, and for which days when it has a period."""

    label: str
    period_start: date | None
    period_end: date | None


@dataclass(frozen=True, slots=True)
class InvoiceDossier:
    """An issued invoice; `files` are the SHA-256 and size of its stored PDF files, oldest first."""

    number: str
    issue_date: date | None
    due_date: date | None
    total: Money
    services: tuple[ServiceSold, ...]
    files: tuple[tuple[str, int], ...]


def dossiers_of(numbers: Iterable[str]) -> list[InvoiceDossier]:
    """The issued invoices among these documents, oldest first. Three queries."""
    found = Invoice.objects.filter(number__in=list(numbers), status=InvoiceStatus.ISSUED)
    rows = found.prefetch_related("lines", "renditions").order_by("issue_date", "number")
    return [_dossier(invoice) for invoice in rows]


def _dossier(invoice: Invoice) -> InvoiceDossier:
    lines = sorted(invoice.lines.all(), key=lambda line: line.position)
    files = sorted(invoice.renditions.all(), key=lambda rendition: rendition.pk)
    return InvoiceDossier(
        number=str(invoice.number),
        issue_date=invoice.issue_date,
        due_date=invoice.due_date,
        total=Money(invoice.total_cents),
        services=tuple(ServiceSold(line.label, line.period_start, line.period_end) for line in lines),
        files=tuple(
            (each.sha256, each.size) for each in files if each.kind not in {RenditionKind.XML, RenditionKind.PAID}
        ),
    )
