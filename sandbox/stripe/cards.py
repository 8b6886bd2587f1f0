"""The test cards, by number as Stripe publishes them (https://docs.stripe.com/testing), and what each one does."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import Enum


class Authentication(Enum):
    """When the bank of the card asks its holder to prove who they are (3-D Secure)."""

    NEVER = "NEVER"
    UNLESS_SAVED = "UNLESS_SAVED"  # not any more once the holder proved it while saving the card
    ALWAYS = "ALWAYS"


class RefundFate(Enum):
    """What becomes of a refund to the card."""

    AT_ONCE = "AT_ONCE"
    LATE = "LATE"  # pending, then succeeded
    FAILS = "FAILS"  # succeeded, then failed


@dataclass(frozen=True, slots=True)
class Card:
    """A card and its fate. `decline` is the decline code of every charge, `dispute` the reason its holder will give."""

    number: str
    brand: str
    title: str
    decline: str = ""
    authentication: Authentication = Authentication.NEVER
    attaches: bool = True
    networks: tuple[str, ...] = ()
    country: str = "US"
    dispute: str = ""
    refund: RefundFate = RefundFate.AT_ONCE

    @property
    def group(self) -> str:
        """Among which cards the page shows it."""
        if self.authentication is not Authentication.NEVER:
            return "proof"
        if self.decline:
            return "refused"
        return "later" if self.dispute or self.refund is not RefundFate.AT_ONCE else "accepted"

    @property
    def last4(self) -> str:
        return self.number[-4:]

    @property
    def available(self) -> tuple[str, ...]:
        return self.networks or (self.brand,)

    @property
    def fingerprint(self) -> str:
        """The same for the same number, as Stripe's."""
        return hashlib.sha256(self.number.encode()).hexdigest()[:16]


_V, _M = "visa", "mastercard"
_FRENCH = ("cartes_bancaires", _V)
_ALL = (
    Card("4242424242424242", _V, "Visa"),
    Card("4000002500000003", _V, "Visa (FR)", country="FR"),
    Card("5555555555554444", _M, "Mastercard"),
    Card("4000002500001001", _V, "CB + Visa", networks=_FRENCH, country="FR"),
    Card("5555552500001001", _M, "CB + Mastercard", networks=("cartes_bancaires", _M), country="FR"),
    Card("378282246310005", "amex", "American Express"),
    Card("6011111111111117", "discover", "Discover"),
    Card("3056930009020004", "diners", "Diners Club"),
    Card("3566002020360505", "jcb", "JCB"),
    Card("6200000000000005", "unionpay", "UnionPay"),
    Card("4000000000000002", _V, "Refused", decline="generic_decline", attaches=False),
    Card("4000000000009995", _V, "Insufficient funds", decline="insufficient_funds", attaches=False),
    Card("4000000000009987", _V, "Lost card", decline="lost_card", attaches=False),
    Card("4000000000009979", _V, "Stolen card", decline="stolen_card", attaches=False),
    Card("4000000000000069", _V, "Expired card", decline="expired_card", attaches=False),
    Card("4000000000000127", _V, "Wrong security code", decline="incorrect_cvc", attaches=False),
    Card("4000000000000119", _V, "Processing error", decline="processing_error", attaches=False),
    Card("4000000000006975", _V, "Too many attempts", decline="card_velocity_exceeded", attaches=False),
    Card("4000000000000341", _V, "Saved, then refused", decline="generic_decline"),
    Card("4000002500003155", _V, "Proof unless saved", authentication=Authentication.UNLESS_SAVED, country="FR"),
    Card("4000002760003184", _V, "Proof always", authentication=Authentication.ALWAYS, country="DE"),
    Card("4000000000003220", _V, "Proof always (2)", authentication=Authentication.ALWAYS),
    Card("4000000000003063", _V, "Proof always (3)", authentication=Authentication.ALWAYS),
    Card(
        "4000008260003178",
        _V,
        "Proof, then insufficient funds",
        decline="insufficient_funds",
        authentication=Authentication.ALWAYS,
        country="GB",
    ),
    Card(
        "4000008400001629",
        _V,
        "Proof, then refused",
        decline="generic_decline",
        authentication=Authentication.ALWAYS,
    ),
    Card("4000000000000259", _V, "Disputed as fraud", dispute="fraudulent"),
    Card("4000000000002685", _V, "Disputed as not received", dispute="product_not_received"),
    Card("4000000000007726", _V, "Slow refund", refund=RefundFate.LATE),
    Card("4000000000005126", _V, "Refund that comes back", refund=RefundFate.FAILS),
)
CARDS = {card.number: card for card in _ALL}

TOKENS = {
    "visa": "4242424242424242",
    "mastercard": "5555555555554444",
    "amex": "378282246310005",
    "discover": "6011111111111117",
    "fr": "4000002500000003",
    "cartesBancaires": "4000002500001001",
    "chargeDeclined": "4000000000000002",
    "chargeDeclinedInsufficientFunds": "4000000000009995",
    "chargeDeclinedExpiredCard": "4000000000000069",
    "chargeDeclinedIncorrectCvc": "4000000000000127",
    "chargeDeclinedProcessingError": "4000000000000119",
    "chargeCustomerFail": "4000000000000341",
    "authenticationRequired": "4000002500003155",
    "authenticationRequiredOnSetup": "4000002500003155",
    "threeDSecureRequired": "4000000000003063",
    "createDispute": "4000000000000259",
    "createDisputeProductNotReceived": "4000000000002685",
    "pendingRefund": "4000000000007726",
    "refundFail": "4000000000005126",
}
"""`pm_card_visa` and `tok_visa` stand for the card named `visa`, and so on."""

_RESTRICTED_BRANDS = {
    "amex": "american_express",
    "discover": "discover_global_network",
    "diners": "discover_global_network",
    "jcb": "discover_global_network",
    "unionpay": "discover_global_network",
    "visa": "visa",
    "mastercard": "mastercard",
}


def find(number: str) -> Card | None:
    """The test card of this number, written with or without spaces."""
    return CARDS.get("".join(number.split()).replace("-", ""))


def named(token: str) -> Card | None:
    """The card of `pm_card_visa` or `tok_visa`."""
    name = token.removeprefix("pm_card_").removeprefix("tok_")
    return CARDS[TOKENS[name]] if name in TOKENS and name != token else None


def is_blocked(card: Card, blocked: list[str]) -> bool:
    """True if the session does not take this brand. A card of two brands passes if one of them does."""
    return card.networks == () and _RESTRICTED_BRANDS[card.brand] in blocked


MESSAGES = {
    "generic_decline": "Your card was declined.",
    "insufficient_funds": "Your card has insufficient funds.",
    "lost_card": "Your card was declined.",
    "stolen_card": "Your card was declined.",
    "expired_card": "Your card has expired.",
    "incorrect_cvc": "Your card's security code is incorrect.",
    "processing_error": "An error occurred while processing your card. Try again in a little bit.",
    "card_velocity_exceeded": (
        "Your card was declined for making repeated attempts too frequently or exceeding its amount limit."
    ),
    "authentication_required": "Your card was declined. This transaction requires authentication.",
}
_OWN_CODES = {"expired_card", "incorrect_cvc", "processing_error", "authentication_required"}
_ADVICE = {
    "insufficient_funds": "try_again_later",
    "generic_decline": "try_again_later",
    "card_velocity_exceeded": "try_again_later",
    "processing_error": "try_again_later",
    "lost_card": "do_not_try_again",
    "stolen_card": "do_not_try_again",
    "expired_card": "do_not_try_again",
    "incorrect_cvc": "confirm_card_data",
    "pickup_card": "do_not_try_again",
    "revocation_of_authorization": "do_not_try_again",
    "revocation_of_all_authorizations": "do_not_try_again",
    "stop_payment_order": "do_not_try_again",
    "invalid_account": "do_not_try_again",
    "do_not_honor": "try_again_later",
    "issuer_not_available": "try_again_later",
    "try_again_later": "try_again_later",
    "reenter_transaction": "try_again_later",
    "approve_with_id": "try_again_later",
}


def error_code(decline: str) -> str:
    """The error's `code`; most declines share one, and differ by their decline code."""
    return decline if decline in _OWN_CODES else "card_declined"


def message(decline: str) -> str:
    """What the payer reads; a decline without words of its own is told as any other."""
    return MESSAGES.get(decline, MESSAGES["generic_decline"])


def advice(decline: str) -> str | None:
    return _ADVICE.get(decline)
