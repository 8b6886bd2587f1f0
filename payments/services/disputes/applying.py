"""Write down what the provider says about a dispute: once, whoever asked, in whatever order."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.db import transaction

from core.failpoints import failpoint
from outbox.services import enqueue
from payments import locks
from payments.dispute_transitions import may_move, move, note
from payments.gateways.base import DisputeState
from payments.models import OPEN_DISPUTES, Dispute, DisputeStatus, Failure
from payments.services.debits import return_debit
from payments.services.disputes import documents, money
from payments.services.disputes.telling import tell

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from payments.gateways import base
    from payments.models import Payment

MAKE_PACK: Final = "payments.dispute_pack"
LOOK_AGAIN: Final = timedelta(days=1)
_PATIENCE: Final = timedelta(days=30)
"""How long money that should still move after a decision is waited for."""
_STATUSES: Final[Mapping[DisputeState, DisputeStatus]] = {
    DisputeState.WARNING: DisputeStatus.WARNING,
    DisputeState.OPENED: DisputeStatus.OPENED,
    DisputeState.ANSWERED: DisputeStatus.ANSWERED,
    DisputeState.WON: DisputeStatus.WON,
    DisputeState.LOST: DisputeStatus.LOST,
    DisputeState.CLOSED: DisputeStatus.CLOSED,
}


class Overtaken(Exception):
    """Somebody applied another answer since this one was asked for: ask again, it may be the older one."""


@transaction.atomic
def apply_dispute(payment_id: int, told: base.Dispute, *, seen: int, at: datetime) -> Dispute:
    """Make our row say what the provider says, and the books what moved. One transaction.

    `seen` is the version of our row when the provider was asked (0: none): an answer that was asked for before another
    one was applied counts for nothing. Raises Overtaken.
    """
    payment = locks.lock_paid(payment_id)
    dispute = _row(payment, told, at=at)
    if dispute.version != seen:
        raise Overtaken(dispute.object_id)
    is_new = not dispute.version
    dispute.version += is_new or _says_more(dispute, told)
    dispute.asked_count += 1
    _remember(dispute, told, at=at)
    problems = money.book_movements(dispute, payment, told, at=at)
    problems += _step(dispute, told, at=at)
    _arrived(dispute, told, at=at)
    money.freeze(dispute, payment, at=at)
    _end_or_go_on(dispute, at=at)
    _attend(dispute, problems, at=at)
    tell(dispute, payment, at=at)
    dispute.save()
    if is_new:
        enqueue(MAKE_PACK, {"dispute_id": dispute.pk}, key=f"{MAKE_PACK}:{dispute.pk}", at=at)
    failpoint("dispute.before_commit")
    return dispute


def _row(payment: Payment, told: base.Dispute, *, at: datetime) -> Dispute:
    """Our row of this dispute, made when it is new."""
    known = Dispute.objects.select_for_update(of=("self",))
    found = known.filter(provider=payment.provider, object_id=told.object_id).first()
    if found is not None:
        return found
    disputed = told.state == DisputeState.OPENED or told.movements
    dispute = Dispute(
        payment=payment,
        customer=payment.customer,
        provider=payment.provider,
        object_id=told.object_id,
        status=DisputeStatus.OPENED if disputed else DisputeStatus.WARNING,
        opened_at=told.opened_at,
        created_at=at,
        ask_at=at,
    )
    _remember(dispute, told, at=at)
    dispute.save(force_insert=True)
    note(dispute, "disputed" if disputed else "somebody asks", at=at, detail=told.reason)
    return dispute


def _says_more(dispute: Dispute, told: base.Dispute) -> bool:
    """Whether this answer says something that ours does not: only that makes older answers worthless."""
    known = (dispute.provider_status, dispute.amount_cents, dispute.due_at, dispute.freezes, dispute.answerable)
    says = (told.status[:100], told.amount.cents, told.due_at or dispute.due_at, told.freezes, told.answerable)
    return known != says or dispute.movements.count() != len(told.movements)


def _remember(dispute: Dispute, told: base.Dispute, *, at: datetime) -> None:
    """Keep the provider's words. The caller saves."""
    dispute.provider_status = told.status[:100]
    dispute.cause, dispute.reason = told.cause, told.reason[:100]
    dispute.amount_cents, dispute.currency = told.amount.cents, told.currency
    dispute.due_at = told.due_at or dispute.due_at
    dispute.freezes, dispute.answerable = told.freezes, told.answerable
    dispute.authentication = told.authentication[:40] or dispute.authentication
    dispute.updated_at = at


def _step(dispute: Dispute, told: base.Dispute, *, at: datetime) -> list[str]:
    """Take the step that the provider's state asks for. Returns why none could be taken."""
    wanted = _STATUSES.get(told.state)
    if wanted is None:
        return [f"the provider says: {told.status}"]
    if wanted == DisputeStatus.LOST and dispute.accept_asked_at and may_move(dispute, DisputeStatus.ACCEPTED):
        wanted = DisputeStatus.ACCEPTED
    same = {dispute.status, wanted} == {DisputeStatus.LOST, DisputeStatus.ACCEPTED}
    if wanted == dispute.status or same:
        return []
    if not may_move(dispute, wanted):
        return [f"the provider says {told.status}, after {dispute.status}"]
    was_over = not dispute.is_open
    move(dispute, wanted, at=at, detail=told.status)
    if was_over and dispute.is_open and dispute.taken:
        documents.mark_again(dispute, at=at)
    return []


def _arrived(dispute: Dispute, told: base.Dispute, *, at: datetime) -> None:
    """Evidence whose sending was never answered did arrive, if the provider has it to look at."""
    sending = dispute.evidence_asked_at is not None and dispute.evidence_sent_at is None and dispute.pack_sha256
    if sending and told.state == DisputeState.ANSWERED:
        dispute.evidence_sent_at = at
        note(dispute, "evidence arrived", at=at, detail=dispute.pack_sha256)


def _end_or_go_on(dispute: Dispute, *, at: datetime) -> None:
    """A dispute that is over leaves its documents payable; whether it is asked about again depends on the money."""
    if dispute.is_open:
        dispute.ask_at = at + LOOK_AGAIN
        return
    documents.release(dispute, at=at)
    if dispute.taken:
        documents.remind_again(dispute, at=at)
        _return_debit(dispute, at=at)
    waits = not dispute.is_settled and dispute.decided_at is not None and at < dispute.decided_at + _PATIENCE
    dispute.ask_at = at + LOOK_AGAIN if waits else None


def _attend(dispute: Dispute, problems: list[str], *, at: datetime) -> None:
    """What staff should look at; in the history the first time."""
    if dispute.currency != money.CURRENCY:
        problems = [*problems, f"disputed in {dispute.currency}"]
    elif dispute.taken and dispute.status in OPEN_DISPUTES and dispute.taken != dispute.amount:
        problems = [*problems, f"{dispute.taken_cents} cents taken, {dispute.amount_cents} in question"]
    said = "; ".join(problems)[:300]
    if said and said != dispute.attention:
        note(dispute, "to look at", at=at, detail=said)
    dispute.attention = said


def _return_debit(dispute: Dispute, *, at: datetime) -> None:
    """An automatic debit whose money stays with its payer is one that came back; its customer reads of the dispute."""
    lost = dispute.status in (DisputeStatus.LOST, DisputeStatus.ACCEPTED)
    if lost and dispute.payment.debit_id:
        failure = Failure.FUNDS if dispute.reason == "insufficient_funds" else Failure.BANK
        return_debit(dispute.payment_id, failure=failure, code=dispute.reason, tells=False, at=at)
