"""What the checks said of the electronic form of a document."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from invoices.models.invoice import Invoice
from invoices.states import Channel, Outcome

VALIDATORS_LENGTH, NOTE_LENGTH = 200, 500


class Validation(models.Model):
    """The outcome of checking one XML of an invoice with one set of validators. Added to, never changed.

    Nothing leaves as Factur-X but what the last outcome calls valid. An invalid one waits for a person: only who dealt
    with it, when and how may still be written, once.
    """

    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="validations")
    channel = models.CharField(_("channel"), max_length=8, choices=Channel.choices)
    outcome = models.CharField(_("outcome"), max_length=7, choices=Outcome.choices)
    xml_sha256 = models.CharField(_("SHA-256 of the XML"), max_length=64)
    findings_count = models.PositiveIntegerField(_("rules broken"))
    findings = models.JSONField(_("what is wrong"), default=list)
    validators = models.CharField(_("validators"), max_length=VALIDATORS_LENGTH)
    created_at = models.DateTimeField(_("checked at"))
    handled_at = models.DateTimeField(_("dealt with at"), null=True)
    handled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("dealt with by"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    handled_note = models.CharField(_("what was done"), max_length=NOTE_LENGTH, blank=True)

    class Meta:
        verbose_name = _("validation")
        verbose_name_plural = _("validations")
        constraints = [
            models.CheckConstraint(condition=Q(channel__in=Channel.values), name="invoices_validation_channel_known"),
            models.CheckConstraint(
                condition=Q(outcome=Outcome.VALID, findings_count=0) | Q(outcome=Outcome.INVALID, findings_count__gt=0),
                name="invoices_validation_valid_without_findings",
            ),
            models.CheckConstraint(condition=Q(xml_sha256__regex=r"^[0-9a-f]{64}$"), name="invoices_validation_hashed"),
            models.CheckConstraint(condition=~Q(validators=""), name="invoices_validation_says_by_whom"),
            models.UniqueConstraint(fields=["invoice", "xml_sha256", "validators"], name="invoices_validation_once"),
            models.CheckConstraint(
                condition=Q(handled_at__isnull=True, handled_by__isnull=True, handled_note="")
                | Q(outcome=Outcome.INVALID, handled_at__isnull=False, handled_by__isnull=False) & ~Q(handled_note=""),
                name="invoices_validation_handled_by_somebody",
            ),
        ]
        indexes = [
            models.Index(
                fields=["created_at"],
                condition=Q(outcome=Outcome.INVALID, handled_at__isnull=True),
                name="invoices_validation_waiting",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_outcome_display()} {self.xml_sha256[:12]}"
