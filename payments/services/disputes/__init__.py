"""The verbs of disputes: learn of one, book what moved, answer it, give in, and gather the evidence."""

from __future__ import annotations

from payments.services.disputes.answering import (
    LONGEST_ANSWER,
    accept,
    ask_for_pack,
    request_evidence,
    send_evidence,
    write_answer,
)
from payments.services.disputes.applying import Overtaken, apply_dispute
from payments.services.disputes.giving_in import (
    NotAnswerable,
    follow_acceptance,
    follow_decisions,
    needs_two_people,
    request_acceptance,
    waits_for_us,
)
from payments.services.disputes.looking import ask_dispute, find_untold, give_up_dispute, look_at, sweep_disputes
from payments.services.disputes.packing import make_pack, pack_file, pack_json, pack_name, pack_of
from payments.services.disputes.warning import handle_warning, warned_of

__all__ = [
    "LONGEST_ANSWER",
    "NotAnswerable",
    "Overtaken",
    "accept",
    "apply_dispute",
    "ask_dispute",
    "ask_for_pack",
    "find_untold",
    "follow_acceptance",
    "follow_decisions",
    "give_up_dispute",
    "handle_warning",
    "look_at",
    "make_pack",
    "needs_two_people",
    "pack_file",
    "pack_json",
    "pack_name",
    "pack_of",
    "request_acceptance",
    "request_evidence",
    "send_evidence",
    "sweep_disputes",
    "waits_for_us",
    "warned_of",
    "write_answer",
]
