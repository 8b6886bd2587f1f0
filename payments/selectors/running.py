"""Questions about the run of a day: which debits begin, what may hold them, what became of those that began."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery, Sum

from core.clock import days_after, start_of
from core.money import Money
from payments.models import (
    OPEN_DISPUTES,
    STANDING_DEBITS,
    TO_START,
    CollectingRule,
    Debit,
    DebitKind,
    DebitState,
    Dispute,
    FraudWarning,
    MethodState,
    Payment,
    PaymentStatus,
    Purpose,
    SavedMethod,
)
from payments.selectors.payments import doubling

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

_CAME = (DebitState.COLLECTED, DebitState.CLOSED)


@dataclass(frozen=True, slots=True)
class DayOfRun:
    """A day, how many debits begin on it, and how much was announced of them at most."""

    day: date
    count: int
    announced: Money


@dataclass(frozen=True, slots=True)
class Outcome:
    """How many attempts of a day ended so, and how much they asked for."""

    status: PaymentStatus
    count: int
    amount: Money


def days_of_runs(*, on: date, days: int) -> list[DayOfRun]:
    """That day, with what was missed before it, and those after it on which something begins. One query."""
    counted = Debit.objects.filter(state__in=TO_START, start_on__lte=days_after(on, days)).order_by("start_on")
    found: dict[date, list[int]] = {on: [0, 0]}
    for row in counted.values("start_on").annotate(count=Count("pk"), cents=Sum("announced_cents")):
        of_day = found.setdefault(max(row["start_on"], on), [0, 0])
        of_day[0] += row["count"]
        of_day[1] += row["cents"]
    return [DayOfRun(day, count, Money(cents)) for day, (count, cents) in sorted(found.items())]


def debits_of_run(day: date, *, today: date) -> QuerySet[Debit]:
    """The debits that begin on that day; today, those that were missed too. The order is that in which they begin.

    Each says `contested`, `blocked` (a payment must be decided first), `has_method` (there is a usable one) and
    `before_cents`: what the customer's last debit of that kind collected.
    """
    begins = Q(start_on__lte=day) if day == today else Q(start_on=day)
    customer = OuterRef("customer")
    before = Debit.objects.filter(customer=customer, kind=OuterRef("kind"), state__in=_CAME)
    rows = Debit.objects.filter(begins, state__in=TO_START).select_related(
        "customer__collecting", "method", "method__mandate"
    )
    return rows.annotate(
        contested=_is_contested(),
        blocked=Exists(Payment.objects.filter(doubling(), customer=customer)),
        has_method=_has_method(),
        before_cents=Subquery(before.order_by("-collected_on", "-pk").values("collected_cents")[:1]),
    ).order_by("start_on", "pk")


def rules_in_force() -> QuerySet[CollectingRule]:
    """The customers who are debited by themselves; each says `contested` and `has_method`."""
    rows = CollectingRule.objects.filter(is_on=True).select_related("customer")
    return rows.annotate(contested=_is_contested(), has_method=_has_method()).order_by("customer__number")


def standing_due_dates(customers: Sequence[int]) -> set[tuple[int, date]]:
    """The due dates that a debit is to pay, with their customer."""
    rows = Debit.objects.filter(customer__in=customers, kind=DebitKind.DUE, state__in=STANDING_DEBITS)
    return set(rows.values_list("customer_id", "due_on"))


def last_ended(customers: Sequence[int]) -> dict[tuple[int, date], Debit]:
    """The last debit that ended, by customer and due date."""
    rows = Debit.objects.filter(customer__in=customers, kind=DebitKind.DUE).exclude(state__in=STANDING_DEBITS)
    return {(each.customer_id, each.due_on): each for each in rows.order_by("pk")}


def outcomes_of(day: date) -> list[Outcome]:
    """What became of the attempts that began on that day in Paris. One query."""
    begun = Payment.objects.filter(
        purpose=Purpose.COLLECT, created_at__gte=start_of(day), created_at__lt=start_of(days_after(day, 1))
    )
    rows = begun.order_by("status").values("status").annotate(count=Count("pk"), cents=Sum("amount_cents"))
    return [Outcome(PaymentStatus(row["status"]), row["count"], Money(row["cents"])) for row in rows]


def silent_debits(*, before: date) -> QuerySet[Debit]:
    """The debits in flight that should have been decided before that day: oldest first."""
    rows = Debit.objects.filter(state=DebitState.SENT, collect_on__lt=before)
    return rows.select_related("customer", "method").order_by("collect_on", "pk")


def _is_contested() -> Q:
    customer = OuterRef("customer")
    disputes = Dispute.objects.filter(customer=customer, status__in=OPEN_DISPUTES)
    warnings = FraudWarning.objects.filter(payment__customer=customer, handled_at__isnull=True)
    return Q(Exists(disputes)) | Q(Exists(warnings))


def _has_method() -> Exists:
    return Exists(SavedMethod.objects.filter(customer=OuterRef("customer"), state=MethodState.ACTIVE))
