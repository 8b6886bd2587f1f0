"""The seller's dated identity, and its options for VAT."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

if TYPE_CHECKING:
    from datetime import date


class UnprovenVat(models.TextChoices):
    """What happens to a business of the Union whose VAT number VIES does not confirm."""

    HOLD = "HOLD", _("hold the invoice as a draft")
    TAX = "TAX", _("issue with VAT, as to a consumer")


class Seller(models.Model):
    """Who sells, from a date on. Issued documents freeze a copy; a change is a new row with a later date."""

    valid_from = models.DateField(_("valid from"), unique=True)
    name = models.CharField(_("name"), max_length=200)
    legal_form = models.CharField(_("legal form and capital"), max_length=200, blank=True)
    registry = models.CharField(_("trade register"), max_length=100, blank=True)
    siren = models.CharField("SIREN", max_length=9)
    siret = models.CharField("SIRET", max_length=14)
    vat_number = models.CharField(_("VAT number"), max_length=16, blank=True)
    address_line1 = models.CharField(_("address"), max_length=200)
    address_line2 = models.CharField(_("address, continued"), max_length=200, blank=True)
    postcode = models.CharField(_("postcode"), max_length=16)
    city = models.CharField(_("city"), max_length=100)
    country = models.CharField(_("country"), max_length=2, default="FR")
    email = models.EmailField(_("e-mail address"))
    phone = models.CharField(_("telephone"), max_length=40, blank=True)
    website = models.CharField(_("web site"), max_length=200, blank=True)
    iban = models.CharField("IBAN", max_length=34)
    bic = models.CharField("BIC", max_length=11)
    bank_holder = models.CharField(_("account holder"), max_length=200)
    ics = models.CharField(_("SEPA creditor identifier"), max_length=35, blank=True)
    vat_on_debits = models.BooleanField(_("VAT on debits"), default=True)
    vat_franchise = models.BooleanField(
        _("exempt as a small business"), default=False, help_text=_("Franchise en base, CGI art. 293 B.")
    )
    oss = models.BooleanField(
        _("one-stop shop (OSS)"),
        default=False,
        help_text=_("Consumers of other member states pay its VAT. Without it: French VAT, up to 10,000 € a year."),
    )
    place_items = models.PositiveSmallIntegerField(
        _("signs of where a consumer is"),
        default=1,
        help_text=_("How many must agree, the address included: 1 up to 100,000 € of such sales a year, else 2."),
    )
    unproven_vat = models.CharField(
        _("VAT number not confirmed"), max_length=4, choices=UnprovenVat.choices, default=UnprovenVat.HOLD
    )
    payment_days = models.PositiveSmallIntegerField(_("days to pay"), default=30)
    correction_days = models.PositiveSmallIntegerField(
        _("days to correct an invoice"),
        default=0,
        help_text=_("How long customers may correct the billing details of an invoice by themselves; 0 for never."),
    )
    late_rate_percent = models.DecimalField(
        _("late payment rate, % a year"), max_digits=5, decimal_places=2, default="12.15"
    )
    mediator = models.CharField(_("consumer mediator"), max_length=300, blank=True)
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("seller")
        verbose_name_plural = _("seller")
        constraints = [
            models.CheckConstraint(
                condition=~Q(vat_number="") | Q(vat_franchise=True), name="accounts_seller_number_unless_franchise"
            ),
            models.CheckConstraint(condition=Q(place_items__in=[1, 2]), name="accounts_seller_place_items_one_or_two"),
            models.CheckConstraint(
                condition=Q(unproven_vat__in=UnprovenVat.values), name="accounts_seller_unproven_vat_known"
            ),
        ]

    def __str__(self) -> str:
        since: date = self.valid_from
        return f"{self.name} ({since.isoformat()})"
