"""Ask the provider how a dispute stands, and apply the answer. One verb for webhook, sweeper, catch-up and staff."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from core.clock import local_date
from core.failpoints import failpoint
from outbox.services import NewJob, enqueue, enqueue_many
from payments.gateways.base import Refused, Unsure
from payments.models import Dispute, Payment, PaymentStatus
from payments.services.about.subject import StillUnknown
from payments.services.asking import ask
from payments.services.disputes.applying import LOOK_AGAIN, Overtaken, apply_dispute
from payments.services.disputes.giving_in import follow_decisions

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from payments.gateways import base
    from payments.gateways.base import Gateway

ASK_DISPUTE: Final = "payments.ask_dispute"
FIND_DISPUTES: Final = "payments.find_disputes"
_AT_ONCE: Final = 200
_ROUNDS: Final = 5
_SILENT: Final = timedelta(hours=1)
_LOOK_BACK: Final = timedelta(days=130)
"""A payer may dispute for 120 days, and what was never told is found for as long."""


def look_at(told: base.Dispute, *, provider: str, gateway: Gateway, at: datetime) -> Dispute | None:
    """Apply a dispute that was just read, if it is about a payment of ours. Raises StillUnknown, Refused or Unsure.

    A payment that we do not know to be paid yet is asked about first: there is nothing to dispute without money. An
    answer that somebody else overtook is thrown away, and the provider is asked again.
    """
    payment = payment_of(told.charge_id, told.reference, provider)
    if payment is None:
        return None
    if payment.status != PaymentStatus.SUCCEEDED:
        payment = ask(payment.pk, gateway=gateway, at=at)
    if payment.status != PaymentStatus.SUCCEEDED:
        raise StillUnknown(f"{payment.reference} is disputed, and not paid")
    return _apply_newest(payment, told.object_id, lambda: gateway.read_dispute(told.object_id), first=told, at=at)


def ask_dispute(dispute_id: int, *, gateway: Gateway, at: datetime) -> Dispute:
    """Ask about a dispute that we know. An answer that does not come leaves it as it is, to be asked about again."""
    dispute = Dispute.objects.select_related("payment").get(pk=dispute_id)
    try:
        return _apply_newest(dispute.payment, dispute.object_id, lambda: gateway.read_dispute(dispute.object_id), at=at)
    except (Refused, Unsure):  # it does not know a dispute that it told us of: no reason to conclude anything
        return _put_off(dispute_id, at=at)


def find_untold(provider: str, *, gateway: Gateway, at: datetime) -> int:
    """Ask for every dispute of the last months, and look at those that we never heard of. Returns how many.

    Raises Unsure; the next turn goes on.
    """
    found = 0
    for told in gateway.disputes_since(at - _LOOK_BACK):
        if Dispute.objects.filter(provider=provider, object_id=told.object_id).exists():
            continue
        found += look_at(told, provider=provider, gateway=gateway, at=at) is not None
    return found


def sweep_disputes(*, at: datetime) -> int:
    """Ask for a look at each dispute whose turn it is, at most 200; and, once a day, for those never told.

    What was decided about giving in is followed. Returns how many looks were asked for.
    """
    follow_decisions(at=at)
    day = local_date(at).isoformat()
    enqueue(FIND_DISPUTES, {}, key=f"{FIND_DISPUTES}:{day}", at=at)
    due = Dispute.objects.filter(ask_at__lte=at).order_by("ask_at", "pk")[:_AT_ONCE]
    jobs = [NewJob(ASK_DISPUTE, _turn(each), {"dispute_id": each.pk}) for each in due]
    enqueue_many(jobs, at=at)
    return len(jobs)


def give_up_dispute(dispute_id: int, *, at: datetime) -> None:
    """A question failed too often (not the provider: our own work). The next one comes in its turn."""
    _put_off(dispute_id, at=at)


def _turn(dispute: Dispute) -> str:
    """The key of a question: one waits for its answer at a time."""
    return f"{ASK_DISPUTE}:{dispute.pk}:{dispute.version}:{dispute.asked_count}"


def _apply_newest(
    payment: Payment,
    object_id: str,
    read: Callable[[], base.Dispute],
    *,
    at: datetime,
    first: base.Dispute | None = None,
) -> Dispute:
    """Read, then apply, until no other answer came in between.

    What was read `first` serves as long as nobody has applied anything: no newer answer can be overwritten by it.
    """
    for _ in range(_ROUNDS):
        seen = _version(payment.provider, object_id)
        told = first if first is not None and (first.once or not seen) else read()
        failpoint("dispute.told")
        try:
            dispute = apply_dispute(payment.pk, told, seen=seen, at=at)
        except Overtaken:
            continue
        failpoint("dispute.applied")
        return dispute
    raise StillUnknown(f"{object_id}: others are faster each time")


def _version(provider: str, object_id: str) -> int:
    known = Dispute.objects.filter(provider=provider, object_id=object_id)
    return known.values_list("version", flat=True).first() or 0


def payment_of(charge_id: str, reference: str, provider: str) -> Payment | None:
    """Our payment: by the ids that we wrote down, else by the reference that we gave to the provider."""
    known = Payment.objects.filter(provider=provider)
    found = known.filter(Q(charge_id=charge_id) | Q(intent_id=charge_id)).first() if charge_id else None
    if found is None and (public_id := _uuid(reference)):
        found = known.filter(public_id=public_id).first()
    return found


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


@transaction.atomic
def _put_off(dispute_id: int, *, at: datetime) -> Dispute:
    dispute = Dispute.objects.select_for_update().get(pk=dispute_id)
    dispute.asked_count += 1
    if dispute.ask_at is not None:
        dispute.ask_at = at + min(_SILENT, LOOK_AGAIN)
    dispute.save(update_fields=["asked_count", "ask_at"])
    return dispute
