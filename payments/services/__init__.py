"""The verbs of money through providers."""

from __future__ import annotations

from payments.services.about import StillUnknown
from payments.services.applying import apply
from payments.services.asking import ask, close, glance, send
from payments.services.hearing import HEARD
from payments.services.inbox import apply_event, catch_up, receive, replay
from payments.services.known import movements_to_treat
from payments.services.paying_out import apply_payout, look_at_payout
from payments.services.sweeping import give_up_question, sweep
from payments.services.till import Synchronised, read_till, sync_till
from payments.services.topping_up import AmountRefused, TooManyTopUps, Wish, request_top_up, suggested_due
from payments.services.treating import NotTreatable, book_fees, carry_out, propose

__all__ = [
    "HEARD",
    "AmountRefused",
    "NotTreatable",
    "StillUnknown",
    "Synchronised",
    "TooManyTopUps",
    "Wish",
    "apply",
    "apply_event",
    "apply_payout",
    "ask",
    "book_fees",
    "carry_out",
    "catch_up",
    "close",
    "give_up_question",
    "glance",
    "look_at_payout",
    "movements_to_treat",
    "propose",
    "read_till",
    "receive",
    "replay",
    "request_top_up",
    "send",
    "suggested_due",
    "sweep",
    "sync_till",
]
