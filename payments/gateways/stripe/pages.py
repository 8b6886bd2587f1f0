"""Payment pages of Stripe Checkout: open, read, find, close."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import stripe

from core.money import Money
from payments.gateways.base import Decline, Order, Page, PageState, Person, Receipt, Refused, Unsure
from payments.gateways.stripe.client import ask, id_of, readable, text
from payments.models import Failure

if TYPE_CHECKING:
    from collections.abc import Iterable

_PAID: Final = ["payment_intent.latest_charge.balance_transaction"]
_MONEY_LEFT: Final = ["data.payment_intent.latest_charge.balance_transaction"]
BLOCKED_BRANDS: Final = ("american_express", "discover_global_network")
"""Brands that we do not take: CB, Visa and Mastercard remain."""
_ALL_SAVED: Final = ("always", "limited", "unspecified")
STATEMENT_SUFFIX: Final = 22
_FAILURES = {
    "insufficient_funds": Failure.FUNDS,
    "expired_card": Failure.EXPIRED_CARD,
    "authentication_required": Failure.AUTHENTICATION,
    "payment_intent_authentication_failure": Failure.AUTHENTICATION,
    "incorrect_cvc": Failure.DETAILS,
    "invalid_cvc": Failure.DETAILS,
    "incorrect_number": Failure.DETAILS,
    "invalid_number": Failure.DETAILS,
    "invalid_expiry_month": Failure.DETAILS,
    "invalid_expiry_year": Failure.DETAILS,
    "incorrect_zip": Failure.DETAILS,
}


class StripePages:
    """Payment pages of Stripe Checkout, on their hosted page: no card number ever reaches us."""

    closes_pages = True

    def __init__(self, client: stripe.StripeClient) -> None:
        self._client = client

    def register(self, person: Person) -> str:
        made = ask(
            lambda: self._client.v1.customers.create(
                {
                    "name": person.name[:256],
                    "email": person.email,
                    "preferred_locales": [person.language],
                    "metadata": {"customer": person.number},
                },
                {"idempotency_key": person.key},
            )
        )
        return readable(lambda: text(made.id))

    def open_page(self, order: Order) -> Page:
        sessions = self._client.v1.checkout.sessions
        page = ask(lambda: sessions.create(_page_params(order), {"idempotency_key": order.key}))
        return readable(lambda: _page(page))

    def read_page(self, session_id: str) -> Page:
        page = ask(lambda: self._client.v1.checkout.sessions.retrieve(session_id, {"expand": _PAID}))
        return readable(lambda: _page(page))

    def find_page(self, *, person: str, reference: str, since: datetime) -> Page | None:
        listed = ask(
            lambda: self._client.v1.checkout.sessions.list(
                {
                    "customer": person,
                    "created": {"gte": int(since.timestamp())},
                    "limit": 100,
                    "expand": _MONEY_LEFT,
                }
            ),
            never_refused=True,
        )
        return readable(lambda: _first_of(listed, reference))

    def close_page(self, session_id: str) -> Page:
        with suppress(Refused):  # it is no longer open: what it became is what we want to know
            ask(lambda: self._client.v1.checkout.sessions.expire(session_id))
        try:
            return self.read_page(session_id)
        except Refused as refusal:
            raise Unsure(refusal.code) from refusal

    def take_page(self, session_id: str) -> Page:
        """Stripe takes the money when the customer pays: there is nothing left to take."""
        return self.read_page(session_id)


def _page_params(order: Order) -> stripe.params.checkout.SessionCreateParams:
    """`saves`: the card is attached to the customer when it paid. `saved`: the page offers the cards that are."""
    metadata = {"payment": order.reference}
    params: stripe.params.checkout.SessionCreateParams = {
        "mode": "payment",
        "ui_mode": "hosted_page",
        "customer": order.person,
        "client_reference_id": order.reference,
        "locale": "fr" if order.language == "fr" else "en",
        "submit_type": "pay",
        "allowed_payment_method_types": ["card"],
        "payment_method_options": {"card": {"restrictions": {"brands_blocked": list(BLOCKED_BRANDS)}}},
        "line_items": [
            {
                "quantity": 1,
                "price_data": {
                    "currency": "eur",
                    "unit_amount": order.amount.cents,
                    "product_data": {"name": order.label},
                },
            }
        ],
        # Events about the payment itself do not carry what was written on the page.
        "payment_intent_data": {
            "metadata": metadata,
            "description": order.label,
            "statement_descriptor_suffix": order.statement_label[:STATEMENT_SUFFIX],
        },
        "metadata": metadata,
        "expires_at": int(order.expires_at.timestamp()),
        "success_url": order.success_url,
        "cancel_url": order.cancel_url,
        "expand": _PAID,
    }
    if order.saves:
        params["payment_intent_data"]["setup_future_usage"] = "off_session"
    if order.saved:
        params["saved_payment_method_options"] = {"allow_redisplay_filters": list(_ALL_SAVED)}
    return params


def _first_of(listed: stripe.ListObject[stripe.checkout.Session], reference: str) -> Page | None:
    found = (session for session in listed.auto_paging_iter() if session.client_reference_id == reference)
    session = next(found, None)
    return None if session is None else _page(session)


def _page(session: stripe.checkout.Session) -> Page:
    intent = session.payment_intent
    if isinstance(intent, str):
        raise TypeError("the payment was not expanded")
    return Page(
        session_id=text(session.id),
        state=_state(session, intent),
        url=session.url or "",
        reference=session.client_reference_id or "",
        person=id_of(session.customer),
        receipt=receipt_of(intent) if intent is not None and intent.status == "succeeded" else None,
        decline=_decline(intent) if intent is not None else None,
    )


def _state(session: stripe.checkout.Session, intent: stripe.PaymentIntent | None) -> PageState:
    """A complete page is paid only when its payment succeeded: some methods wait for days, some fail then."""
    status = intent.status if intent is not None else ""
    if status == "succeeded":
        return PageState.PAID
    if status == "processing":
        return PageState.PENDING
    if session.status == "open":
        return PageState.OPEN
    if session.status == "expired" or status in ("canceled", "requires_payment_method"):
        return PageState.CLOSED
    if session.status == "complete":
        return PageState.PENDING
    raise ValueError(f"a page that is {session.status}")


def receipt_of(intent: stripe.PaymentIntent) -> Receipt:
    """The money of a payment that succeeded."""
    charge = intent.latest_charge
    if not isinstance(charge, stripe.Charge):
        raise TypeError("the charge was not expanded")
    details = charge.payment_method_details
    card = details.card if details is not None and details.type == "card" else None
    return Receipt(
        object_id=text(intent.id),
        charge_id=text(charge.id),
        received=Money(intent.amount_received),
        currency=intent.currency.upper(),
        paid_at=datetime.fromtimestamp(charge.created, UTC),
        fee=_fee(charge),
        card_brand=(card.brand or "") if card is not None else "",
        card_last4=(card.last4 or "") if card is not None else "",
    )


def _fee(charge: stripe.Charge) -> Money | None:
    """What Stripe kept; not known at once for every method."""
    movement = charge.balance_transaction
    return Money(movement.fee) if isinstance(movement, stripe.BalanceTransaction) else None


def _decline(intent: stripe.PaymentIntent) -> Decline | None:
    error = intent.last_payment_error
    if error is None:
        return None
    codes = [code for code in (getattr(error, "decline_code", None), getattr(error, "code", None)) if code]
    return Decline(failure_of(codes), (codes or ["unknown"])[0], str(getattr(error, "charge", None) or ""))


def failure_of(codes: Iterable[str]) -> Failure:
    """The class of a refusal, by the first code that we know. Lost, stolen or suspected: only that the bank refused."""
    return next((_FAILURES[code] for code in codes if code in _FAILURES), Failure.BANK)
