"""Cancellations of receipts: paper for money that a bank or a provider took back."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from invoices.models.hashing import HASH
from invoices.models.receipt import Receipt
from invoices.states import CancelCause


class ReceiptCancellation(models.Model):
    """So much of a receipt counts no longer: the ledger transaction `tx` took that money back. Never changed.

    `reopened` are the customer's own documents that this money no longer pays (`document`, `amount_cents`), and
    `missing_cents` what was refunded before and is to pay back. `reference` is the bank's or provider's own.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    number = models.CharField(_("number"), max_length=20, unique=True, editable=False)
    receipt = models.ForeignKey(
        Receipt, verbose_name=_("receipt"), on_delete=models.PROTECT, related_name="cancellations"
    )
    customer = models.ForeignKey(
        "accounts.Customer",
        verbose_name=_("customer"),
        on_delete=models.PROTECT,
        related_name="receipt_cancellations",
        db_index=False,
    )
    tx = models.ForeignKey("ledger.Tx", verbose_name=_("transaction"), on_delete=models.PROTECT, related_name="+")
    amount_cents = models.BigIntegerField(_("amount cancelled, cents"))
    cause = models.CharField(_("why"), max_length=16, choices=CancelCause.choices)
    reference = models.CharField(_("reference of the bank or provider"), max_length=255, blank=True)
    reversed_at = models.DateTimeField(_("taken back at"))
    reopened = models.JSONField(_("no longer paid by it"), default=list)
    missing_cents = models.BigIntegerField(_("refunded before, cents"), default=0)
    balance_after_cents = models.BigIntegerField(_("balance after, cents"))
    seller = models.JSONField(_("seller"))
    buyer = models.JSONField(_("buyer"))
    issue_date = models.DateField(_("issue date"))
    issued_at = models.DateTimeField(_("issued at"))
    content_hash = models.CharField(_("hash of the content"), max_length=64)

    class Meta:
        verbose_name = _("cancellation of a receipt")
        verbose_name_plural = _("cancellations of receipts")
        constraints = [
            models.CheckConstraint(
                condition=Q(number__regex=r"^AR20[0-9]{2}-[0-9]{6}$"), name="invoices_cancellation_number_form"
            ),
            models.CheckConstraint(condition=Q(amount_cents__gt=0), name="invoices_cancellation_positive"),
            models.CheckConstraint(condition=Q(missing_cents__gte=0), name="invoices_cancellation_missing_positive"),
            models.CheckConstraint(condition=Q(cause__in=CancelCause.values), name="invoices_cancellation_says_why"),
            models.CheckConstraint(condition=HASH, name="invoices_cancellation_hashed"),
            models.UniqueConstraint(fields=["tx", "receipt"], name="invoices_cancellation_once"),
        ]
        indexes = [models.Index(fields=["customer", "-issue_date", "-number"], name="invoices_cancellations_of")]

    def __str__(self) -> str:
        return self.number
