"""Disputes of Stripe: read, list, answer with evidence, give in. And the early fraud warnings of Radar."""

from __future__ import annotations

from datetime import UTC, datetime
from io import BytesIO
from typing import TYPE_CHECKING, Final

import stripe

from core.money import Money
from payments.gateways.base import Dispute, DisputeMovement, DisputeState, FraudWarning
from payments.gateways.stripe.client import ask, id_of, readable, text
from payments.models import DisputeCause

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from payments.gateways.base import Evidence, News

_WHOLE: Final = ["payment_intent", "charge"]
_WHOLE_OF_EACH: Final = ["data.payment_intent", "data.charge"]
_STATES: Final[Mapping[str, DisputeState]] = {
    "warning_needs_response": DisputeState.WARNING,
    "warning_under_review": DisputeState.ANSWERED,
    "warning_closed": DisputeState.CLOSED,
    "needs_response": DisputeState.OPENED,
    "under_review": DisputeState.ANSWERED,
    "won": DisputeState.WON,
    "lost": DisputeState.LOST,
    "prevented": DisputeState.CLOSED,
}
_CAUSES: Final[Mapping[str, DisputeCause]] = {
    "fraudulent": DisputeCause.FRAUD,
    "product_not_received": DisputeCause.NOT_RECEIVED,
    "product_unacceptable": DisputeCause.NOT_AS_DESCRIBED,
    "duplicate": DisputeCause.DUPLICATE,
    "credit_not_processed": DisputeCause.REFUND_MISSING,
    "subscription_canceled": DisputeCause.CANCELLED,
    "unrecognized": DisputeCause.UNRECOGNISED,
    "debit_not_authorized": DisputeCause.NOT_AUTHORISED,
    "bank_cannot_process": DisputeCause.BANK,
    "incorrect_account_details": DisputeCause.BANK,
    "insufficient_funds": DisputeCause.BANK,
}
_ANSWERABLE: Final = ("warning_needs_response", "needs_response")
_LONGEST_TEXT: Final = 20_000
_WARNING: Final = "radar.early_fraud_warning."


class StripeDisputes:
    """What is said of a dispute comes from its own balance transactions, never from the amount in question."""

    def __init__(self, client: stripe.StripeClient) -> None:
        self._client = client

    def read_dispute(self, object_id: str) -> Dispute:
        found = ask(lambda: self._client.v1.disputes.retrieve(object_id, {"expand": _WHOLE}))
        return readable(lambda: _dispute(found))

    def disputes_about(self, news: News) -> Sequence[Dispute]:
        return [self.read_dispute(news.object_id)]

    def disputes_since(self, moment: datetime) -> Iterator[Dispute]:
        listed = ask(
            lambda: self._client.v1.disputes.list(
                {"created": {"gte": int(moment.timestamp())}, "limit": 100, "expand": _WHOLE_OF_EACH}
            ),
            never_refused=True,
        )
        found = ask(lambda: list(listed.auto_paging_iter()), never_refused=True)
        return iter(readable(lambda: [_dispute(each) for each in found]))

    def send_evidence(self, object_id: str, evidence: Evidence) -> Dispute:
        """The pack is uploaded first, then named in the answer: both calls have a key of their own."""
        pack = BytesIO(evidence.pack)
        pack.name = evidence.filename  # Stripe takes the name of a file from its object
        upload: stripe.params.FileCreateParams = {"purpose": "dispute_evidence", "file": pack}
        file = ask(lambda: self._client.v1.files.create(upload, {"idempotency_key": f"{evidence.key}-file"}))
        name = readable(lambda: text(file.id))
        told: stripe.params.DisputeUpdateParamsEvidence = {"uncategorized_file": name}
        if evidence.text:  # Stripe refuses empty words
            told["uncategorized_text"] = evidence.text[:_LONGEST_TEXT]
        if evidence.customer_name:
            told["customer_name"] = evidence.customer_name
        if evidence.customer_email:
            told["customer_email_address"] = evidence.customer_email
        if evidence.purchase_address:
            told["customer_purchase_ip"] = evidence.purchase_address
        if evidence.service:
            told["product_description"] = evidence.service[:_LONGEST_TEXT]
        answer: stripe.params.DisputeUpdateParams = {"evidence": told, "submit": True, "expand": _WHOLE}
        disputes = self._client.v1.disputes
        answered = ask(lambda: disputes.update(object_id, answer, {"idempotency_key": evidence.key}))
        return readable(lambda: _dispute(answered))

    def accept_dispute(self, object_id: str, *, note: str, key: str) -> Dispute:
        """Stripe keeps no note."""
        disputes = self._client.v1.disputes
        closed = ask(lambda: disputes.close(object_id, {"expand": _WHOLE}, {"idempotency_key": key}))
        return readable(lambda: _dispute(closed))

    def fraud_warning_about(self, news: News) -> FraudWarning | None:
        if not news.type.startswith(_WARNING):
            return None
        warnings = self._client.v1.radar.early_fraud_warnings
        found = ask(lambda: warnings.retrieve(news.object_id, {"expand": ["payment_intent"]}))
        return readable(lambda: _warning(found))


def _dispute(dispute: stripe.Dispute) -> Dispute:
    charge = dispute.charge
    due = dispute.evidence_details.due_by
    return Dispute(
        object_id=text(dispute.id),
        state=_STATES.get(dispute.status, DisputeState.UNKNOWN),
        status=text(dispute.status),
        cause=_CAUSES.get(dispute.reason, DisputeCause.OTHER),
        reason=dispute.reason or "",
        amount=Money(dispute.amount),
        currency=dispute.currency.upper(),
        opened_at=datetime.fromtimestamp(dispute.created, UTC),
        charge_id=id_of(charge),
        reference=_reference(dispute.payment_intent),
        due_at=datetime.fromtimestamp(due, UTC) if due else None,
        movements=tuple(_movement(each) for each in dispute.balance_transactions),
        answerable=dispute.status in _ANSWERABLE,
        authentication=_authentication(charge) if isinstance(charge, stripe.Charge) else "",
    )


def _movement(movement: stripe.BalanceTransaction) -> DisputeMovement:
    """Stripe writes what our balance gains; a withdrawal is negative there, and its fee positive."""
    return DisputeMovement(
        object_id=text(movement.id),
        amount=Money(-movement.amount),
        fee=Money(movement.fee),
        currency=movement.currency.upper(),
        moved_at=datetime.fromtimestamp(movement.created, UTC),
    )


def _reference(intent: str | stripe.PaymentIntent | None) -> str:
    """Our own reference of the payment: it was written on the payment intent."""
    if not isinstance(intent, stripe.PaymentIntent):
        return ""
    return str(intent.metadata.to_dict().get("payment", ""))


def _authentication(charge: stripe.Charge) -> str:
    """What 3-D Secure ended in, in the network's word; nothing when it was not asked for."""
    details = charge.payment_method_details
    card = details.card if details is not None and details.type == "card" else None
    proof = card.three_d_secure if card is not None else None
    return str(proof.result or "") if proof is not None else ""


def _warning(warning: stripe.radar.EarlyFraudWarning) -> FraudWarning:
    return FraudWarning(
        object_id=text(warning.id),
        kind=text(warning.fraud_type),
        charge_id=id_of(warning.charge),
        reference=_reference(warning.payment_intent),
        warned_at=datetime.fromtimestamp(warning.created, UTC),
    )
