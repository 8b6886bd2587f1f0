"""Payouts: what a provider sends to our bank."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.money import Money
from payments.models.words import PayoutStatus, Provider


class Payout(models.Model):
    """Money that a provider sends to our bank. It waits on 580000 until the bank line meets it there.

    A negative amount is taken from our bank. `left_tx` is the posting of its leaving, `returned_tx` of its coming back.
    """

    provider = models.CharField(_("provider"), max_length=8, choices=Provider.choices)
    object_id = models.CharField(_("provider’s id"), max_length=255)
    status = models.CharField(
        _("status"), max_length=10, choices=PayoutStatus.choices, default=PayoutStatus.PENDING, editable=False
    )
    amount_cents = models.BigIntegerField(_("amount"))
    currency = models.CharField(_("currency"), max_length=3)
    begun_at = models.DateTimeField(_("begun at"))
    arrives_at = models.DateTimeField(_("expected at the bank"), null=True, blank=True)
    failure_code = models.CharField(_("provider’s code"), max_length=100, blank=True)
    left_tx = models.ForeignKey(
        "ledger.Tx", on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("posting")
    )
    returned_tx = models.ForeignKey(
        "ledger.Tx", on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("reversal")
    )
    recorded_at = models.DateTimeField(_("recorded at"))
    updated_at = models.DateTimeField(_("changed at"))

    class Meta:
        verbose_name = _("payout")
        verbose_name_plural = _("payouts")
        indexes = [models.Index(fields=["provider", "-begun_at"], name="payments_payout_newest")]
        constraints = [
            models.UniqueConstraint(fields=["provider", "object_id"], name="payments_payout_once"),
            models.CheckConstraint(condition=~Q(amount_cents=0), name="payments_payout_not_zero"),
            models.CheckConstraint(condition=Q(status__in=PayoutStatus.values), name="payments_payout_status_known"),
            models.CheckConstraint(
                condition=Q(currency="EUR", left_tx__isnull=False) | (~Q(currency="EUR") & Q(left_tx__isnull=True)),
                name="payments_payout_posted",
            ),
            models.CheckConstraint(
                condition=Q(currency="EUR", returned_tx__isnull=False, status__in=["FAILED", "CANCELLED"])
                | (Q(returned_tx__isnull=True) & ~Q(currency="EUR", status__in=["FAILED", "CANCELLED"])),
                name="payments_payout_returned_means_posted",
            ),
        ]

    def __str__(self) -> str:
        return self.object_id

    @property
    def amount(self) -> Money:
        return Money(self.amount_cents)


class PayoutEvent(models.Model):
    """One step of a payout. Rows are added, never changed."""

    payout = models.ForeignKey(Payout, on_delete=models.PROTECT, related_name="events")
    name = models.CharField(_("event"), max_length=40)
    from_status = models.CharField(_("from"), max_length=10, blank=True)
    to_status = models.CharField(_("to"), max_length=10)
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("step of a payout")
        verbose_name_plural = _("steps of payouts")

    def __str__(self) -> str:
        return f"{self.name} ({self.from_status} → {self.to_status})"
