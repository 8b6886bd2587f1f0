"""Quotes and pro forma invoices: what is offered, until when, and how it ended."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from invoices.models.hashing import HASH
from invoices.models.invoice import LABEL_LENGTH, ROUTING_LENGTHS, Invoice
from invoices.states import QuoteKind, QuoteStatus

_OPEN = Q(
    decided_at__isnull=True,
    decided_by__isnull=True,
    decided_from__isnull=True,
    decided_with="",
    agreed_text="",
    agreed_hash="",
    payment_ref="",
    reason="",
    invoice__isnull=True,
)
_BY_A_PERSON = Q(decided_by__isnull=False, agreed_hash__regex=r"^[0-9a-f]{64}$", payment_ref="") & ~Q(agreed_text="")
_BY_MONEY = Q(decided_by__isnull=True, agreed_text="", agreed_hash="") & ~Q(payment_ref="")


class Quote(models.Model):
    """An offer: a quote, or a pro forma invoice. It is neither an invoice nor owed, and nothing is booked for it.

    Written as a draft like any invoice, it is frozen when it is sent: parties, lines, VAT, amounts, dates. From then on
    only its ending is written, once: accepted (by whom, from where, to which words; or by the money that named it),
    refused, expired or withdrawn.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    draft_id = models.UUIDField(_("draft"), unique=True, editable=False)
    kind = models.CharField(_("kind"), max_length=8, choices=QuoteKind.choices)
    status = models.CharField(_("status"), max_length=9, choices=QuoteStatus.choices, default=QuoteStatus.SENT)
    number = models.CharField(_("number"), max_length=20, unique=True, editable=False)
    customer = models.ForeignKey(
        "accounts.Customer",
        verbose_name=_("customer"),
        on_delete=models.PROTECT,
        related_name="quotes",
        db_index=False,
    )
    seller = models.JSONField(_("seller"))
    buyer = models.JSONField(_("buyer"))
    subject = models.CharField(_("subject"), max_length=LABEL_LENGTH, blank=True)
    service_code = models.CharField(_("service code"), max_length=ROUTING_LENGTHS["service_code"], blank=True)
    engagement_number = models.CharField(
        _("engagement number"), max_length=ROUTING_LENGTHS["engagement_number"], blank=True
    )
    market_number = models.CharField(_("market number"), max_length=ROUTING_LENGTHS["market_number"], blank=True)
    lines = models.JSONField(_("lines"))
    vat = models.JSONField(_("VAT"))
    net_cents = models.BigIntegerField(_("total before VAT, cents"))
    vat_cents = models.BigIntegerField(_("VAT, cents"))
    total_cents = models.BigIntegerField(_("total with VAT, cents"))
    issue_date = models.DateField(_("date"))
    valid_until = models.DateField(_("valid until"))
    issued_at = models.DateTimeField(_("sent at"))
    content_hash = models.CharField(_("hash of the content"), max_length=64)
    actor = models.CharField(_("asked by"), max_length=100, blank=True)
    # --- How it ended ---
    decided_at = models.DateTimeField(_("ended at"), null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("ended by"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_from = models.GenericIPAddressField(_("from the address"), null=True)
    decided_with = models.CharField(_("with the browser"), max_length=300, blank=True)
    agreed_text = models.TextField(_("text agreed to"), blank=True)
    agreed_hash = models.CharField(_("hash of what was agreed to"), max_length=64, blank=True)
    payment_ref = models.CharField(_("money that named it"), max_length=100, blank=True)
    reason = models.CharField(_("reason"), max_length=LABEL_LENGTH, blank=True)
    invoice = models.OneToOneField(
        Invoice, verbose_name=_("invoice"), null=True, on_delete=models.PROTECT, related_name="quote"
    )

    class Meta:
        verbose_name = _("quote")
        verbose_name_plural = _("quotes")
        constraints = [
            models.CheckConstraint(
                condition=Q(kind=QuoteKind.QUOTE, number__regex=r"^DE20[0-9]{2}-[0-9]{6}$")
                | Q(kind=QuoteKind.PROFORMA, number__regex=r"^PF20[0-9]{2}-[0-9]{6}$"),
                name="invoices_quote_number_form",
            ),
            models.CheckConstraint(
                condition=Q(total_cents=F("net_cents") + F("vat_cents"), total_cents__gt=0),
                name="invoices_quote_total_is_net_and_vat",
            ),
            models.CheckConstraint(condition=Q(valid_until__gte=F("issue_date")), name="invoices_quote_valid_a_day"),
            models.CheckConstraint(condition=HASH, name="invoices_quote_hashed"),
            models.CheckConstraint(
                condition=Q(status=QuoteStatus.SENT) & _OPEN
                | Q(status=QuoteStatus.ACCEPTED, decided_at__isnull=False, invoice__isnull=False)
                & (_BY_A_PERSON | _BY_MONEY)
                | Q(status__in=[QuoteStatus.REFUSED, QuoteStatus.WITHDRAWN], decided_by__isnull=False)
                & Q(decided_at__isnull=False, invoice__isnull=True, agreed_hash="", payment_ref="")
                | Q(status=QuoteStatus.EXPIRED, decided_by__isnull=True)
                & Q(decided_at__isnull=False, invoice__isnull=True, agreed_hash="", payment_ref=""),
                name="invoices_quote_says_how_it_ended",
            ),
        ]
        indexes = [
            models.Index(fields=["customer", "-issue_date", "-id"], name="invoices_quotes_of"),
            models.Index(fields=["valid_until"], condition=Q(status="SENT"), name="invoices_quotes_waiting"),
        ]

    def __str__(self) -> str:
        return self.number
