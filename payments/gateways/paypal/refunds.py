"""Refunds of captures."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from payments.gateways.base import Refund, RefundState
from payments.gateways.paypal.door import amount_body, read_money, readable, text

if TYPE_CHECKING:
    from core.money import Money
    from payments.gateways.paypal.api import Json
    from payments.gateways.paypal.door import Door


class PayPalRefunds:
    """Give money back to where it came from."""

    def __init__(self, door: Door) -> None:
        self._door = door

    def refund(self, charge_id: str, amount: Money, *, key: str, reference: str, note: str = "") -> Refund:
        """Give back some or all of a capture. Raises Refused (more than is left, too late) or Unsure."""
        body: Json = {"amount": amount_body(amount), "custom_id": reference}
        if note:
            body["note_to_payer"] = note[:255]
        path = f"v2/payments/captures/{quote(charge_id, safe='')}/refund"
        return readable(_refund, self._door.post(path, body, key=key))

    def read_refund(self, refund_id: str) -> Refund:
        return readable(_refund, self._door.get(f"v2/payments/refunds/{quote(refund_id, safe='')}"))


def _refund(refund: Json) -> Refund:
    return Refund(
        object_id=text(refund["id"]),
        state=RefundState(refund["status"]),
        amount=read_money(refund["amount"]),
        currency=text(refund["amount"]["currency_code"]),
        reason=str((refund.get("status_details") or {}).get("reason", "")),
    )
