"""PayPal, the only place that knows it: Orders v2, Payments v2, and the news of its webhooks."""

from __future__ import annotations

import hashlib
import json
import re
from datetime import UTC, datetime
from functools import lru_cache
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final, TypeVar
from urllib.parse import quote, urlencode

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
    Refund,
    RefundState,
    Refused,
    Unsure,
)
from payments.gateways.paypal_api import REQUEST_ID, Json, PayPalApi, PayPalError, PayPalSilent
from payments.gateways.paypal_webhook import LocalVerifier, PostbackVerifier, Transmission, trial_host
from payments.models import Failure

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from payments.gateways.paypal_webhook import Verifier

LIVE_BASE: Final = "https://api-m.paypal.com"
_CURRENCY: Final = "EUR"
_EVENTS: Final = "v1/notifications/webhooks-events"
_PAGE_SIZE: Final = 300
_MOST_PAGES = 100
_CONNECT_SECONDS = 3
_DESCRIPTION, _DESCRIPTOR = 127, 22
_AMOUNT = re.compile(r"-?[0-9]{1,12}\.[0-9]{2}")
_WAITING: Final = ("CREATED", "SAVED", "PAYER_ACTION_REQUIRED")
_TAKEN: Final = ("COMPLETED", "PARTIALLY_REFUNDED", "REFUNDED")
_NOT_TAKEN: Final = ("DECLINED", "FAILED")
_REFUSALS: Final = (HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND, HTTPStatus.UNPROCESSABLE_ENTITY)
_ABOUT_ANOTHER_CALL: Final = ("DUPLICATE_REQUEST_ID", "PREVIOUS_REQUEST_IN_PROGRESS")
"""These say that an earlier call is known, not how it ended."""
_SEND_BACK: Final = ("INSTRUMENT_DECLINED", "PAYER_ACTION_REQUIRED", "ORDER_NOT_APPROVED")
Answer = TypeVar("Answer")


class PayPalGateway:
    """Orders of PayPal: the payer approves on its page, then the money is taken by a call of ours.

    Nothing can be charged without that call, so an order that we close is never captured: PayPal forgets it by itself.
    """

    closes_pages = False

    def __init__(self, api: PayPalApi, *, verifier: Verifier, livemode: bool) -> None:
        self._api = api
        self._verifier = verifier
        self._livemode = livemode

    def register(self, person: Person) -> str:
        """PayPal keeps no register of our customers: our own number serves. No call."""
        return person.number

    def open_page(self, order: Order) -> Page:
        body = _order_body(order)
        return _readable(_page, self._post("v2/checkout/orders", body, key=order.key))

    def read_page(self, session_id: str) -> Page:
        return _readable(_page, self._get(_order_path(session_id)))

    def find_page(self, *, person: str, reference: str, since: datetime) -> Page | None:
        """PayPal cannot search orders. The same key opens the same order again, which the caller does next."""
        return None

    def close_page(self, session_id: str) -> Page:
        """An order that is not captured takes no money: closing it is up to us. One that is captured stays so."""
        try:
            page = self.read_page(session_id)
        except Refused as refusal:
            raise Unsure(refusal.code) from refusal
        return page if page.state in (PageState.PAID, PageState.PENDING) else _closed(page)

    def take_page(self, session_id: str) -> Page:
        """Capture an approved order. Asked twice, at once or later, the money is taken once; the second finds it taken.

        Refused funds send the payer back to the same order, with the reason.
        """
        order = self._get(_order_path(session_id))
        page = _readable(_page, order)
        if page.state != PageState.APPROVED:
            return page
        try:
            captured = self._post(f"{_order_path(session_id)}/capture", {}, key=_capture_key(order))
        except Refused as refusal:
            return self._not_captured(page, refusal)
        return _readable(_page, captured)

    def refund(self, charge_id: str, amount: Money, *, key: str, reference: str, note: str = "") -> Refund:
        """Give back some or all of a capture. Raises Refused (more than is left, too late) or Unsure."""
        body: Json = {"amount": _amount(amount), "custom_id": reference}
        if note:
            body["note_to_payer"] = note[:255]
        path = f"v2/payments/captures/{quote(charge_id, safe='')}/refund"
        return _readable(_refund, self._post(path, body, key=key))

    def read_refund(self, refund_id: str) -> Refund:
        return _readable(_refund, self._get(f"v2/payments/refunds/{quote(refund_id, safe='')}"))

    def read_news(self, body: bytes, signature: str, *, at: datetime) -> News:
        """`signature` is what `Transmission` packs. Raises NotAuthentic; Unsure when PayPal is needed and silent."""
        self._verifier.verify(body, Transmission.unpacked(signature), at=at)
        try:
            return self.recall_news(json.loads(body))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise NotAuthentic("not an event") from error

    def recall_news(self, payload: dict[str, Any]) -> News:
        return _news(payload, livemode=self._livemode)

    def news_since(self, moment: datetime, *, types: Sequence[str]) -> Iterator[News]:
        start = moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        path = f"{_EVENTS}?{urlencode({'page_size': _PAGE_SIZE, 'start_time': start})}"
        newest_first: list[News] = []
        for _ in range(_MOST_PAGES):
            page = self._get(path, never_refused=True)
            newest_first += _readable(lambda read: [self.recall_news(event) for event in read["events"]], page)
            path = _next_path(page)
            if not path:
                return iter([news for news in reversed(newest_first) if news.type in types])
        raise Unsure("events without end")

    def _not_captured(self, page: Page, refusal: Refused) -> Page:
        """Why an approved order was not captured: taken before, something left to the payer, or refused for good."""
        if refusal.code in _SEND_BACK:
            decline = Decline(Failure.PAYPAL, refusal.code) if refusal.code == "INSTRUMENT_DECLINED" else None
            return _at(page, PageState.OPEN, decline)
        found = self.read_page(page.session_id)
        if found.state == PageState.APPROVED:
            return _at(found, PageState.CLOSED, Decline(Failure.PROVIDER, refusal.code))
        return found

    def _get(self, path: str, *, never_refused: bool = False) -> Json:
        return _ask(lambda: self._api.get(path), never_refused=never_refused)

    def _post(self, path: str, body: Json, *, key: str) -> Json:
        return _ask(lambda: self._api.post(path, body, {REQUEST_ID: key}))


@lru_cache(maxsize=1)
def paypal_gateway() -> PayPalGateway:
    """The gateway of this portal's PayPal account."""
    api = PayPalApi(
        settings.PAYPAL_API_BASE or LIVE_BASE,
        settings.PAYPAL_CLIENT_ID,
        settings.PAYPAL_SECRET,
        timeout=(_CONNECT_SECONDS, settings.PROVIDER_TIMEOUT_SECONDS),
    )
    ids = settings.PAYPAL_WEBHOOK_IDS
    if settings.PAYPAL_WEBHOOK_VERIFY == "postback":
        verifier: Verifier = PostbackVerifier(api, ids)
    else:
        verifier = LocalVerifier(ids, trial=trial_host(settings.PAYPAL_CERT_HOST, settings.PAYPAL_CERT_ROOT))
    return PayPalGateway(api, verifier=verifier, livemode=settings.PAYPAL_API_BASE in ("", LIVE_BASE))


def _ask(call: Callable[[], Json], *, never_refused: bool = False) -> Json:
    """Call PayPal, and sort how it ends.

    Only a refusal of this very request is a refusal: our credentials, a limit, an error of PayPal's and an id that is
    in use or was used for another body say nothing about what happened to an earlier call.
    """
    try:
        return call()
    except PayPalError as error:
        if error.status in _REFUSALS and error.word not in _ABOUT_ANOTHER_CALL and not never_refused:
            raise Refused(error.word) from error
        raise Unsure(error.word) from error
    except PayPalSilent as silence:
        raise Unsure(str(silence)) from silence


def _readable(read: Callable[[Json], Answer], answer: Json) -> Answer:
    """Read an answer; one that has not the shape we know is no answer."""
    try:
        return read(answer)
    except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
        raise Unsure("unreadable answer") from error


def _order_path(order_id: str) -> str:
    return f"v2/checkout/orders/{quote(order_id, safe='')}"


def _capture_key(order: Json) -> str:
    """The request id of a capture: one for two who capture at once, another after the payer chose other funds."""
    moment = str(order.get("update_time") or order.get("create_time") or "")
    return f"capture-{order['id']}-{hashlib.sha256(moment.encode()).hexdigest()[:16]}"


def _order_body(order: Order) -> Json:
    """The invoice id is one for each payment of ours: PayPal refuses to take money for it twice."""
    experience = {
        "brand_name": settings.SITE_NAME[:_DESCRIPTION],
        "locale": "fr-FR" if order.language == "fr" else "en-GB",
        "shipping_preference": "NO_SHIPPING",
        "user_action": "PAY_NOW",
        "payment_method_preference": "IMMEDIATE_PAYMENT_REQUIRED",
        "return_url": order.success_url,
        "cancel_url": order.cancel_url,
    }
    unit = {
        "reference_id": order.person,
        "custom_id": order.reference,
        "invoice_id": order.reference,
        "description": order.label[:_DESCRIPTION],
        "soft_descriptor": order.statement_label[:_DESCRIPTOR],
        "amount": _amount(order.amount),
    }
    return {
        "intent": "CAPTURE",
        "purchase_units": [unit],
        "payment_source": {"paypal": {"experience_context": experience}},
    }


def _amount(amount: Money) -> Json:
    """1299 cents → {"currency_code": "EUR", "value": "12.99"}."""
    return {"currency_code": _CURRENCY, "value": f"{amount.cents // 100}.{amount.cents % 100:02}"}


def _money(amount: Json) -> Money:
    """{"value": "12.99"} → 1299 cents, digit by digit."""
    value = amount["value"]
    if not isinstance(value, str) or not _AMOUNT.fullmatch(value):
        raise ValueError("an amount without two decimals")
    return Money(int(value.replace(".", "")))


def _page(order: Json) -> Page:
    unit = order["purchase_units"][0]
    captures: list[Json] = (unit.get("payments") or {}).get("captures") or []
    capture = captures[-1] if captures else None
    state = _state(str(order["status"]), capture)
    status = capture["status"] if capture else ""
    return Page(
        session_id=_text(order["id"]),
        state=state,
        url=_payer_link(order, state),
        reference=str(unit.get("custom_id", "")),
        person=str(unit.get("reference_id", "")),
        receipt=_receipt(capture) if capture and status in _TAKEN else None,
        decline=Decline(Failure.PAYPAL, f"CAPTURE_{status}") if status in _NOT_TAKEN else None,
    )


def _state(status: str, capture: Json | None) -> PageState:
    """A completed order is paid only when its capture is: some wait for a review, some are declined."""
    if capture is not None:
        states = dict.fromkeys(_TAKEN, PageState.PAID) | dict.fromkeys(_NOT_TAKEN, PageState.CLOSED)
        return (states | {"PENDING": PageState.PENDING})[capture["status"]]
    if status in _WAITING:
        return PageState.OPEN
    return {"APPROVED": PageState.APPROVED, "VOIDED": PageState.CLOSED}[status]


def _payer_link(order: Json, state: PageState) -> str:
    """Where the payer approves. An open order without that address would be no page at all."""
    if state not in (PageState.OPEN, PageState.APPROVED):
        return ""
    links = {link["rel"]: link["href"] for link in order["links"]}
    found = links.get("payer-action") or links.get("approve") or ""
    return _text(found) if state == PageState.OPEN else str(found)


def _closed(page: Page) -> Page:
    return _at(page, PageState.CLOSED, page.decline)


def _at(page: Page, state: PageState, decline: Decline | None) -> Page:
    return Page(page.session_id, state, page.url, page.reference, page.person, page.receipt, decline)


def _receipt(capture: Json) -> Receipt:
    told = capture.get("seller_receivable_breakdown") or {}
    when = capture["update_time"] if capture["status"] == "COMPLETED" else capture["create_time"]
    return Receipt(
        object_id=_text(capture["id"]),
        charge_id=_text(capture["id"]),
        received=_money(capture["amount"]),
        currency=_text(capture["amount"]["currency_code"]),
        paid_at=datetime.fromisoformat(when),
        fee=_money(told["paypal_fee"]) if "paypal_fee" in told else None,
    )


def _refund(refund: Json) -> Refund:
    return Refund(
        object_id=_text(refund["id"]),
        state=RefundState(refund["status"]),
        amount=_money(refund["amount"]),
        currency=_text(refund["amount"]["currency_code"]),
        reason=str((refund.get("status_details") or {}).get("reason", "")),
    )


def _next_path(page: Json) -> str:
    """The path of the next page of events. Its host is not followed: our token goes to one place."""
    links = page.get("links") or []
    onward = next((str(link["href"]) for link in links if link.get("rel") == "next"), "")
    return onward[onward.index(_EVENTS) :] if _EVENTS in onward else ""


def _news(event: Json, *, livemode: bool) -> News:
    """Our words for an event. Whatever is missing or of another type makes it no event at all."""
    thing: Json = event["resource"]
    kind = _text(event["event_type"])
    disputed: Json = next(iter(thing.get("disputed_transactions") or []), {})
    related = (thing.get("supplementary_data") or {}).get("related_ids") or {}
    unit: Json = next(iter(thing.get("purchase_units") or []), {})
    return News(
        event_id=_text(event["id"]),
        type=kind[:100],
        object_id=str(thing.get("id") or thing.get("dispute_id") or "")[:255],
        livemode=livemode,
        api_version=str(event.get("resource_version") or "")[:40],
        payload=event,
        session_id=str(thing["id"] if kind.startswith("CHECKOUT.ORDER.") else related.get("order_id") or ""),
        intent_id=_capture_of(kind, thing) or str(disputed.get("seller_transaction_id") or ""),
        reference=str(thing.get("custom_id") or unit.get("custom_id") or disputed.get("custom") or ""),
    )


def _capture_of(kind: str, thing: Json) -> str:
    """The capture that an event is about. Of money that goes back it is the parent, the link `up`."""
    if not kind.startswith("PAYMENT.CAPTURE."):
        return ""
    if kind.endswith((".REFUNDED", ".REVERSED")):
        up = next((str(link["href"]) for link in thing.get("links") or [] if link.get("rel") == "up"), "")
        return up.rpartition("/")[2]
    return str(thing["id"])


def _text(value: object) -> str:
    if not isinstance(value, str) or not value:
        raise TypeError("text expected")
    return value
