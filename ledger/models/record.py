"""Proof: facts that upper apps record for ever, and months that are closed."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class SealedEvent(models.Model):
    """A fact recorded in the transaction that made it true (invoice issued, e-mail changed…). Never changed."""

    kind = models.CharField(_("kind"), max_length=60)
    payload = models.JSONField(_("payload"))
    recorded_at = models.DateTimeField(_("recorded at"))

    class Meta:
        verbose_name = _("sealed event")
        verbose_name_plural = _("sealed events")
        constraints = [models.CheckConstraint(condition=~Q(kind=""), name="ledger_event_has_a_kind")]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class ClosedMonth(models.Model):
    """A month whose books are closed: no transaction may take effect in it. Never reopened."""

    year = models.PositiveSmallIntegerField(_("year"))
    month = models.PositiveSmallIntegerField(_("month"))
    closed_at = models.DateTimeField(_("closed at"))

    class Meta:
        verbose_name = _("closed month")
        verbose_name_plural = _("closed months")
        constraints = [
            models.UniqueConstraint(fields=["year", "month"], name="ledger_month_closed_once"),
            models.CheckConstraint(condition=Q(month__gte=1, month__lte=12), name="ledger_month_of_the_year"),
        ]

    def __str__(self) -> str:
        return f"{self.year}-{self.month:02d}"
