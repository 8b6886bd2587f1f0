"""Which debits are needed: one for each due date with something to pay. Announced when planned, never without."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.db import transaction

from core.clock import local_date
from core.money import ZERO, Money
from ledger import selectors as books
from ledger import services as ledger
from payments import selectors
from payments.debit_transitions import ANNOUNCED, note
from payments.models import (
    CollectingRule,
    Debit,
    DebitKind,
    DebitState,
    EndedWhy,
    Failure,
    MethodState,
    SavedMethod,
)
from payments.services import debits
from payments.services.debits.telling import announce

if TYPE_CHECKING:
    from datetime import date, datetime

_AT_ONCE: Final = 500
_BY_PEOPLE: Final = (EndedWhy.CUSTOMER, EndedWhy.STAFF)


@dataclass(frozen=True, slots=True)
class Need:
    """So much is to be collected for a due date, by a new debit or by one that is announced for less."""

    due_on: date
    amount: Money
    standing: Debit | None = None


def plan_debits(*, at: datetime) -> int:
    """Plan and announce what is to be collected, customer by customer. Returns how many debits that made or raised.

    May be repeated and may race with itself: each customer's lock puts planners in a row, and the second finds nothing.
    """
    made = 0
    after = 0
    while customers := list(_collecting().filter(customer__gt=after).values_list("customer", flat=True)[:_AT_ONCE]):
        owing = [pk for pk, balance in books.balances_of(customers).items() if balance.receivable]
        made += sum(plan_customer(pk, at=at) for pk in sorted(owing))
        after = customers[-1]
    return made


@transaction.atomic
def plan_customer(customer_id: int, *, at: datetime) -> int:
    """The same for one customer. Nothing without a rule and a usable method, or while a payment is contested."""
    rule = _collecting().select_related("customer").filter(customer=customer_id).first()
    if rule is None:
        return 0
    ledger.lock_customers([customer_id])
    rule.refresh_from_db()
    today = local_date(at)
    method = default_method(customer_id)
    if method is None or selectors.why_not_collecting(rule, on=today) is not None:
        return 0
    needs = needed(rule)
    for need in needs:
        if need.standing is None:
            _announce_new(rule, _fit_for(need, method, on=today), need, at=at)
    raised = [need.standing for need in needs if need.standing and _raise(need.standing, rule, need.amount, at=at)]
    return sum(need.standing is None for need in needs) + len(raised)


def needed(rule: CollectingRule) -> list[Need]:
    """What no debit collects yet, by due date. What is too little for a debit waits for the next due date.

    Money on its way in by other means pays the oldest first, as it will when it comes.
    """
    customer_id = rule.customer_id
    standing = {each.due_on: each for each in selectors.standing_debits(customer_id) if each.kind == DebitKind.DUE}
    incoming = selectors.incoming_by_other_means(customer_id)
    needs: list[Need] = []
    small = ZERO
    for due_on, open_now in open_by_day(customer_id).items():
        known = standing.get(due_on)
        if known is not None:
            if known.state == DebitState.ANNOUNCED and open_now > known.announced:
                needs.append(Need(due_on, open_now, known))
            continue
        if blocked_by(rule, due_on) is not None:
            continue
        taken = min(incoming, open_now)
        incoming -= taken
        small += open_now - taken
        if small >= debits.LEAST:
            needs.append(Need(due_on, small))
            small = ZERO
    return needs


def blocked_by(rule: CollectingRule, due_on: date) -> Debit | None:
    """The debit after which this due date is not collected by itself any more, or None.

    After a failure or a return a method that was saved since, or collection turned on again, is a new beginning; after
    a person's decision only the latter. An account that once lacked money is tried once more.
    """
    ended = Debit.objects.filter(customer=rule.customer_id, kind=DebitKind.DUE, due_on=due_on)
    over = ended.exclude(state__in=[*selectors.STANDING_STATES])
    last = over.select_related("method").order_by("-pk").first()
    if last is None or (rule.consent_at is not None and rule.consent_at > last.updated_at):
        return None
    if last.state == DebitState.CANCELLED:
        return last if last.ended_why in _BY_PEOPLE else None
    if last.state not in (DebitState.FAILED, DebitState.RETURNED):
        return None
    if last.state == DebitState.RETURNED and last.failure == Failure.FUNDS:
        returns = ended.filter(state=DebitState.RETURNED).count()
        return last if returns > 1 else None
    fresh = selectors.usable_methods(rule.customer).filter(consent_at__gt=last.updated_at)
    return None if fresh.exists() or _is_renewed(last) else last


def _is_renewed(ended: Debit) -> bool:
    """Whether it failed because its card had expired, and the network told of a new date since."""
    if ended.failure != Failure.EXPIRED_CARD or ended.method.state != MethodState.ACTIVE:
        return False
    ends_on = ended.method.good_until
    return ends_on is not None and ends_on >= local_date(ended.updated_at)


def default_method(customer_id: int) -> SavedMethod | None:
    """The method from which debits are planned: the default, which is usable."""
    return SavedMethod.objects.filter(customer=customer_id, is_default=True).first()


def _fit_for(need: Need, default: SavedMethod, *, on: date) -> SavedMethod:
    """The default, or the next method that may be debited of that amount; the default when none may be today.

    Until its day the card may be renewed, or less be due; else that debit ends with its reason, and its customer hears.
    """
    active = SavedMethod.objects.filter(customer=default.customer_id, state=MethodState.ACTIVE)
    in_order = (default, *active.exclude(pk=default.pk).order_by("position", "pk"))
    return next((each for each in in_order if selectors.why_unfit(each, need.amount, on=on) is None), default)


def _collecting() -> selectors.Rules:
    return CollectingRule.objects.filter(is_on=True).order_by("customer")


def open_by_day(customer_id: int) -> dict[date, Money]:
    """What is open and not contested, by due date, the earliest first."""
    found: dict[date, Money] = {}
    for item in books.open_items(customer_id):
        if not item.disputed:
            found[item.due_date] = found.get(item.due_date, ZERO) + item.open
    return dict(sorted(found.items()))


def _announce_new(rule: CollectingRule, method: SavedMethod, need: Need, *, at: datetime) -> None:
    days = debits.days_for(method, rule, due_on=need.due_on, announced_on=local_date(at))
    debit = Debit.objects.create(
        customer=rule.customer,
        kind=DebitKind.DUE,
        method=method,
        announced_cents=need.amount.cents,
        due_on=need.due_on,
        collect_on=days.collect_on,
        start_on=days.start_on,
        announced_at=at,
        created_at=at,
        updated_at=at,
    )
    note(debit, "announced", at=at, detail=f"{debit.announced_cents}, {debit.collect_on}, {method.title}")
    announce(debit, at=at)


def _raise(debit: Debit, rule: CollectingRule, amount: Money, *, at: datetime) -> bool:
    """Announce a higher amount, if the notice still runs in full; else the rest waits until this debit has ended."""
    debit = Debit.objects.select_for_update(of=("self",)).select_related("customer", "method").get(pk=debit.pk)
    days = debits.days_for(debit.method, rule, due_on=debit.due_on, announced_on=local_date(at))
    if debit.state != ANNOUNCED or days.collect_on > debit.collect_on or days.start_on > debit.start_on:
        return False
    debit.announced_cents = amount.cents
    debits.announce_again(debit, keeps_days=True, at=at)
    return True
