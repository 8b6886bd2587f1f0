"""What shows who a customer is for VAT: answers of VIES, and signs of the country. Written once, never changed."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models.customers import Customer
from accounts.models.people import User


class CheckOutcome(models.TextChoices):
    """How a question to VIES ended."""

    VALID = "VALID", _("valid")
    INVALID = "INVALID", _("not valid")
    UNANSWERED = "UNANSWERED", _("no answer")
    REFUSED = "REFUSED", _("question refused")


class VatNumberCheck(models.Model):
    """One question to VIES about the VAT number of a customer, and its answer. The latest answer counts.

    `consultation_number` is VIES's receipt: with it the tax office finds the same answer. `requester` is our own VAT
    number as it was told; without one VIES gives no receipt.
    """

    customer = models.ForeignKey(
        Customer, verbose_name=_("customer"), on_delete=models.PROTECT, related_name="vat_checks", db_index=False
    )
    number = models.CharField(_("VAT number"), max_length=16)
    requester = models.CharField(_("asked by"), max_length=16, blank=True)
    outcome = models.CharField(_("answer"), max_length=10, choices=CheckOutcome.choices)
    reason = models.CharField(
        _("reason"), max_length=60, blank=True, help_text=_("The word of VIES, or of the network.")
    )
    consultation_number = models.CharField(_("consultation number"), max_length=40, blank=True)
    name = models.CharField(_("name"), max_length=300, blank=True)
    address = models.CharField(_("address"), max_length=500, blank=True)
    checked_at = models.DateTimeField(_("checked at"))

    class Meta:
        verbose_name = _("check of a VAT number")
        verbose_name_plural = _("checks of VAT numbers")
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome__in=CheckOutcome.values), name="accounts_vat_check_outcome_known"
            ),
            models.CheckConstraint(condition=~Q(number=""), name="accounts_vat_check_of_a_number"),
            models.CheckConstraint(
                condition=~Q(outcome=CheckOutcome.VALID) | Q(requester="") | ~Q(consultation_number=""),
                name="accounts_vat_check_valid_has_its_receipt",
            ),
            models.CheckConstraint(
                condition=Q(outcome__in=[CheckOutcome.VALID, CheckOutcome.INVALID]) | ~Q(reason=""),
                name="accounts_vat_check_silence_has_its_reason",
            ),
        ]
        indexes = [models.Index(fields=["customer", "number", "-id"], name="accounts_vat_checks_of")]

    def __str__(self) -> str:
        return f"{self.number}: {self.outcome}"

    @property
    def is_valid(self) -> bool:
        return self.outcome == CheckOutcome.VALID


class PlaceKind(models.TextChoices):
    """What says where somebody is, besides their address (reg. 282/2011, art. 24f)."""

    CONNECTION = "CONNECTION", _("country of the connection")
    BANK = "BANK", _("country of the bank or the card")
    SIM = "SIM", _("country of the mobile line")
    LANDLINE = "LANDLINE", _("country of the fixed line")
    OTHER = "OTHER", _("another sign")


class PlaceItem(models.Model):
    """A sign of the country where a customer is. The latest of each kind counts; a mistake is followed by a new row."""

    customer = models.ForeignKey(
        Customer, verbose_name=_("customer"), on_delete=models.PROTECT, related_name="place_items", db_index=False
    )
    kind = models.CharField(_("kind"), max_length=10, choices=PlaceKind.choices)
    country = models.CharField(_("country"), max_length=2)
    source = models.CharField(_("source"), max_length=100, blank=True)
    noted_by = models.ForeignKey(
        User, verbose_name=_("noted by"), on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    noted_at = models.DateTimeField(_("noted at"))

    class Meta:
        verbose_name = _("sign of the country")
        verbose_name_plural = _("signs of the country")
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=PlaceKind.values), name="accounts_place_kind_known"),
            models.CheckConstraint(condition=Q(country__regex=r"^[A-Z]{2}$"), name="accounts_place_country_form"),
        ]
        indexes = [models.Index(fields=["customer", "kind", "-id"], name="accounts_places_of")]

    def __str__(self) -> str:
        return f"{self.kind} {self.country}"
