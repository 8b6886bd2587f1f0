"""Payment events: of each payment of a document, how much belongs to which rate of VAT."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class PaymentEvent(models.Model):
    """The part of one allocation that belongs to one VAT of a document, with VAT. Negative when money was taken back.

    `allocation_id` is the ledger's. The parts of an allocation of money sum to it; those of a credit note sum to zero:
    it only moves what was paid before from one rate to another. Added to, never changed.
    """

    invoice = models.ForeignKey(
        "invoices.Invoice", verbose_name=_("document"), on_delete=models.PROTECT, related_name="payment_events"
    )
    allocation_id = models.BigIntegerField(_("allocation"))
    category = models.CharField(_("VAT category"), max_length=2)
    rate = models.DecimalField(_("VAT rate, %"), max_digits=5, decimal_places=2)
    amount_cents = models.BigIntegerField(_("amount with VAT, cents"))
    on = models.DateField(_("day"))
    recorded_at = models.DateTimeField(_("recorded at"))

    class Meta:
        verbose_name = _("payment event")
        verbose_name_plural = _("payment events")
        constraints = [
            models.UniqueConstraint(fields=["allocation_id", "category", "rate"], name="chorus_payment_event_once"),
            models.CheckConstraint(condition=~Q(amount_cents=0), name="chorus_payment_event_not_zero"),
        ]
        indexes = [models.Index(fields=["on"], name="chorus_payment_event_day")]

    def __str__(self) -> str:
        return f"{self.invoice_id} {self.category} {self.rate} {self.amount_cents}"


class CashingCursor(models.Model):
    """Up to which allocation of the ledger all payment events are written: one row."""

    through = models.BigIntegerField(_("allocation"), default=0)

    class Meta:
        verbose_name = _("cursor of payment events")
        verbose_name_plural = _("cursor of payment events")
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="chorus_cashing_cursor_alone")]

    def __str__(self) -> str:
        return str(self.through)
