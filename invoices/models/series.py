"""The series of numbers: the last number given in each, and its date."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from invoices.states import Series


class DocumentSeries(models.Model):
    """The last number given in a series and year, and its date. Its lock is what makes numbers follow each other."""

    prefix = models.CharField(_("prefix"), max_length=2, choices=Series.choices)
    year = models.PositiveSmallIntegerField(_("year"))
    last = models.PositiveIntegerField(_("last number"), default=0)
    last_date = models.DateField(_("last date"), null=True)

    class Meta:
        verbose_name = _("series of numbers")
        verbose_name_plural = _("series of numbers")
        constraints = [
            models.UniqueConstraint(fields=["prefix", "year"], name="invoices_series_once"),
            models.CheckConstraint(condition=Q(prefix__in=Series.values), name="invoices_series_known"),
            models.CheckConstraint(
                condition=Q(last=0, last_date__isnull=True)
                | Q(last__gt=0, last_date__isnull=False, last_date__year=F("year")),
                name="invoices_series_dated_in_its_year",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.prefix}{self.year}-{self.last:06d}"
