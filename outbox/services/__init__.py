"""The verbs of the outbox: write work down with the business change, do it once, and send mails."""

from __future__ import annotations

from outbox.services.asking import JsonValue, NewJob, enqueue, enqueue_many, retry, sweep
from outbox.services.doing import LeaseLost, offer, progress, report, run, run_due
from outbox.services.mailing import NotAnAddress, cancel_message, cancel_messages, post_message, send_message

__all__ = [
    "JsonValue",
    "LeaseLost",
    "NewJob",
    "NotAnAddress",
    "cancel_message",
    "cancel_messages",
    "enqueue",
    "enqueue_many",
    "offer",
    "post_message",
    "progress",
    "report",
    "retry",
    "run",
    "run_due",
    "send_message",
    "sweep",
]
