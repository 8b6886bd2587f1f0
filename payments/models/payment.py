"""Payments: what was asked, what happened."""

from __future__ import annotations

import uuid
from typing import Final

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.money import Money
from payments.models.spoken import spoken
from payments.models.words import LIVE, Failure, Method, PaymentStatus, Provider, Purpose, brand_name

AGENT_LENGTH: Final = 300


class ProviderCustomer(models.Model):
    """The name under which a provider knows a customer."""

    customer = models.ForeignKey("accounts.Customer", on_delete=models.PROTECT, related_name="+")
    provider = models.CharField(_("provider"), max_length=8, choices=Provider.choices)
    object_id = models.CharField(_("provider’s id"), max_length=255)
    created_at = models.DateTimeField(_("created at"))

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["provider", "customer"], name="payments_provider_customer_once"),
            models.UniqueConstraint(fields=["provider", "object_id"], name="payments_provider_customer_of_one"),
        ]

    def __str__(self) -> str:
        return self.object_id


class Payment(models.Model):
    """Money that a customer gives through a provider: the intention first, then what really came."""

    public_id = models.UUIDField(_("public id"), unique=True, default=uuid.uuid4, editable=False)
    customer = models.ForeignKey(
        "accounts.Customer", on_delete=models.PROTECT, related_name="payments", verbose_name=_("customer")
    )
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("asked by"),
    )
    method = models.CharField(_("method"), max_length=8, choices=Method.choices, default=Method.CARD)
    provider = models.CharField(_("provider"), max_length=8, choices=Provider.choices, default=Provider.STRIPE)
    purpose = models.CharField(_("purpose"), max_length=8, choices=Purpose.choices)
    status = models.CharField(
        _("status"), max_length=9, choices=PaymentStatus.choices, default=PaymentStatus.CREATED, editable=False
    )
    amount_cents = models.BigIntegerField(_("amount asked"))
    due_cents = models.BigIntegerField(_("due when asked"), default=0)
    received_cents = models.BigIntegerField(_("amount received"), null=True, blank=True)
    fee_cents = models.BigIntegerField(_("provider’s fee"), null=True, blank=True)
    used_method = models.ForeignKey(
        "payments.SavedMethod",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("saved method used"),
    )
    debit = models.ForeignKey(
        "payments.Debit",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="attempts",
        verbose_name=_("automatic debit"),
    )
    language = models.CharField(_("language"), max_length=2)
    payer_address = models.GenericIPAddressField(_("asked from the address"), null=True, blank=True)
    payer_agent = models.CharField(_("asked with the browser"), max_length=AGENT_LENGTH, blank=True)
    attempt = models.PositiveSmallIntegerField(_("attempt"), default=1)
    session_id = models.CharField(_("payment page"), max_length=255, blank=True)
    intent_id = models.CharField(_("payment at the provider"), max_length=255, blank=True)
    charge_id = models.CharField(_("charge"), max_length=255, blank=True)
    checkout_url = models.TextField(_("address of the payment page"), blank=True)
    page_expires_at = models.DateTimeField(_("the page closes at"))
    card_brand = models.CharField(_("card brand"), max_length=32, blank=True)
    card_last4 = models.CharField(_("last digits"), max_length=4, blank=True)
    failure = models.CharField(_("reason"), max_length=16, choices=Failure.choices, blank=True)
    failure_code = models.CharField(_("provider’s code"), max_length=100, blank=True)
    tx = models.ForeignKey(
        "ledger.Tx", on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("posting")
    )
    fee_tx = models.ForeignKey(
        "ledger.Tx",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("posting of the fee"),
    )
    asked_count = models.PositiveIntegerField(_("times asked about"), default=0)
    asked_at = models.DateTimeField(_("last asked about"), null=True, blank=True)
    ask_at = models.DateTimeField(_("ask the provider at"), null=True, blank=True)
    created_at = models.DateTimeField(_("created at"))
    updated_at = models.DateTimeField(_("changed at"))
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)

    class Meta:
        verbose_name = _("payment")
        verbose_name_plural = _("payments")
        indexes = [
            models.Index(fields=["customer", "-created_at"], name="payments_of_customer"),
            models.Index(fields=["ask_at", "id"], condition=Q(ask_at__isnull=False), name="payments_to_ask_about"),
            models.Index(
                fields=["created_at"],
                condition=Q(payer_address__isnull=False) | Q(payer_agent__gt=""),
                name="payments_payers_to_forget",
            ),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(amount_cents__gt=0), name="payments_amount_positive"),
            models.CheckConstraint(condition=Q(due_cents__gte=0), name="payments_due_not_negative"),
            models.CheckConstraint(condition=Q(status__in=PaymentStatus.values), name="payments_status_known"),
            models.CheckConstraint(condition=Q(purpose__in=Purpose.values), name="payments_purpose_known"),
            models.CheckConstraint(condition=Q(method__in=Method.values), name="payments_method_known"),
            models.CheckConstraint(
                condition=Q(failure="") | Q(failure__in=Failure.values), name="payments_failure_known"
            ),
            models.CheckConstraint(
                condition=Q(status=PaymentStatus.SUCCEEDED, tx__isnull=False, received_cents__gt=0, intent_id__gt="")
                | (~Q(status=PaymentStatus.SUCCEEDED) & Q(tx__isnull=True, received_cents__isnull=True)),
                name="payments_paid_means_posted",
            ),
            models.CheckConstraint(
                condition=Q(fee_cents__gt=0, fee_tx__isnull=False)
                | (Q(fee_tx__isnull=True) & (Q(fee_cents__isnull=True) | Q(fee_cents=0))),
                name="payments_fee_means_posted",
            ),
            models.CheckConstraint(
                condition=Q(status__in=LIVE, decided_at__isnull=True, ask_at__isnull=False)
                | (~Q(status__in=LIVE) & Q(decided_at__isnull=False)),
                name="payments_live_or_decided",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=[PaymentStatus.OPEN, PaymentStatus.PENDING])
                | Q(session_id__gt="")
                | Q(status=PaymentStatus.PENDING, purpose=Purpose.COLLECT, intent_id__gt=""),
                name="payments_open_has_a_page",
            ),
            models.CheckConstraint(
                condition=Q(purpose=Purpose.COLLECT, debit__isnull=False, used_method__isnull=False)
                | (~Q(purpose=Purpose.COLLECT) & Q(debit=None)),
                name="payments_collected_by_a_debit",
            ),
            models.UniqueConstraint(
                fields=["provider", "session_id"], condition=Q(session_id__gt=""), name="payments_page_once"
            ),
            models.UniqueConstraint(
                fields=["provider", "intent_id"], condition=Q(intent_id__gt=""), name="payments_credited_once"
            ),
            models.UniqueConstraint(
                fields=["customer"],
                condition=Q(purpose__in=[Purpose.PAY_DUE, Purpose.COLLECT], status__in=LIVE),
                name="payments_due_paid_by_one",
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def reference(self) -> str:
        """What people read and say on the telephone: `P-7K2M-94QX-3T8A`."""
        return spoken("P", self.public_id)

    @property
    def key(self) -> str:
        """The idempotency key of the call that opens the page: it comes from the row, never from chance."""
        return f"payment-{self.public_id}-{self.attempt}"

    @property
    def amount(self) -> Money:
        return Money(self.amount_cents)

    @property
    def received(self) -> Money | None:
        return None if self.received_cents is None else Money(self.received_cents)

    @property
    def is_live(self) -> bool:
        return self.status in LIVE

    @property
    def is_paid_unseen(self) -> bool:
        """Whether the call that opens its page may take the money by itself: PayPal, from a saved account."""
        return self.provider == Provider.PAYPAL and self.used_method_id is not None

    @property
    def differs(self) -> bool:
        """Whether something else than the amount asked was received. It is credited as received, and shown to staff."""
        return self.received_cents is not None and self.received_cents != self.amount_cents

    @property
    def instrument(self) -> str:
        """`Visa •• 4242`, or nothing while no card is known."""
        if not self.card_last4:
            return ""
        return f"{brand_name(self.card_brand)} •• {self.card_last4}"


class PaymentEvent(models.Model):
    """One step of a payment. Rows are added, never changed."""

    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="events")
    name = models.CharField(_("event"), max_length=40)
    from_status = models.CharField(_("from"), max_length=9, blank=True)
    to_status = models.CharField(_("to"), max_length=9)
    detail = models.CharField(_("detail"), max_length=300, blank=True)
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("step of a payment")
        verbose_name_plural = _("steps of payments")

    def __str__(self) -> str:
        return f"{self.name} ({self.from_status} → {self.to_status})"
