"""The verbs of money through providers."""

from __future__ import annotations

from payments.services import methods
from payments.services.about import StillUnknown
from payments.services.applying import apply
from payments.services.asking import ask, close, glance, send
from payments.services.attempts import CardsPaused, TooManyTopUps, forgive, paused_until
from payments.services.hearing import HEARD
from payments.services.inbox import apply_event, catch_up, receive, repair, replay, replay_failed
from payments.services.known import movements_to_treat
from payments.services.paying_out import apply_payout, look_at_payout
from payments.services.refunding import (
    NotRefundable,
    Overtaken,
    RefundWish,
    advance_refund,
    apply_refund,
    ask_refund,
    cancel_refund,
    follow_approval,
    give_up_refund_turn,
    look_after,
    look_for_refunds,
    request_refund,
    send_refund,
    sweep_refunds,
)
from payments.services.reviewing import note_amount_seen, note_answer_seen
from payments.services.sweeping import give_up_question, sweep, sweep_methods
from payments.services.till import Synchronised, read_till, sync_till
from payments.services.topping_up import AmountRefused, DebtChanged, Wish, request_top_up, suggested_due
from payments.services.treating import NotTreatable, book_fees, carry_out, propose

__all__ = [
    "HEARD",
    "AmountRefused",
    "CardsPaused",
    "DebtChanged",
    "NotRefundable",
    "NotTreatable",
    "Overtaken",
    "RefundWish",
    "StillUnknown",
    "Synchronised",
    "TooManyTopUps",
    "Wish",
    "advance_refund",
    "apply",
    "apply_event",
    "apply_payout",
    "apply_refund",
    "ask",
    "ask_refund",
    "book_fees",
    "cancel_refund",
    "carry_out",
    "catch_up",
    "close",
    "follow_approval",
    "forgive",
    "give_up_question",
    "give_up_refund_turn",
    "glance",
    "look_after",
    "look_at_payout",
    "look_for_refunds",
    "methods",
    "movements_to_treat",
    "note_amount_seen",
    "note_answer_seen",
    "paused_until",
    "propose",
    "read_till",
    "receive",
    "repair",
    "replay",
    "replay_failed",
    "request_refund",
    "request_top_up",
    "send",
    "send_refund",
    "suggested_due",
    "sweep",
    "sweep_methods",
    "sweep_refunds",
    "sync_till",
]
