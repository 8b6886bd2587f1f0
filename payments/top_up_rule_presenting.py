"""What the pages of a top-up rule show, computed from questions alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.clock import local_date
from core.money import Money
from payments import selectors
from payments.forms import typed
from payments.selectors import NoTopUp

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from django.utils.functional import _StrPromise

    from accounts.models import Customer
    from payments.models import TopUpRule

_WHY_NOT: Final[Mapping[str, _StrPromise]] = {
    NoTopUp.PAUSED: gettext_lazy("Our staff has paused debits for now."),
    NoTopUp.DISPUTED: gettext_lazy("A payment is contested: nothing is debited until that is decided."),
    NoTopUp.COMING: gettext_lazy("Money is on its way in, or a debit is to come: the rule waits for it."),
    NoTopUp.DAY: gettext_lazy("It has credited your account as often as it may in one day."),
    NoTopUp.MONTH: gettext_lazy("One more credit would be more than your maximum of this month."),
    NoTopUp.NO_METHOD: gettext_lazy("No card and no PayPal account can be used. Save one, and it goes on by itself."),
}


def top_up_rule_context(customer: Customer, at: datetime) -> dict[str, Any]:
    """The rule of a customer, in force or not, what it brought this month, and why it brings nothing now."""
    return rule_context(selectors.top_up_rule_of(customer), customer, at)


def rule_context(rule: TopUpRule | None, customer: Customer, at: datetime) -> dict[str, Any]:
    """The same for a rule that was read already."""
    if rule is None or not rule.is_on:
        return {"top_up": rule, "top_up_on": False, "top_up_why_not": "", "top_up_refused": _was_refused(rule)}
    return {
        "top_up": rule,
        "top_up_on": True,
        "top_up_below": Money(rule.below_cents),
        "top_up_amount": Money(rule.amount_cents),
        "top_up_monthly": Money(rule.monthly_cents),
        "top_up_brought": selectors.topped_up_in_month(customer.pk, on=local_date(at)),
        "top_up_why_not": _why_not(rule, at),
        "top_up_method": selectors.method_for_top_up(customer, on=local_date(at)),
    }


def top_up_rule_page_context(customer: Customer, at: datetime) -> dict[str, Any]:
    """The page of the rule: whether there may be one."""
    usable = selectors.method_for_top_up(customer, on=local_date(at)) is not None
    return top_up_rule_context(customer, at) | {"is_public": customer.is_public, "usable": usable}


def terms_now(rule: TopUpRule | None) -> dict[str, str]:
    """What the form proposes: the terms agreed last."""
    if rule is None:
        return {}
    agreed = {"below": rule.below_cents, "amount": rule.amount_cents, "monthly": rule.monthly_cents}
    return {name: typed(Money(cents)) for name, cents in agreed.items()}


def _was_refused(rule: TopUpRule | None) -> bool:
    """Whether refusals turned it off: its customer may not have meant it."""
    return rule is not None and rule.declines > 0


def _why_not(rule: TopUpRule, at: datetime) -> str:
    why = selectors.why_no_top_up(rule, at=at)
    if why == NoTopUp.STAFF:
        return _("Our staff has paused this rule: %(reason)s") % {"reason": rule.paused_because}
    if why == NoTopUp.REFUSED and rule.not_before is not None:
        when = date_format(localtime(rule.not_before), "DATETIME_FORMAT")
        return _("The last credit was refused. It is tried again after %(when)s.") % {"when": when}
    return str(_WHY_NOT.get(why, "")) if why is not None else ""
