"""Questions about automatic debits and automatic collection."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final

from django.db.models import Exists, Q, QuerySet, Sum

from core.money import ZERO, Money
from ledger import selectors as ledger
from payments.models import (
    ONLINE,
    PROVISIONAL,
    STANDING_DEBITS,
    TO_START,
    CollectingRule,
    Debit,
    DebitEvent,
    DebitKind,
    DebitState,
    Payment,
    PaymentStatus,
)
from payments.selectors.disputes import has_open_dispute, open_disputes, unhandled_warnings
from payments.selectors.methods import usable_methods

if TYPE_CHECKING:
    from datetime import date
    from uuid import UUID

    from accounts.models import Customer

Rules = QuerySet[CollectingRule]
STANDING_STATES: Final = STANDING_DEBITS


class NotCollecting(StrEnum):
    """Why nothing of a customer is debited by itself."""

    OFF = "OFF"
    PUBLIC = "PUBLIC"
    PAUSED = "PAUSED"
    DISPUTED = "DISPUTED"
    NO_METHOD = "NO_METHOD"


def rule_of(customer: Customer) -> CollectingRule | None:
    """The automatic collection of a customer, on or off; None when it was never turned on."""
    return CollectingRule.objects.select_related("customer", "consent").filter(customer=customer).first()


def rule_and_dispute_of(customer: Customer) -> tuple[CollectingRule | None, bool]:
    """The same, and whether `has_open_dispute`. One query, for pages."""
    disputes, warnings = open_disputes(customer), unhandled_warnings(customer)
    rules = CollectingRule.objects.select_related("customer__top_up_rule", "consent").filter(customer=customer)
    rule = rules.annotate(contested=Exists(disputes), warned=Exists(warnings)).first()
    return rule, rule is not None and bool(rule.contested or rule.warned)


def is_paused(rule: CollectingRule, *, on: date) -> bool:
    """Whether staff keep debits from being begun on that day."""
    return rule.paused_until is not None and on < rule.paused_until


def why_not_collecting(
    rule: CollectingRule | None, *, on: date, usable: bool | None = None, contested: bool | None = None
) -> NotCollecting | None:
    """What keeps debits of a customer from being planned that day, or None.

    `usable` (whether a method is) and `contested` (`has_open_dispute`) are asked about unless they are known.
    """
    if rule is None or not rule.is_on:
        return NotCollecting.OFF
    if rule.customer.is_public:
        return NotCollecting.PUBLIC
    if is_paused(rule, on=on):
        return NotCollecting.PAUSED
    if has_open_dispute(rule.customer) if contested is None else contested:
        return NotCollecting.DISPUTED
    if usable is None:
        usable = usable_methods(rule.customer).exists()
    return None if usable else NotCollecting.NO_METHOD


def standing_debits(customer_id: int) -> QuerySet[Debit]:
    """The debits of a customer that are still to bring money, the next one first."""
    standing = Debit.objects.filter(customer=customer_id, state__in=STANDING_DEBITS)
    return standing.select_related("method", "customer").order_by("collect_on", "pk")


def debits_of(customer: Customer) -> QuerySet[Debit]:
    """All debits of a customer, newest first."""
    return Debit.objects.filter(customer=customer).select_related("method").order_by("-created_at", "-pk")


def get_debit(customer: Customer, public_id: UUID) -> Debit:
    """A debit of that customer. Raises Debit.DoesNotExist, also for another customer's."""
    return Debit.objects.select_related("customer", "method").get(customer=customer, public_id=public_id)


def steps_of_debit(debit: Debit) -> QuerySet[DebitEvent]:
    """The steps of a debit, in order."""
    return DebitEvent.objects.filter(debit=debit).order_by("pk")


def debits_to_start(*, on: date) -> QuerySet[Debit]:
    """The debits at online providers whose day has come, the oldest first. Those of our bank go by file."""
    due = Debit.objects.filter(state__in=TO_START, start_on__lte=on, method__provider__in=ONLINE)
    return due.order_by("start_on", "pk")


def debits_to_review() -> QuerySet[Debit]:
    """The debits that nothing is under way for."""
    return Debit.objects.filter(state__in=[*TO_START, DebitState.ACTION]).order_by("pk")


def debits_to_close(*, on: date) -> QuerySet[Debit]:
    """The debits whose money nobody may take back any more without a reason."""
    return Debit.objects.filter(state=PROVISIONAL, refundable_until__lt=on).order_by("refundable_until", "pk")


def open_until(customer_id: int, due_on: date) -> Money:
    """What is open, due on or before that day, and not contested."""
    items = ledger.open_items(customer_id)
    return sum((item.open for item in items if item.due_date <= due_on and not item.disputed), ZERO)


def incoming_by_other_means(customer_id: int) -> Money:
    """Money on its way in that no debit of ours brings."""
    own = Payment.objects.filter(customer=customer_id, status=PaymentStatus.PENDING, debit__kind=DebitKind.DUE)
    cents = own.aggregate(cents=Sum("amount_cents", default=0))["cents"]
    return max(ledger.get_balance(customer_id).incoming - Money(cents), ZERO)


def provisional_of(customer: Customer) -> QuerySet[Debit]:
    """Debits that are credited and that the payer's bank may still take back."""
    return debits_of(customer).filter(Q(state=PROVISIONAL))
