"""The inbox: what providers told us."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from payments.models.payment import Payment
from payments.models.words import EventState, Provider


class WebhookEvent(models.Model):
    """The inbox: what a provider told us, as it came. A hint to go and look, never the truth."""

    provider = models.CharField(_("provider"), max_length=8, choices=Provider.choices)
    event_id = models.CharField(_("event"), max_length=255)
    type = models.CharField(_("kind"), max_length=100)
    object_id = models.CharField(_("object"), max_length=255, blank=True, db_index=True)
    livemode = models.BooleanField(_("real money"))
    api_version = models.CharField(_("API version"), max_length=40, blank=True)
    payload = models.JSONField(_("content"))
    state = models.CharField(_("state"), max_length=9, choices=EventState.choices, default=EventState.RECEIVED)
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    error = models.TextField(_("error"), blank=True)
    traceback = models.TextField(_("where it failed"), blank=True)
    payment = models.ForeignKey(
        Payment, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("payment")
    )
    received_at = models.DateTimeField(_("received at"))
    processed_at = models.DateTimeField(_("applied at"), null=True, blank=True)

    class Meta:
        verbose_name = _("webhook event")
        verbose_name_plural = _("webhook events")
        indexes = [
            models.Index(
                fields=["received_at", "id"], condition=Q(state__in=["RECEIVED", "FAILED"]), name="payments_inbox_open"
            )
        ]
        constraints = [
            models.UniqueConstraint(fields=["provider", "event_id"], name="payments_event_once"),
            models.CheckConstraint(condition=Q(state__in=EventState.values), name="payments_event_state_known"),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.event_id}"
