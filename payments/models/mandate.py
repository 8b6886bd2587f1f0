"""SEPA mandates: who allows whom to debit which account, how that was said, and until when.

The text of a mandate and what proves its signature are kept word for word (Regulation (EU) No 260/2012, art. 5.3; SEPA
core rulebook, "Mandate"). The account number is encrypted; a blind index finds it again, four digits name it.
"""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Length
from django.db.models.lookups import LessThanOrEqual
from django.utils.translation import gettext_lazy as _

from core.crypto import LENGTH, EncryptedTextField
from payments.models.method import ConsentText, SavedMethod
from payments.models.spoken import spoken
from payments.models.words import Provider


class Scheme(models.TextChoices):
    """CORE is for everybody; B2B has no refund right, and the debtor's bank must know the mandate first."""

    CORE = "CORE", "CORE"
    B2B = "B2B", "B2B"


class MandateState(models.TextChoices):
    DRAFT = "DRAFT", _("To be signed")
    ACTIVE = "ACTIVE", _("In force")
    REPLACED = "REPLACED", _("Replaced by another")
    REVOKED = "REVOKED", _("Taken back")
    REFUSED = "REFUSED", _("Ended by the bank")
    LAPSED = "LAPSED", _("Lapsed")
    ABANDONED = "ABANDONED", _("Never signed")


class SignedHow(models.TextChoices):
    ONLINE = "ONLINE", _("Online")
    PAPER = "PAPER", _("On paper")
    PROVIDER = "PROVIDER", _("On the provider’s page")


class Mandate(models.Model):
    """One authorisation to debit one account, of which each word is frozen when it is signed.

    `through` says who debits: our own bank by file, or a provider that keeps the account number (then `iban` is null
    and `object_id` its name of the mandate). A mandate that was signed has its saved method; another account is
    another mandate, which `replaces` this one. One that was never signed keeps no account number.

    B2B: the debtor's bank must have registered the mandate before the first debit; `registered_on` is the day on which
    staff were told so, and until then its method cannot be used.
    """

    public_id = models.UUIDField(_("public id"), unique=True, default=uuid.uuid4, editable=False)
    customer = models.ForeignKey(
        "accounts.Customer", on_delete=models.PROTECT, related_name="mandates", verbose_name=_("customer")
    )
    method = models.OneToOneField(
        SavedMethod,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="mandate",
        verbose_name=_("saved method"),
    )
    through = models.CharField(_("debited by"), max_length=8, choices=Provider.choices, default=Provider.BANK)
    scheme = models.CharField(_("scheme"), max_length=4, choices=Scheme.choices, default=Scheme.CORE)
    state = models.CharField(
        _("state"), max_length=9, choices=MandateState.choices, default=MandateState.DRAFT, editable=False
    )
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    reference = models.CharField(_("mandate reference"), max_length=35, unique=True)
    ics = models.CharField(_("SEPA creditor identifier"), max_length=35)
    creditor_name = models.CharField(_("creditor"), max_length=200)
    creditor_address = models.TextField(_("creditor’s address"))
    debtor_name = models.CharField(_("account holder"), max_length=70)
    debtor_address = models.TextField(_("account holder’s address"))
    debtor_country = models.CharField(_("account holder’s country"), max_length=2)
    iban = EncryptedTextField(null=True, blank=True, verbose_name="IBAN")
    iban_index = models.CharField(_("index of the IBAN"), max_length=LENGTH, blank=True, db_index=True)
    iban_last4 = models.CharField(_("last digits of the IBAN"), max_length=4)
    iban_country = models.CharField(_("country of the account"), max_length=2)
    bic = models.CharField("BIC", max_length=11, blank=True)
    bank_name = models.CharField(_("bank"), max_length=140, blank=True)
    object_id = models.CharField(_("provider’s id"), max_length=255, blank=True)
    document_url = models.TextField(_("the provider’s copy of the mandate"), blank=True)
    signed_how = models.CharField(_("signed"), max_length=8, choices=SignedHow.choices, blank=True)
    signed_on = models.DateField(_("signed on"), null=True, blank=True)
    signed_at_place = models.CharField(_("signed at"), max_length=100, blank=True)
    consent = models.ForeignKey(
        ConsentText, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("consent text")
    )
    consent_sha256 = models.CharField(_("SHA-256 of what was signed"), max_length=64, blank=True)
    consent_at = models.DateTimeField(_("agreed at"), null=True, blank=True)
    consent_address = models.GenericIPAddressField(_("agreed from the address"), null=True, blank=True)
    consent_agent = models.CharField(_("agreed with the browser"), max_length=300, blank=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("signed or entered by"),
    )
    language = models.CharField(_("language"), max_length=2)
    replaces = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="replaced_by", verbose_name=_("replaces")
    )
    registered_on = models.DateField(_("registered by the bank on"), null=True, blank=True)
    pdf_sha256 = models.CharField(_("SHA-256 of the document"), max_length=64, blank=True)
    last_collected_on = models.DateField(_("last debit"), null=True, blank=True)
    created_at = models.DateTimeField(_("created at"))
    updated_at = models.DateTimeField(_("changed at"))
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    class Meta:
        verbose_name = _("mandate")
        verbose_name_plural = _("mandates")
        indexes = [models.Index(fields=["customer", "-created_at"], name="payments_mandates_of_customer")]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=MandateState.values), name="payments_mandate_state_known"),
            models.CheckConstraint(condition=Q(scheme__in=Scheme.values), name="payments_mandate_scheme_known"),
            models.CheckConstraint(
                condition=Q(through=Provider.BANK, iban__isnull=False, iban_index__gt="")
                | Q(through=Provider.BANK, state=MandateState.ABANDONED, iban__isnull=True, iban_index="")
                | Q(through=Provider.STRIPE, iban__isnull=True, object_id__gt=""),
                name="payments_mandate_kept_by_one",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[MandateState.DRAFT, MandateState.ABANDONED], signed_on=None, method=None)
                | Q(
                    ~Q(state__in=[MandateState.DRAFT, MandateState.ABANDONED]),
                    signed_on__isnull=False,
                    signed_how__in=SignedHow.values,
                    method__isnull=False,
                ),
                name="payments_mandate_signed_or_not",
            ),
            models.CheckConstraint(
                condition=~Q(signed_how=SignedHow.ONLINE)
                | Q(consent__isnull=False, consent_at__isnull=False, consent_sha256__gt=""),
                name="payments_mandate_online_is_proven",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[MandateState.DRAFT, MandateState.ACTIVE], ended_at=None)
                | Q(~Q(state__in=[MandateState.DRAFT, MandateState.ACTIVE]), ended_at__isnull=False),
                name="payments_mandate_ended_or_not",
            ),
            models.CheckConstraint(
                condition=LessThanOrEqual(Length("iban_last4"), 4), name="payments_mandate_no_account_number"
            ),
            models.CheckConstraint(
                condition=~Q(through=Provider.BANK) | Q(reference__regex=r"^[A-Z0-9-]{1,35}$"),
                name="payments_mandate_reference_form",
            ),
            models.CheckConstraint(
                condition=Q(registered_on=None) | Q(scheme=Scheme.B2B), name="payments_mandate_registered_if_b2b"
            ),
            models.CheckConstraint(
                condition=Q(replaces=None) | ~Q(replaces=F("pk")), name="payments_mandate_replaces_another"
            ),
            models.UniqueConstraint(
                fields=["customer", "iban_index"],
                condition=Q(state=MandateState.ACTIVE, iban_index__gt=""),
                name="payments_mandate_once_an_account",
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def title(self) -> str:
        """`Crédit Agricole •• 0189`."""
        return f"{self.bank_name or self.iban_country} •• {self.iban_last4}".strip()

    @property
    def shown_iban(self) -> str:
        """`FR76 •••• 0189`; the country and the last digits alone when a provider keeps the number."""
        start = self.iban[:4] if self.iban else f"{self.iban_country}••"
        return f"{start} •••• {self.iban_last4}"

    @property
    def is_signed(self) -> bool:
        return self.state not in {MandateState.DRAFT, MandateState.ABANDONED}

    @property
    def is_b2b(self) -> bool:
        return self.scheme == Scheme.B2B

    @property
    def awaits_bank(self) -> bool:
        """Whether the debtor's bank has yet to register it."""
        return self.state == MandateState.ACTIVE and self.is_b2b and self.registered_on is None

    @property
    def spoken_reference(self) -> str:
        return spoken("M", self.public_id)


class MandateEvent(models.Model):
    """One step of a mandate. Rows are added, never changed."""

    mandate = models.ForeignKey(Mandate, on_delete=models.PROTECT, related_name="events")
    name = models.CharField(_("event"), max_length=40)
    from_state = models.CharField(_("from"), max_length=9, blank=True)
    to_state = models.CharField(_("to"), max_length=9)
    detail = models.CharField(_("detail"), max_length=300, blank=True)
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("step of a mandate")
        verbose_name_plural = _("steps of mandates")

    def __str__(self) -> str:
        return f"{self.name} ({self.from_state} → {self.to_state})"
