"""Receipts: paper for money received."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from invoices.models.hashing import HASH


class Receipt(models.Model):
    """Paper for money received. It is not an invoice and shows no VAT (CGI art. 283-3). Never changed.

    `method` and `payment_ref` are words for people, `settled` the documents it paid (`document`, `amount_cents`). A
    payment has one receipt; money of it that was taken back and returns has another, which `restores` the cancellation.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    number = models.CharField(_("number"), max_length=20, unique=True, editable=False)
    customer = models.ForeignKey(
        "accounts.Customer",
        verbose_name=_("customer"),
        on_delete=models.PROTECT,
        related_name="receipts",
        db_index=False,
    )
    key = models.CharField(_("idempotency key"), max_length=200, unique=True)
    payment_ref = models.CharField(_("payment reference"), max_length=100, db_index=True)
    restores = models.OneToOneField(
        "invoices.ReceiptCancellation",
        verbose_name=_("money of this cancellation that came back"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="restored_by",
    )
    amount_cents = models.BigIntegerField(_("amount, cents"))
    method = models.CharField(_("method"), max_length=100)
    received_at = models.DateTimeField(_("received at"))
    balance_after_cents = models.BigIntegerField(_("balance after, cents"))
    settled = models.JSONField(_("what it paid"), default=list)
    seller = models.JSONField(_("seller"))
    buyer = models.JSONField(_("buyer"))
    issue_date = models.DateField(_("issue date"))
    issued_at = models.DateTimeField(_("issued at"))
    content_hash = models.CharField(_("hash of the content"), max_length=64)

    class Meta:
        verbose_name = _("receipt")
        verbose_name_plural = _("receipts")
        constraints = [
            models.CheckConstraint(
                condition=Q(number__regex=r"^RC20[0-9]{2}-[0-9]{6}$"), name="invoices_receipt_number_form"
            ),
            models.CheckConstraint(condition=Q(amount_cents__gt=0), name="invoices_receipt_positive"),
            models.CheckConstraint(
                condition=~Q(key="") & ~Q(payment_ref="") & ~Q(method=""), name="invoices_receipt_says_what"
            ),
            models.CheckConstraint(condition=HASH, name="invoices_receipt_hashed"),
            models.UniqueConstraint(
                fields=["payment_ref"], condition=Q(restores__isnull=True), name="invoices_receipt_payment_once"
            ),
        ]
        indexes = [models.Index(fields=["customer", "-issue_date", "-number"], name="invoices_receipts_of")]

    def __str__(self) -> str:
        return self.number
