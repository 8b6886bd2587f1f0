"""What the pages of saved methods show, computed from questions alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from django.conf import settings
from django.utils.formats import date_format

from core.clock import local_date
from core.money import ZERO
from ledger import selectors as ledger
from payments import selectors
from payments.collecting_presenting import automatic_context
from payments.forms import typed
from payments.method_forms import LabelForm, NetworkForm
from payments.models import BEING_SAVED, Method, MethodState, Reason, brand_name
from payments.presenting import POLL_SECONDS
from payments.services import collecting
from payments.top_up_rule_presenting import rule_context

if TYPE_CHECKING:
    from datetime import datetime

    from django import forms

    from accounts.models import Customer
    from payments.models import CollectingRule, SavedMethod, TopUpRule

_SOON: Final = timedelta(days=31)


@dataclass(frozen=True, slots=True)
class MethodRow:
    """One saved method, as the list and its own page show it."""

    method: SavedMethod
    mark: str
    expiry: str
    expires_soon: bool
    has_expired: bool
    is_first: bool = False
    is_last: bool = False


def saved_rows(customer: Customer, *, at: datetime) -> list[MethodRow]:
    """The saved methods of a customer, in the order of fallback."""
    return _rows(list(selectors.methods_of(customer)), at)


def _rows(found: list[SavedMethod], at: datetime) -> list[MethodRow]:
    active = [method.pk for method in found if method.state == MethodState.ACTIVE]
    first, last = (active[0], active[-1]) if active else (0, 0)
    return [_row(method, at, first=first, last=last) for method in found]


def methods_context(customer: Customer, at: datetime) -> dict[str, Any]:
    """The list, in the order of fallback, and what is due."""
    found = list(selectors.methods_of(customer))
    by_day = collecting.open_by_day(customer.pk)
    due = max(sum(by_day.values(), ZERO) - ledger.get_balance(customer.pk).incoming, ZERO)
    active = sum(method.state == MethodState.ACTIVE for method in found)
    automatic = automatic_context(customer, at, usable=bool(active), due=by_day)
    return (
        {
            "rows": _rows(found, at),
            "to_sign": list(selectors.drafts_of(customer)),
            "may_be_debited": not customer.is_public,
            "several": active > 1,
            "making": list(selectors.methods_in_the_making(customer)),
            "due": due,
            "pay_due": typed(due) if due else "",
            "paypal": bool(settings.PAYPAL_CLIENT_ID),
        }
        | automatic
        | rule_context(_top_up_rule(customer, automatic["rule"]), customer, at)
    )


def _top_up_rule(customer: Customer, collecting_rule: CollectingRule | None) -> TopUpRule | None:
    """The top-up rule, which came with the row of automatic collection where there is one."""
    if collecting_rule is None:
        return selectors.top_up_rule_of(customer)
    return getattr(collecting_rule.customer, "top_up_rule", None)


def method_context(
    method: SavedMethod, at: datetime, *, cancelled: bool = False, bound: forms.Form | None = None
) -> dict[str, Any]:
    """One method: where it stands, what may be changed, and the agreement. `bound` is a form to be corrected."""
    label: forms.Form = LabelForm(initial={"label": method.label})
    network: forms.Form | None = NetworkForm(method) if method.may_choose_network else None
    if isinstance(bound, LabelForm):
        label = bound
    elif isinstance(bound, NetworkForm):
        network = bound
    page_open = method.state == MethodState.PENDING and method.payment is None and bool(method.page_url)
    return {
        "row": _row(method, at),
        "mandate": selectors.mandate_of(method) if method.kind == Method.SEPA else None,
        "method": method,
        "form": bound,
        "label_form": label,
        "network_form": network,
        "cancelled": cancelled,
        "page_open": page_open and at < method.page_expires_at,
        "waits": method.state in BEING_SAVED,
        "not_accepted": method.reason == Reason.BRAND,
        "by_customer": method.reason == Reason.ASKED,
        "brand": brand_name(method.brand),
        "poll": POLL_SECONDS if method.state == MethodState.UNKNOWN else 0,
    }


def removal_context(method: SavedMethod) -> dict[str, Any]:
    """What follows when this one is removed."""
    others = [each for each in selectors.usable_methods(method.customer) if each.pk != method.pk]
    return {
        "method": method,
        "announced": selectors.standing_debits(method.customer_id).filter(method=method).exists(),
        "next_default": others[0] if others and method.is_default else None,
        "is_last": not others,
    }


def consent_file(method: SavedMethod) -> str:
    """The agreement as a text file: the words, and when, by whom, from where they were agreed to."""
    who = method.actor.email if method.actor else "–"
    return "\n".join(
        [
            method.consent.text,
            "",
            f"{method.title}",
            f"{method.consent.name} ({method.consent.language}), SHA-256 {method.consent_sha256}",
            f"{method.consent_at.isoformat(timespec='seconds')}, {who}",
            f"{method.consent_address or '–'}, {method.consent_agent or '–'}",
            "",
        ]
    )


def _row(method: SavedMethod, at: datetime, *, first: int = 0, last: int = 0) -> MethodRow:
    ends = method.good_until
    today = local_date(at)
    return MethodRow(
        method,
        mark=method.mark,
        expiry=date_format(ends, "F Y") if ends else "",
        expires_soon=ends is not None and today <= ends <= today + _SOON,
        has_expired=ends is not None and ends < today,
        is_first=method.pk == first,
        is_last=method.pk == last,
    )
