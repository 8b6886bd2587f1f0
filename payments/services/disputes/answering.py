"""Answer a dispute with evidence, or give in: intention, call, what came of it. Each reaches the provider once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.db import transaction

from accounts import selectors as accounts
from core.failpoints import failpoint
from outbox.services import enqueue
from payments.dispute_transitions import note
from payments.gateways.base import Evidence, Refused
from payments.models import Dispute
from payments.services.disputes.applying import MAKE_PACK
from payments.services.disputes.giving_in import NotAnswerable, lock, stop_waiting, turn, waits_for_us
from payments.services.disputes.looking import ask_dispute
from payments.services.disputes.packing import make_pack, pack_file, pack_name

if TYPE_CHECKING:
    from datetime import datetime

    from accounts.models import User
    from payments.gateways.base import Gateway

SEND_EVIDENCE: Final = "payments.send_evidence"
LONGEST_ANSWER: Final = 2_000
"""What PayPal takes; the pack has room for the rest."""


def ask_for_pack(dispute: Dispute, *, at: datetime) -> None:
    """Have the pack printed: at its opening, and when somebody wants a fresh one."""
    enqueue(MAKE_PACK, {"dispute_id": dispute.pk}, key=f"{MAKE_PACK}:{dispute.pk}:{at.isoformat()}", at=at)


@transaction.atomic
def write_answer(dispute_id: int, text: str, *, by: User, at: datetime) -> Dispute:
    """Keep what staff want to say, and have the pack printed with it. Raises NotAnswerable once it is being sent."""
    dispute = lock(dispute_id)
    if dispute.evidence_asked_at:
        raise NotAnswerable(dispute.object_id)
    if text.strip() != dispute.evidence_text:
        dispute.evidence_text, dispute.updated_at = text.strip()[:LONGEST_ANSWER], at
        dispute.save(update_fields=["evidence_text", "updated_at"])
        note(dispute, "answer written", at=at, actor=by)
    ask_for_pack(dispute, at=at)
    return dispute


@transaction.atomic
def request_evidence(dispute_id: int, *, by: User, at: datetime) -> Dispute:
    """Decide that the evidence is sent, once. A job does it. Raises NotAnswerable."""
    dispute = lock(dispute_id)
    if not waits_for_us(dispute):
        raise NotAnswerable(dispute.object_id)
    stop_waiting(dispute, by=by, at=at)
    dispute.evidence_asked_at, dispute.evidence_by = at, by
    dispute.save(update_fields=["evidence_asked_at", "evidence_by", "accept_approval"])
    note(dispute, "sending asked for", at=at, actor=by)
    enqueue(SEND_EVIDENCE, {"dispute_id": dispute.pk}, key=turn(SEND_EVIDENCE, dispute, at), at=at)
    return dispute


def send_evidence(dispute_id: int, *, gateway: Gateway, at: datetime) -> Dispute:
    """Send the text and the pack. Repeated with the very same file until the provider has answered.

    Raises Unsure: the next try has the same key. What the provider refuses is told to staff, who may try again.
    """
    dispute = Dispute.objects.get(pk=dispute_id)
    if dispute.evidence_sent_at or dispute.evidence_asked_at is None:
        return dispute
    if dispute.pack_made_at is None or dispute.pack_made_at < dispute.evidence_asked_at:
        dispute = make_pack(dispute_id, at=max(at, dispute.evidence_asked_at))
    failpoint("dispute.pack_made")
    try:
        gateway.send_evidence(dispute.object_id, _evidence(dispute))
    except Refused as refusal:
        return _refused(dispute_id, refusal, gateway=gateway, at=at)
    failpoint("dispute.evidence_sent")
    arrived(dispute_id, at=at)
    return ask_dispute(dispute_id, gateway=gateway, at=at)


@transaction.atomic
def arrived(dispute_id: int, *, at: datetime) -> bool:
    """Note that the provider has our evidence, once. False when it was noted before."""
    dispute = lock(dispute_id)
    if dispute.evidence_sent_at or dispute.evidence_asked_at is None:
        return False
    dispute.evidence_sent_at = at
    dispute.save(update_fields=["evidence_sent_at"])
    note(dispute, "evidence sent", at=at, detail=dispute.pack_sha256, actor=dispute.evidence_by)
    return True


def accept(dispute_id: int, *, gateway: Gateway, at: datetime) -> Dispute:
    """Tell the provider that we give in. Raises Unsure: the next try has the same key."""
    dispute = Dispute.objects.get(pk=dispute_id)
    if not dispute.is_open or dispute.accept_asked_at is None:
        return dispute
    try:
        gateway.accept_dispute(dispute.object_id, note="", key=f"{dispute.hold_key}:accept")
    except Refused as refusal:
        return _refused(dispute_id, refusal, gateway=gateway, at=at)
    failpoint("dispute.accepted")
    return ask_dispute(dispute_id, gateway=gateway, at=at)


def _evidence(dispute: Dispute) -> Evidence:
    """Everything comes from the row and the kept file: the same key always says the same thing."""
    customer = dispute.customer
    return Evidence(
        text=dispute.evidence_text,
        pack=pack_file(dispute),
        filename=pack_name(dispute),
        customer_name=customer.name,
        customer_email=next(iter(accounts.billing_addresses(customer)), ""),
        service=f"{customer.number} {dispute.payment.reference}",
        key=f"{dispute.hold_key}:{dispute.pack_sha256[:16]}",
        purchase_address=dispute.payment.payer_address or "",
    )


def _refused(dispute_id: int, refusal: Refused, *, gateway: Gateway, at: datetime) -> Dispute:
    """The provider said no. Perhaps an earlier call of ours arrived, or all is over: it is asked how things stand."""
    dispute = ask_dispute(dispute_id, gateway=gateway, at=at)
    if not dispute.is_open or dispute.evidence_sent_at:
        return dispute
    with transaction.atomic():
        dispute = lock(dispute_id)
        dispute.evidence_asked_at = dispute.accept_asked_at = dispute.accept_approval = None
        dispute.save(update_fields=["evidence_asked_at", "accept_asked_at", "accept_approval"])
        note(dispute, "refused by the provider", at=at, detail=refusal.code)
    return dispute
