"""Saved PayPal accounts (Vault v3): a setup token that the payer approves, then the payment token to charge."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, urlencode

from django.conf import settings

from payments.gateways.base import Charge, Declined, DeclineKind, Instrument, Refused, SavingPage, SavingState, Unsure
from payments.gateways.paypal.door import readable, text
from payments.gateways.paypal.orders import AGREEMENT, debit_body, receipt_of
from payments.models import Failure, Method

if TYPE_CHECKING:
    from datetime import datetime

    from core.money import Money
    from payments.gateways.base import Debit, SavingOrder, SignedMandate
    from payments.gateways.paypal.api import Json
    from payments.gateways.paypal.door import Door

_SETUPS: Final = "v3/vault/setup-tokens"
_TOKENS: Final = "v3/vault/payment-tokens"
_STATES: Final = {
    "CREATED": SavingState.OPEN,
    "PAYER_ACTION_REQUIRED": SavingState.OPEN,
    "APPROVED": SavingState.APPROVED,
    "VAULTED": SavingState.SAVED,
    "TOKENIZED": SavingState.SAVED,
}
_ASKS: Final = ("PAYER_ACTION_REQUIRED", "ORDER_NOT_APPROVED")
_GONE: Final = ("TOKEN_ID_NOT_FOUND", "INVALID_RESOURCE_ID", "PAYMENT_SOURCE_INFO_CANNOT_BE_VERIFIED")
_NEVER_AGAIN: Final = (
    "PAYER_ACCOUNT_LOCKED_OR_CLOSED",
    "PAYER_ACCOUNT_RESTRICTED",
    "PAYER_CANNOT_PAY",
    "AGREEMENT_ALREADY_CANCELLED",
)
_WORDS = 127


class PayPalVault:
    """What the payer agreed to is kept at PayPal only when we turn the approved setup token into a payment token."""

    finds_charges = False

    def __init__(self, door: Door) -> None:
        self._door = door

    def open_saving(self, order: SavingOrder) -> SavingPage:
        return readable(_saving_page, self._door.post(_SETUPS, _setup_body(order), key=order.key))

    def read_saving(self, session_id: str) -> SavingPage:
        return self._with_instrument(self._door.get(f"{_SETUPS}/{quote(session_id, safe='')}"))

    def find_saving(self, *, person: str, reference: str, since: datetime) -> SavingPage | None:
        """PayPal cannot search setup tokens. The same key makes the same one again, which the caller does next."""
        return None

    def finish_saving(self, session_id: str, *, key: str) -> SavingPage:
        """Turn an approved setup token into a payment token. A second one finds it turned."""
        page = self.read_saving(session_id)
        if page.state != SavingState.APPROVED:
            return page
        source = {"token": {"id": session_id, "type": "SETUP_TOKEN"}}
        try:
            token = self._door.post(_TOKENS, {"payment_source": source}, key=key)
        except Refused as refusal:
            return self._not_turned(session_id, refusal)
        kept = readable(_instrument, token)
        return SavingPage(session_id, SavingState.SAVED, page.url, page.person, kept)

    def close_saving(self, session_id: str) -> SavingPage:
        """A setup token that is never turned saves nothing: closing it is up to us."""
        try:
            page = self.read_saving(session_id)
        except Refused as refusal:
            raise Unsure(refusal.code) from refusal
        return page if page.state == SavingState.SAVED else _closed(page)

    def saved_by(self, session_id: str) -> Instrument | None:
        order = self._door.get(f"v2/checkout/orders/{quote(session_id, safe='')}")
        token_id = readable(_vaulted, order)
        return self.read_instrument(token_id) if token_id else None

    def read_instrument(self, object_id: str) -> Instrument | None:
        try:
            token = self._door.get(_token_path(object_id))
        except Refused:
            return None
        return readable(_instrument, token)

    def read_mandate(self, object_id: str) -> SignedMandate | None:
        """PayPal debits accounts of its own: it has no mandates."""
        return None

    def choose_network(self, object_id: str, network: str) -> Instrument:
        """A PayPal account has no network to choose."""
        raise Refused("NO_NETWORK")

    def forget(self, object_id: str) -> None:
        try:
            self._door.delete(_token_path(object_id))
        except Refused as refusal:
            if self.read_instrument(object_id) is not None:
                raise Unsure(refusal.code) from refusal

    def charge(self, amount: Money, debit: Debit) -> Charge:
        """An order paid from a saved account is captured by the call that makes it; it may still be held back."""
        try:
            order = self._door.post("v2/checkout/orders", debit_body(amount, debit), key=debit.key)
        except Refused as refusal:
            raise _declined(refusal.code) from refusal
        charge = readable(_charge, order)
        if charge.declined is not None:
            raise charge.declined
        return charge

    def read_charge(self, object_id: str) -> Charge:
        return readable(_charge, self._door.get(f"v2/checkout/orders/{quote(object_id, safe='')}"))

    def find_charge(self, *, person: str, reference: str, since: datetime) -> Charge | None:
        """PayPal cannot search orders. The same key finds the same one, as long as PayPal remembers it."""
        return None

    def _not_turned(self, session_id: str, refusal: Refused) -> SavingPage:
        """Why an approved setup token was not turned: turned before, or refused for good."""
        found = self.read_saving(session_id)
        return found if found.state != SavingState.APPROVED else _closed(found, refusal.code)

    def _with_instrument(self, setup: Json) -> SavingPage:
        """A setup token that was turned does not name what it became: PayPal's list of its customer does."""
        page = readable(_saving_page, setup)
        if page.state != SavingState.SAVED:
            return page
        query = urlencode({"customer_id": readable(lambda told: text(told["customer"]["id"]), setup)})
        listed = self._door.get(f"{_TOKENS}?{query}", never_refused=True)
        kept = readable(lambda told: [_instrument(token) for token in told["payment_tokens"]], listed)
        if not kept:
            return _closed(page)
        return SavingPage(page.session_id, page.state, page.url, page.person, kept[0])


def _token_path(object_id: str) -> str:
    return f"{_TOKENS}/{quote(object_id, safe='')}"


def _setup_body(order: SavingOrder) -> Json:
    experience = {
        "brand_name": settings.SITE_NAME[:_WORDS],
        "locale": "fr-FR" if order.language == "fr" else "en-GB",
        "shipping_preference": "NO_SHIPPING",
        "vault_instruction": "ON_CREATE_PAYMENT_TOKENS",
        "return_url": order.success_url,
        "cancel_url": order.cancel_url,
    }
    paypal = {"description": order.label[:_WORDS], **AGREEMENT, "experience_context": experience}
    return {"payment_source": {"paypal": paypal}, "customer": {"merchant_customer_id": order.person}}


def _saving_page(setup: Json) -> SavingPage:
    state = _STATES[str(setup["status"])]
    links = {link["rel"]: str(link["href"]) for link in setup.get("links") or []}
    url = links.get("approve", "")
    return SavingPage(
        session_id=text(setup["id"]),
        state=state,
        url=text(url) if state == SavingState.OPEN else url,
        person=str((setup.get("customer") or {}).get("merchant_customer_id") or ""),
    )


def _closed(page: SavingPage, code: str = "") -> SavingPage:
    return SavingPage(page.session_id, SavingState.CLOSED, page.url, page.person, None, code)


def _instrument(token: Json) -> Instrument:
    account = token["payment_source"]["paypal"]
    payer = text(account.get("payer_id") or account.get("account_id"))
    return Instrument(
        object_id=text(token["id"]),
        kind=Method.PAYPAL,
        fingerprint=hashlib.sha256(payer.encode()).hexdigest()[:32],
        payer=_masked(str(account.get("email_address") or "")),
    )


def _masked(email: str) -> str:
    """`camille@example.fr` → `c•••@example.fr`: enough to know one's own, of no use to anybody else."""
    name, _, host = email.partition("@")
    return f"{name[:1]}•••@{host}" if host else ""


def _vaulted(order: Json) -> str:
    """The payment token that an order left; nothing while PayPal still makes it."""
    paypal = (order.get("payment_source") or {}).get("paypal") or {}
    vault = (paypal.get("attributes") or {}).get("vault") or {}
    return text(vault["id"]) if vault.get("status") == "VAULTED" else ""


def _charge(order: Json) -> Charge:
    unit = order["purchase_units"][0]
    captures: list[Json] = (unit.get("payments") or {}).get("captures") or []
    charge = Charge(
        text(order["id"]), reference=str(unit.get("custom_id", "")), person=str(unit.get("reference_id", ""))
    )
    if not captures:
        if order["status"] in _ASKS:
            asks = Declined("PAYER_ACTION_REQUIRED", Failure.AUTHENTICATION, DeclineKind.AUTHENTICATION)
            return replace(charge, declined=asks)
        raise ValueError(f"a debit that is {order['status']}")
    capture = captures[-1]
    if capture["status"] == "PENDING":
        return charge
    if capture["status"] in ("DECLINED", "FAILED"):
        code = f"CAPTURE_{capture['status']}"
        refused = Declined(code, Failure.PAYPAL, DeclineKind.LATER, object_id=charge.object_id)
        return replace(charge, declined=refused)
    return replace(charge, receipt=receipt_of(capture))


def _declined(code: str) -> Declined | Unsure:
    """PayPal's word for a debit that was not made. A number used before says that money was taken under it."""
    if code == "DUPLICATE_INVOICE_ID":
        return Unsure(code)
    if code in _ASKS:
        return Declined(code, Failure.AUTHENTICATION, DeclineKind.AUTHENTICATION)
    if code in _GONE:
        return Declined(code, Failure.PAYPAL, DeclineKind.GONE)
    return Declined(code, Failure.PAYPAL, DeclineKind.NEVER if code in _NEVER_AGAIN else DeclineKind.LATER)
