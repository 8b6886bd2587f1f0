"""Decide to give in to a dispute. Above what one person may give back alone, a second one has to agree."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.conf import settings
from django.db import transaction

from accounts import services as accounts
from accounts.models import ApprovalState
from core.formats import money_text
from outbox.services import enqueue
from payments.dispute_transitions import note
from payments.models import OPEN_DISPUTES, Dispute
from payments.services.disputes.money import CURRENCY

if TYPE_CHECKING:
    from datetime import datetime

    from accounts.models import User

ACCEPT: Final = "payments.accept_dispute"
APPROVAL: Final = "payments.dispute"
"""The kind of the approvals that are about giving in; their subject is the public id."""
_AT_ONCE: Final = 200


class NotAnswerable(Exception):
    """The dispute does not wait for us: it is decided, answered, or being answered. Nothing was sent."""


def waits_for_us(dispute: Dispute) -> bool:
    """Whether we may still answer it, or give in."""
    return dispute.is_open and dispute.answerable and not dispute.evidence_asked_at and not dispute.accept_asked_at


def needs_two_people(dispute: Dispute) -> bool:
    """Giving in is giving money back: above REFUND_APPROVAL_CENTS, or in another currency, one person is not enough."""
    at_stake = max(dispute.amount_cents, dispute.taken_cents)
    return dispute.currency != CURRENCY or at_stake > settings.REFUND_APPROVAL_CENTS


@transaction.atomic
def request_acceptance(dispute_id: int, *, reason: str, by: User, at: datetime) -> Dispute:
    """Decide to give in, once: the payer keeps the money. A job tells the provider.

    When it takes two people, another one is asked first; until then nothing is told, and evidence may still be sent
    instead. Raises NotAnswerable.
    """
    dispute = lock(dispute_id)
    if not waits_for_us(dispute):
        raise NotAnswerable(dispute.object_id)
    if not needs_two_people(dispute):
        return _give_in(dispute, by=by, at=at, why=reason)
    if dispute.accept_approval is None:
        dispute.accept_approval = accounts.ask_approval(_wanted(dispute), reason=reason, by=by, at=at)
        dispute.save(update_fields=["accept_approval"])
        note(dispute, "approval of giving in asked for", at=at, actor=by, detail=reason)
    return dispute


@transaction.atomic
def follow_acceptance(dispute_id: int, *, at: datetime) -> Dispute:
    """Give in when that was approved; drop the wish when it was not, or came too late. Leave one that still waits."""
    dispute = lock(dispute_id)
    approval = dispute.accept_approval
    if approval is None or dispute.accept_asked_at:
        return dispute
    if not waits_for_us(dispute):
        stop_waiting(dispute, by=None, at=at)
    elif approval.state != ApprovalState.ASKED:
        try:
            accounts.use_approval(approval.pk, content=_wanted(dispute).content, at=at)
        except (accounts.NotApproved, accounts.Altered) as reason:
            dispute.accept_approval = None
            accounts.withdraw_approval(approval.pk, by=None, at=at)  # of another amount than it is by now
            note(dispute, "giving in not approved", at=at, detail=str(reason))
        else:
            return _give_in(dispute, by=approval.asked_by, at=at, why=str(approval.decided_by or ""))
    dispute.save(update_fields=["accept_approval"])
    return dispute


def stop_waiting(dispute: Dispute, *, by: User | None, at: datetime) -> None:
    """Nobody needs to agree any more. The caller holds the lock and saves."""
    approval, dispute.accept_approval = dispute.accept_approval, None
    if approval is not None:
        accounts.withdraw_approval(approval.pk, by=by, at=at)
        note(dispute, "giving in given up", at=at, actor=by)


def hear_decision(*, kind: str, subject: str, at: datetime, **_more: object) -> None:
    """Somebody decided about an approval: go on at once with the dispute that it is about, if it is about one."""
    if kind == APPROVAL:
        follow_acceptance(Dispute.objects.values_list("pk", flat=True).get(public_id=subject), at=at)


def follow_decisions(*, at: datetime) -> int:
    """Go on with each wish to give in that was decided, or that came too late, at most 200. Returns how many."""
    asked = Dispute.objects.filter(accept_approval__isnull=False, accept_asked_at=None)
    waiting = asked.filter(accept_approval__state=ApprovalState.ASKED, status__in=OPEN_DISPUTES, answerable=True)
    due = list(asked.exclude(pk__in=waiting).order_by("pk").values_list("pk", flat=True)[:_AT_ONCE])
    for dispute_id in due:
        follow_acceptance(dispute_id, at=at)
    return len(due)


def lock(dispute_id: int) -> Dispute:
    """The row alone: no account is touched here."""
    around = ("customer", "payment", "accept_approval")
    return Dispute.objects.select_for_update(of=("self",)).select_related(*around).get(pk=dispute_id)


def turn(kind: str, dispute: Dispute, at: datetime) -> str:
    """One job for each decision; after a refusal staff may decide again."""
    return f"{kind}:{dispute.pk}:{at.isoformat()}"


def _give_in(dispute: Dispute, *, by: User, at: datetime, why: str) -> Dispute:
    dispute.accept_asked_at, dispute.accepted_by = at, by
    dispute.save(update_fields=["accept_asked_at", "accepted_by"])
    note(dispute, "acceptance asked for", at=at, actor=by, detail=why)
    enqueue(ACCEPT, {"dispute_id": dispute.pk}, key=turn(ACCEPT, dispute, at), at=at)
    return dispute


def _wanted(dispute: Dispute) -> accounts.Wanted:
    """What the second person approves: that the payer keeps this amount of this payment."""
    parts = (dispute.public_id, dispute.object_id, dispute.payment_id, dispute.amount_cents, dispute.currency)
    summary = (  # in the language of the books
        f"Céder à la contestation du paiement {dispute.payment.reference} : "
        f"{dispute.customer} garde {money_text(dispute.amount)}"
    )
    return accounts.Wanted(APPROVAL, str(dispute.public_id), summary, "|".join(str(part) for part in parts))
