"""Attestations: what we certify about an account on a day, on paper that anybody can check."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from invoices.models.hashing import HASH
from invoices.states import AttestationKind


class Attestation(models.Model):
    """Nothing was due, or so much was paid in a year: true when it was written, and never changed.

    `figures` are the sums by means of payment (`origin`, `received_cents`, `refunded_cents`, `taken_back_cents`).
    `contested_cents` and `revocable_cents` are what may still be taken back of the money at that moment. `code` is the
    signature of its content, which the paper bears and anybody may check; `site` is where.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    number = models.CharField(_("number"), max_length=20, unique=True, editable=False)
    kind = models.CharField(_("kind"), max_length=11, choices=AttestationKind.choices)
    customer = models.ForeignKey(
        "accounts.Customer",
        verbose_name=_("customer"),
        on_delete=models.PROTECT,
        related_name="attestations",
        db_index=False,
    )
    key = models.CharField(_("idempotency key"), max_length=200, unique=True)
    year = models.PositiveSmallIntegerField(_("year"), null=True)
    amount_cents = models.BigIntegerField(_("amount, cents"))
    figures = models.JSONField(_("figures"), default=list)
    contested_cents = models.BigIntegerField(_("contested, cents"), default=0)
    revocable_cents = models.BigIntegerField(_("recent direct debits, cents"), default=0)
    last_invoice = models.CharField(_("last invoice"), max_length=20, blank=True)
    seller = models.JSONField(_("seller"))
    buyer = models.JSONField(_("buyer"))
    site = models.CharField(_("where it is checked"), max_length=200)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("asked by"), on_delete=models.PROTECT, null=True, related_name="+"
    )
    issue_date = models.DateField(_("issue date"))
    issued_at = models.DateTimeField(_("issued at"))
    content_hash = models.CharField(_("hash of the content"), max_length=64)
    code = models.CharField(_("code"), max_length=16, unique=True)

    class Meta:
        verbose_name = _("attestation")
        verbose_name_plural = _("attestations")
        constraints = [
            models.CheckConstraint(
                condition=Q(number__regex=r"^AT20[0-9]{2}-[0-9]{6}$"), name="invoices_attestation_number_form"
            ),
            models.CheckConstraint(
                condition=Q(kind=AttestationKind.NOTHING_DUE, year__isnull=True, amount_cents=0)
                | Q(kind=AttestationKind.PAID_IN, year__isnull=False, amount_cents__gt=0),
                name="invoices_attestation_says_what",
            ),
            models.CheckConstraint(
                condition=Q(contested_cents__gte=0, revocable_cents__gte=0),
                name="invoices_attestation_reserves_positive",
            ),
            models.CheckConstraint(condition=~Q(key="") & ~Q(site=""), name="invoices_attestation_can_be_checked"),
            models.CheckConstraint(
                condition=Q(code__regex=r"^[0-9A-HJKMNP-TV-Z]{16}$"), name="invoices_attestation_code_form"
            ),
            models.CheckConstraint(condition=HASH, name="invoices_attestation_hashed"),
        ]
        indexes = [models.Index(fields=["customer", "-issue_date", "-number"], name="invoices_attestations_of")]

    def __str__(self) -> str:
        return self.number

    @property
    def shown_code(self) -> str:
        """`7KQ4-M2TX-9B3D-R2QA`: as it is printed, and typed."""
        return "-".join(self.code[start : start + 4] for start in range(0, len(self.code), 4))
