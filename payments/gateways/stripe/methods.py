"""Saved cards and bank accounts at Stripe: Checkout in setup mode, payment methods, mandates, and taking them away."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Final, Literal

import stripe

from payments.gateways.base import Instrument, Refused, SavingPage, SavingState, SignedMandate, Unsure
from payments.gateways.stripe.client import ask, id_of, readable, text
from payments.gateways.stripe.pages import BLOCKED_BRANDS
from payments.iban import bank_named
from payments.models import Method

if TYPE_CHECKING:
    from datetime import datetime

    from payments.gateways.base import SavingOrder

_SAVED: Final = ["setup_intent.payment_method", "setup_intent.mandate"]
_SAVED_LEFT: Final = ["data.setup_intent.payment_method", "data.setup_intent.mandate"]
_PAID_WITH: Final = ["payment_intent.payment_method"]
_TAKEN: Final = ("visa", "mastercard")
_FRENCH: Final = "cartes_bancaires"


class StripeMethods:
    """Cards and bank accounts that customers let us use again. Stripe keeps them; we keep what names them."""

    def __init__(self, client: stripe.StripeClient) -> None:
        self._client = client

    def open_saving(self, order: SavingOrder) -> SavingPage:
        sessions = self._client.v1.checkout.sessions
        page = ask(lambda: sessions.create(_saving_params(order), {"idempotency_key": order.key}))
        return readable(lambda: _saving_page(page))

    def read_saving(self, session_id: str) -> SavingPage:
        page = ask(lambda: self._client.v1.checkout.sessions.retrieve(session_id, {"expand": _SAVED}))
        return readable(lambda: _saving_page(page))

    def find_saving(self, *, person: str, reference: str, since: datetime) -> SavingPage | None:
        listed = ask(
            lambda: self._client.v1.checkout.sessions.list(
                {"customer": person, "created": {"gte": int(since.timestamp())}, "limit": 100, "expand": _SAVED_LEFT}
            ),
            never_refused=True,
        )
        return readable(lambda: _first_of(listed, reference))

    def finish_saving(self, session_id: str, *, key: str) -> SavingPage:
        """Stripe saves the card when the customer agrees: there is nothing left to do, whatever the key."""
        return self.read_saving(session_id)

    def close_saving(self, session_id: str) -> SavingPage:
        with suppress(Refused):  # it is no longer open: what it became is what we want to know
            ask(lambda: self._client.v1.checkout.sessions.expire(session_id))
        try:
            return self.read_saving(session_id)
        except Refused as refusal:
            raise Unsure(refusal.code) from refusal

    def saved_by(self, session_id: str) -> Instrument | None:
        page = ask(lambda: self._client.v1.checkout.sessions.retrieve(session_id, {"expand": _PAID_WITH}))
        return readable(lambda: _saved_on_the_way(page))

    def read_instrument(self, object_id: str) -> Instrument | None:
        try:
            method = ask(lambda: self._client.v1.payment_methods.retrieve(object_id))
        except Refused:
            return None
        return readable(lambda: instrument(method))

    def read_mandate(self, object_id: str) -> SignedMandate | None:
        try:
            mandate = ask(lambda: self._client.v1.mandates.retrieve(object_id))
        except Refused:
            return None
        return readable(lambda: _mandate(mandate))

    def choose_network(self, object_id: str, network: str) -> Instrument:
        """Regulation (EU) 2015/751, art. 8(6): the holder of a co-badged card chooses, and may choose again."""
        change: stripe.params.PaymentMethodUpdateParams = {"card": {"networks": {"preferred": network}}}
        method = ask(lambda: self._client.v1.payment_methods.update(object_id, change))
        found = readable(lambda: instrument(method))
        if found is None:
            raise Refused("detached")
        return found

    def forget(self, object_id: str) -> None:
        """Detach. One that is not attached is refused by Stripe: then it is looked at."""
        try:
            ask(lambda: self._client.v1.payment_methods.detach(object_id))
        except Refused as refusal:
            if self.read_instrument(object_id) is not None:
                raise Unsure(refusal.code) from refusal


def _saving_params(order: SavingOrder) -> stripe.params.checkout.SessionCreateParams:
    metadata = {"method": order.reference}
    kind, options = _asked_for(order)
    return {
        "mode": "setup",
        "ui_mode": "hosted_page",
        "customer": order.person,
        "client_reference_id": order.reference,
        "currency": "eur",
        "locale": "fr" if order.language == "fr" else "en",
        "allowed_payment_method_types": [kind],
        "payment_method_options": options,
        "setup_intent_data": {"metadata": metadata, "description": order.label},
        "metadata": metadata,
        "expires_at": int(order.expires_at.timestamp()),
        "success_url": order.success_url,
        "cancel_url": order.cancel_url,
        "expand": _SAVED,
    }


def _asked_for(
    order: SavingOrder,
) -> tuple[Literal["card", "sepa_debit"], stripe.params.checkout.SessionCreateParamsPaymentMethodOptions]:
    if order.kind == Method.SEPA:
        return "sepa_debit", {"sepa_debit": {"mandate_options": {"reference_prefix": order.mandate_prefix}}}
    return "card", {"card": {"restrictions": {"brands_blocked": list(BLOCKED_BRANDS)}}}


def _first_of(listed: stripe.ListObject[stripe.checkout.Session], reference: str) -> SavingPage | None:
    found = (session for session in listed.auto_paging_iter() if session.client_reference_id == reference)
    session = next(found, None)
    return None if session is None else _saving_page(session)


def _saving_page(session: stripe.checkout.Session) -> SavingPage:
    setup = session.setup_intent
    if not isinstance(setup, stripe.SetupIntent):
        raise TypeError("the setup was not expanded")
    kept = instrument(setup.payment_method) if setup.status == "succeeded" else None
    error = setup.last_setup_error
    return SavingPage(
        session_id=text(session.id),
        state=_state(session, setup, kept),
        url=session.url or "",
        person=id_of(session.customer),
        instrument=kept,
        mandate=_mandate(setup.mandate, setup.payment_method) if kept is not None else None,
        code=(getattr(error, "decline_code", None) or getattr(error, "code", None) or "") if error is not None else "",
    )


def _state(session: stripe.checkout.Session, setup: stripe.SetupIntent, kept: Instrument | None) -> SavingState:
    """A card that was saved and taken away since is as good as none."""
    if setup.status == "succeeded":
        return SavingState.CLOSED if kept is None else SavingState.SAVED
    if session.status == "open":
        return SavingState.OPEN
    if session.status == "expired" or setup.status == "canceled":
        return SavingState.CLOSED
    raise ValueError(f"a setup that is {setup.status}")


def _saved_on_the_way(session: stripe.checkout.Session) -> Instrument | None:
    intent = session.payment_intent
    if intent is None:  # nobody has tried to pay yet
        return None
    if not isinstance(intent, stripe.PaymentIntent):
        raise TypeError("the payment was not expanded")
    if intent.status != "succeeded" or not intent.setup_future_usage:
        return None
    return instrument(intent.payment_method)


def instrument(method: str | stripe.PaymentMethod | None) -> Instrument | None:
    """Our words for a payment method; None for one that belongs to nobody (any more)."""
    if not isinstance(method, stripe.PaymentMethod):
        raise TypeError("the payment method was not expanded")
    if method.customer is None:
        return None
    if method.type == "sepa_debit" and method.sepa_debit is not None:
        return _account(method, method.sepa_debit)
    if method.card is None:
        raise TypeError("a card or a bank account expected")
    card = method.card
    networks = tuple(card.networks.available) if card.networks is not None else ()
    return Instrument(
        object_id=text(method.id),
        kind=Method.CARD,
        fingerprint=card.fingerprint or "",
        brand=card.display_brand or card.brand,
        networks=networks,
        last4=text(card.last4),
        expires=(int(card.exp_month), int(card.exp_year)),
        is_accepted=card.brand in _TAKEN or _FRENCH in networks,
    )


def _account(method: stripe.PaymentMethod, account: stripe.PaymentMethod.SepaDebit) -> Instrument:
    return Instrument(
        object_id=text(method.id),
        kind=Method.SEPA,
        fingerprint=account.fingerprint or "",
        brand=bank_named(account.country or "", account.bank_code or ""),
        last4=text(account.last4),
    )


def _mandate(
    mandate: str | stripe.Mandate | None, method: str | stripe.PaymentMethod | None = None
) -> SignedMandate | None:
    """Our words for a mandate; a saved card has none."""
    if mandate is None:
        return None
    if not isinstance(mandate, stripe.Mandate):
        raise TypeError("the mandate was not expanded")
    details = mandate.payment_method_details.sepa_debit
    if details is None:
        return None
    known = method if isinstance(method, stripe.PaymentMethod) else None
    return SignedMandate(
        object_id=text(mandate.id),
        reference=text(details.reference),
        url=text(details.url),
        is_active=mandate.status != "inactive",
        holder=(known.billing_details.name or "") if known else "",
        country=(known.sepa_debit.country or "") if known is not None and known.sepa_debit is not None else "",
    )
