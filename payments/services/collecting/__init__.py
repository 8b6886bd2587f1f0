"""The verbs of automatic collection: agree, plan, announce, begin, change, stop.

What an answer means is in `payments.services.debits`; whoever brings answers from elsewhere (files of our bank) calls
`claim`, `send_to_bank`, `settle_attempt`, `refuse_attempt` and `return_debit`, all of which are here too.
"""

from __future__ import annotations

from payments.services.collecting.choosing import (
    DayRefused,
    TooLate,
    choose_method,
    last_day,
    may_change,
    move_debit,
    pay_otherwise,
)
from payments.services.collecting.planning import Need, blocked_by, needed, open_by_day, plan_customer, plan_debits
from payments.services.collecting.ruling import NotCollectable, pause, turn_off, turn_on
from payments.services.collecting.staffing import begin_now, cancel_for
from payments.services.collecting.starting import claim, make_way, start
from payments.services.collecting.sweeping import Collected, collect, review, review_customer, ring_due
from payments.services.collecting.top_up_rules import (
    TermsRefused,
    TopUpTerms,
    pause_top_up_rule,
    resume_top_up_rule,
    set_top_up_rule,
    turn_off_top_up_rule,
)
from payments.services.collecting.topping import TOP_UP, ring_top_up, ring_top_ups, top_up
from payments.services.debits import (
    COLLECT,
    cancel,
    refuse_attempt,
    return_debit,
    send_to_bank,
    settle_attempt,
)

__all__ = [
    "COLLECT",
    "TOP_UP",
    "Collected",
    "DayRefused",
    "Need",
    "NotCollectable",
    "TermsRefused",
    "TooLate",
    "TopUpTerms",
    "begin_now",
    "blocked_by",
    "cancel",
    "cancel_for",
    "choose_method",
    "claim",
    "collect",
    "last_day",
    "make_way",
    "may_change",
    "move_debit",
    "needed",
    "open_by_day",
    "pause",
    "pause_top_up_rule",
    "pay_otherwise",
    "plan_customer",
    "plan_debits",
    "refuse_attempt",
    "resume_top_up_rule",
    "return_debit",
    "review",
    "review_customer",
    "ring_due",
    "ring_top_up",
    "ring_top_ups",
    "send_to_bank",
    "set_top_up_rule",
    "settle_attempt",
    "start",
    "top_up",
    "turn_off",
    "turn_off_top_up_rule",
    "turn_on",
]
