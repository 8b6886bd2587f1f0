"""Debits of saved cards at Stripe, without their holder."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import stripe

from payments.gateways.base import Charge, Declined, DeclineKind, Refused, Unsure
from payments.gateways.stripe.client import readable, text, word
from payments.gateways.stripe.methods import StripeMethods
from payments.gateways.stripe.pages import STATEMENT_SUFFIX, failure_of, receipt_of
from payments.models import Failure

if TYPE_CHECKING:
    from core.money import Money
    from payments.gateways.base import Debit

_NEVER_AGAIN: Final = frozenset(
    {
        "card_not_supported",
        "expired_card",
        "fraudulent",
        "incorrect_number",
        "invalid_account",
        "invalid_number",
        "lost_card",
        "pickup_card",
        "restricted_card",
        "revocation_of_all_authorizations",
        "revocation_of_authorization",
        "stolen_card",
        "stop_payment_order",
    }
)
"""Codes after which card schemes forbid another try, or where one is of no use (docs.stripe.com/declines/codes)."""
_ASKS: Final = "authentication_required"
_FORBIDDEN: Final = "do_not_try_again"


class StripeCharges(StripeMethods):
    """A decline stays under its key: another attempt needs another one, a repetition after silence the same."""

    def charge(self, amount: Money, debit: Debit) -> Charge:
        options: stripe.RequestOptions = {"idempotency_key": debit.key}
        try:
            intent = self._client.v1.payment_intents.create(_params(amount, debit), options)
        except stripe.CardError as error:
            raise _declined(error) from error
        except stripe.InvalidRequestError as error:
            if self.read_instrument(debit.method) is None:
                raise Declined(word(error), Failure.BANK, DeclineKind.GONE) from error
            raise Refused(word(error)) from error
        except stripe.StripeError as error:
            raise Unsure(word(error)) from error
        return readable(lambda: _charge(intent))


def _params(amount: Money, debit: Debit) -> stripe.params.PaymentIntentCreateParams:
    return {
        "amount": amount.cents,
        "currency": "eur",
        "customer": debit.person,
        "payment_method": debit.method,
        "off_session": True,
        "confirm": True,
        "allowed_payment_method_types": ["card"],
        "description": debit.label,
        "statement_descriptor_suffix": debit.statement_label[:STATEMENT_SUFFIX],
        "metadata": {"payment": debit.reference},
        "expand": ["latest_charge.balance_transaction"],
    }


def _charge(intent: stripe.PaymentIntent) -> Charge:
    if intent.status == "succeeded":
        return Charge(text(intent.id), receipt_of(intent))
    if intent.status == "processing":
        return Charge(text(intent.id))
    raise ValueError(f"a debit that is {intent.status}")


def _declined(error: stripe.CardError) -> Declined:
    """The bank's code first: it is the more precise one. An advice not to try again counts more than any code."""
    told = error.error
    decline = getattr(told, "decline_code", None) if told is not None else None
    intent = getattr(told, "payment_intent", None) if told is not None else None
    codes = [str(code) for code in (decline, error.code) if code]
    kind = _kind(codes, forbidden=getattr(told, "advice_code", None) == _FORBIDDEN)
    object_id = str(intent["id"]) if intent is not None else ""
    return Declined((codes or ["unknown"])[0][:100], failure_of(codes), kind, object_id=object_id)


def _kind(codes: list[str], *, forbidden: bool) -> DeclineKind:
    if _ASKS in codes:
        return DeclineKind.AUTHENTICATION
    if forbidden or _NEVER_AGAIN.intersection(codes):
        return DeclineKind.NEVER
    return DeclineKind.LATER
