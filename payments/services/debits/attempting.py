"""Make an attempt, and ask how one stands: call the provider outside any transaction, then write down how it ended."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.utils import translation
from django.utils.translation import gettext

from core.failpoints import failpoint
from payments.gateways.base import Debit as Order
from payments.gateways.base import Refused, Unsure
from payments.models import Mandate, Method, MethodState, Payment, PaymentStatus, Provider
from payments.services.debits.applying import apply_charge, doubt, nothing_arrived, refused_by_call
from payments.services.registering import known_person

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from payments.gateways.base import Charge, Gateway

_KEY_LIFE: Final = {Provider.STRIPE: timedelta(hours=23), Provider.PAYPAL: timedelta(hours=5)}
"""Providers keep idempotency keys for 24 and for 6 hours: after that the same call might be another debit."""
_REACHED_BY: Final = timedelta(hours=1)
"""A call of ours that is so old does not arrive any more."""
_REPEATABLE: Final = (MethodState.ACTIVE, MethodState.REMOVED)
"""From a method that its provider lets go at this moment nothing is asked again; one that is gone refuses by itself."""


def make_attempt(payment_id: int, *, gateway: Gateway, at: datetime) -> Payment:
    """Take the money of an attempt that was just claimed. The key comes from the row, so twice is one debit."""
    return _conclude(payment_id, lambda payment: _charge(payment, gateway), at=at)


def ask_attempt(payment_id: int, *, gateway: Gateway, at: datetime, hint: str = "") -> Payment:
    """Ask the provider how an attempt stands, and apply it. No answer leaves it unknown, to be asked about again.

    `hint` is a debit that an event named; it counts only if it is the one of this very attempt.
    """
    payment = Payment.objects.get(pk=payment_id)
    if payment.status == PaymentStatus.SUCCEEDED and payment.fee_cents is not None:
        return payment
    return _conclude(payment_id, lambda each: _look(each, gateway, hint=hint, at=at), at=at)


def _conclude(payment_id: int, call: Callable[[Payment], Charge | None], *, at: datetime) -> Payment:
    payment = Payment.objects.select_related("customer", "used_method").get(pk=payment_id)
    try:
        told = call(payment)
    except Refused as refusal:
        return refused_by_call(payment_id, refusal, at=at)
    except Unsure as silence:
        return doubt(payment, str(silence), at=at)
    failpoint("collect.answered")
    if told is None:
        return nothing_arrived(payment_id, at=at)
    return apply_charge(payment_id, told, at=at)


def _look(payment: Payment, gateway: Gateway, *, hint: str, at: datetime) -> Charge | None:
    """The debit as the provider has it; None when it has none, and none can come any more.

    Without an id of ours: first the hint, then a search, then the same call again while its key is remembered. After
    that a provider whose list is exact is believed; of another one only its news will say.
    """
    known = payment.session_id or payment.intent_id
    if known:
        return _read(known, gateway)
    if hint and (told := _read(hint, gateway)).reference == str(payment.public_id):
        return told
    person = known_person(payment.customer, provider=payment.provider)
    found = gateway.find_charge(person=person, reference=str(payment.public_id), since=payment.created_at)
    if found is not None:
        return found
    age = at - payment.created_at
    may_repeat = payment.used_method is not None and payment.used_method.state in _REPEATABLE
    if may_repeat and age <= _KEY_LIFE[Provider(payment.provider)]:
        return _charge(payment, gateway)
    if gateway.finds_charges and age > _REACHED_BY:
        return None
    raise Unsure("too late to ask with the same key: the provider’s news will say")


def _read(object_id: str, gateway: Gateway) -> Charge:
    try:
        return gateway.read_charge(object_id)
    except Refused as refusal:  # it does not know a debit that it told us of: no reason to conclude anything
        raise Unsure(refusal.code) from refusal


def _charge(payment: Payment, gateway: Gateway) -> Charge:
    return gateway.charge(payment.amount, _order(payment))


def _order(payment: Payment) -> Order:
    """Everything comes from the row: the same key must always say the same thing."""
    shown = payment.customer.reference.shown
    with translation.override(payment.language):
        label = gettext("Debit of account %(number)s") % {"number": shown}
    method = payment.used_method
    mandate = Mandate.objects.filter(method=method).first() if payment.method == Method.SEPA else None
    return Order(
        reference=str(payment.public_id),
        person=known_person(payment.customer, provider=payment.provider),
        method=method.object_id if method is not None else "",
        label=label,
        statement_label=shown,
        key=payment.key,
        mandate=mandate.object_id if mandate is not None else "",
    )
