"""Refunds of captures."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import quote

from core.money import ZERO
from payments.gateways.base import Refund, RefundOrder, RefundState
from payments.gateways.paypal.door import amount_body, read_money, readable, text

if TYPE_CHECKING:
    from payments.gateways.paypal.api import Json
    from payments.gateways.paypal.door import Door

_NOTE = 255


class PayPalRefunds:
    """Give money back to the PayPal account that it came from. Our own name for the refund travels as `custom_id`."""

    def __init__(self, door: Door) -> None:
        self._door = door

    def refund(self, order: RefundOrder) -> Refund:
        body: Json = {"amount": amount_body(order.amount), "custom_id": order.reference}
        if order.note:
            body["note_to_payer"] = order.note[:_NOTE]
        path = f"v2/payments/captures/{quote(order.intent_id, safe='')}/refund"
        return readable(_refund, self._door.post(path, body, key=order.key))

    def read_refund(self, refund_id: str) -> Refund:
        return readable(_refund, self._door.get(f"v2/payments/refunds/{quote(refund_id, safe='')}"))

    def refunds_of(self, *, session_id: str, intent_id: str) -> list[Refund]:
        """PayPal lists them with the order, among those of its other captures."""
        path = f"v2/checkout/orders/{quote(session_id, safe='')}"
        found = readable(_refunds, self._door.get(path, never_refused=True))
        return sorted((each for each in found if each.intent_id == intent_id), key=lambda each: each.made_at)


def _refunds(order: Json) -> list[Refund]:
    units = order["purchase_units"]
    return [_refund(refund) for unit in units for refund in (unit.get("payments") or {}).get("refunds") or []]


def _refund(refund: Json) -> Refund:
    """A refund has left our balance when it is complete: one that waits is paid from a bank account first."""
    state = RefundState(refund["status"])
    told = refund.get("seller_payable_breakdown") or {}
    up = next(str(link["href"]) for link in refund["links"] if link["rel"] == "up")
    return Refund(
        object_id=text(refund["id"]),
        state=state,
        amount=read_money(refund["amount"]),
        currency=text(refund["amount"]["currency_code"]),
        intent_id=text(up.rpartition("/")[2]),
        reference=str(refund.get("custom_id") or ""),
        made_at=datetime.fromisoformat(refund["create_time"]),
        moved=state == RefundState.COMPLETED,
        fee_back=read_money(told["paypal_fee"]) if "paypal_fee" in told else ZERO,
        reason=str((refund.get("status_details") or {}).get("reason", "")),
    )
