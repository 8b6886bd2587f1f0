"""Refunds of Stripe's payments."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

import stripe

from core.money import ZERO, Money
from payments.gateways.base import Refund, RefundOrder, RefundState
from payments.gateways.stripe.client import ask, id_of, readable, text

_MOVED: Final = ["balance_transaction"]
_ALL_MOVED: Final = ["data.balance_transaction"]
_STATES: Final = {
    "pending": RefundState.PENDING,
    "requires_action": RefundState.PENDING,
    "succeeded": RefundState.COMPLETED,
    "failed": RefundState.FAILED,
    "canceled": RefundState.CANCELLED,
}


class StripeRefunds:
    """Give money back to the card that it came from. Our own name for the refund travels in its metadata."""

    def __init__(self, client: stripe.StripeClient) -> None:
        self._client = client

    def refund(self, order: RefundOrder) -> Refund:
        made = ask(
            lambda: self._client.v1.refunds.create(
                {
                    "payment_intent": order.intent_id,
                    "amount": order.amount.cents,
                    "reason": "requested_by_customer",
                    "metadata": {"refund": order.reference},
                    "expand": _MOVED,
                },
                {"idempotency_key": order.key},
            )
        )
        return readable(lambda: _refund(made))

    def read_refund(self, refund_id: str) -> Refund:
        found = ask(lambda: self._client.v1.refunds.retrieve(refund_id, {"expand": _MOVED}))
        return readable(lambda: _refund(found))

    def refunds_of(self, *, session_id: str, intent_id: str) -> list[Refund]:
        """Stripe lists them by payment; the page is of no use here."""
        listed = ask(
            lambda: self._client.v1.refunds.list({"payment_intent": intent_id, "limit": 100, "expand": _ALL_MOVED}),
            never_refused=True,
        )
        newest_first = ask(lambda: list(listed.auto_paging_iter()), never_refused=True)
        return readable(lambda: [_refund(each) for each in reversed(newest_first)])


def _refund(refund: stripe.Refund) -> Refund:
    movement = refund.balance_transaction
    metadata = refund.metadata
    return Refund(
        object_id=text(refund.id),
        state=_STATES[text(refund.status)],
        amount=Money(refund.amount),
        currency=refund.currency.upper(),
        intent_id=id_of(refund.payment_intent),
        reference=str(metadata["refund"]) if metadata and "refund" in metadata else "",
        made_at=datetime.fromtimestamp(refund.created, UTC),
        moved=movement is not None,
        fee_back=Money(-movement.fee) if isinstance(movement, stripe.BalanceTransaction) else ZERO,
        reason=str(getattr(refund, "failure_reason", None) or getattr(refund, "pending_reason", None) or ""),
    )
