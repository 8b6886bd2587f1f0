"""Transfers that customers say they have sent: what is expected, until it comes."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from bank.models.lines import BankLine
from core.money import Money


class AnnouncedState(models.TextChoices):
    ANNOUNCED = "ANNOUNCED", _("Announced")
    RECEIVED = "RECEIVED", _("Received")
    WITHDRAWN = "WITHDRAWN", _("Announcement taken back")
    EXPIRED = "EXPIRED", _("Did not come")


class AnnouncedTransfer(models.Model):
    """A transfer that a customer says was sent: waited for until `waits_until`. It moves no money.

    `once` names the form that was sent, so that it counts once. `holds` says whether reminders wait for it meanwhile.
    """

    public_id = models.UUIDField(_("public id"), unique=True, default=uuid.uuid4, editable=False)
    once = models.UUIDField(editable=False)
    customer = models.ForeignKey(
        "accounts.Customer", on_delete=models.PROTECT, related_name="announced_transfers", verbose_name=_("customer")
    )
    state = models.CharField(
        _("state"), max_length=9, choices=AnnouncedState.choices, default=AnnouncedState.ANNOUNCED, editable=False
    )
    amount_cents = models.BigIntegerField(_("amount"))
    documents = models.JSONField(_("documents"), default=list, blank=True)
    sent_on = models.DateField(_("sent on"))
    waits_until = models.DateField(_("waited for until"))
    holds = models.BooleanField(_("holds reminders"), default=True)
    announced_at = models.DateTimeField(_("announced at"))
    announced_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("announced by"),
    )
    line = models.ForeignKey(
        BankLine,
        on_delete=models.PROTECT,
        related_name="announced",
        null=True,
        blank=True,
        verbose_name=_("bank line"),
    )
    received_cents = models.BigIntegerField(_("received"), null=True, blank=True)
    asked_at = models.DateTimeField(_("asked about at"), null=True, blank=True)
    updated_at = models.DateTimeField(_("changed at"))

    class Meta:
        verbose_name = _("announced transfer")
        verbose_name_plural = _("announced transfers")
        indexes = [
            models.Index(fields=["customer", "-announced_at"], name="bank_announced_of_customer"),
            models.Index(
                fields=["waits_until", "id"], condition=Q(state=AnnouncedState.ANNOUNCED), name="bank_announced_open"
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["customer", "once"], name="bank_announced_once"),
            models.UniqueConstraint(
                fields=["customer", "line"], condition=Q(line__isnull=False), name="bank_announced_one_a_line"
            ),
            models.CheckConstraint(condition=Q(amount_cents__gt=0), name="bank_announced_positive"),
            models.CheckConstraint(condition=Q(state__in=AnnouncedState.values), name="bank_announced_state_known"),
            models.CheckConstraint(condition=Q(waits_until__gte=F("sent_on")), name="bank_announced_waits_after"),
            models.CheckConstraint(
                condition=Q(state=AnnouncedState.RECEIVED, line__isnull=False, received_cents__gt=0)
                | Q(~Q(state=AnnouncedState.RECEIVED), line=None, received_cents=None),
                name="bank_announced_received_by_a_line",
            ),
            models.CheckConstraint(
                condition=~Q(state=AnnouncedState.EXPIRED) | Q(asked_at__isnull=False),
                name="bank_announced_expired_was_asked",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sent_on} {self.amount_cents}"

    @property
    def amount(self) -> Money:
        return Money(self.amount_cents)

    @property
    def received(self) -> Money | None:
        return None if self.received_cents is None else Money(self.received_cents)

    @property
    def is_open(self) -> bool:
        return self.state == AnnouncedState.ANNOUNCED


class AnnouncedEvent(models.Model):
    """One step of an announced transfer. Rows are added, never changed."""

    announced = models.ForeignKey(AnnouncedTransfer, on_delete=models.PROTECT, related_name="events")
    name = models.CharField(_("event"), max_length=40)
    from_state = models.CharField(_("from"), max_length=9, blank=True)
    to_state = models.CharField(_("to"), max_length=9)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("by"),
    )
    detail = models.CharField(_("detail"), max_length=100, blank=True)
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("step of an announced transfer")
        verbose_name_plural = _("steps of announced transfers")

    def __str__(self) -> str:
        return f"{self.name} ({self.from_state} → {self.to_state})"
