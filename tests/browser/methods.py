"""What the people of the browser's world have saved: a card of two networks, one that has expired, a PayPal account."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from payments.models import Debit, Method, MethodState, SavedMethod
from payments.services import collecting
from payments.services.methods import Agreement
from payments.services.methods.consenting import keep_consent
from payments.tests.mandate_desk import AGRICOLE, MandateDesk

if TYPE_CHECKING:
    from datetime import datetime

    from accounts.models import Customer
    from payments.models import Mandate

_NETWORKS = ["cartes_bancaires", "visa"]


def keep_methods(customer: Customer, now: datetime) -> SavedMethod:
    """Three of them; the first is the one with a page of its own."""
    common = {"state": MethodState.ACTIVE, "ask_at": None}
    first = _method(customer, now, **common, **_card("1001", 2034), networks=_NETWORKS, label="Carte du bureau")
    _method(customer, now, **common, **_card("4242", 2024))
    _method(customer, now, **common, kind=Method.PAYPAL, provider="PAYPAL", object_id="pp", payer="c•••@example.org")
    return first


def keep_mandates(customer: Customer, now: datetime) -> tuple[Mandate, Mandate]:
    """A bank account under a mandate, and a mandate that waits for its signature."""
    desk = MandateDesk(customer, now)
    return desk.sign(), desk.prepare(AGRICOLE)


def collect_debts(customer: Customer, now: datetime) -> Debit:
    """Automatic collection is on, and what is due is announced."""
    collecting.turn_on(customer, Agreement("fr", address="192.0.2.7", agent="Firefox"), at=now)
    return Debit.objects.filter(customer=customer).latest("pk")


def doubtful_method(customer: Customer, now: datetime) -> SavedMethod:
    """Its provider is silent; it was asked a moment ago."""
    return _method(customer, now, state=MethodState.UNKNOWN, asked_at=now + timedelta(days=1), is_default=False)


def _card(last4: str, year: int) -> dict[str, object]:
    return {
        "object_id": f"pm_{last4}",
        "fingerprint": last4,
        "brand": "cartes_bancaires" if last4 == "1001" else "visa",
        "last4": last4,
        "expires_month": 12,
        "expires_year": year,
        "is_default": last4 == "1001",
        "position": 1 if last4 == "1001" else 2,
    }


def _method(customer: Customer, now: datetime, **facts: object) -> SavedMethod:
    consent = keep_consent("fr", at=now)
    known: dict[str, object] = {
        "customer": customer,
        "kind": Method.CARD,
        "provider": "STRIPE",
        "page_expires_at": now + timedelta(hours=2),
        "position": 3,
        "consent": consent,
        "consent_sha256": consent.sha256,
        "consent_at": now,
        "consent_address": "192.0.2.7",
        "consent_agent": "Firefox",
        "language": "fr",
        "ask_at": now,
        "created_at": now,
        "updated_at": now,
    }
    return SavedMethod.objects.create(**(known | facts))
