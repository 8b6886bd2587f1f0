"""One debit as a line of time: announced, sent, what the bank said, until when it may come back, closed."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.formats import day_text, moment_text, money_text
from core.money import Money
from payments.collecting_presenting import Step
from payments.models import TO_START, AnswerKind, DebitState, EndedWhy, PaymentStatus
from payments.selectors import steps_of_debit
from payments.sepa.reasons import reason_of
from payments.services.debits.wording import refusal_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from django.utils.functional import _StrPromise

    from payments.models import BankAnswer, Debit, DebitEvent, Payment

_STEPS: Final[Mapping[str, _StrPromise]] = {
    "announced": gettext_lazy("Announced to the customer"),
    "announced again": gettext_lazy("Announced again"),
    "announced from another method": gettext_lazy("Announced from another method"),
    "moved": gettext_lazy("Moved to another day"),
    "sent": gettext_lazy("Attempt begun"),
    "sent again": gettext_lazy("Another attempt begun"),
    "to be tried again": gettext_lazy("To be tried again"),
    "confirmation asked": gettext_lazy("Waits for the customer’s confirmation"),
    "another method chosen": gettext_lazy("Another method chosen"),
    "refused for good": gettext_lazy("Given up: refused for good"),
    "not confirmed in time": gettext_lazy("Given up: not confirmed in time"),
    "collected": gettext_lazy("Collected, credited"),
    "paid after all": gettext_lazy("Paid after all, credited"),
    "final": gettext_lazy("Closed: the money is final"),
    "taken back": gettext_lazy("Taken back by the bank"),
    "taken back late": gettext_lazy("Taken back by the bank, late"),
    "cancelled": gettext_lazy("Cancelled"),
}
_BAD: Final = ("taken back", "taken back late", "refused for good", "not confirmed in time")
_CENTS: Final = re.compile(r"\d+")
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")


def timeline(debit: Debit, attempts: Sequence[Payment], *, today: date) -> list[Step]:
    """What happened, in order, then what is still to come."""
    told = [*_events(debit), *_refusals(attempts), *_answers(attempts)]
    told.sort(key=lambda each: each[0])
    return [step for _at, step in told] + list(_to_come(debit, today))


def _events(debit: Debit) -> Iterator[tuple[datetime, Step]]:
    for event in steps_of_debit(debit):
        title = str(_STEPS.get(event.name, event.name))
        state = "problem" if event.name in _BAD else "done"
        yield event.at, Step(title, moment_text(event.at), state=state, note=_detail(event))


def _detail(event: DebitEvent) -> str:
    """The amounts in euros and the days in words; a reason of our own in its words."""
    if event.detail in EndedWhy.values:
        return str(EndedWhy(event.detail).label)
    return ", ".join(_readable(part) for part in event.detail.split(", "))


def _readable(part: str) -> str:
    if _CENTS.fullmatch(part):
        return money_text(Money(int(part)))
    return day_text(date.fromisoformat(part)) if _DAY.fullmatch(part) else part


def _refusals(attempts: Sequence[Payment]) -> Iterator[tuple[datetime, Step]]:
    """Why each attempt was refused, in the words that its customer reads, with the code."""
    for payment in attempts:
        if payment.status == PaymentStatus.REFUSED and payment.decided_at is not None:
            title = _("Attempt %(reference)s refused") % {"reference": payment.reference}
            code = f" ({payment.failure_code})" if payment.failure_code else ""
            note = f"« {refusal_words(payment)} »{code}"
            yield payment.decided_at, Step(title, moment_text(payment.decided_at), state="problem", note=note)


def _answers(attempts: Sequence[Payment]) -> Iterator[tuple[datetime, Step]]:
    for payment in attempts:
        if (in_file := getattr(payment, "bank_debit", None)) is None:
            continue
        for answer in in_file.answers.all():
            title = _("The bank: %(answer)s") % {"answer": answer.get_kind_display().lower()}
            state = "done" if answer.kind in (AnswerKind.ACCEPTED, AnswerKind.SETTLED) else "problem"
            yield answer.at, Step(title, moment_text(answer.at), state=state, note=_said(answer))


def _said(answer: BankAnswer) -> str:
    parts = [money_text(Money(answer.amount_cents)), _("booked on %(day)s") % {"day": day_text(answer.booked_on)}]
    if answer.reason:
        parts.append(f"{answer.reason} « {reason_of(answer.reason).words} »")
    if answer.charges_cents:
        parts.append(_("charges %(amount)s") % {"amount": money_text(Money(answer.charges_cents))})
    return ", ".join([*parts, answer.source])


def _to_come(debit: Debit, today: date) -> Iterator[Step]:
    if debit.state in TO_START:
        yield Step(_("To be begun"), day_text(max(debit.start_on, today)), state="todo")
    if debit.is_standing:
        yield Step(_("To be debited"), day_text(max(debit.collect_on, today)), state="todo")
    if debit.state == DebitState.COLLECTED and debit.refundable_until is not None:
        yield Step(_("May be taken back without a reason until"), day_text(debit.refundable_until), state="todo")
        yield Step(_("Then closed"), "", state="todo")
