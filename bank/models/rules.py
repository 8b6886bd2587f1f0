"""The rules of matching are data: points and limits, tried in the shadow before they are used."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from bank.words import RuleState


class RuleSet(models.Model):
    """One version of the rules: how many points each reason is worth, and the limits of what is sure.

    `points` and `limits` are as `bank.matching.rules` names them. A version that was active is never changed.
    """

    version = models.PositiveIntegerField(_("version"), unique=True)
    points = models.JSONField(_("points"))
    limits = models.JSONField(_("limits"))
    note = models.CharField(_("what changes"), max_length=300)
    state = models.CharField(_("state"), max_length=7, choices=RuleState.choices, default=RuleState.DRAFT)
    made_at = models.DateTimeField(_("written at"))
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("written by"),
    )
    activated_at = models.DateTimeField(_("active since"), null=True, blank=True)
    activated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("activated by"),
    )

    class Meta:
        verbose_name = _("matching rules")
        verbose_name_plural = _("matching rules")
        constraints = [
            models.CheckConstraint(condition=Q(state__in=RuleState.values), name="bank_rules_state_known"),
            models.CheckConstraint(condition=~Q(note=""), name="bank_rules_say_what_changes"),
            models.CheckConstraint(
                condition=Q(state=RuleState.DRAFT, activated_at=None)
                | (~Q(state=RuleState.DRAFT) & Q(activated_at__isnull=False)),
                name="bank_rules_active_since",
            ),
            models.UniqueConstraint(
                fields=["state"], condition=Q(state=RuleState.ACTIVE), name="bank_rules_one_active"
            ),
        ]

    def __str__(self) -> str:
        return str(self.version)
