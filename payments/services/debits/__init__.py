"""What becomes of a debit once it was begun: attempts, answers, what follows a refusal, the end."""

from __future__ import annotations

from payments.services.debits.amounts import LEAST, amount_now
from payments.services.debits.applying import (
    apply_charge,
    refuse_attempt,
    return_debit,
    send_to_bank,
    settle_attempt,
)
from payments.services.debits.attempting import ask_attempt, make_attempt
from payments.services.debits.ending import STOPPABLE, cancel, close, give_up, stop
from payments.services.debits.fallback import COLLECT, announce_again, next_method, ring, switch
from payments.services.debits.scheduling import MOST_LATER, Days, days_for, from_day

__all__ = [
    "COLLECT",
    "LEAST",
    "MOST_LATER",
    "STOPPABLE",
    "Days",
    "amount_now",
    "announce_again",
    "apply_charge",
    "ask_attempt",
    "cancel",
    "close",
    "days_for",
    "from_day",
    "give_up",
    "make_attempt",
    "next_method",
    "refuse_attempt",
    "return_debit",
    "ring",
    "send_to_bank",
    "settle_attempt",
    "stop",
    "switch",
]
