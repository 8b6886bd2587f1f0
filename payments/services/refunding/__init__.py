"""Money that goes back to its source: asked by staff, approved when it is much, sent once, booked once."""

from __future__ import annotations

from payments.services.refunding.applying import apply_refund
from payments.services.refunding.requesting import (
    NotRefundable,
    Overtaken,
    RefundWish,
    cancel_refund,
    follow_approval,
    look_after,
    request_refund,
)
from payments.services.refunding.sending import advance_refund, ask_refund, look_for_refunds, send_refund
from payments.services.refunding.sweeping import give_up_refund_turn, sweep_refunds

__all__ = [
    "NotRefundable",
    "Overtaken",
    "RefundWish",
    "advance_refund",
    "apply_refund",
    "ask_refund",
    "cancel_refund",
    "follow_approval",
    "give_up_refund_turn",
    "look_after",
    "look_for_refunds",
    "request_refund",
    "send_refund",
    "sweep_refunds",
]
