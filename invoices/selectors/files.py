"""The files of an invoice: which of its stored forms may be handed out now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Exists, OuterRef, Q, Subquery

from invoices.extras import carried_by_each
from invoices.models import Invoice, Rendition, Validation
from invoices.states import Outcome, RenditionKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import QuerySet


@dataclass(frozen=True, slots=True)
class DocumentFiles:
    """What there is to download. What the last checks call invalid is not there; a PDF is, once it is printed.

    `outcome` is that of the last checks, empty before them.
    """

    pdf: Rendition | None = None
    facturx: Rendition | None = None
    xml: Rendition | None = None
    outcome: Outcome | str = ""

    @property
    def is_invalid(self) -> bool:
        return self.outcome == Outcome.INVALID

    @property
    def best(self) -> Rendition | None:
        """The Factur-X, or else the PDF."""
        return self.facturx or self.pdf

    def of(self, kind: RenditionKind) -> Rendition | None:
        """The form asked for."""
        return {RenditionKind.PDF: self.pdf, RenditionKind.FACTURX: self.facturx, RenditionKind.XML: self.xml}[kind]


def files_of(invoice: Invoice) -> DocumentFiles:
    """The files of one invoice. One query."""
    return files_of_many([invoice])[invoice.pk]


def files_of_many(invoices: Sequence[Invoice] | QuerySet[Invoice]) -> dict[int, DocumentFiles]:
    """The files of several invoices, by their ids. One query."""
    stored: dict[int | None, list[Rendition]] = {invoice.pk: [] for invoice in invoices}
    last = Validation.objects.filter(invoice=OuterRef("invoice")).order_by("-created_at", "-pk")
    renditions = (
        Rendition.objects.filter(invoice__in=list(stored))
        .exclude(kind=RenditionKind.PAID)
        .select_related("validation")
        .annotate(last_outcome=Subquery(last.values("outcome")[:1]), last_xml=Subquery(last.values("xml_sha256")[:1]))
        .order_by("created_at", "pk")
    )
    for rendition in renditions:
        stored[rendition.invoice_id].append(rendition)
    now = carried_by_each(list(invoices))
    return {invoice.pk: _files(now[invoice.pk], stored[invoice.pk]) for invoice in invoices}


def last_validation(invoice: Invoice) -> Validation | None:
    """What the last checks said, in full. One query."""
    return invoice.validations.order_by("-created_at", "-pk").first()


def waiting_validations() -> QuerySet[Validation]:
    """Invalid documents that nobody dealt with and no later check called valid, oldest first."""
    later = Validation.objects.filter(invoice=OuterRef("invoice")).filter(
        Q(created_at__gt=OuterRef("created_at")) | Q(created_at=OuterRef("created_at"), pk__gt=OuterRef("pk"))
    )
    waiting = Validation.objects.filter(outcome=Outcome.INVALID, handled_at__isnull=True)
    return waiting.exclude(Exists(later)).order_by("created_at", "pk")


def _files(now: dict[str, Any], stored: Sequence[Any]) -> DocumentFiles:
    if not stored:
        return DocumentFiles()
    allowed = [rendition for rendition in stored if rendition.kind == RenditionKind.PDF or _may_leave(rendition)]
    return DocumentFiles(
        pdf=_current(now, allowed, RenditionKind.PDF),
        facturx=_current(now, allowed, RenditionKind.FACTURX),
        xml=_current(now, allowed, RenditionKind.XML),
        outcome=stored[0].last_outcome or "",
    )


def _may_leave(rendition: Any) -> bool:
    """What is made of the XML that the last checks called valid."""
    return bool(rendition.last_outcome == Outcome.VALID and rendition.validation.xml_sha256 == rendition.last_xml)


def _current(now: dict[str, Any], stored: Sequence[Rendition], kind: RenditionKind) -> Rendition | None:
    """The last one with the references and extra files that the invoice has now, or else the last one."""
    own = [rendition for rendition in stored if rendition.kind == kind]
    return next((rendition for rendition in reversed(own) if rendition.routing == now), own[-1] if own else None)
