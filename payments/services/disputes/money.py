"""The money of a dispute: each movement of the provider booked once, in the order of reference/postings.

Taken: what the lot had paid is undone, newest first; the money leaves; other lots settle. Given back: it returns to its
lot and pays again. The provider's fee is ours, never the customer's.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

from django.db.models import Sum
from django.utils import translation
from django.utils.translation import gettext

from core.clock import local_date
from core.money import ZERO, Money
from invoices import services as invoices
from invoices.states import CancelCause
from ledger import selectors as ledger_selectors
from ledger import services as ledger
from payments.models import DisputeMovement
from payments.services.crediting import BOOKS, FEES
from payments.services.disputes import documents

if TYPE_CHECKING:
    from datetime import datetime

    from payments.gateways import base
    from payments.models import Dispute, Payment

CURRENCY: Final = "EUR"


def book_movements(dispute: Dispute, payment: Payment, told: base.Dispute, *, at: datetime) -> list[str]:
    """Book what moved and is not booked yet, oldest first. Returns why something could not be booked.

    The caller holds the locks of everybody who has money of the payment.
    """
    known = set(dispute.movements.values_list("object_id", flat=True))
    fresh = [movement for movement in told.movements if movement.object_id not in known]
    problems = [_book(dispute, payment, movement, at=at) for movement in fresh]
    sums = dispute.movements.aggregate(
        amount=Sum("amount_cents", default=0), kept=Sum("kept_cents", default=0), fee=Sum("fee_cents", default=0)
    )
    dispute.taken_cents, dispute.fee_cents = sums["amount"], sums["fee"]
    return [problem for problem in problems if problem]


def _book(dispute: Dispute, payment: Payment, movement: base.DisputeMovement, *, at: datetime) -> str:
    if movement.currency != CURRENCY:
        return f"{movement.object_id}: moved in {movement.currency}"
    row = DisputeMovement(
        dispute=dispute,
        provider=dispute.provider,
        object_id=movement.object_id,
        amount_cents=movement.amount.cents,
        fee_cents=movement.fee.cents,
        moved_at=movement.moved_at,
        booked_at=at,
    )
    if movement.amount > ZERO and movement.amount > _left_to_take(payment):
        return f"{movement.object_id}: more is taken than was received"
    if movement.amount > ZERO:
        _take(row, payment, at=at)
    elif movement.amount < ZERO and not _give_back(row, payment, at=at):
        return f"{movement.object_id}: comes back, but was not taken"
    if movement.fee:
        row.fee_tx_id = _book_fee(row, payment, at=at)
    row.save(force_insert=True)
    return ""


def _left_to_take(payment: Payment) -> Money:
    """What was received and is with no payer yet. A refund does not count: banks take back what was refunded too."""
    taken = DisputeMovement.objects.filter(dispute__payment=payment).aggregate(cents=Sum("amount_cents", default=0))
    return (payment.received or ZERO) - Money(taken["cents"])


def _take(row: DisputeMovement, payment: Payment, *, at: datetime) -> None:
    """The money leaves its lot; what it had paid is open again, and disputed; its receipt is cancelled."""
    out = _reverse(row, payment, Money(row.amount_cents), "dispute", at=at)
    row.tx_id = out.tx_id
    reversal = invoices.Reversal(
        tx_id=out.tx_id,
        amount=Money(row.amount_cents),
        cause=CancelCause.DISPUTE,
        reversed_at=row.moved_at,
        balance_after=out.balance,
        reopened=out.reopened,
        missing=out.missing,
        reference=row.dispute.object_id,
    )
    invoices.cancel_receipt(payment.reference, reversal, at=at)


def _reverse(row: DisputeMovement, payment: Payment, amount: Money, word: str, *, at: datetime) -> ledger.MoneyOut:
    piece = _piece(row, payment, word)
    out = ledger.reverse_money(
        lot_of(payment), amount, clearing_account=BOOKS[payment.provider].clearing, piece=piece, at=at
    )
    reopened = [settled.document_ref for settled in out.reopened]
    documents.mark(row.dispute, [*reopened, *([piece.key] if out.missing else [])], at=at)
    return out


def _give_back(row: DisputeMovement, payment: Payment, *, at: datetime) -> bool:
    """The money returns to its lot and pays what it had paid. False when nothing was taken that it could give back.

    The ledger gives back whole takings: when less comes back, the rest is taken again at once.
    """
    back = Money(-row.amount_cents)
    taken = _taking_undone_by(row.dispute, back)
    if taken is None:
        return False
    row.undoes = taken
    documents.release(row.dispute, at=at)
    restored = ledger.restore_money(
        lot_of(payment),
        undoes=taken.tx_id or 0,
        clearing_account=BOOKS[payment.provider].clearing,
        piece=_piece(row, payment, "returned"),
        at=at,
    )
    row.tx_id = restored.tx_id
    kept = Money(taken.amount_cents) - back
    left = _reverse(row, payment, kept, "kept", at=at) if kept else None
    if left is not None:
        row.kept_cents, row.kept_tx_id = kept.cents, left.tx_id
    _give_receipt(row, restored, left)
    return True


def _give_receipt(row: DisputeMovement, restored: ledger.MoneyOut, kept: ledger.MoneyOut | None) -> None:
    """The receipt of what came back: it paid again what it had paid, less what the payer kept."""
    paid: dict[str, Money] = defaultdict(lambda: ZERO)
    for again in ledger_selectors.paid_again(restored.tx_id):
        paid[again.document_ref] += again.amount
    for undone in kept.reopened if kept else ():
        paid[undone.document_ref] -= undone.amount
    back = invoices.Return(
        undoes=row.undoes.tx_id or 0 if row.undoes else 0,
        amount=Money(-row.amount_cents),
        returned_at=row.moved_at,
        balance_after=(kept or restored).balance,
        settled=[ledger.Settled(ref, amount) for ref, amount in paid.items() if amount > ZERO],
    )
    invoices.restore_receipt(back, at=row.booked_at)


def _taking_undone_by(dispute: Dispute, back: Money) -> DisputeMovement | None:
    """The taking that this return is about: one of just that amount if there is one, else the newest large enough."""
    standing = dispute.movements.filter(amount_cents__gte=back.cents, undone_by__isnull=True).order_by("-pk")
    return standing.filter(amount_cents=back.cents).first() or standing.first()


def _book_fee(row: DisputeMovement, payment: Payment, *, at: datetime) -> int:
    """What the provider asks for the dispute, or gives back of it. It is not charged to the customer."""
    clearing, fee = BOOKS[payment.provider].clearing, Money(abs(row.fee_cents))
    ours, theirs = (FEES, clearing) if row.fee_cents > 0 else (clearing, FEES)
    piece = _piece(row, payment, "dispute-fee")
    [posted] = ledger.post(
        [
            ledger.Posting(
                journal=piece.journal,
                label=piece.label,
                piece_ref=piece.ref,
                piece_date=piece.date,
                key=piece.key,
                legs=(ledger.debit(ours, fee), ledger.credit(theirs, fee)),
            )
        ],
        at=at,
    )
    return posted.tx_id


def _piece(row: DisputeMovement, payment: Payment, word: str) -> ledger.Piece:
    """The line of the books, which are kept in French. Its key is the provider's own id of the movement."""
    books = BOOKS[payment.provider]
    with translation.override("fr"):
        label = gettext("Dispute of the payment %(reference)s") % {"reference": payment.reference}
    key = f"{books.name}:{row.object_id}:{word}"
    return ledger.Piece(books.journal, label, row.dispute.object_id, local_date(row.moved_at), key)


def lot_of(payment: Payment) -> int:
    """The lot that this payment became. Raises LookupError when it was not credited."""
    return ledger_selectors.lot_of(payment.tx_id or 0).id


def freeze(dispute: Dispute, payment: Payment, *, at: datetime) -> None:
    """Keep aside what the provider keeps aside, as far as the lot still has it; or let it go when that is over.

    A case that is opened again keeps it aside again, under another hold: one that has ended never begins anew.
    """
    if not (dispute.freezes and dispute.is_open) or dispute.taken:
        ledger.release_hold(dispute.freeze_key, at=at)
        dispute.freeze_number += ledger_selectors.was_held(dispute.freeze_key)
        return
    lot = ledger_selectors.lot_of(payment.tx_id or 0)
    available = ledger_selectors.get_balance(payment.customer_id).available
    amount = min(lot.free, available, dispute.amount)
    if amount > ZERO and not ledger_selectors.was_held(dispute.freeze_key):
        ledger.hold_outgoing(
            payment.customer_id, amount, key=dispute.freeze_key, reason="dispute", lot_id=lot.id, at=at
        )
