"""The timeline of a document with its buyer: neutral, whatever channel it takes."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Source(models.TextChoices):
    """Who said so."""

    PORTAL = "PORTAL", _("Portal")
    CHORUS = "CHORUS", "Chorus Pro"
    PLATFORM = "PLATFORM", _("Platform")
    CUSTOMER = "CUSTOMER", _("Customer")
    STAFF = "STAFF", _("Staff")


class LifecycleEvent(models.Model):
    """One thing that was said of a document: by whom, in which code, when, with which words. Added to, never changed.

    `code` is the source's own word, kept as told; `cdar` its code in the lifecycle message of the French reform
    (XP Z12-012, flow 6), none when the word has no counterpart.
    """

    invoice = models.ForeignKey(
        "invoices.Invoice", verbose_name=_("document"), on_delete=models.PROTECT, related_name="lifecycle"
    )
    source = models.CharField(_("source"), max_length=8, choices=Source.choices)
    code = models.CharField(_("code"), max_length=80)
    cdar = models.PositiveSmallIntegerField("CDAR", null=True)
    at = models.DateTimeField(_("at"))
    comment = models.TextField(_("comment"), blank=True)
    actor = models.CharField(_("by"), max_length=200, blank=True)
    recorded_at = models.DateTimeField(_("recorded at"))

    class Meta:
        verbose_name = _("step of a document")
        verbose_name_plural = _("steps of documents")
        constraints = [
            models.UniqueConstraint(fields=["invoice", "source", "code", "at"], name="chorus_event_once"),
            models.CheckConstraint(condition=Q(source__in=Source.values), name="chorus_event_source_known"),
            models.CheckConstraint(condition=~Q(code=""), name="chorus_event_says_what"),
            models.CheckConstraint(
                condition=Q(cdar__isnull=True) | Q(cdar__gte=200, cdar__lte=299), name="chorus_event_cdar_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.code}"
