"""What must always hold of automatic debits; `payments.checks` asks for it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.db.models import Count, F, Q, Sum
from django.db.models.functions import TruncMonth

from core import clock
from core.checks import Check
from core.clock import local_date
from ledger import selectors as books
from payments import selectors
from payments.models import LIVE, CollectingRule, Debit, DebitKind, DebitState, Payment, PaymentStatus
from payments.services import collecting

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime

_NAMED: Final = 5
_PATIENCE: Final = timedelta(days=2)
_BROUGHT: Final = (DebitState.COLLECTED, DebitState.CLOSED, DebitState.RETURNED)


def stay_within_what_was_announced() -> Check:
    """No attempt asks for more than was announced before it, and all that a debit brought is not more either."""
    attempts = Payment.objects.filter(debit__isnull=False)
    beyond = attempts.filter(Q(amount_cents__gt=F("debit__announced_cents")) | Q(created_at__lt=F("debit__created_at")))
    sums = Debit.objects.annotate(brought=Sum("attempts__received_cents")).filter(brought__gt=F("announced_cents"))
    wrong = [*beyond.order_by("pk")[:_NAMED], *sums.order_by("pk")[:_NAMED]]
    return _check("debits: none takes more than was announced, or before", map(str, wrong))


def are_in_flight_together() -> Check:
    """A debit is in flight exactly while one of its attempts is."""
    live = Payment.objects.filter(debit__isnull=False, status__in=LIVE)
    stray = live.exclude(debit__state=DebitState.SENT).order_by("pk")
    still = Debit.objects.filter(state=DebitState.SENT).exclude(pk__in=live.values("debit")).order_by("pk")
    return _check("debits: in flight exactly while an attempt is", map(str, [*stray[:_NAMED], *still[:_NAMED]]))


def brought_what_they_say() -> Check:
    """What a debit says it brought, one of its attempts received; without such an attempt it brought nothing."""
    paid = Payment.objects.filter(debit__isnull=False, status=PaymentStatus.SUCCEEDED)
    right = paid.filter(received_cents__gte=F("debit__collected_cents")).values("debit")
    wrong = Debit.objects.filter(state__in=_BROUGHT).exclude(pk__in=right).order_by("pk")
    silent = paid.exclude(debit__state__in=_BROUGHT).order_by("pk")
    return _check("debits: each brought what it says", map(str, [*wrong[:_NAMED], *silent[:_NAMED]]))


def top_ups_keep_to_their_rule() -> Check:
    """No rule brings more in a month than its terms allow since they were agreed, and none has two open attempts."""
    mine = Debit.objects.filter(kind=DebitKind.TOP_UP)
    brought = mine.filter(state__in=_BROUGHT, created_at__gte=F("customer__top_up_rule__consent_at"))
    months = brought.annotate(month=TruncMonth("collected_on")).values("customer__number", "month").order_by()
    sums = months.annotate(cents=Sum("collected_cents"))
    beyond = sums.filter(cents__gt=F("customer__top_up_rule__monthly_cents"))
    live = Payment.objects.filter(debit__kind=DebitKind.TOP_UP, status__in=LIVE).order_by()
    twice = live.values("customer__number").annotate(count=Count("pk")).filter(count__gt=1)
    wrong = [*beyond.values_list("customer__number", flat=True), *twice.values_list("customer__number", flat=True)]
    return _check("top-ups: within the month agreed, one at a time", wrong)


def leave_nothing_out(at: datetime | None = None) -> Check:
    """What is due of customers who are collected from has a debit, or a reason that they read; no debit is late."""
    now = at or clock.now()
    before = local_date(now) - _PATIENCE
    rules = CollectingRule.objects.filter(is_on=True, updated_at__lt=now - _PATIENCE).select_related("customer")
    balances = books.balances_of(rules.values_list("customer", flat=True))
    owing = (rule for rule in rules.order_by("pk") if balances[rule.customer_id].receivable)
    left = [str(rule.customer) for rule in owing if _left_out(rule, before, saved_before=now - _PATIENCE)]
    late = selectors.debits_to_start(on=before).select_related("customer")
    waits = [str(debit) for debit in late if not _may_wait(debit, before)]
    return _check("debits: nothing due is left out without a reason", [*left, *waits])


def _left_out(rule: CollectingRule, before: date, *, saved_before: datetime) -> bool:
    """Whether something has been due for days, and neither a debit nor a reason stands for it.

    A method that was just saved makes old debts collectable again: the planner has as long as for any other.
    """
    if selectors.usable_methods(rule.customer).filter(consent_at__gte=saved_before).exists():
        return False
    if selectors.why_not_collecting(rule, on=before) is not None:
        return False
    return any(need.standing is None and need.due_on <= before for need in collecting.needed(rule))


def _may_wait(debit: Debit, before: date) -> bool:
    """Whether a debit whose day is over waits for a reason: a pause, or a payment that is being checked."""
    rule = selectors.rule_of(debit.customer)
    paused = rule is not None and rule.paused_until is not None and rule.paused_until > before
    return paused or selectors.in_the_way_of_a_debit(debit.customer_id) is not None


def _check(name: str, wrong: Iterable[str]) -> Check:
    named = list(wrong)[:_NAMED]
    return Check(name, ok=not named, detail=", ".join(named) or "none")
