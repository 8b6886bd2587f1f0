"""Saved methods: what a customer lets us use again, and the agreement that says so. No card number is ever here."""

from __future__ import annotations

import uuid
from calendar import monthrange
from datetime import date
from typing import Final

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Length
from django.db.models.lookups import LessThanOrEqual
from django.utils.translation import gettext_lazy as _

from payments.models.payment import Payment
from payments.models.words import Method, Provider, brand_name


class MethodState(models.TextChoices):
    """Where a saved method stands."""

    PENDING = "PENDING", _("Being saved")
    UNKNOWN = "UNKNOWN", _("Being checked")
    ACTIVE = "ACTIVE", _("Saved")
    UNUSABLE = "UNUSABLE", _("Cannot be used")
    REMOVING = "REMOVING", _("Being removed")
    REMOVED = "REMOVED", _("Removed")
    ABANDONED = "ABANDONED", _("Not saved")


BEING_SAVED = (MethodState.PENDING, MethodState.UNKNOWN)
ASKED_ABOUT = (*BEING_SAVED, MethodState.REMOVING)
"""These are asked about until the provider says how they ended."""
STANDING = (MethodState.ACTIVE, MethodState.UNUSABLE)
"""What the customer sees in the list."""
AT_THE_PROVIDER = (*STANDING, MethodState.REMOVING)
ENDING = (MethodState.UNUSABLE, MethodState.REMOVING, MethodState.REMOVED)


class Reason(models.TextChoices):
    """Why a method may not be used any more."""

    ASKED = "ASKED", _("Removed by the customer")
    REPLACED = "REPLACED", _("Replaced by the same one, saved again")
    BRAND = "BRAND", _("A card brand that is not accepted")
    PROVIDER = "PROVIDER", _("Removed at the provider")
    TAKEN_BACK = "TAKEN_BACK", _("The agreement was taken back at PayPal")
    BANK = "BANK", _("Refused by the bank for good")
    LAPSED = "LAPSED", _("The mandate has lapsed")
    REGISTER = "REGISTER", _("The bank has to register the mandate first")


class ConsentText(models.Model):
    """A text that customers agree to, word for word. Rows are added, never changed."""

    name = models.CharField(_("name"), max_length=40)
    language = models.CharField(_("language"), max_length=2)
    text = models.TextField(_("text"))
    sha256 = models.CharField("SHA-256", max_length=64)
    created_at = models.DateTimeField(_("created at"))

    class Meta:
        verbose_name = _("consent text")
        verbose_name_plural = _("consent texts")
        constraints = [models.UniqueConstraint(fields=["sha256"], name="payments_consent_text_once")]

    def __str__(self) -> str:
        return f"{self.name} ({self.language})"


_MARKS: Final = {"visa": "VISA", "mastercard": "MC", "cartes_bancaires": "CB"}


class SavedMethod(models.Model):
    """A card, a PayPal or a bank account that a customer lets us use again: the agreement first, then what was kept.

    A bank account has its mandate, whose reference is `object_id` when our own bank debits it; `brand` is its bank.
    """

    public_id = models.UUIDField(_("public id"), unique=True, default=uuid.uuid4, editable=False)
    customer = models.ForeignKey(
        "accounts.Customer", on_delete=models.PROTECT, related_name="saved_methods", verbose_name=_("customer")
    )
    kind = models.CharField(_("kind"), max_length=8, choices=Method.choices)
    provider = models.CharField(_("provider"), max_length=8, choices=Provider.choices)
    state = models.CharField(
        _("state"), max_length=9, choices=MethodState.choices, default=MethodState.PENDING, editable=False
    )
    reason = models.CharField(_("reason"), max_length=10, choices=Reason.choices, blank=True)
    payment = models.OneToOneField(
        Payment, on_delete=models.PROTECT, null=True, blank=True, related_name="saves", verbose_name=_("payment")
    )
    session_id = models.CharField(_("saving page"), max_length=255, blank=True)
    page_url = models.TextField(_("address of the saving page"), blank=True)
    page_expires_at = models.DateTimeField(_("the page closes at"))
    object_id = models.CharField(_("provider’s id"), max_length=255, blank=True)
    fingerprint = models.CharField(_("fingerprint"), max_length=64, blank=True)
    brand = models.CharField(_("card brand"), max_length=32, blank=True)
    networks = models.JSONField(_("networks of the card"), default=list, blank=True)
    last4 = models.CharField(_("last digits"), max_length=4, blank=True)
    expires_month = models.PositiveSmallIntegerField(_("expires in month"), null=True, blank=True)
    expires_year = models.PositiveSmallIntegerField(_("expires in year"), null=True, blank=True)
    payer = models.CharField(_("PayPal account, masked"), max_length=254, blank=True)
    label = models.CharField(_("label"), max_length=60, blank=True)
    is_default = models.BooleanField(_("default"), default=False)
    position = models.PositiveSmallIntegerField(_("place in the order"), default=0)
    consent = models.ForeignKey(ConsentText, on_delete=models.PROTECT, related_name="+", verbose_name=_("consent text"))
    consent_sha256 = models.CharField(_("SHA-256 of the consent text"), max_length=64)
    consent_at = models.DateTimeField(_("agreed at"))
    consent_address = models.GenericIPAddressField(_("agreed from the address"), null=True, blank=True)
    consent_agent = models.CharField(_("agreed with the browser"), max_length=300, blank=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("agreed by"),
    )
    language = models.CharField(_("language"), max_length=2)
    failure_code = models.CharField(_("provider’s code"), max_length=100, blank=True)
    asked_count = models.PositiveIntegerField(_("times asked about"), default=0)
    asked_at = models.DateTimeField(_("last asked about"), null=True, blank=True)
    ask_at = models.DateTimeField(_("ask the provider at"), null=True, blank=True)
    created_at = models.DateTimeField(_("created at"))
    updated_at = models.DateTimeField(_("changed at"))

    class Meta:
        verbose_name = _("saved method")
        verbose_name_plural = _("saved methods")
        indexes = [
            models.Index(fields=["customer", "position", "id"], name="payments_methods_of_customer"),
            models.Index(
                fields=["ask_at", "id"], condition=Q(ask_at__isnull=False), name="payments_methods_to_ask_about"
            ),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=MethodState.values), name="payments_saved_state_known"),
            models.CheckConstraint(
                condition=Q(kind=Method.CARD, provider=Provider.STRIPE)
                | Q(kind=Method.PAYPAL, provider=Provider.PAYPAL)
                | Q(kind=Method.SEPA, provider__in=[Provider.BANK, Provider.STRIPE]),
                name="payments_saved_by_its_provider",
            ),
            models.CheckConstraint(
                condition=Q(state__in=ENDING, reason__in=Reason.values) | (~Q(state__in=ENDING) & Q(reason="")),
                name="payments_saved_ends_for_a_reason",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=AT_THE_PROVIDER) | Q(object_id__gt=""), name="payments_saved_is_something"
            ),
            models.CheckConstraint(
                condition=Q(state__in=ASKED_ABOUT, ask_at__isnull=False) | (~Q(state__in=ASKED_ABOUT) & Q(ask_at=None)),
                name="payments_saved_asked_about",
            ),
            models.CheckConstraint(
                condition=Q(is_default=False) | Q(state=MethodState.ACTIVE), name="payments_saved_default_is_usable"
            ),
            models.CheckConstraint(
                condition=~Q(kind=Method.CARD, state=MethodState.ACTIVE)
                | Q(last4__gt="", expires_month__gte=1, expires_month__lte=12, expires_year__gte=2000),
                name="payments_saved_card_can_be_named",
            ),
            models.CheckConstraint(condition=LessThanOrEqual(Length("last4"), 4), name="payments_saved_no_card_number"),
            models.UniqueConstraint(
                fields=["customer"], condition=Q(is_default=True), name="payments_saved_one_default"
            ),
            models.UniqueConstraint(
                fields=["customer", "provider", "fingerprint"],
                condition=Q(state=MethodState.ACTIVE, fingerprint__gt=""),
                name="payments_saved_same_one_once",
            ),
            models.UniqueConstraint(
                fields=["provider", "object_id"],
                condition=Q(state__in=AT_THE_PROVIDER),
                name="payments_saved_object_once",
            ),
            models.UniqueConstraint(
                fields=["provider", "session_id"], condition=Q(session_id__gt=""), name="payments_saved_page_once"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def key(self) -> str:
        """The idempotency key of the calls about it: it comes from the row, never from chance."""
        return f"method-{self.public_id}"

    @property
    def title(self) -> str:
        """`CB •• 1001`, `PayPal c•••@example.fr`, `BNP PARIBAS •• 0143`; the kind alone while nothing is known."""
        if self.kind == Method.SEPA and self.last4:
            return f"{self.brand or self.get_kind_display()} •• {self.last4}"
        if self.last4:
            return f"{brand_name(self.brand)} •• {self.last4}"
        return f"{self.get_kind_display()} {self.payer}".strip()

    @property
    def mark(self) -> str:
        """What lists show in its small frame: `VISA`, `CB`, `PP`, `SEPA`."""
        if self.kind == Method.CARD:
            return _MARKS.get(self.brand, "•••")
        return "SEPA" if self.kind == Method.SEPA else "PP"

    @property
    def good_until(self) -> date | None:
        """The last day of a card: the end of its month. None for whatever does not expire."""
        if self.expires_year is None or self.expires_month is None:
            return None
        last = monthrange(self.expires_year, self.expires_month)[1]
        return date(self.expires_year, self.expires_month, last)

    @property
    def is_standing(self) -> bool:
        return self.state in STANDING

    @property
    def may_choose_network(self) -> bool:
        """Whether its holder may choose between networks, CB and another (Regulation (EU) 2015/751, art. 8)."""
        return self.state == MethodState.ACTIVE and len(self.networks) > 1


class MethodEvent(models.Model):
    """One step of a saved method. Rows are added, never changed."""

    method = models.ForeignKey(SavedMethod, on_delete=models.PROTECT, related_name="events")
    name = models.CharField(_("event"), max_length=40)
    from_state = models.CharField(_("from"), max_length=9, blank=True)
    to_state = models.CharField(_("to"), max_length=9)
    detail = models.CharField(_("detail"), max_length=300, blank=True)
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("step of a saved method")
        verbose_name_plural = _("steps of saved methods")

    def __str__(self) -> str:
        return f"{self.name} ({self.from_state} → {self.to_state})"
