"""Cancel receipts whose money was taken back, and write those of money that came back after all.

A receipt stays as it was written; its cancellation has a number of its own. Of a payment, receipts less cancellations
are what is still with us: whoever takes or brings money says so here, in the transaction that books it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.db.models import Sum
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext

from accounts.notify import notify
from accounts.selectors import current_seller
from core.clock import local_date
from core.formats import money_text
from core.money import ZERO, Money
from invoices.content import cancellation_content, content_hash
from invoices.locks import lock_series
from invoices.models import Receipt, ReceiptCancellation
from invoices.numbering import take_numbers
from invoices.parties import copy_buyer, copy_seller
from invoices.services.receiving import write_receipt
from invoices.states import CancelCause, Series
from invoices.wording import document_words
from ledger import selectors as ledger
from ledger.services import ItemKind, record
from outbox import services as outbox

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from django.db.models import QuerySet

    from invoices.services.receiving import PaidDocument, Share


class BadCancellation(ValueError):
    """More would be cancelled, or restored, than there is; or the transaction did that already, for another amount."""


@dataclass(frozen=True, slots=True)
class Reversal:
    """Money of a payment that was taken back, as it was booked: `amount` in the ledger's transaction `tx_id`.

    `reopened` are the documents that it no longer pays, `missing` what was refunded before and is now to pay back.
    """

    tx_id: int
    amount: Money
    cause: CancelCause
    reversed_at: datetime
    balance_after: Money
    reopened: Sequence[PaidDocument] = ()
    missing: Money = ZERO
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Return:
    """Money that came back after it was taken away by the transaction `undoes`: so much of it, and what it paid."""

    undoes: int
    amount: Money
    returned_at: datetime
    balance_after: Money
    settled: Sequence[PaidDocument] = ()


def cancel_receipt(payment_ref: str, reversal: Reversal, *, at: datetime) -> list[ReceiptCancellation]:
    """Cancel so much of the receipts of a payment, newest first, ask for the PDFs and write to the customer.

    One cancellation nearly always; none when the payment has no receipt. Twice is once, by the transaction. Raises
    BadCancellation when the receipts are less than that.
    """
    with transaction.atomic():
        year = local_date(at).year
        lock_series(Series.RECEIPT, year)
        lock_series(Series.CANCELLATION, year)
        known = list(cancellations_by(reversal.tx_id))
        if known:
            return _same(known, reversal)
        made: list[ReceiptCancellation] = []
        left = reversal.amount
        receipts = _standing(payment_ref)
        for receipt, standing in receipts:
            part = min(left, standing)
            if part > ZERO:
                made.append(_cancel(receipt, part, reversal, is_first=not made, at=at))
                left -= part
        if receipts and left:
            raise BadCancellation(f"{left} more than the receipts of {payment_ref} say")
        return made


def restore_receipt(back: Return, *, at: datetime) -> list[Receipt]:
    """Write the receipt of money that came back, for each cancellation of the transaction that had taken it.

    One nearly always; none when nothing was cancelled. Twice is once. Raises BadCancellation when more comes back than
    was cancelled.
    """
    with transaction.atomic():
        lock_series(Series.RECEIPT, local_date(at).year)
        undone = list(cancellations_by(back.undoes))
        known = list(Receipt.objects.filter(restores__in=undone).order_by("pk"))
        if known or not undone:
            return known
        if sum(each.amount_cents for each in undone) < back.amount.cents:
            raise BadCancellation(f"{back.amount} come back, less was cancelled by {undone[0]}")
        written: list[Receipt] = []
        left = back.amount
        for each in undone:
            part = min(left, Money(each.amount_cents))
            if part > ZERO:
                written.append(_restore(each, part, back, is_first=not written, at=at))
                left -= part
        return written


def cancellations_by(tx_id: int) -> QuerySet[ReceiptCancellation]:
    """The cancellations that this transaction brought, in their order."""
    return ReceiptCancellation.objects.filter(tx=tx_id).select_related("receipt").order_by("pk")


def _standing(payment_ref: str) -> list[tuple[Receipt, Money]]:
    """The receipts of a payment, the newest first, and what of each is not cancelled."""
    rows = Receipt.objects.filter(payment_ref=payment_ref).annotate(gone=Sum("cancellations__amount_cents", default=0))
    return [(row, Money(row.amount_cents - row.gone)) for row in rows.select_related("customer").order_by("-pk")]


def _cancel(
    receipt: Receipt, amount: Money, reversal: Reversal, *, is_first: bool, at: datetime
) -> ReceiptCancellation:
    """What was opened again is said once, on the first."""
    day = local_date(at)
    [number] = take_numbers(Series.CANCELLATION, 1, on=day)
    cancellation = ReceiptCancellation(
        number=number,
        receipt=receipt,
        customer=receipt.customer,
        tx_id=reversal.tx_id,
        amount_cents=amount.cents,
        cause=reversal.cause,
        reference=reversal.reference[:255],
        reversed_at=reversal.reversed_at,
        reopened=_own(receipt, reversal.reopened) if is_first else [],
        missing_cents=reversal.missing.cents if is_first else 0,
        balance_after_cents=reversal.balance_after.cents,
        seller=copy_seller(current_seller(on=day)).frozen(),
        buyer=copy_buyer(receipt.customer).frozen(),
        issue_date=day,
        issued_at=at,
    )
    cancellation.content_hash = content_hash(cancellation_content(cancellation))
    cancellation.save(force_insert=True)
    _seal(cancellation, at=at)
    _ask_for_paper(cancellation, at=at)
    _tell(cancellation, at=at)
    return cancellation


def _seal(cancellation: ReceiptCancellation, *, at: datetime) -> None:
    totals = {"gross": cancellation.amount_cents}
    fact = {"number": cancellation.number, "content_hash": cancellation.content_hash, "totals": totals}
    record("receipt.cancelled", fact, at=at)


def _own(receipt: Receipt, documents: Sequence[PaidDocument]) -> list[Share]:
    """Those of the payer: money that had been moved paid somebody else's, which is not the payer's to read.

    Only documents of ours have a number; what was to pay back has none.
    """
    kinds = ledger.kinds_of(receipt.customer_id, [each.document_ref for each in documents])
    return [
        {
            "document": "" if kinds[each.document_ref] == ItemKind.REVERSED_PAYMENT else each.document_ref,
            "amount_cents": each.amount.cents,
        }
        for each in documents
        if each.document_ref in kinds
    ]


def _restore(
    cancellation: ReceiptCancellation, amount: Money, back: Return, *, is_first: bool, at: datetime
) -> Receipt:
    receipt = Receipt(
        customer=cancellation.customer,
        key=f"restored:{cancellation.number}",
        payment_ref=cancellation.receipt.payment_ref,
        restores=cancellation,
        amount_cents=amount.cents,
        method=cancellation.receipt.method,
        received_at=back.returned_at,
        balance_after_cents=back.balance_after.cents,
        settled=_own(cancellation.receipt, back.settled) if is_first else [],
    )
    write_receipt(receipt, at=at)
    return receipt


def _same(known: list[ReceiptCancellation], reversal: Reversal) -> list[ReceiptCancellation]:
    if sum(each.amount_cents for each in known) != reversal.amount.cents:
        raise BadCancellation(f"transaction {reversal.tx_id} cancelled {known[0]}, for another amount")
    return known


def _ask_for_paper(cancellation: ReceiptCancellation, *, at: datetime) -> None:
    outbox.enqueue(
        "invoices.render",
        {"cancellation_id": cancellation.pk},
        key=f"invoices.render:{cancellation.number}",
        at=at,
        owner=f"customer:{cancellation.customer_id}",
    )


def _tell(cancellation: ReceiptCancellation, *, at: datetime) -> None:
    customer, receipt = cancellation.customer, cancellation.receipt
    with translation.override(customer.language):
        told = [
            (gettext("Cancellation"), cancellation.number),
            (gettext("Receipt"), receipt.number),
            (gettext("Payment"), receipt.payment_ref),
            (gettext("Amount cancelled"), money_text(Money(cancellation.amount_cents))),
            *(
                (document_words(part["document"]), money_text(Money(part["amount_cents"])))
                for part in cancellation.reopened
            ),
        ]
        why = str(CancelCause(cancellation.cause).label)
    context = {
        "cancellation": cancellation,
        "receipt": receipt,
        "amount": Money(cancellation.amount_cents),
        "is_whole": cancellation.amount_cents == receipt.amount_cents,
        "why": why,
        "page": settings.SITE_URL + reverse("invoices:cancellation_pdf", args=[cancellation.public_id]),
        "rows": [{"term": term, "value": value} for term, value in told],
    }
    notify(customer, "receipt.cancelled", context, key=f"receipt:{cancellation.number}:cancelled", at=at)
