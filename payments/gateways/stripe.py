"""Stripe, the only place that knows it. The SDK's types and errors end here."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, TypeVar

import stripe
from django.conf import settings

from core.money import Money
from payments.gateways.base import (
    Decline,
    News,
    NotAuthentic,
    Order,
    Page,
    PageState,
    Person,
    Receipt,
    Refused,
    Unsure,
)
from payments.models import Failure

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

API_VERSION: Final = "2026-10-28.endive"
"""Pinned on purpose: the one of the SDK that we test with. Webhook endpoints are created with the same."""

_RETRIES = 1
_CONNECT_SECONDS = 3
_STALE_SECONDS = 300
_AHEAD_SECONDS = 60
_PAID: Final = ["payment_intent.latest_charge.balance_transaction"]
_MONEY_LEFT: Final = ["data.payment_intent.latest_charge.balance_transaction"]
_NOT_TAKEN: Final = ("american_express", "discover_global_network")
"""Brands that we do not take: CB, Visa and Mastercard remain."""
_STATEMENT_SUFFIX = 22
_SIGNATURE = re.compile(r"t=(\d{1,12})(?:,v\d=[0-9a-f]+)+")
"""One moment, then signatures; nothing else, so that two readers cannot understand two moments."""
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
Answer = TypeVar("Answer")


class StripeGateway:
    """Payment pages of Stripe Checkout, on their hosted page: no card number ever reaches us."""

    closes_pages = True

    def __init__(self, client: stripe.StripeClient, *, secrets: Sequence[str], livemode: bool) -> None:
        self._client = client
        self._secrets = tuple(secrets)
        self._livemode = livemode

    def register(self, person: Person) -> str:
        made = _ask(
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
        return _readable(lambda: _text(made.id))

    def open_page(self, order: Order) -> Page:
        sessions = self._client.v1.checkout.sessions
        page = _ask(lambda: sessions.create(_page_params(order), {"idempotency_key": order.key}))
        return _readable(lambda: _page(page))

    def read_page(self, session_id: str) -> Page:
        page = _ask(lambda: self._client.v1.checkout.sessions.retrieve(session_id, {"expand": _PAID}))
        return _readable(lambda: _page(page))

    def find_page(self, *, person: str, reference: str, since: datetime) -> Page | None:
        listed = _ask(
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
        return _readable(lambda: _first_of(listed, reference))

    def close_page(self, session_id: str) -> Page:
        with suppress(Refused):  # it is no longer open: what it became is what we want to know
            _ask(lambda: self._client.v1.checkout.sessions.expire(session_id))
        try:
            return self.read_page(session_id)
        except Refused as refusal:
            raise Unsure(refusal.code) from refusal

    def take_page(self, session_id: str) -> Page:
        """Stripe takes the money when the customer pays: there is nothing left to take."""
        return self.read_page(session_id)

    def read_news(self, body: bytes, signature: str, *, at: datetime) -> News:
        self._verify(body, signature, at=at)
        try:
            news = _news(json.loads(body))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise NotAuthentic("not an event") from error
        if news.livemode is not self._livemode:
            raise NotAuthentic("of another environment")
        return news

    def recall_news(self, payload: dict[str, Any]) -> News:
        return _news(payload)

    def news_since(self, moment: datetime, *, types: Sequence[str]) -> Iterator[News]:
        listed = _ask(
            lambda: self._client.v1.events.list(
                {"types": list(types), "created": {"gte": int(moment.timestamp())}, "limit": 100}
            ),
            never_refused=True,
        )
        newest_first = _ask(lambda: [event.to_dict() for event in listed.auto_paging_iter()], never_refused=True)
        return iter(_readable(lambda: [_news(event) for event in reversed(newest_first)]))

    def _verify(self, body: bytes, signature: str, *, at: datetime) -> None:
        """The signature of any of our secrets, not older than 5 minutes, and not from the future.

        Two secrets are valid while one is being replaced. The SDK checks the past only.
        """
        stamp = _SIGNATURE.fullmatch(signature)
        if stamp is None:
            raise NotAuthentic("no signature")
        age = int(at.timestamp()) - int(stamp.group(1))
        if age > _STALE_SECONDS or age < -_AHEAD_SECONDS:
            raise NotAuthentic("too old, or from the future")
        if not any(_signed_with(secret, body, signature) for secret in self._secrets):
            raise NotAuthentic("another signature")


@lru_cache(maxsize=1)
def stripe_gateway() -> StripeGateway:
    """The gateway of this portal's account: one client, one pinned version, one place for timeouts and retries.

    Worst case of a call: twice the timeouts, then Unsure. The SDK repeats with the same key by itself.
    """
    stripe.enable_telemetry = False
    stripe.set_app_info("billing-portal")
    options: dict[str, Any] = {}
    if settings.STRIPE_API_BASE:
        options["base_addresses"] = {"api": settings.STRIPE_API_BASE}
    client = stripe.StripeClient(
        settings.STRIPE_SECRET_KEY or "sk_test_not_configured",
        max_network_retries=_RETRIES,
        stripe_version=API_VERSION,
        http_client=stripe.RequestsClient(timeout=(_CONNECT_SECONDS, settings.PROVIDER_TIMEOUT_SECONDS)),
        **options,
    )
    livemode = settings.STRIPE_SECRET_KEY.startswith(("sk_live_", "rk_live_"))
    return StripeGateway(client, secrets=settings.STRIPE_WEBHOOK_SECRETS, livemode=livemode)


def _ask(call: Callable[[], Answer], *, never_refused: bool = False) -> Answer:
    """Call Stripe, and sort how it ends.

    A wrong key of ours, a limit reached, a key in use or used for another body say nothing about what happened to an
    earlier call: unsure. Only a refusal of this very request is a refusal.
    """
    try:
        return call()
    except (stripe.CardError, stripe.InvalidRequestError) as error:
        if never_refused:
            raise Unsure(_word(error)) from error
        raise Refused(_word(error)) from error
    except stripe.StripeError as error:
        raise Unsure(_word(error)) from error


def _readable(read: Callable[[], Answer]) -> Answer:
    """Read an answer; one that has not the shape we know is no answer."""
    try:
        return read()
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise Unsure("unreadable answer") from error


def _word(error: stripe.StripeError) -> str:
    return str(error.code or type(error).__name__)[:100]


def _text(value: object) -> str:
    if not isinstance(value, str) or not value:
        raise TypeError("text expected")
    return value


def _page_params(order: Order) -> stripe.params.checkout.SessionCreateParams:
    metadata = {"payment": order.reference}
    return {
        "mode": "payment",
        "ui_mode": "hosted_page",
        "customer": order.person,
        "client_reference_id": order.reference,
        "locale": "fr" if order.language == "fr" else "en",
        "submit_type": "pay",
        "allowed_payment_method_types": ["card"],
        "payment_method_options": {"card": {"restrictions": {"brands_blocked": list(_NOT_TAKEN)}}},
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
            "statement_descriptor_suffix": order.statement_label[:_STATEMENT_SUFFIX],
        },
        "metadata": metadata,
        "expires_at": int(order.expires_at.timestamp()),
        "success_url": order.success_url,
        "cancel_url": order.cancel_url,
        "expand": _PAID,
    }


def _first_of(listed: stripe.ListObject[stripe.checkout.Session], reference: str) -> Page | None:
    found = (session for session in listed.auto_paging_iter() if session.client_reference_id == reference)
    session = next(found, None)
    return None if session is None else _page(session)


def _page(session: stripe.checkout.Session) -> Page:
    intent = session.payment_intent
    if isinstance(intent, str):
        raise TypeError("the payment was not expanded")
    return Page(
        session_id=_text(session.id),
        state=_state(session, intent),
        url=session.url or "",
        reference=session.client_reference_id or "",
        person=_id_of(session.customer),
        receipt=_receipt(intent) if intent is not None and intent.status == "succeeded" else None,
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


def _receipt(intent: stripe.PaymentIntent) -> Receipt:
    charge = intent.latest_charge
    if not isinstance(charge, stripe.Charge):
        raise TypeError("the charge was not expanded")
    details = charge.payment_method_details
    card = details.card if details is not None and details.type == "card" else None
    return Receipt(
        object_id=_text(intent.id),
        charge_id=_text(charge.id),
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
    known = (_FAILURES[code] for code in codes if code in _FAILURES)
    return Decline(failure=next(known, Failure.BANK), code=(codes or ["unknown"])[0])


def _id_of(value: str | stripe.StripeObject | None) -> str:
    if value is None or isinstance(value, str):
        return value or ""
    return _text(value["id"])


def _signed_with(secret: str, body: bytes, signature: str) -> bool:
    try:
        stripe.WebhookSignature.verify_header(
            body, signature, secret, tolerance=None
        )  # its age was checked by our clock
    except (stripe.SignatureVerificationError, ValueError):
        return False
    return True


def _news(event: dict[str, Any]) -> News:
    """Our words for an event. Whatever is missing or of another type makes it no event at all."""
    if event["object"] != "event":
        raise ValueError(str(event["object"]))
    thing: dict[str, Any] = event["data"]["object"]
    kind = str(thing.get("object", ""))
    metadata = thing.get("metadata") or {}
    return News(
        event_id=_text(event["id"]),
        type=_text(event["type"])[:100],
        object_id=str(thing.get("id") or "")[:255],
        livemode=_flag(event["livemode"]),
        api_version=str(event.get("api_version") or "")[:40],
        payload=event,
        session_id=_text(thing["id"]) if kind == "checkout.session" else "",
        intent_id=_text(thing["id"]) if kind == "payment_intent" else str(thing.get("payment_intent") or ""),
        reference=str(thing.get("client_reference_id") or metadata.get("payment") or ""),
    )


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise TypeError("flag expected")
    return value
