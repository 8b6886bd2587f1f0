"""The words of money that moves through a provider: who, how, why, and where it stands."""

from __future__ import annotations

from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _


class Provider(models.TextChoices):
    STRIPE = "STRIPE", "Stripe"
    PAYPAL = "PAYPAL", "PayPal"
    BANK = "BANK", _("Our bank")


ONLINE: Final = (Provider.STRIPE, Provider.PAYPAL)
"""Providers that are asked and that tell news: each has a gateway, an inbox and a balance that it holds for us."""


class Method(models.TextChoices):
    CARD = "CARD", _("Card")
    PAYPAL = "PAYPAL", "PayPal"
    SEPA = "SEPA", _("Direct debit")

    @property
    def provider(self) -> Provider:
        """Who takes the money when its owner pays on a page."""
        return Provider.PAYPAL if self is Method.PAYPAL else Provider.STRIPE


ON_A_PAGE: Final = (Method.CARD, Method.PAYPAL)
"""How a customer may pay at once, on a page of a provider."""


class Purpose(models.TextChoices):
    """Why the customer pays. What is due is paid by one payment at a time; a top-up of choice may be repeated."""

    TOP_UP = "TOP_UP", _("Top-up")
    PAY_DUE = "PAY_DUE", _("Payment of what is due")
    COLLECT = "COLLECT", _("Automatic debit")


class PaymentStatus(models.TextChoices):
    CREATED = "CREATED", _("Asked for")
    SENT = "SENT", _("Sent to the provider")
    OPEN = "OPEN", _("Waiting for the customer")
    PENDING = "PENDING", _("Waiting for the bank")
    UNKNOWN = "UNKNOWN", _("Being checked")
    SUCCEEDED = "SUCCEEDED", _("Paid")
    REFUSED = "REFUSED", _("Refused")
    ABANDONED = "ABANDONED", _("Abandoned")


LIVE = (
    PaymentStatus.CREATED,
    PaymentStatus.SENT,
    PaymentStatus.OPEN,
    PaymentStatus.PENDING,
    PaymentStatus.UNKNOWN,
)
"""Not decided yet: these are asked about until the provider says how they ended."""


class Failure(models.TextChoices):
    """Why a bank or a provider said no, in classes that decide what the customer can do about it."""

    FUNDS = "FUNDS", _("Not enough money on the card")
    EXPIRED_CARD = "EXPIRED_CARD", _("The card has expired")
    AUTHENTICATION = "AUTHENTICATION", _("Your bank asks for a confirmation")
    DETAILS = "DETAILS", _("The card details do not match")
    BANK = "BANK", _("Refused by your bank")
    PAYPAL = "PAYPAL", _("Refused by PayPal")
    PROVIDER = "PROVIDER", _("The payment page could not be opened")
    LIMIT = "LIMIT", _("More than one debit may take")


class EventState(models.TextChoices):
    RECEIVED = "RECEIVED", _("Received")
    PROCESSED = "PROCESSED", _("Applied")
    IGNORED = "IGNORED", _("Of no concern")
    ORPHAN = "ORPHAN", _("About nothing of ours")
    FAILED = "FAILED", _("Failed")


class MovementCause(models.TextChoices):
    """Why the balance that a provider holds for us moved, whatever word the provider has for it."""

    PAYMENT = "PAYMENT", _("Payment")
    REFUND = "REFUND", _("Refund")
    DISPUTE = "DISPUTE", _("Dispute")
    PAYOUT = "PAYOUT", _("Payout")
    FEE = "FEE", _("Provider’s fee")
    OTHER = "OTHER", _("Something else")


class TreatmentState(models.TextChoices):
    PROPOSED = "PROPOSED", _("Waits for a second person")
    DONE = "DONE", _("Treated")
    DROPPED = "DROPPED", _("Not agreed")


class PayoutStatus(models.TextChoices):
    PENDING = "PENDING", _("Announced")
    IN_TRANSIT = "IN_TRANSIT", _("On its way")
    PAID = "PAID", _("Sent to the bank")
    FAILED = "FAILED", _("Came back")
    CANCELLED = "CANCELLED", _("Cancelled")


class RefundStatus(models.TextChoices):
    ASKED = "ASKED", _("Asked for")
    WAITING = "WAITING", _("Waits for a second person")
    SENT = "SENT", _("Sent to the provider")
    UNKNOWN = "UNKNOWN", _("Being checked")
    PENDING = "PENDING", _("On its way")
    COMPLETED = "COMPLETED", _("Given back")
    FAILED = "FAILED", _("Failed")
    CANCELLED = "CANCELLED", _("Cancelled")


REFUND_LIVE = (
    RefundStatus.ASKED,
    RefundStatus.WAITING,
    RefundStatus.SENT,
    RefundStatus.UNKNOWN,
    RefundStatus.PENDING,
)
"""Not decided yet: these are worked on until the provider says how they ended."""


class BegunBy(models.TextChoices):
    """Who began a refund: a member of staff here, or somebody in the provider's own pages."""

    STAFF = "STAFF", _("Here")
    PROVIDER = "PROVIDER", _("At the provider")


_BRANDS: Final = {"cartes_bancaires": "CB", "visa": "Visa", "mastercard": "Mastercard"}


def brand_name(brand: str) -> str:
    """How people call a card brand."""
    return _BRANDS.get(brand, brand.replace("_", " ").title())
