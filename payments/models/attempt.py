"""What somebody who tries stolen cards leaves behind: each start, each refusal, and from where."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class AttemptKind(models.TextChoices):
    STARTED = "STARTED", _("Started")
    DECLINED = "DECLINED", _("Card refused")
    CHECKED = "CHECKED", _("Account number checked")


class CardAttempt(models.Model):
    """A start, or a refusal by a bank. Counted for an hour, forgotten after a week."""

    kind = models.CharField(_("kind"), max_length=8, choices=AttemptKind.choices)
    key = models.CharField(_("key"), max_length=255)
    customer = models.ForeignKey(
        "accounts.Customer", on_delete=models.PROTECT, related_name="+", verbose_name=_("customer")
    )
    origin = models.CharField(_("address"), max_length=45, blank=True)
    forgiven_at = models.DateTimeField(_("forgiven at"), null=True, blank=True)
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("card attempt")
        verbose_name_plural = _("card attempts")
        indexes = [
            models.Index(fields=["customer", "kind", "at"], name="payments_attempts_of_customer"),
            models.Index(fields=["origin", "kind", "at"], condition=Q(origin__gt=""), name="payments_attempts_from"),
            models.Index(fields=["at"], name="payments_attempts_by_age"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["key"], name="payments_attempt_once"),
            models.CheckConstraint(condition=Q(kind__in=AttemptKind.values), name="payments_attempt_kind_known"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"
