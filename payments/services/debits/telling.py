"""What a customer is written about automatic debits: each step once, in plain words, with what to do next."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext

from accounts.notify import notify, withdraw
from accounts.selectors import billing_addresses
from core.formats import money_text
from payments.models import DebitKind, EndedWhy, Mandate, Method
from payments.services.debits.wording import cancelled_words, refusal_words

if TYPE_CHECKING:
    from datetime import datetime

    from payments.models import Debit, Payment, TopUpRule

_UNTOLD: Final = (EndedWhy.CUSTOMER, EndedWhy.OFF)
"""Whoever does it himself reads it on the page."""


def announce(debit: Debit, *, at: datetime, again: bool = False) -> None:
    """The pre-notification: how much at most, on which day, from which method, by which mandate. It is its proof."""
    with translation.override(debit.customer.language):
        rows = _rows(debit)
    _write(debit, "debit.upcoming", _announcement(debit), at=at, rows=rows, again=again)


def tell_refused(debit: Debit, payment: Payment, *, at: datetime) -> None:
    """An attempt was refused, and another one follows by itself."""
    step = f"failed:{debit.tries}"
    _write(
        debit, "debit.failed", step, at=at, **_refused(debit, payment), same=debit.method_id == payment.used_method_id
    )


def tell_action(debit: Debit, payment: Payment, *, at: datetime) -> None:
    """The bank wants to hear its customer before it pays."""
    _write(debit, "debit.action", f"action:{debit.tries}", at=at, amount=payment.amount)


def tell_given_up(debit: Debit, payment: Payment, *, at: datetime) -> None:
    """Nothing follows by itself any more."""
    _write(debit, "debit.given_up", "given-up", at=at, **_refused(debit, payment))


def tell_returned(debit: Debit, payment: Payment, *, at: datetime) -> None:
    """The bank took the money back."""
    _write(debit, "debit.returned", "returned", at=at, **_refused(debit, payment))


def tell_top_up_refused(debit: Debit, payment: Payment, rule: TopUpRule, *, at: datetime) -> None:
    """The rule could not credit the account: when it tries again, or that it is off now."""
    off = not rule.is_on and rule.declines >= settings.AUTO_TOP_UP_DECLINES
    told = _refused(debit, payment) | {"rule": rule, "turned_off": off}
    _write(debit, "topup.refused", "top-up-refused", at=at, **told)


def tell_cancelled(debit: Debit, *, at: datetime) -> None:
    """It will not take place. Who was not told of it yet is not told at all; of a top-up nobody was."""
    if debit.kind == DebitKind.TOP_UP:
        return
    kept_back = withdraw(_key(debit, _announcement(debit)), billing_addresses(debit.customer), at=at)
    if debit.ended_why in _UNTOLD or kept_back:
        return
    with translation.override(debit.customer.language):
        why = cancelled_words(debit)
    _write(debit, "debit.cancelled", "cancelled", at=at, why=why, paid=debit.ended_why == EndedWhy.PAID)


def _announcement(debit: Debit) -> str:
    """The name of the last announcement: an earlier one of another amount or method was another mail."""
    return f"announced:{debit.announced_at.isoformat()}"


def _refused(debit: Debit, payment: Payment) -> dict[str, Any]:
    with translation.override(debit.customer.language):
        return {
            "reason": refusal_words(payment),
            "refused_by": payment.used_method,
            "amount": payment.amount,
        }


def _write(debit: Debit, kind: str, step: str, *, at: datetime, **context: Any) -> None:
    page = settings.SITE_URL + reverse("payments:debit", kwargs={"public_id": debit.public_id})
    around: dict[str, Any] = {
        "debit": debit,
        "method": debit.method,
        "amount": debit.announced,
        "page": page,
        "pay_page": settings.SITE_URL + reverse("payments:top_up"),
        "is_sepa": debit.method.kind == Method.SEPA,
    }
    notify(debit.customer, kind, around | context, key=_key(debit, step), at=at)


def _key(debit: Debit, step: str) -> str:
    return f"debit:{debit.public_id}:{step}"


def _rows(debit: Debit) -> list[dict[str, str]]:
    """The details of an announcement (SEPA core rulebook, pre-notification: amount, date, mandate, creditor)."""
    told = [
        (gettext("Amount, at most"), money_text(debit.announced)),
        (gettext("Day of the debit"), date_format(debit.collect_on, "DATE_FORMAT")),
        (gettext("Method"), debit.method.title),
        (gettext("Reference"), debit.reference),
    ]
    mandate = Mandate.objects.filter(method=debit.method_id).first()
    if mandate is not None:
        told += [
            (gettext("Mandate reference"), mandate.reference),
            (gettext("SEPA creditor identifier"), mandate.ics),
        ]
    return [{"term": term, "value": value} for term, value in told]
