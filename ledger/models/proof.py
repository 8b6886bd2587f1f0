"""The chain of proofs: a hash for each fact, made of it and of the hash before; and the closings of periods."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from ledger.models.journal import Tx
from ledger.models.record import SealedEvent

_HASH = r"^[0-9a-f]{64}$"


class Link(models.Model):
    """One link of the chain: a transaction or an event, sealed. Never changed; the next one depends on it.

    Positions follow each other without a gap, in the order in which facts were recorded, as far as they were known.
    """

    position = models.BigIntegerField(_("position"), primary_key=True)
    tx = models.OneToOneField(
        Tx, verbose_name=_("transaction"), null=True, on_delete=models.PROTECT, related_name="+", db_constraint=False
    )
    event = models.OneToOneField(
        SealedEvent, verbose_name=_("event"), null=True, on_delete=models.PROTECT, related_name="+", db_constraint=False
    )
    recorded_at = models.DateTimeField(_("recorded at"))
    hash = models.CharField(_("hash"), max_length=64)
    sealed_at = models.DateTimeField(_("sealed at"))

    class Meta:
        verbose_name = _("link")
        verbose_name_plural = _("links")
        constraints = [
            models.CheckConstraint(
                condition=Q(tx__isnull=False, event__isnull=True) | Q(tx__isnull=True, event__isnull=False),
                name="ledger_link_seals_one_fact",
            ),
            models.CheckConstraint(condition=Q(hash__regex=_HASH), name="ledger_link_hashed"),
        ]

    def __str__(self) -> str:
        return f"{self.position} {self.hash[:12]}"


class ClosingKind(models.TextChoices):
    """How long a period is."""

    DAY = "DAY", _("Day")
    MONTH = "MONTH", _("Month")
    YEAR = "YEAR", _("Year")


class Closing(models.Model):
    """What was recorded in a day, month or year, and since ever: the perpetual totals. Never changed.

    It covers the links after those of the closing before, of its kind: a fact that was sealed late is in the next one.
    Amounts in the sense of the business: sales and VAT are credits, received is what came onto prepaid accounts.
    """

    kind = models.CharField(_("period"), max_length=5, choices=ClosingKind.choices)
    starts_on = models.DateField(_("first day"))
    ends_on = models.DateField(_("last day"))
    first_position = models.BigIntegerField(_("first link"))
    last_position = models.BigIntegerField(_("last link"))
    sales_cents = models.BigIntegerField(_("sales before VAT"))
    vat_cents = models.BigIntegerField(_("VAT"))
    received_cents = models.BigIntegerField(_("money received"))
    perpetual_sales_cents = models.BigIntegerField(_("sales before VAT, perpetual total"))
    perpetual_vat_cents = models.BigIntegerField(_("VAT, perpetual total"))
    perpetual_received_cents = models.BigIntegerField(_("money received, perpetual total"))
    totals = models.JSONField(_("totals"), help_text=_("By account, by journal and by kind of event."))
    head = models.CharField(_("hash of the last link"), max_length=64)
    hash = models.CharField(_("hash"), max_length=64)
    signature = models.CharField(_("signature"), max_length=128, blank=True, help_text="Ed25519")
    closed_at = models.DateTimeField(_("closed at"))

    class Meta:
        verbose_name = _("closing")
        verbose_name_plural = _("closings")
        constraints = [
            models.UniqueConstraint(fields=["kind", "starts_on"], name="ledger_closing_once"),
            models.CheckConstraint(condition=Q(kind__in=ClosingKind.values), name="ledger_closing_kind_known"),
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="ledger_closing_in_order"),
            models.CheckConstraint(
                condition=Q(first_position__gte=1, last_position__gte=F("first_position") - 1),
                name="ledger_closing_covers_links",
            ),
            models.CheckConstraint(condition=Q(hash__regex=_HASH) & Q(head__regex=_HASH), name="ledger_closing_hashed"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.starts_on.isoformat()}"
