"""Bank accounts and their SEPA mandates: the test accounts as Stripe publishes them, and what each one does.

https://docs.stripe.com/testing#sepa-direct-debit
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from enum import Enum

from sandbox.store import Json
from sandbox.stripe import events
from sandbox.stripe.errors import invalid, missing
from sandbox.stripe.routes import endpoint
from sandbox.world import World, letters, new_id

_PREFIX = re.compile(r"[A-Z0-9 /_\-&.]{0,12}")


class Fate(Enum):
    """What becomes of a debit of the account."""

    SUCCEEDS = "SUCCEEDS"
    SUCCEEDS_LATE = "SUCCEEDS_LATE"
    FAILS = "FAILS"
    FAILS_LATE = "FAILS_LATE"
    DISPUTED = "DISPUTED"


@dataclass(frozen=True, slots=True)
class BankAccount:
    """A test account and its fate."""

    iban: str
    title: str
    fate: Fate

    @property
    def last4(self) -> str:
        return self.iban[-4:]

    @property
    def fingerprint(self) -> str:
        return hashlib.sha256(self.iban.encode()).hexdigest()[:16]


ACCOUNTS = {
    account.iban: account
    for account in (
        BankAccount("FR1420041010050500013M02606", "account_succeeds", Fate.SUCCEEDS),
        BankAccount("FR3020041010050500013M02609", "account_succeeds_late", Fate.SUCCEEDS_LATE),
        BankAccount("FR8420041010050500013M02607", "account_fails", Fate.FAILS),
        BankAccount("FR7920041010050500013M02600", "account_fails_late", Fate.FAILS_LATE),
        BankAccount("FR5720041010050500013M02608", "account_disputed", Fate.DISPUTED),
    )
}


def find_account(typed: str) -> BankAccount | None:
    """The test account that was typed; in test mode Stripe takes no other."""
    return ACCOUNTS.get("".join(typed.split()).upper())


def account_of(method: Json) -> BankAccount:
    """The test account behind a payment method."""
    return ACCOUNTS[method["_iban"]]


def make_method(world: World, account: BankAccount, *, name: str, email: str | None) -> Json:
    """A new payment method for this account."""
    blank = {"city": None, "country": None, "line1": None, "line2": None, "postal_code": None, "state": None}
    return world.store.put(
        {
            "id": new_id("pm"),
            "object": "payment_method",
            "allow_redisplay": "unspecified",
            "billing_details": {"address": blank, "email": email, "name": name, "phone": None, "tax_id": None},
            "created": world.clock.now(),
            "customer": None,
            "livemode": False,
            "metadata": {},
            "sepa_debit": {
                "bank_code": account.iban[4:9],
                "branch_code": account.iban[9:14],
                "country": account.iban[:2],
                "fingerprint": account.fingerprint,
                "generated_from": {"charge": None, "setup_attempt": None},
                "last4": account.last4,
            },
            "type": "sepa_debit",
            "_iban": account.iban,
            "_saved": False,
            "_used_up": False,
        }
    )


def check_prefix(options: Json) -> str:
    """The beginning of the mandate's reference that the merchant asked for."""
    prefix = str(options.get("sepa_debit", {}).get("mandate_options", {}).get("reference_prefix", ""))
    if not _PREFIX.fullmatch(prefix) or prefix.upper().startswith("STRIPE"):
        raise invalid(
            "The mandate reference prefix is at most 12 characters of A-Z 0-9 / _ - & . and not STRIPE first.",
            param="payment_method_options[sepa_debit][mandate_options][reference_prefix]",
            code="invalid_mandate_reference_prefix_format",
        )
    return prefix


def make_mandate(world: World, method: Json, *, prefix: str) -> Json:
    """What the holder signs on the hosted page."""
    identifier = new_id("mandate")
    return world.store.put(
        {
            "id": identifier,
            "object": "mandate",
            "created": world.clock.now(),
            "customer_acceptance": {
                "accepted_at": world.clock.now(),
                "online": {"ip_address": "127.0.0.1", "user_agent": "sandbox"},
                "type": "online",
            },
            "livemode": False,
            "multi_use": {},
            "on_behalf_of": None,
            "payment_method": method["id"],
            "payment_method_details": {
                "sepa_debit": {
                    "reference": f"{prefix}{letters(16).upper()}",
                    "url": f"{world.origin}/mandates/{identifier}",
                },
                "type": "sepa_debit",
            },
            "status": "active",
            "type": "multi_use",
        }
    )


def find(world: World, identifier: str) -> Json:
    found = world.store.get("mandate", identifier)
    if found is None:
        raise missing("mandate", identifier, "mandate")
    return found


def inactivate(world: World, identifier: str) -> Json:
    """The bank ends it: nothing is debited under it any more."""
    mandate = world.store.put(find(world, identifier) | {"status": "inactive"})
    events.emit(world, "mandate.updated", mandate, previous={"status": "active"})
    return mandate


@endpoint("GET", "/v1/mandates/{}", "MandateRetrieveParams")
def retrieve(world: World, _parameters: Json, identifier: str) -> Json:
    return find(world, identifier)
