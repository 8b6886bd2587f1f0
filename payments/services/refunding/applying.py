"""Write down what the provider says about a refund: once, whoever asked, and however often."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Final

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext

from core.clock import local_date
from core.failpoints import failpoint
from ledger import selectors as books
from ledger import services as ledger
from payments import locks
from payments.gateways.base import RefundState
from payments.models import BegunBy, Payment, Refund, RefundStatus
from payments.refund_transitions import may_move, move, note
from payments.services.crediting import BOOKS, FEES
from payments.services.putting_off import put_off
from payments.services.refunding.holding import take_back
from payments.services.refunding.telling import tell_failed, tell_sent

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from payments.gateways.base import Refund as Told

CURRENCY: Final = "EUR"
_ENDS: Final[Mapping[RefundState, RefundStatus]] = {
    RefundState.PENDING: RefundStatus.PENDING,
    RefundState.COMPLETED: RefundStatus.COMPLETED,
    RefundState.FAILED: RefundStatus.FAILED,
    RefundState.CANCELLED: RefundStatus.CANCELLED,
}
_OVER = (RefundStatus.FAILED, RefundStatus.CANCELLED)


@transaction.atomic
def apply_refund(refund_id: int, told: Told, *, at: datetime) -> Refund:
    """Make our row say what the provider says. One transaction: status, posting, hold, mail.

    The money is booked once it has left our balance there, and comes back when the refund fails after that. What does
    not fit our row moves nothing and waits for staff.
    """
    refund = locks.lock_refund(refund_id)
    if reason := _why_not_this(refund, told):
        return _set_aside(refund, reason, at=at)
    before, ends = RefundStatus(refund.status), _ENDS[told.state]
    if before in _OVER and refund.object_id:  # it failed there: an answer that is older than that changes nothing
        return refund
    refund.object_id = told.object_id
    if ends in _OVER:
        _bring_back(refund, told, at=at)
    elif told.moved:
        _book(refund, told, at=at)
    _go(refund, ends, told, at=at)
    if refund.status == RefundStatus.PENDING:
        put_off(refund, at=at)
        refund.save()
    failpoint("refund.before_commit")
    return refund


@transaction.atomic
def write_down(payment_id: int, told: Told, *, at: datetime) -> Refund:
    """Apply a refund that was found at the provider, to our row of it; one that we do not know is adopted.

    Ours is known by its id there, or by our own name for it. A refund of the same name with another id is another.
    """
    payment = Payment.objects.get(pk=payment_id)
    lot = books.lot_of(payment.tx_id or 0)
    payment = locks.lock_for_refund(payment_id, lot.id)
    known = Refund.objects.filter(provider=payment.provider, object_id=told.object_id).first()
    ours = known or _named(payment, told.reference) or _adopt(payment, lot.id, told, at=at)
    return apply_refund(ours.pk, told, at=at)


def _named(payment: Payment, reference: str) -> Refund | None:
    """Our refund of that name, if it was sent and its id there is not known yet."""
    try:
        name = uuid.UUID(reference)
    except ValueError:
        return None
    return Refund.objects.filter(payment=payment, public_id=name, object_id="", sent_at__isnull=False).first()


def _adopt(payment: Payment, lot_id: int, told: Told, *, at: datetime) -> Refund:
    """A refund that somebody began in the provider's own pages: a fact, whatever we think of it."""
    refund = Refund.objects.create(
        payment=payment,
        customer_id=payment.customer_id,
        lot_id=lot_id,
        provider=payment.provider,
        begun_by=BegunBy.PROVIDER,
        status=RefundStatus.SENT,
        amount_cents=told.amount.cents,
        language=payment.customer.language,
        object_id=told.object_id,
        ask_at=at,
        sent_at=told.made_at,
        created_at=at,
        updated_at=at,
    )
    note(refund, "seen at the provider", at=at, detail=told.object_id)
    return refund


def _why_not_this(refund: Refund, told: Told) -> str:
    """What makes this answer not that of this refund, or nothing."""
    if refund.object_id and told.object_id != refund.object_id:
        return f"another refund: {told.object_id}"
    if told.intent_id != refund.payment.intent_id:
        return f"of another payment: {told.intent_id}"
    if told.currency != CURRENCY:
        return f"given back in {told.currency}"
    if told.amount != refund.amount:
        return f"another amount: {told.amount.cents}"
    return ""


def _set_aside(refund: Refund, reason: str, *, at: datetime) -> Refund:
    """Something is wrong with the answer: staff see the reason, and the self-check after a day."""
    if may_move(refund, RefundStatus.UNKNOWN):
        move(refund, RefundStatus.UNKNOWN, at=at, detail=reason)
    else:
        note(refund, "answer set aside", at=at, detail=reason)
    if refund.is_live:
        put_off(refund, at=at)
    refund.save()
    return refund


def _book(refund: Refund, told: Told, *, at: datetime) -> None:
    """The money has left: it leaves its lot, once. What the lot lacks is undone from what it had paid, newest first."""
    if refund.tx_id is not None:
        return
    booked = ledger.refund_lot(
        refund.lot_id,
        refund.amount,
        clearing_account=BOOKS[refund.provider].clearing,
        piece=_piece(refund, told, "refund"),
        at=at,
        closes_hold=refund.hold_key,
        reopens=True,
    )
    refund.tx_id = booked.tx_id
    if told.fee_back:
        _book_fee(refund, told, at=at)


def _bring_back(refund: Refund, told: Told, *, at: datetime) -> None:
    """It failed, or was cancelled there: what left comes back to its lot; what did not leave is free again."""
    if refund.tx_id is None:
        take_back(refund, at=at)
        return
    back = ledger.restore_money(
        refund.lot_id,
        undoes=refund.tx_id,
        clearing_account=BOOKS[refund.provider].clearing,
        piece=_piece(refund, told, "refund_back"),
        at=at,
        keeps_as=refund.kept_key if refund.of_hold else "",
    )
    refund.restored_tx_id = back.tx_id


def _book_fee(refund: Refund, told: Told, *, at: datetime) -> None:
    """What the provider returned of its fee, or took for the refund. Most do neither: the fee stays where it is."""
    clearing, fee = BOOKS[refund.provider].clearing, told.fee_back
    piece = _piece(refund, told, "refund_fee")
    posting = ledger.Posting(
        journal=piece.journal,
        label=piece.label,
        piece_ref=piece.ref,
        piece_date=piece.date,
        key=piece.key,
        legs=(ledger.debit(clearing, fee), ledger.credit(FEES, fee)),
    )
    refund.fee_tx_id = ledger.post([posting], at=at)[0].tx_id
    refund.fee_back_cents = fee.cents


def _go(refund: Refund, ends: RefundStatus, told: Told, *, at: datetime) -> None:
    """To the status that the provider tells, with one mail for each thing that the customer should know."""
    before = RefundStatus(refund.status)
    if not may_move(refund, ends):
        refund.save()
        return
    if ends in _OVER:
        refund.failure_code = told.reason[:100]
    move(refund, ends, at=at, detail=told.reason or told.object_id)
    if ends not in _OVER:
        tell_sent(refund, at=at)
    elif before in (RefundStatus.PENDING, RefundStatus.COMPLETED):
        tell_failed(refund, at=at)


def _piece(refund: Refund, told: Told, what: str) -> ledger.Piece:
    """The document of a posting: the provider's own id of the refund makes it happen once."""
    payment, name = refund.payment, BOOKS[refund.provider].name
    with translation.override("fr"):  # the language of the books
        label = gettext("Refund of %(payment)s to %(method)s") % {
            "payment": payment.reference,
            "method": payment.instrument or payment.get_method_display(),
        }
    return ledger.Piece(
        BOOKS[refund.provider].journal,
        label,
        told.object_id,
        local_date(told.made_at),
        f"{name}:{told.object_id}:{what}",
        actor=f"user:{refund.actor_id}" if refund.actor_id else "",
    )
