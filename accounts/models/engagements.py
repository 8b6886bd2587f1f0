"""Engagement numbers that a public body gives in advance: for which service, from when to when, up to how much."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models.customers import ENGAGEMENT_LENGTH, MARKET_LENGTH, SERVICE_LENGTH, Customer


class Engagement(models.Model):
    """The number that invoices of some days carry by themselves, both days included; no end: until further notice.

    No service code: any service that has none of its own. Two that were not ended never hold for one service on one
    day, and what was written stays as it was written: the database refuses both (`accounts_engagement_one_a_day`,
    `accounts_engagement_as_written`). Ended, it serves no more.
    """

    customer = models.ForeignKey(
        Customer, verbose_name=_("customer"), on_delete=models.PROTECT, related_name="engagements", db_index=False
    )
    service_code = models.CharField(_("service code"), max_length=SERVICE_LENGTH, blank=True)
    number = models.CharField(_("engagement number"), max_length=ENGAGEMENT_LENGTH)
    market_number = models.CharField(_("market number"), max_length=MARKET_LENGTH, blank=True)
    valid_from = models.DateField(_("from"))
    valid_until = models.DateField(_("until"), null=True, blank=True)
    ceiling_cents = models.BigIntegerField(_("ceiling, cents"), null=True, blank=True)
    created_at = models.DateTimeField(_("created at"))
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("written by"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    class Meta:
        verbose_name = _("engagement")
        verbose_name_plural = _("engagements")
        constraints = [
            models.CheckConstraint(condition=~Q(number=""), name="accounts_engagement_has_a_number"),
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gte=F("valid_from")),
                name="accounts_engagement_days_in_order",
            ),
            models.CheckConstraint(
                condition=Q(ceiling_cents__isnull=True) | Q(ceiling_cents__gt=0),
                name="accounts_engagement_ceiling_positive",
            ),
        ]
        indexes = [
            models.Index(
                fields=["customer", "service_code", "valid_from"],
                condition=Q(ended_at__isnull=True),
                name="accounts_engagements_in_force",
            )
        ]

    def __str__(self) -> str:
        return self.number
