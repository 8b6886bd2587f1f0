"""Customers: who is billed, and where their mail about money goes."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from core.references import CustomerNumber


class CustomerKind(models.TextChoices):
    PERSON = "PERSON", _("Individual")
    COMPANY = "COMPANY", _("Company")
    PUBLIC = "PUBLIC", _("Public body")


class PublicKind(models.TextChoices):
    """What kind of public body: within how many days of receipt it pays (code de la commande publique)."""

    STATE_LOCAL = "STATE_LOCAL", _("State, local authority: 30 days")  # art. R. 2192-10
    HEALTH = "HEALTH", _("Public health establishment: 50 days")  # art. R. 2192-11, 1°
    UNDERTAKING = "UNDERTAKING", _("Public undertaking: 60 days")  # art. R. 2192-11, 2°

    @property
    def days(self) -> int:
        """Days to pay, counted from the receipt of the invoice."""
        return {PublicKind.STATE_LOCAL: 30, PublicKind.HEALTH: 50, PublicKind.UNDERTAKING: 60}[self]

    @property
    def article(self) -> str:
        """The provision of the code de la commande publique that says so."""
        return "R. 2192-10" if self == PublicKind.STATE_LOCAL else "R. 2192-11"


SERVICE_LENGTH, ENGAGEMENT_LENGTH, MARKET_LENGTH = 100, 50, 50  # as Chorus Pro takes them


class CustomerSeries(models.Model):
    """One row: the last customer serial given. Locked while a number is taken, so that none is given twice."""

    last = models.PositiveIntegerField(default=100_000)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="accounts_one_customer_series")]

    def __str__(self) -> str:
        return str(self.last)


class Customer(models.Model):
    """Somebody we bill: who they are, where, and in which language. Documents freeze a copy of this."""

    number = models.CharField(_("customer number"), max_length=7, unique=True, editable=False)
    kind = models.CharField(_("kind"), max_length=8, choices=CustomerKind.choices)
    name = models.CharField(_("name"), max_length=200)
    address_line1 = models.CharField(_("address"), max_length=200, blank=True)
    address_line2 = models.CharField(_("address, continued"), max_length=200, blank=True)
    postcode = models.CharField(_("postcode"), max_length=16, blank=True)
    city = models.CharField(_("city"), max_length=100, blank=True)
    country = models.CharField(_("country"), max_length=2, default="FR")
    siren = models.CharField("SIREN", max_length=9, blank=True)
    siret = models.CharField("SIRET", max_length=14, blank=True, db_index=True)
    vat_number = models.CharField(_("VAT number"), max_length=16, blank=True)
    service_code = models.CharField(_("service code"), max_length=SERVICE_LENGTH, blank=True)
    engagement_number = models.CharField(_("engagement number"), max_length=ENGAGEMENT_LENGTH, blank=True)
    market_number = models.CharField(_("market number"), max_length=MARKET_LENGTH, blank=True)
    public_kind = models.CharField(
        _("kind of public body"), max_length=11, choices=PublicKind.choices, default=PublicKind.STATE_LOCAL
    )
    language = models.CharField(
        _("language"), max_length=2, choices=[("fr", "Français"), ("en", "English")], default="fr"
    )
    created_at = models.DateTimeField(_("created at"))
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("customer")
        verbose_name_plural = _("customers")
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="accounts_customer_has_a_name"),
            models.CheckConstraint(condition=Q(number__regex=r"^C[0-9]{6}$"), name="accounts_customer_number_form"),
            models.CheckConstraint(condition=Q(kind__in=CustomerKind.values), name="accounts_customer_kind_known"),
            models.CheckConstraint(
                condition=Q(public_kind__in=PublicKind.values), name="accounts_customer_public_kind_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.reference.shown})"

    @property
    def reference(self) -> CustomerNumber:
        """The number with its check digits and RF reference."""
        return CustomerNumber(self.number)

    @property
    def is_public(self) -> bool:
        return self.kind == CustomerKind.PUBLIC

    @property
    def is_consumer(self) -> bool:
        return self.kind == CustomerKind.PERSON


class BillingEmail(models.Model):
    """An address that receives invoices and receipts of a customer. There may be several."""

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="billing_emails")
    email = models.EmailField(_("e-mail address"))

    class Meta:
        constraints = [models.UniqueConstraint(fields=["customer", "email"], name="accounts_billing_email_once")]

    def __str__(self) -> str:
        return self.email
