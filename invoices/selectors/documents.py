"""One document with all that its page needs, and its stored forms."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Sum

from core.money import ZERO, Money
from invoices.beside import with_beside
from invoices.models import Invoice, Receipt, ReceiptCancellation, Rendition
from invoices.parties import Buyer, Seller
from invoices.presenting import LINES_SHOWN, ShownLine, ShownPayment, ShownVat, shown_lines, shown_payment, shown_vat
from invoices.saying import flags
from invoices.selectors.corrections import last_day_to_correct
from invoices.selectors.credits import credit_notes_of
from invoices.selectors.files import DocumentFiles, files_of
from invoices.selectors.lists import invoice_state
from invoices.selectors.paid import paid_in_full
from invoices.states import InvoiceStatus, RenditionKind, Settlement
from invoices.transfer import Transfer, transfer_of
from invoices.wording import period_text, terms_text, usual_period
from ledger import selectors as ledger

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from uuid import UUID

    from django.db.models import QuerySet

    from accounts.models import Customer

_RECEIPTS_SEARCHED = 200


@dataclass(frozen=True, slots=True)
class InvoicePage:
    """An issued invoice as its page shows it: the same content as the paper, and what was paid since."""

    invoice: Invoice
    seller: Seller
    buyer: Buyer
    period: str
    lines: list[ShownLine]
    lines_count: int
    vat: list[ShownVat]
    payments: list[ShownPayment]
    receipts: list[Receipt]
    open: Money
    state: Settlement
    due_on: date | None
    files: DocumentFiles
    credit_notes: list[Invoice]
    replaced_by: Invoice | None
    may_be_corrected_until: date | None
    is_paid_in_full: bool
    transfer: Transfer | None

    @property
    def is_late(self) -> bool:
        return self.state == Settlement.LATE

    @property
    def is_waiting(self) -> bool:
        """Whether its buyer has not got it yet."""
        return self.state == Settlement.WAITING

    @property
    def terms(self) -> str:
        """Within how many days of receipt a public body pays; empty for others, who have a day."""
        return terms_text(self.buyer.days_from_receipt)

    @property
    def net(self) -> Money:
        return Money(self.invoice.net_cents)

    @property
    def total(self) -> Money:
        return Money(self.invoice.total_cents)

    @property
    def is_shortened(self) -> bool:
        """Whether it has more lines than are shown here."""
        return self.lines_count > len(self.lines)


def get_invoice(customer: Customer, public_id: UUID, *, on: date) -> InvoicePage:
    """The customer's own issued invoice, with its state on that day. Raises Invoice.DoesNotExist. ≤ 8 queries."""
    return invoice_page(issued_invoice(customer, public_id), on=on)


def invoice_page(invoice: Invoice, *, on: date) -> InvoicePage:
    """An issued invoice, of `issued_invoice`, with its state on that day. ≤ 7 queries."""
    number = str(invoice.number)
    seller, buyer = Seller.thawed(invoice.seller), Buyer.thawed(invoice.buyer)
    vat = list(invoice.vat.order_by("-rate", "category"))
    due = ledger.dues_of([number]).get(number) if buyer.is_public else None
    allocations = ledger.allocations_of(number) if due is None or due.is_touched else []
    left = due.open if due else _left(number, allocations)
    due_on = due.due_date if due and left else invoice.due_date
    notes = list(credit_notes_of(invoice)) if getattr(invoice, "has_credit_notes", True) else []
    lines = list(invoice.lines.order_by("position"))
    period = usual_period((line.period_start, line.period_end) for line in lines)
    taken = sum((Money(note.total_cents) for note in notes), ZERO)
    return InvoicePage(
        invoice=invoice,
        seller=seller,
        buyer=buyer,
        period=period_text(*period) if period else "",
        lines=shown_lines(lines, vat, with_vat=buyer.is_consumer)[:LINES_SHOWN],
        lines_count=len(lines),
        vat=shown_vat(vat),
        payments=[shown_payment(allocation) for allocation in allocations],
        receipts=receipts_that_paid(invoice) if allocations else [],
        open=left,
        state=invoice_state(invoice, left, taken=taken, on=on, due_on=due_on),
        due_on=due_on,
        credit_notes=notes,
        replaced_by=getattr(invoice, "replaced_by", None) if notes else None,
        may_be_corrected_until=None if notes or buyer.is_public else _correctable_until(invoice, on=on),
        is_paid_in_full=not left and bool(paid_in_full(invoice, allocations)),
        files=files_of(invoice),
        transfer=transfer_of(seller, buyer, left) if left else None,
    )


def _left(number: str, allocations: Sequence[ledger.AllocationView]) -> Money:
    return allocations[0].left if allocations else ledger.open_amounts([number]).get(number, ZERO)


def _correctable_until(invoice: Invoice, *, on: date) -> date | None:
    last = last_day_to_correct(invoice, on=on)
    return None if last is None or on > last else last


def issued_invoice(customer: Customer, public_id: UUID) -> Invoice:
    """The customer's own issued invoice. Raises Invoice.DoesNotExist, also for a draft or another's.

    `has_credit_notes` says whether there are some to ask for.
    """
    notes = Invoice.objects.filter(original=OuterRef("pk"), status=InvoiceStatus.ISSUED)
    found = Invoice.objects.select_related("original", "replaces", "replaced_by").annotate(
        has_credit_notes=Exists(notes), **flags()
    )
    return with_beside(found).get(customer=customer, public_id=public_id, status=InvoiceStatus.ISSUED)


def open_amount(invoice: Invoice) -> Money | None:
    """What is still to pay of an issued invoice; None for a draft. One query."""
    return ledger.open_amounts([invoice.number]).get(invoice.number, ZERO) if invoice.number else None


def invoice_by_number(number: str) -> Invoice:
    """The issued invoice of that number, in any case. Raises Invoice.DoesNotExist. For commands and staff."""
    found = Invoice.objects.select_related("customer")
    return found.get(number=number.strip().upper(), status=InvoiceStatus.ISSUED)


def receipts_of(customer: Customer) -> QuerySet[Receipt]:
    """The receipts of a customer, newest first, each with its cancellations. Two queries."""
    found = Receipt.objects.filter(customer=customer).select_related("restores").prefetch_related("cancellations")
    return found.order_by("-issue_date", "-number")


def get_receipt(customer: Customer, public_id: UUID) -> Receipt:
    """The customer's own receipt. Raises Receipt.DoesNotExist."""
    return Receipt.objects.get(customer=customer, public_id=public_id)


def receipt_for(payment_ref: str) -> Receipt | None:
    """The receipt of a payment, when it is written; not that of money which came back later."""
    return Receipt.objects.filter(payment_ref=payment_ref, restores__isnull=True).first()


def receipts_for(payment_ref: str) -> QuerySet[Receipt]:
    """Every receipt of a payment, the oldest first, each with its cancellations. Two queries."""
    found = Receipt.objects.filter(payment_ref=payment_ref).select_related("restores")
    return found.prefetch_related("cancellations").order_by("pk")


def get_cancellation(customer: Customer, public_id: UUID) -> ReceiptCancellation:
    """The customer's own cancellation of a receipt. Raises ReceiptCancellation.DoesNotExist."""
    return ReceiptCancellation.objects.get(customer=customer, public_id=public_id)


def cancellation_file(cancellation: ReceiptCancellation) -> Rendition | None:
    """The PDF of the cancellation of a receipt; none while it waits to be printed. One query."""
    return cancellation.renditions.filter(kind=RenditionKind.PDF).order_by("-created_at", "-pk").first()


def reversed_on_paper() -> tuple[dict[int, Money], dict[int, Money]]:
    """By transaction that took money back: how much of receipts it cancelled, and how much of that has come back.

    For checks: two queries for all.
    """
    cancelled = ReceiptCancellation.objects.values_list("tx").annotate(cents=Sum("amount_cents")).order_by("tx")
    back = Receipt.objects.filter(restores__isnull=False).values_list("restores__tx")
    restored = back.annotate(cents=Sum("amount_cents")).order_by("restores__tx")
    return {tx: Money(cents) for tx, cents in cancelled}, {tx: Money(cents) for tx, cents in restored}


def cancellations_that_reopened(invoice: Invoice) -> list[ReceiptCancellation]:
    """The cancellations of receipts that say they opened this invoice again, oldest first. One query."""
    since = ReceiptCancellation.objects.filter(customer=invoice.customer_id).order_by("pk")
    return [
        each for each in since[:_RECEIPTS_SEARCHED] if any(part["document"] == invoice.number for part in each.reopened)
    ]


def receipts_that_paid(invoice: Invoice) -> list[Receipt]:
    """The receipts since its issue that say they paid this invoice, oldest first; of the first 200. One query."""
    if invoice.issue_date is None:
        return []
    since = Receipt.objects.filter(customer=invoice.customer_id, issue_date__gte=invoice.issue_date).order_by("pk")
    return [r for r in since[:_RECEIPTS_SEARCHED] if any(paid["document"] == invoice.number for paid in r.settled)]


def receipt_file(receipt: Receipt) -> Rendition | None:
    """The PDF of a receipt; none while it waits to be printed. One query."""
    return receipt.renditions.filter(kind=RenditionKind.PDF).order_by("-created_at", "-pk").first()
