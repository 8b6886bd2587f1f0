"""How calls to each Chorus Pro are going: one row for each environment."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from chorus.states import Environment


class Pace(models.Model):
    """Whether documents may leave now, and up to when changes were followed.

    After trouble nothing leaves before `stopped_until`: one minute, then twice as long each time, an hour at most.
    """

    environment = models.CharField(_("environment"), max_length=13, choices=Environment.choices, unique=True)
    failures = models.PositiveIntegerField(_("failures in a row"), default=0)
    stopped_until = models.DateTimeField(_("nothing leaves before"), null=True, blank=True)
    stopped_since = models.DateTimeField(_("in trouble since"), null=True, blank=True)
    stopped_why = models.CharField(_("why"), max_length=500, blank=True)
    followed_to = models.DateTimeField(_("changes followed up to"), null=True, blank=True)

    class Meta:
        verbose_name = _("pace of Chorus Pro")
        verbose_name_plural = _("paces of Chorus Pro")
        constraints = [
            models.CheckConstraint(condition=Q(environment__in=Environment.values), name="chorus_pace_environment"),
            models.CheckConstraint(
                condition=Q(failures=0, stopped_until__isnull=True, stopped_since__isnull=True)
                | Q(failures__gt=0, stopped_until__isnull=False, stopped_since__isnull=False),
                name="chorus_pace_stops_after_failures",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.environment} {self.failures}"
