"""Rates of VAT that changed since the law this release knows was written down."""

from __future__ import annotations

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

_ZONE = r"^[A-Z]{2}(-[A-Z0-9]{2,3})?$"


class VatRate(models.Model):
    """The standard rate of a country, or of a part of one, from a day on. It goes before what the code knows."""

    zone = models.CharField(
        _("country or part"),
        max_length=6,
        validators=[RegexValidator(_ZONE)],
        help_text=_("FR, FR-DOM, DE, PT-20 (Azores), PT-30 (Madeira)…"),
    )
    rate = models.DecimalField(_("VAT rate, %"), max_digits=5, decimal_places=2)
    since = models.DateField(_("from"))
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("VAT rate")
        verbose_name_plural = _("VAT rates")
        constraints = [
            models.UniqueConstraint(fields=["zone", "since"], name="invoices_rate_once"),
            models.CheckConstraint(condition=Q(zone__regex=_ZONE), name="invoices_rate_zone_form"),
            models.CheckConstraint(condition=Q(rate__gt=0, rate__lt=100), name="invoices_rate_within"),
        ]

    def __str__(self) -> str:
        return f"{self.zone} {self.rate} % ({self.since.isoformat()})"
