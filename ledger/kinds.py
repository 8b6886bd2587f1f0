"""The words of the ledger: journals, kinds of transactions, origins of money."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Journal(models.TextChoices):
    """The books of original entry of a French company, as the FEC names them."""

    OPENING = "AN", _("Opening balances")
    SALES = "VE", _("Sales")
    CARD = "CB", _("Cards")
    PAYPAL = "PP", "PayPal"
    DIRECT_DEBIT = "PR", _("Direct debits")
    BANK = "BQ", _("Bank")
    MISCELLANEOUS = "OD", _("Miscellaneous")


class MovementKind(models.TextChoices):
    """What a customer sees as a line of the transactions page."""

    TOP_UP = "TOP_UP", _("Top-up")
    TRANSFER = "TRANSFER", _("Transfer received")
    DIRECT_DEBIT = "DIRECT_DEBIT", _("Direct debit")
    INVOICE = "INVOICE", _("Invoice")
    CREDIT_NOTE = "CREDIT_NOTE", _("Credit note")
    REFUND = "REFUND", _("Refund")
    PAYMENT_REVERSED = "PAYMENT_REVERSED", _("Payment reversed")
    PAYMENT_RESTORED = "PAYMENT_RESTORED", _("Payment restored")
    COMMISSION = "COMMISSION", _("Commission")
    CORRECTION = "CORRECTION", _("Correction")


class HiddenKind(models.TextChoices):
    """Transactions that leave *prepaid − receivable* as it was: no customer sees them as a line."""

    SETTLEMENT = "SETTLEMENT", _("Settlement")
    HOUSE = "HOUSE", _("House entry")


TX_KINDS = [*MovementKind.values, *HiddenKind.values]


class Origin(models.TextChoices):
    """Where the money of a lot came from."""

    CARD = "CARD", _("Card")
    PAYPAL = "PAYPAL", "PayPal"
    TRANSFER = "TRANSFER", _("Transfer")
    DIRECT_DEBIT = "DIRECT_DEBIT", _("Direct debit")
    COMMISSION = "COMMISSION", _("Commission")
    OPENING = "OPENING", _("Opening balance")


class ItemKind(models.TextChoices):
    """What an open item asks for."""

    INVOICE = "INVOICE", _("Invoice")
    REVERSED_PAYMENT = "REVERSED_PAYMENT", _("Reversed payment")
    FEE_NOTE = "FEE_NOTE", _("Fees and interest")


class AllocationKind(models.TextChoices):
    """What reduced an open item."""

    MONEY = "MONEY", _("Money")
    CREDIT_NOTE = "CREDIT_NOTE", _("Credit note")
    WRITE_OFF = "WRITE_OFF", _("Write-off")


class LotMovementKind(models.TextChoices):
    """How money left a lot without paying an item. Negative amounts give it back."""

    REFUNDED = "REFUNDED", _("Refunded")
    REVERSED = "REVERSED", _("Reversed")
    MOVED = "MOVED", _("Moved")
    WITHDRAWN = "WITHDRAWN", _("Withdrawn")


class Direction(models.TextChoices):
    """Whether held money is on its way in or on its way out."""

    INCOMING = "IN", _("Incoming")
    OUTGOING = "OUT", _("Outgoing")
