"""Orders v2 of PayPal: the payer approves on its page, then the money is taken by a call of ours."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from django.conf import settings

from payments.gateways.base import Decline, Order, Page, PageState, Person, Receipt, Refused, Unsure
from payments.gateways.paypal.door import amount_body, read_money, readable, text
from payments.models import Failure

if TYPE_CHECKING:
    from core.money import Money
    from payments.gateways.base import Debit
    from payments.gateways.paypal.api import Json
    from payments.gateways.paypal.door import Door

_DESCRIPTION, _DESCRIPTOR = 127, 22
_WAITING: Final = ("CREATED", "SAVED", "PAYER_ACTION_REQUIRED")
_TAKEN: Final = ("COMPLETED", "PARTIALLY_REFUNDED", "REFUNDED")
_NOT_TAKEN: Final = ("DECLINED", "FAILED")
AGREEMENT: Final = {
    "usage_type": "MERCHANT",
    "customer_type": "CONSUMER",
    "usage_pattern": "RECURRING_POSTPAID",
    "permit_multiple_payment_tokens": False,
}
"""What we may do with a saved account: collect, by ourselves, bills whose amounts vary."""
_HERE: Final = {"payment_initiator": "CUSTOMER", "usage": "SUBSEQUENT", "usage_pattern": "IMMEDIATE"}
_AWAY: Final = {"payment_initiator": "MERCHANT", "usage": "SUBSEQUENT", "usage_pattern": "RECURRING_POSTPAID"}
_SEND_BACK: Final = ("INSTRUMENT_DECLINED", "PAYER_ACTION_REQUIRED", "ORDER_NOT_APPROVED")


class PayPalOrders:
    """Nothing can be charged without a call of ours, so an order that we close is never captured: PayPal forgets it."""

    closes_pages = False

    def __init__(self, door: Door) -> None:
        self._door = door

    def register(self, person: Person) -> str:
        """PayPal keeps no register of our customers: our own number serves. No call."""
        return person.number

    def open_page(self, order: Order) -> Page:
        """An order with a saved account is paid by the very call that makes it: paid at once, or refused."""
        body = _order_body(order)
        try:
            made = self._door.post("v2/checkout/orders", body, key=order.key)
        except Refused as refusal:
            raise _not_made(order, refusal) from refusal
        return readable(_page, made)

    def read_page(self, session_id: str) -> Page:
        return readable(_page, self._door.get(_order_path(session_id)))

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
        order = self._door.get(_order_path(session_id))
        page = readable(_page, order)
        if page.state != PageState.APPROVED:
            return page
        try:
            captured = self._door.post(f"{_order_path(session_id)}/capture", {}, key=_capture_key(order))
        except Refused as refusal:
            return self._not_captured(page, refusal)
        return readable(_page, captured)

    def _not_captured(self, page: Page, refusal: Refused) -> Page:
        """Why an approved order was not captured: taken before, something left to the payer, or refused for good."""
        if refusal.code in _SEND_BACK:
            decline = Decline(Failure.PAYPAL, refusal.code) if refusal.code == "INSTRUMENT_DECLINED" else None
            return _at(page, PageState.OPEN, decline)
        found = self.read_page(page.session_id)
        if found.state == PageState.APPROVED:
            return _at(found, PageState.CLOSED, Decline(Failure.PROVIDER, refusal.code))
        return found


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
        "amount": amount_body(order.amount),
    }
    paypal: Json = {"experience_context": experience}
    if order.saves:
        paypal["attributes"] = {"vault": {"store_in_vault": "ON_SUCCESS", **AGREEMENT}}
    if order.saved:
        paypal |= {"vault_id": order.saved, "stored_credential": _HERE}
    return {"intent": "CAPTURE", "purchase_units": [unit], "payment_source": {"paypal": paypal}}


def debit_body(amount: Money, debit: Debit) -> Json:
    """An order that is paid from a saved account without its owner."""
    unit = {
        "reference_id": debit.person,
        "custom_id": debit.reference,
        "invoice_id": debit.reference,
        "description": debit.label[:_DESCRIPTION],
        "soft_descriptor": debit.statement_label[:_DESCRIPTOR],
        "amount": amount_body(amount),
    }
    paypal = {"vault_id": debit.method, "stored_credential": _AWAY}
    return {"intent": "CAPTURE", "purchase_units": [unit], "payment_source": {"paypal": paypal}}


def _not_made(order: Order, refusal: Refused) -> Refused | Unsure:
    """A saved account that refuses is PayPal's refusal; a number used before says that money was taken under it."""
    if not order.saved:
        return refusal
    if refusal.code == "DUPLICATE_INVOICE_ID":
        return Unsure(refusal.code)
    return Refused(refusal.code, Failure.PAYPAL)


def _page(order: Json) -> Page:
    unit = order["purchase_units"][0]
    captures: list[Json] = (unit.get("payments") or {}).get("captures") or []
    capture = captures[-1] if captures else None
    state = _state(str(order["status"]), capture)
    status = capture["status"] if capture else ""
    return Page(
        session_id=text(order["id"]),
        state=state,
        url=_payer_link(order, state),
        reference=str(unit.get("custom_id", "")),
        person=str(unit.get("reference_id", "")),
        receipt=receipt_of(capture) if capture and status in _TAKEN else None,
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
    return text(found) if state == PageState.OPEN else str(found)


def _closed(page: Page) -> Page:
    return _at(page, PageState.CLOSED, page.decline)


def _at(page: Page, state: PageState, decline: Decline | None) -> Page:
    return Page(page.session_id, state, page.url, page.reference, page.person, page.receipt, decline)


def receipt_of(capture: Json) -> Receipt:
    """The money of a capture."""
    told = capture.get("seller_receivable_breakdown") or {}
    when = capture["update_time"] if capture["status"] == "COMPLETED" else capture["create_time"]
    return Receipt(
        object_id=text(capture["id"]),
        charge_id=text(capture["id"]),
        received=read_money(capture["amount"]),
        currency=text(capture["amount"]["currency_code"]),
        paid_at=datetime.fromisoformat(when),
        fee=read_money(told["paypal_fee"]) if "paypal_fee" in told else None,
    )
