"""Debits of saved cards and bank accounts at Stripe, without their holder."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import stripe

from payments.gateways.base import Charge, Declined, DeclineKind, Refused, Unsure
from payments.gateways.stripe.client import ask, id_of, readable, text, word
from payments.gateways.stripe.methods import StripeMethods
from payments.gateways.stripe.pages import STATEMENT_SUFFIX, failure_of, receipt_of
from payments.models import Failure

if TYPE_CHECKING:
    from datetime import datetime

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
        # Bank accounts (docs.stripe.com/payments/sepa-debit, failure codes).
        "account_closed",
        "bank_account_restricted",
        "debit_not_authorized",
        "invalid_account_number",
        "mandate_not_accepted",
        "no_account",
    }
)
"""Codes after which another try is forbidden, or of no use (docs.stripe.com/declines/codes)."""
_ASKS: Final = "authentication_required"
_FORBIDDEN: Final = "do_not_try_again"
_MONEY: Final = ["latest_charge.balance_transaction"]
_MONEY_LEFT: Final = ["data.latest_charge.balance_transaction"]


class StripeCharges(StripeMethods):
    """A decline stays under its key: another attempt needs another one, a repetition after silence the same."""

    finds_charges = True

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

    def read_charge(self, object_id: str) -> Charge:
        found = ask(lambda: self._client.v1.payment_intents.retrieve(object_id, {"expand": _MONEY}))
        return readable(lambda: _charge(found))

    def find_charge(self, *, person: str, reference: str, since: datetime) -> Charge | None:
        """By the list of the customer's payments, which is exact at once; Stripe's search lags behind."""
        listed = ask(
            lambda: self._client.v1.payment_intents.list(
                {"customer": person, "created": {"gte": int(since.timestamp())}, "limit": 100, "expand": _MONEY_LEFT}
            ),
            never_refused=True,
        )
        every = ask(lambda: list(listed.auto_paging_iter()), never_refused=True)
        found = next((intent for intent in every if _reference(intent) == reference), None)
        return None if found is None else readable(lambda: _charge(found))


def _params(amount: Money, debit: Debit) -> stripe.params.PaymentIntentCreateParams:
    params: stripe.params.PaymentIntentCreateParams = {
        "amount": amount.cents,
        "currency": "eur",
        "customer": debit.person,
        "payment_method": debit.method,
        "off_session": True,
        "confirm": True,
        "allowed_payment_method_types": ["sepa_debit"] if debit.mandate else ["card"],
        "description": debit.label,
        "statement_descriptor_suffix": debit.statement_label[:STATEMENT_SUFFIX],
        "metadata": {"payment": debit.reference},
        "expand": _MONEY,
    }
    if debit.mandate:
        params["mandate"] = debit.mandate
    return params


def _charge(intent: stripe.PaymentIntent) -> Charge:
    """A debit that waits for its payer again, or that was cancelled, was refused."""
    charge = Charge(text(intent.id), reference=_reference(intent), person=id_of(intent.customer))
    if intent.status == "succeeded":
        return replace(charge, receipt=receipt_of(intent))
    if intent.status == "processing":
        return charge
    if intent.status in {"requires_payment_method", "canceled"}:
        return replace(charge, declined=_refusal(intent.last_payment_error, _bank_word(intent), charge.object_id))
    raise ValueError(f"a debit that is {intent.status}")


def _reference(intent: stripe.PaymentIntent) -> str:
    metadata = intent.metadata
    return str(metadata["payment"]) if metadata is not None and "payment" in metadata else ""


def _bank_word(intent: stripe.PaymentIntent) -> str:
    """Why a bank account refused: the charge says it more precisely than the payment."""
    charge = intent.latest_charge
    code = charge.failure_code if isinstance(charge, stripe.Charge) else None
    return "" if code == "card_declined" else code or ""


def _declined(error: stripe.CardError) -> Declined:
    told = error.error
    intent = getattr(told, "payment_intent", None) if told is not None else None
    return _refusal(told, error.code or "", str(intent["id"]) if intent is not None else "")


def _refusal(told: object, code: str, object_id: str) -> Declined:
    """The bank's code first: it is the more precise one. An advice not to try again counts more than any code."""
    words = (getattr(told, "decline_code", None), code, getattr(told, "code", None))
    codes = [str(each) for each in words if each]
    kind = _kind(codes, forbidden=getattr(told, "advice_code", None) == _FORBIDDEN)
    return Declined((codes or ["unknown"])[0][:100], failure_of(codes), kind, object_id=object_id)


def _kind(codes: list[str], *, forbidden: bool) -> DeclineKind:
    if _ASKS in codes:
        return DeclineKind.AUTHENTICATION
    if forbidden or _NEVER_AGAIN.intersection(codes):
        return DeclineKind.NEVER
    return DeclineKind.LATER
