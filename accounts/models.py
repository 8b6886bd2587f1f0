"""People (users), customers (who is billed), who may do what, and the seller's dated identity."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, ClassVar

from django.contrib.auth.base_user import BaseUserManager
from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from core.references import CustomerNumber

if TYPE_CHECKING:
    from datetime import date


class UserManager(BaseUserManager["User"]):
    """Users are known by their e-mail address."""

    def create_user(self, email: str, password: str | None = None, **fields: object) -> User:
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: object) -> User:
        return self.create_user(email, password, **{"is_staff": True, "is_superuser": True, **fields})


class User(AbstractUser):
    """Somebody who can sign in: a customer's person, or a member of staff."""

    username = None  # type: ignore[assignment]
    email = models.EmailField(_("e-mail address"), unique=True)
    language = models.CharField(
        _("language"), max_length=2, choices=[("fr", "Français"), ("en", "English")], default="fr"
    )

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects: ClassVar[UserManager] = UserManager()  # type: ignore[assignment]

    def __str__(self) -> str:
        return self.get_full_name() or self.email


class CustomerKind(models.TextChoices):
    PERSON = "PERSON", _("Individual")
    COMPANY = "COMPANY", _("Company")
    PUBLIC = "PUBLIC", _("Public body")


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
    service_code = models.CharField(_("service code"), max_length=100, blank=True)
    engagement_number = models.CharField(_("engagement number"), max_length=50, blank=True)
    market_number = models.CharField(_("market number"), max_length=50, blank=True)
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


class Role(models.TextChoices):
    OWNER = "OWNER", _("Owner")
    BILLING = "BILLING", _("Billing")
    READ_ONLY = "READ_ONLY", _("Read only")


class Membership(models.Model):
    """A user's right to act for a customer."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(_("role"), max_length=10, choices=Role.choices)
    needs_second_factor = models.BooleanField(_("2FA required"), default=False)
    history = HistoricalRecords()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "customer"], name="accounts_membership_once"),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="accounts_membership_role_known"),
        ]

    def __str__(self) -> str:
        return f"{self.user} → {self.customer}"


class Seller(models.Model):
    """Who sells, from a date on. Issued documents freeze a copy; a change is a new row with a later date."""

    valid_from = models.DateField(_("valid from"), unique=True)
    name = models.CharField(_("name"), max_length=200)
    legal_form = models.CharField(_("legal form and capital"), max_length=200, blank=True)
    registry = models.CharField(_("trade register"), max_length=100, blank=True)
    siren = models.CharField("SIREN", max_length=9)
    siret = models.CharField("SIRET", max_length=14)
    vat_number = models.CharField(_("VAT number"), max_length=16)
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

    def __str__(self) -> str:
        since: date = self.valid_from
        return f"{self.name} ({since.isoformat()})"


class ApprovalState(models.TextChoices):
    ASKED = "ASKED", _("Waits for a decision")
    APPROVED = "APPROVED", _("Approved")
    REFUSED = "REFUSED", _("Refused")
    WITHDRAWN = "WITHDRAWN", _("Not needed any more")
    EXPIRED = "EXPIRED", _("Expired")
    USED = "USED", _("Approved and used")


class Approval(models.Model):
    """Something that two members of staff must want: one asks and says why, another one decides. It serves once.

    What is asked never changes. `kind` and `subject` are the upper app's own words; `digest` is of what is approved,
    so that nothing else is done under it.
    """

    public_id = models.UUIDField(_("public id"), unique=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(_("kind"), max_length=40)
    subject = models.CharField(_("subject"), max_length=100)
    summary = models.CharField(_("what is asked"), max_length=300)
    digest = models.CharField(_("digest of what is asked"), max_length=64)
    reason = models.TextField(_("reason"))
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("asked by"))
    asked_at = models.DateTimeField(_("asked at"))
    expires_at = models.DateTimeField(_("expires at"))
    state = models.CharField(_("state"), max_length=9, choices=ApprovalState.choices, default=ApprovalState.ASKED)
    decided_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("decided by")
    )
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    note = models.TextField(_("note of the decision"), blank=True)

    class Meta:
        verbose_name = _("approval")
        verbose_name_plural = _("approvals")
        indexes = [
            models.Index(
                fields=["expires_at"], condition=Q(state__in=["ASKED", "APPROVED"]), name="accounts_approval_open"
            )
        ]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=ApprovalState.values), name="accounts_approval_state_known"),
            models.CheckConstraint(condition=~Q(reason=""), name="accounts_approval_has_reason"),
            models.CheckConstraint(condition=Q(digest__regex=r"^[0-9a-f]{64}$"), name="accounts_approval_digest_form"),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("asked_by")),
                name="accounts_approval_by_another",
            ),
            models.CheckConstraint(
                condition=Q(state="ASKED", decided_by__isnull=True, decided_at__isnull=True)
                | Q(state__in=["WITHDRAWN", "EXPIRED"])
                | Q(
                    state__in=["APPROVED", "REFUSED", "USED"],
                    decided_by__isnull=False,
                    decided_at__isnull=False,
                ),
                name="accounts_approval_decided_by_somebody",
            ),
            models.UniqueConstraint(
                fields=["kind", "subject"],
                condition=Q(state__in=["ASKED", "APPROVED"]),
                name="accounts_approval_asked_once",
            ),
        ]

    def __str__(self) -> str:
        return self.summary


class ApprovalEvent(models.Model):
    """One step of an approval. Rows are added; the database refuses to change or delete them."""

    approval = models.ForeignKey(Approval, on_delete=models.PROTECT, related_name="events")
    state = models.CharField(_("state"), max_length=9, choices=ApprovalState.choices)
    by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("by")
    )
    detail = models.TextField(_("detail"), blank=True)
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("step of an approval")
        verbose_name_plural = _("steps of approvals")

    def __str__(self) -> str:
        return f"{self.approval_id} {self.state}"
