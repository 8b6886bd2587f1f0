"""The run of a day before it starts: who, how much now, why, what changed, and what holds a debit back."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django.utils.translation import gettext as _

from core.formats import day_text
from core.money import ZERO, Money
from ledger import selectors as ledger
from outbox.models import Job, JobState
from payments import selectors
from payments.models import Debit, DebitKind, EndedWhy, MethodState, Provider
from payments.selectors import document_name
from payments.selectors import running as questions
from payments.services.debits import COLLECT, LEAST

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from payments.models import CollectingRule

_AHEAD: Final = 14
_NAMED: Final = 3


@dataclass(frozen=True, slots=True)
class Row:
    """One debit of the run. `hindrance`: what keeps it from being begun, or ends it then; empty when nothing does."""

    debit: Any
    amount: Money
    documents: Sequence[str]
    more: int
    before: Money | None
    hindrance: str
    paused: bool

    @property
    def change(self) -> Money | None:
        """Against what the last debit collected; None for a first one."""
        return None if self.before is None else self.amount - self.before


@dataclass(frozen=True, slots=True)
class Part:
    """How many debits of one kind, and how much."""

    name: str
    count: int
    amount: Money


@dataclass(frozen=True, slots=True)
class Uncollected:
    """What is due of a customer who is debited by himself, and that no debit brings: why not."""

    rule: Any
    due_on: date
    amount: Money
    why: str
    debit: Debit | None = None


def run_of(day: date, *, today: date) -> dict[str, Any]:
    """What the page of a day shows. As many questions for two thousand debits as for one."""
    debits = list(questions.debits_of_run(day, today=today))
    rows = list(_rows(debits, day))
    free = [row for row in rows if not row.hindrance]
    by_file = [row for row in free if row.debit.method.provider == Provider.BANK]
    online = [row for row in free if row.debit.method.provider != Provider.BANK]
    return {
        "day": day,
        "is_today": day == today,
        "days": questions.days_of_runs(on=today, days=_AHEAD),
        "rows": sorted(rows, key=lambda row: not row.hindrance),
        "parts": _parts(free),
        "held": Part(_("Held back"), len(rows) - len(free), _sum(row for row in rows if row.hindrance)),
        "total": Part(_("Total"), len(free), _sum(free)),
        "online": len(online),
        "by_file": len(by_file),
        "outcomes": questions.outcomes_of(day),
        "working": _working(),
    }


def uncollected(*, today: date, until: date) -> list[Uncollected]:
    """What is due by that day and that no debit brings, with its reason: nothing is left out in silence."""
    rules = {rule.customer_id: rule for rule in questions.rules_in_force()}
    items = ledger.open_items_of(list(rules))
    owing = sorted(items)
    covered = questions.standing_due_dates(owing)
    ended = questions.last_ended(owing)
    found = []
    for customer_id in owing:
        due: dict[date, Money] = defaultdict(lambda: ZERO)
        for item in items[customer_id]:
            if item.due_date <= until:
                due[item.due_date] += item.open
        for due_on, amount in sorted(due.items()):
            if (customer_id, due_on) not in covered:
                last = ended.get((customer_id, due_on))
                why = _why_uncollected(rules[customer_id], amount, last, today=today)
                found.append(Uncollected(rules[customer_id], due_on, amount, why, last))
    return found


def _rows(debits: Sequence[Any], day: date) -> Iterable[Row]:
    """In the order in which they begin: what an earlier debit of the same customer takes is not counted twice."""
    customers = sorted({debit.customer_id for debit in debits})
    items, balances = ledger.open_items_of(customers), ledger.balances_of(customers)
    taken: dict[int, Money] = defaultdict(lambda: ZERO)
    for debit in debits:
        mine = [
            item for item in items.get(debit.customer_id, []) if item.due_date <= debit.due_on and not item.disputed
        ]
        amount = debit.announced
        if debit.kind == DebitKind.DUE:
            due = sum((item.open for item in mine), ZERO)
            rest = due - balances[debit.customer_id].incoming - taken[debit.customer_id]
            amount = max(min(amount, rest), ZERO)
            taken[debit.customer_id] += amount
        names = [document_name(item) for item in mine] if debit.kind == DebitKind.DUE else []
        rule = getattr(debit.customer, "collecting", None)
        yield Row(
            debit=debit,
            amount=amount,
            documents=names[:_NAMED],
            more=max(len(names) - _NAMED, 0),
            before=None if debit.before_cents is None else Money(debit.before_cents),
            hindrance=_hindrance(debit, rule, amount, day),
            paused=rule is not None and selectors.is_paused(rule, on=day),
        )


def _hindrance(debit: Any, rule: CollectingRule | None, amount: Money, day: date) -> str:
    """As the beginning of a debit decides, in its order (`payments.services.collecting.starting`)."""
    is_off = debit.kind == DebitKind.DUE and (rule is None or not rule.is_on)
    gone = debit.method.state != MethodState.ACTIVE
    reasons = [
        (is_off, _("Automatic collection is off: it will be cancelled.")),
        (debit.contested, _("A payment is contested: it will be cancelled until that is decided.")),
        (rule is not None and selectors.is_paused(rule, on=day), _paused(rule)),
        (debit.blocked, _("A payment of this customer is not decided yet: it waits.")),
        (not amount, _("Paid: it will be cancelled.")),
        (amount < LEAST, _("Too little is left for a debit: it will be cancelled.")),
        (gone and debit.has_method, _("Its method cannot be used any more: the next one follows, by its own notice.")),
        (gone, _("No usable method is left: it will be cancelled.")),
        (_is_unfit(debit, amount, day), _("Its method cannot be debited of it: the next one follows, or it fails.")),
    ]
    return next((words for holds, words in reasons if holds), "")


def _is_unfit(debit: Any, amount: Money, day: date) -> bool:
    """Whether its card has expired by then, or it is more than its provider takes in one debit."""
    return selectors.why_unfit(debit.method, amount, on=day) is not None


def _paused(rule: CollectingRule | None) -> str:
    if rule is None or rule.paused_until is None:
        return ""
    until = day_text(rule.paused_until)
    return _("Paused until %(day)s: %(reason)s") % {"day": until, "reason": rule.paused_because}


def _why_uncollected(rule: Any, amount: Money, last: Debit | None, *, today: date) -> str:
    """What planning would find in the way, in its order; else how the last debit of that due date ended."""
    again = last is None or last.ended_why in (EndedWhy.PAID, EndedWhy.METHOD, EndedWhy.DISPUTED)
    reasons = [
        (rule.customer.is_public, _("Public bodies are not debited.")),
        (selectors.is_paused(rule, on=today), _paused(rule)),
        (rule.contested, _("A payment is contested: nothing is debited until that is decided.")),
        (not rule.has_method, _("There is no usable method: the customer has to save one.")),
        (not again, _ended(last)),
        (amount < LEAST, _("Too little for a debit: it is collected with the next due date.")),
    ]
    planned = _("It is planned with the next turn, or is on its way in.")
    return next((words for holds, words in reasons if holds), planned)


def _ended(debit: Debit | None) -> str:
    if debit is None:
        return ""
    return str(EndedWhy(debit.ended_why).label) if debit.ended_why else debit.get_state_display()


def _parts(rows: Sequence[Row]) -> list[Part]:
    """What begins, by kind of method and who debits it."""
    counted: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        method = row.debit.method
        by = _("by file to our bank") if method.provider == Provider.BANK else method.get_provider_display()
        counted[f"{method.get_kind_display()}, {by}"].append(row)
    return [Part(name, len(some), _sum(some)) for name, some in sorted(counted.items())]


def _sum(rows: Iterable[Row]) -> Money:
    return sum((row.amount for row in rows), ZERO)


def _working() -> dict[str, int]:
    """The jobs of debits that wait for a worker, that one does, and that were given up. One query."""
    states = (JobState.WAITING, JobState.RUNNING, JobState.FAILED)
    found = Job.objects.filter(kind=COLLECT, state__in=states).values_list("state", flat=True)
    counted = {state.value.lower(): 0 for state in states}
    for state in found:
        counted[str(state).lower()] += 1
    return counted
