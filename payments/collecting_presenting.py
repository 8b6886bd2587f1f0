"""What the pages of automatic collection show, computed from questions alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.clock import local_date
from payments import selectors
from payments.collecting_forms import MoveForm, OtherMethodForm
from payments.models import Debit, DebitState, Mandate, PaymentStatus
from payments.selectors import NotCollecting
from payments.services import collecting
from payments.services.debits.wording import cancelled_words, refusal_words

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from django import forms
    from django.utils.functional import _StrPromise

    from accounts.models import Customer
    from core.money import Money
    from payments.models import CollectingRule

TAGS: Final[Mapping[str, str]] = {
    DebitState.ANNOUNCED: "wait",
    DebitState.SENT: "wait",
    DebitState.WAITING: "due",
    DebitState.ACTION: "due",
    DebitState.COLLECTED: "ok",
    DebitState.CLOSED: "ok",
    DebitState.RETURNED: "late",
    DebitState.FAILED: "late",
    DebitState.CANCELLED: "",
}
_WHY_NOT: Final[Mapping[str, _StrPromise]] = {
    NotCollecting.PAUSED: gettext_lazy("Our staff has paused it for now. What is due is still due."),
    NotCollecting.DISPUTED: gettext_lazy("A payment is contested: nothing is debited until that is decided."),
    NotCollecting.NO_METHOD: gettext_lazy("No saved method can be used. Save one, and collection goes on by itself."),
}
_STEPS: Final[Mapping[str, _StrPromise]] = {
    "asked by the rule": gettext_lazy("Asked for by your top-up rule"),
    "announced": gettext_lazy("Announced to you"),
    "announced again": gettext_lazy("Announced to you again"),
    "announced from another method": gettext_lazy("Announced from another method"),
    "moved": gettext_lazy("Moved to another day"),
    "sent": gettext_lazy("Sent"),
    "sent again": gettext_lazy("Sent again"),
    "to be tried again": gettext_lazy("Refused; a new try follows"),
    "confirmation asked": gettext_lazy("Your bank asks for your confirmation"),
    "another method chosen": gettext_lazy("Another method chosen"),
    "refused for good": gettext_lazy("Refused for good"),
    "not confirmed in time": gettext_lazy("Not confirmed in time"),
    "collected": gettext_lazy("Debited"),
    "paid after all": gettext_lazy("Debited after all"),
    "final": gettext_lazy("Final"),
    "taken back": gettext_lazy("Taken back by your bank"),
    "taken back late": gettext_lazy("Taken back by your bank"),
    "cancelled": gettext_lazy("Cancelled"),
}


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the timeline: what happened and when, or (`next`) what is still to come."""

    title: str
    at: str
    state: str = "done"
    note: str = ""
    icon: str = ""


@dataclass(frozen=True, slots=True)
class DebitRow:
    """One debit of the list of those to come."""

    debit: Debit
    tag: str
    may_change: bool


@dataclass(frozen=True, slots=True)
class Uncollected:
    """What is open and not collected by itself, and why."""

    due_on: date
    amount: Money
    why: str


def automatic_context(customer: Customer, at: datetime, *, usable: bool, due: Mapping[date, Money]) -> dict[str, Any]:
    """Automatic collection of a customer: on or off, what comes when from which method, and what does not and why."""
    today = local_date(at)
    rule, contested = selectors.rule_and_dispute_of(customer)
    is_on = rule is not None and rule.is_on
    why = selectors.why_not_collecting(rule, on=today, usable=usable, contested=contested) if is_on else None
    standing = list(selectors.standing_debits(customer.pk)) if is_on else []
    rows = [DebitRow(each, TAGS[each.state], collecting.may_change(each, on=today)) for each in standing]
    return {
        "rule": rule,
        "is_on": is_on,
        "is_public": customer.is_public,
        "debit_rows": rows,
        "next_debit": rows[0].debit if rows else None,
        "why_not": _WHY_NOT.get(why, "") if why and is_on else "",
        "uncollected": _uncollected(rule, standing, due) if rule is not None and is_on and why is None else [],
        "usable": usable,
    }


def debit_context(debit: Debit, at: datetime, *, bound: forms.Form | None = None) -> dict[str, Any]:
    """One debit: where it stands, its timeline, and what may be changed. `bound` is a form to be corrected."""
    today = local_date(at)
    changeable = collecting.may_change(debit, on=today)
    last = debit.attempts.select_related("used_method").order_by("-pk").first()
    others = [each for each in selectors.usable_methods(debit.customer) if each.pk != debit.method_id]
    movable = changeable and debit.state == DebitState.ANNOUNCED
    move: forms.Form | None = None
    last_day: date | None = None
    if movable:
        first, last_day = debit.collect_on + timedelta(days=1), collecting.last_day(debit)
        move = (bound if isinstance(bound, MoveForm) else MoveForm()).bounded(first, last_day)
    other = OtherMethodForm(others) if changeable and others else None
    return {
        "debit": debit,
        "tag": TAGS[debit.state],
        "steps": _steps(debit, today),
        "changeable": changeable,
        "move_form": move,
        "last_day": last_day,
        "other_form": bound if isinstance(bound, OtherMethodForm) else other,
        "form": bound,
        "refusal": refusal_words(last) if last is not None and last.failure and debit.failure else "",
        "cancelled": cancelled_words(debit) if debit.ended_why else "",
        "mandate": Mandate.objects.filter(method=debit.method_id).first(),
        "paid_by": last if last is not None and last.status == PaymentStatus.SUCCEEDED else None,
        "still_due": selectors.open_until(debit.customer_id, debit.due_on),
    }


def _steps(debit: Debit, today: date) -> list[Step]:
    """What happened, and what is still to come."""
    told = [
        Step(str(_STEPS[each.name]), date_format(localtime(each.at), "DATETIME_FORMAT"))
        for each in selectors.steps_of_debit(debit)
        if each.name in _STEPS
    ]
    if debit.state in (DebitState.ANNOUNCED, DebitState.WAITING):
        told.append(Step(_("To be debited"), date_format(max(debit.collect_on, today)), state="next"))
    if debit.state == DebitState.COLLECTED and debit.refundable_until is not None:
        told.append(Step(_("Your bank may take it back until"), date_format(debit.refundable_until), state="next"))
    return told


def _uncollected(rule: CollectingRule, standing: list[Debit], due: Mapping[date, Money]) -> list[Uncollected]:
    """What no debit will bring by itself, with its reason: nothing is left out in silence."""
    found = []
    covered = {each.due_on for each in standing}
    for due_on, amount in due.items():
        if due_on in covered:
            continue
        ended = collecting.blocked_by(rule, due_on)
        if ended is not None:
            why = cancelled_words(ended) if ended.ended_why else _("Your bank took it back. What is due is still due.")
            found.append(Uncollected(due_on, amount, why))
    return found
