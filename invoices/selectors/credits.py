"""Questions about credit notes: what is left of an invoice, who took what back, and where the money went."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import OuterRef, Subquery, Sum
from django.db.models.functions import Coalesce

from core.money import ZERO, Money
from invoices.crediting import what_is_left
from invoices.models import Invoice, InvoiceLine, InvoiceVat
from invoices.parties import Buyer, Seller
from invoices.presenting import LINES_SHOWN, ShownLine, ShownVat, shown_lines, shown_vat, what_became
from invoices.selectors.files import DocumentFiles, files_of
from invoices.states import FreedMoney, InvoiceStatus
from ledger import selectors as ledger

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import QuerySet

    from invoices.crediting import Left


@dataclass(frozen=True, slots=True)
class CreditNotePage:
    """An issued credit note as its page shows it: the same content as the paper, and what became of the money since."""

    invoice: Invoice
    original: Invoice
    seller: Seller
    buyer: Buyer
    lines: list[ShownLine]
    lines_count: int
    vat: list[ShownVat]
    what_became: str
    replaced_by: Invoice | None
    to_refund: Money
    files: DocumentFiles

    @property
    def is_shortened(self) -> bool:
        """Whether it has more lines than are shown here."""
        return self.lines_count > len(self.lines)

    @property
    def net(self) -> Money:
        return Money(self.invoice.net_cents)

    @property
    def total(self) -> Money:
        return Money(self.invoice.total_cents)


def credit_note_page(note: Invoice) -> CreditNotePage:
    """The page of an issued credit note, read with its original. ≤ 6 queries."""
    if note.original is None:
        raise TypeError(f"{note} is not a credit note")
    buyer, vat = Buyer.thawed(note.buyer), list(note.vat.order_by("-rate", "category"))
    lines = list(note.lines.order_by("position"))
    return CreditNotePage(
        invoice=note,
        original=note.original,
        seller=Seller.thawed(note.seller),
        buyer=buyer,
        lines=shown_lines(lines, vat, with_vat=buyer.is_consumer)[:LINES_SHOWN],
        lines_count=len(lines),
        vat=shown_vat(vat),
        what_became=what_became(note),
        replaced_by=Invoice.objects.filter(replaces=note.original, status=InvoiceStatus.ISSUED).first(),
        to_refund=sum((held.amount for held in money_to_refund(note)), ZERO),
        files=files_of(note),
    )


def credit_notes_of(invoice: Invoice) -> QuerySet[Invoice]:
    """The credit notes of an invoice, oldest first."""
    return Invoice.objects.filter(original=invoice, status=InvoiceStatus.ISSUED).order_by("issue_date", "number")


def left_of(invoice: Invoice) -> Left:
    """What no credit note took back yet of an issued invoice. Four queries."""
    notes = {"invoice__original": invoice, "invoice__status": InvoiceStatus.ISSUED}
    return what_is_left(
        list(invoice.lines.order_by("position")),
        list(invoice.vat.order_by("-rate", "category")),
        taken_lines=InvoiceLine.objects.filter(**notes).order_by("pk"),
        taken_vat=InvoiceVat.objects.filter(**notes).order_by("pk"),
    )


def credited_totals(invoices: Sequence[Invoice]) -> dict[int, Money]:
    """What credit notes took back of each of these invoices, with VAT; those without any are left out. One query."""
    rows = Invoice.objects.filter(original__in=invoices, status=InvoiceStatus.ISSUED).order_by()
    taken = rows.values_list("original").annotate(taken=Sum("total_cents"))
    return {original: Money(cents) for original, cents in taken if original is not None}


def with_taken(invoices: QuerySet[Invoice]) -> QuerySet[Any]:
    """The same invoices, each with `taken_cents`: what credit notes took back of it. No query of its own."""
    notes = Invoice.objects.filter(original=OuterRef("pk"), status=InvoiceStatus.ISSUED).order_by().values("original")
    return invoices.annotate(taken_cents=Coalesce(Subquery(notes.annotate(sum=Sum("total_cents")).values("sum")), 0))


def refund_key(note: Invoice) -> str:
    """The name of the holds that keep the money which a credit note freed: one hold a lot, `<name>:<lot>`."""
    return f"credit_note:{note.number}"


def money_to_refund(note: Invoice) -> list[ledger.HeldLot]:
    """The lots whose money still waits for its refund after this credit note. One query.

    Whoever refunds gives each `lot_id`, `amount` and `key` to the ledger (`refund_lot`, `closes_hold`).
    """
    if note.freed_money != FreedMoney.REFUND:
        return []
    return ledger.held_lots(note.customer_id, refund_key(note))


def credit_note_by_key(key: str) -> Invoice | None:
    """The credit note that was issued under this key, when there is one."""
    return Invoice.objects.filter(key=key).first()
