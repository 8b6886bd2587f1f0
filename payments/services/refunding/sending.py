"""Send a refund, and ask the provider how it stands. Intent, commit, call, commit; three endings."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext

from accounts.services import withdraw_approval
from core.failpoints import failpoint
from payments import locks, selectors
from payments.gateways.base import RefundOrder, Refused, Unsure
from payments.models import Payment, PaymentStatus, Refund, RefundStatus
from payments.refund_transitions import may_move, move
from payments.services.putting_off import put_off
from payments.services.refunding.applying import apply_refund, write_down
from payments.services.refunding.holding import is_held, take_back
from payments.services.refunding.requesting import follow_approval

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from payments.gateways.base import Gateway
    from payments.gateways.base import Refund as Told

KEY_LIFE = timedelta(hours=23)
"""Stripe keeps idempotency keys for 24 hours at least. After that a refund is looked for, never sent again."""
_TRIES = 3
_GONE = "the money is not there any more"
_DISPUTED = "a dispute was opened meanwhile"


def advance_refund(refund_id: int, *, gateway: Gateway, at: datetime) -> Refund:
    """Take the next step of a refund, whatever it is. Repeating it does no harm."""
    refund = Refund.objects.get(pk=refund_id)
    if refund.status == RefundStatus.WAITING:
        return _wait_on(follow_approval(refund_id, at=at), at=at)
    if refund.status == RefundStatus.ASKED:
        return send_refund(refund_id, gateway=gateway, at=at)
    return ask_refund(refund_id, gateway=gateway, at=at)


def send_refund(refund_id: int, *, gateway: Gateway, at: datetime) -> Refund:
    """Have the provider give the money back. Three steps, so that no lock is held meanwhile: claim, call, record.

    May be repeated and may race with itself: one of them claims, and the key comes from the row.
    """
    if not _claim(refund_id, at=at):
        return Refund.objects.get(pk=refund_id)
    failpoint("refund.claimed")
    return _conclude(refund_id, lambda refund: gateway.refund(_order(refund)), at=at)


def ask_refund(refund_id: int, *, gateway: Gateway, at: datetime) -> Refund:
    """Ask the provider how a refund stands, and apply it. An answer that does not come concludes nothing."""
    refund = Refund.objects.get(pk=refund_id)
    if refund.status in (RefundStatus.ASKED, RefundStatus.WAITING) or not refund.is_live:
        return refund
    return _conclude(refund_id, lambda each: _find(each, gateway, at=at), at=at)


def look_for_refunds(payment_id: int, *, gateway: Gateway, at: datetime) -> list[Refund]:
    """Write down every refund that the provider has of a payment, also those begun in its own pages. Raises Unsure."""
    payment = Payment.objects.get(pk=payment_id)
    if payment.status != PaymentStatus.SUCCEEDED:
        return []
    told = gateway.refunds_of(session_id=payment.session_id, intent_id=payment.intent_id)
    return [write_down(payment_id, each, at=at) for each in told]


@transaction.atomic
def _claim(refund_id: int, *, at: datetime) -> bool:
    """Take the refund for sending, if nobody did, its money is still there, and nobody disputes it."""
    refund = locks.lock_refund(refund_id)
    if refund.status != RefundStatus.ASKED:
        return False
    if reason := _why_not_now(refund):
        take_back(refund, at=at)
        move(refund, RefundStatus.CANCELLED, at=at, detail=reason)
        return False
    refund.sent_at = at
    move(refund, RefundStatus.SENT, at=at)
    put_off(refund, at=at)
    refund.save()
    return True


def _why_not_now(refund: Refund) -> str:
    """What happened since it was asked for that keeps it from leaving, or nothing."""
    if not is_held(refund):
        return _GONE
    return _DISPUTED if selectors.is_disputed(refund.payment, customer_id=refund.customer_id) else ""


def _conclude(refund_id: int, call: Callable[[Refund], Told | None], *, at: datetime) -> Refund:
    """Call the provider outside any transaction, then write down how it ended."""
    refund = Refund.objects.select_related("payment").get(pk=refund_id)
    try:
        told = call(refund)
    except Refused as refusal:
        return _never_made(refund_id, refusal.code, at=at)
    except Unsure as doubt:
        return _doubt(refund, str(doubt), at=at)
    failpoint("refund.answered")
    if told is None:
        return _never_made(refund_id, "the provider has no such refund", at=at)
    refund = apply_refund(refund_id, told, at=at)
    failpoint("refund.applied")
    return refund


def _find(refund: Refund, gateway: Gateway, *, at: datetime) -> Told | None:
    """The refund as the provider has it; None when it has none, and none can come any more.

    Without an id of its own: first a search among those of the payment (an answer that was lost), then the same call
    again with the same key, but not for ever: an error may be kept under it.
    """
    if refund.object_id:
        return _known(refund.object_id, gateway)
    payment = refund.payment
    listed = gateway.refunds_of(session_id=payment.session_id, intent_id=payment.intent_id)
    found = next((each for each in listed if each.reference == str(refund.public_id)), None)
    if found is not None:
        return found
    sent_at = refund.sent_at or refund.created_at
    if refund.asked_count > _TRIES or at - sent_at > KEY_LIFE:
        return None
    return gateway.refund(_order(refund))


def _known(object_id: str, gateway: Gateway) -> Told:
    try:
        return gateway.read_refund(object_id)
    except Refused as refusal:  # it does not know a refund that it told us of: no reason to conclude anything
        raise Unsure(refusal.code) from refusal


def _order(refund: Refund) -> RefundOrder:
    """Everything comes from the row: the same key must always say the same thing."""
    with translation.override(refund.language):
        told = gettext("Refund of payment %(reference)s") % {"reference": refund.payment.reference}
    return RefundOrder(str(refund.public_id), refund.payment.intent_id, refund.amount, told, refund.key)


@transaction.atomic
def _never_made(refund_id: int, reason: str, *, at: datetime) -> Refund:
    """The provider said no, or has no such refund: the money is on the account."""
    refund = locks.lock_refund(refund_id)
    if refund.object_id or not may_move(refund, RefundStatus.FAILED):
        return refund
    take_back(refund, at=at)
    refund.failure_code = reason[:100]
    move(refund, RefundStatus.FAILED, at=at, detail=reason)
    return refund


@transaction.atomic
def _doubt(seen: Refund, reason: str, *, at: datetime) -> Refund:
    """No answer: what happened is not known, and is asked about again.

    Unless somebody else learned more meanwhile: not knowing never replaces knowing.
    """
    refund = locks.lock_refund(seen.pk)
    if (refund.status, refund.object_id) != (seen.status, seen.object_id):
        return refund
    if may_move(refund, RefundStatus.UNKNOWN):
        move(refund, RefundStatus.UNKNOWN, at=at, detail=reason)
    if refund.is_live:
        put_off(refund, at=at)
    refund.save()
    return refund


@transaction.atomic
def _wait_on(seen: Refund, *, at: datetime) -> Refund:
    """Nobody decided yet: look again in its turn, unless the money went elsewhere meanwhile."""
    refund = locks.lock_refund(seen.pk)
    if refund.status != RefundStatus.WAITING:
        return refund
    if is_held(refund):
        put_off(refund, at=at)
        refund.save()
    else:
        withdraw_approval(refund.approval_id or 0, by=None, at=at)
        move(refund, RefundStatus.CANCELLED, at=at, detail=_GONE)
    return refund
