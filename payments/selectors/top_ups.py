"""Questions about top-up rules: whether one asks for money now, from which method, and what it brought this month."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from django.conf import settings
from django.db.models import QuerySet, Sum

from core.clock import local_date
from core.money import Money
from ledger import selectors as ledger
from payments.models import LIVE, STANDING_DEBITS, Debit, DebitKind, Payment, TopUpRule
from payments.selectors.debits import is_paused, rule_of
from payments.selectors.disputes import has_open_dispute
from payments.selectors.methods import methods_to_pay_with

if TYPE_CHECKING:
    from datetime import date, datetime

    from accounts.models import Customer
    from payments.models import SavedMethod


class NoTopUp(StrEnum):
    """Why a top-up rule asks for nothing now."""

    OFF = "OFF"
    STAFF = "STAFF"
    PUBLIC = "PUBLIC"
    ENOUGH = "ENOUGH"
    PAUSED = "PAUSED"
    DISPUTED = "DISPUTED"
    REFUSED = "REFUSED"
    COMING = "COMING"
    DAY = "DAY"
    MONTH = "MONTH"
    NO_METHOD = "NO_METHOD"


def top_up_rule_of(customer: Customer) -> TopUpRule | None:
    """The top-up rule of a customer, on or off; None when there never was one."""
    return TopUpRule.objects.select_related("customer", "consent").filter(customer=customer).first()


def rules_that_ask() -> QuerySet[TopUpRule]:
    """The rules in force and not paused. Whether one asks for money now is `why_no_top_up`."""
    return TopUpRule.objects.filter(is_on=True, paused_at=None).order_by("customer")


def topped_up_in_month(customer_id: int, *, on: date, but: Debit | None = None) -> Money:
    """What the rule brought in the calendar month of that day, and what is under way. Europe/Paris days."""
    mine = _top_ups(customer_id, but)
    since = on.replace(day=1)
    brought = mine.filter(collected_on__gte=since).aggregate(cents=Sum("collected_cents", default=0))["cents"]
    coming = mine.filter(state__in=STANDING_DEBITS).aggregate(cents=Sum("announced_cents", default=0))["cents"]
    return Money(brought + coming)


def why_no_top_up(rule: TopUpRule, *, at: datetime, but: Debit | None = None) -> NoTopUp | None:
    """What keeps a rule from asking for money now, or None. `but` is the top-up that is about to be made itself.

    Money on its way in, a payment that is under way and a debit that is to come are waited for: the one that asks for
    money is never in flight beside them.
    """
    customer = rule.customer
    if not rule.is_on or customer.is_public:
        return NoTopUp.PUBLIC if customer.is_public else NoTopUp.OFF
    if rule.paused_at is not None:
        return NoTopUp.STAFF
    balance = ledger.get_balance(customer.pk)
    if balance.available.cents >= rule.below_cents:
        return NoTopUp.ENOUGH
    if rule.not_before is not None and at < rule.not_before:
        return NoTopUp.REFUSED
    if balance.incoming or _is_under_way(customer.pk, but):
        return NoTopUp.COMING
    return _why_frozen(customer, on=local_date(at)) or _why_not_more(rule, on=local_date(at), but=but)


def method_for_top_up(customer: Customer, *, on: date) -> SavedMethod | None:
    """The method that pays at once: the default before the others. A card that has expired is not tried.

    A bank account is no such method: its debits take days, and a notice of their own.
    """
    found = list(methods_to_pay_with(customer).order_by("-is_default", "position", "pk"))
    return next((each for each in found if each.good_until is None or each.good_until >= on), None)


def _why_frozen(customer: Customer, *, on: date) -> NoTopUp | None:
    """Whether staff paused debits, or a payment is contested."""
    collecting = rule_of(customer)
    if collecting is not None and is_paused(collecting, on=on):
        return NoTopUp.PAUSED
    return NoTopUp.DISPUTED if has_open_dispute(customer) else None


def _why_not_more(rule: TopUpRule, *, on: date, but: Debit | None) -> NoTopUp | None:
    """The bounds: so many a day, so much a month; and a method to take it from."""
    if _top_ups(rule.customer_id, but).filter(due_on=on).count() >= settings.AUTO_TOP_UPS_PER_DAY:
        return NoTopUp.DAY
    if topped_up_in_month(rule.customer_id, on=on, but=but).cents + rule.amount_cents > rule.monthly_cents:
        return NoTopUp.MONTH
    return None if method_for_top_up(rule.customer, on=on) is not None else NoTopUp.NO_METHOD


def _is_under_way(customer_id: int, but: Debit | None) -> bool:
    if Payment.objects.filter(customer=customer_id, status__in=LIVE).exists():
        return True
    standing = Debit.objects.filter(customer=customer_id, state__in=STANDING_DEBITS)
    return (standing if but is None else standing.exclude(pk=but.pk)).exists()


def _top_ups(customer_id: int, but: Debit | None) -> QuerySet[Debit]:
    found = Debit.objects.filter(customer=customer_id, kind=DebitKind.TOP_UP)
    return found.exclude(pk=but.pk) if but is not None else found
