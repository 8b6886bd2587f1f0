"""The verbs of disputes: learn of one, book what moved, answer it, give in, and gather the evidence."""

from __future__ import annotations

from payments.services.disputes.applying import Overtaken, apply_dispute
from payments.services.disputes.looking import ask_dispute, find_untold, give_up_dispute, look_at, sweep_disputes
from payments.services.disputes.warning import handle_warning, warned_of

__all__ = [
    "Overtaken",
    "apply_dispute",
    "ask_dispute",
    "find_untold",
    "give_up_dispute",
    "handle_warning",
    "look_at",
    "sweep_disputes",
    "warned_of",
]
