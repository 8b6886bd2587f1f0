"""The verbs of money through providers."""

from __future__ import annotations

from payments.services.about import StillUnknown
from payments.services.applying import apply
from payments.services.asking import ask, close, glance, send
from payments.services.hearing import HEARD
from payments.services.inbox import apply_event, catch_up, receive, replay
from payments.services.sweeping import give_up_question, sweep
from payments.services.topping_up import AmountRefused, TooManyTopUps, Wish, request_top_up, suggested_due

__all__ = [
    "HEARD",
    "AmountRefused",
    "StillUnknown",
    "TooManyTopUps",
    "Wish",
    "apply",
    "apply_event",
    "ask",
    "catch_up",
    "close",
    "give_up_question",
    "glance",
    "receive",
    "replay",
    "request_top_up",
    "send",
    "suggested_due",
    "sweep",
]
