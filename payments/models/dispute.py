"""Disputes: a payer asks their bank, or the provider, for the money back; what moved for it, and what we answered."""

from __future__ import annotations

import uuid
from typing import Final

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.money import ZERO, Money
from payments.models.payment import Payment
from payments.models.words import Provider

_SHA256: Final = r"^[0-9a-f]{64}$"


class DisputeStatus(models.TextChoices):
    WARNING = "WARNING", _("Asked about")
    OPENED = "OPENED", _("Disputed")
    ANSWERED = "ANSWERED", _("Evidence sent")
    WON = "WON", _("Won")
    LOST = "LOST", _("Lost")
    ACCEPTED = "ACCEPTED", _("Accepted by us")
    CLOSED = "CLOSED", _("Dropped")


OPEN_DISPUTES: Final = (DisputeStatus.WARNING, DisputeStatus.OPENED, DisputeStatus.ANSWERED)
"""Not decided yet: their documents are disputed, and they are asked about each day."""


class DisputeCause(models.TextChoices):
    """Why a payer wants the money back, in classes that decide what we answer with."""

    FRAUD = "FRAUD", _("The holder says that this payment is not theirs")
    NOT_RECEIVED = "NOT_RECEIVED", _("The payer says that the service was not provided")
    NOT_AS_DESCRIBED = "NOT_AS_DESCRIBED", _("The payer says that the service is not what was sold")
    DUPLICATE = "DUPLICATE", _("The payer says that it was paid twice")
    REFUND_MISSING = "REFUND_MISSING", _("The payer says that a refund did not come")
    CANCELLED = "CANCELLED", _("The payer says that the subscription was cancelled")
    UNRECOGNISED = "UNRECOGNISED", _("The holder does not recognise this payment")
    NOT_AUTHORISED = "NOT_AUTHORISED", _("The payer says that the debit was not authorised")
    BANK = "BANK", _("The bank could not collect the money")
    REVERSED = "REVERSED", _("The provider took the payment back")
    OTHER = "OTHER", _("Another reason")


class Dispute(models.Model):
    """A payment that its payer contests, as the provider told it last. Money follows `movements`, never the status."""

    public_id = models.UUIDField(_("public id"), unique=True, default=uuid.uuid4, editable=False)
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="disputes", verbose_name=_("payment"))
    customer = models.ForeignKey(
        "accounts.Customer", on_delete=models.PROTECT, related_name="disputes", verbose_name=_("customer")
    )
    provider = models.CharField(_("provider"), max_length=8, choices=Provider.choices)
    object_id = models.CharField(_("provider’s id"), max_length=255)
    status = models.CharField(_("status"), max_length=9, choices=DisputeStatus.choices, editable=False)
    provider_status = models.CharField(_("provider’s word"), max_length=100)
    cause = models.CharField(_("reason"), max_length=16, choices=DisputeCause.choices)
    reason = models.CharField(_("provider’s reason"), max_length=100, blank=True)
    amount_cents = models.BigIntegerField(_("amount in question"))
    currency = models.CharField(_("currency"), max_length=3)
    taken_cents = models.BigIntegerField(_("taken from us"), default=0)
    fee_cents = models.BigIntegerField(_("provider’s fee"), default=0)
    authentication = models.CharField(_("3-D Secure"), max_length=40, blank=True)
    freezes = models.BooleanField(_("the provider keeps the money aside"), default=False)
    freeze_number = models.PositiveSmallIntegerField(_("times kept aside"), default=1)
    answerable = models.BooleanField(_("waits for our evidence"), default=False)
    attention = models.CharField(_("to look at"), max_length=300, blank=True)
    told = models.CharField(_("last mail"), max_length=20, blank=True)
    opened_at = models.DateTimeField(_("opened at"))
    due_at = models.DateTimeField(_("evidence due by"), null=True, blank=True)
    evidence_text = models.TextField(_("our answer"), blank=True)
    evidence_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("answered by"),
    )
    evidence_asked_at = models.DateTimeField(_("sending asked for at"), null=True, blank=True)
    evidence_sent_at = models.DateTimeField(_("evidence sent at"), null=True, blank=True)
    pack_sha256 = models.CharField(_("hash of the pack"), max_length=64, blank=True)
    pack_made_at = models.DateTimeField(_("pack made at"), null=True, blank=True)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("accepted by"),
    )
    accept_approval = models.ForeignKey(
        "accounts.Approval",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("approval of giving in"),
    )
    accept_asked_at = models.DateTimeField(_("acceptance asked for at"), null=True, blank=True)
    version = models.PositiveIntegerField(_("answers applied"), default=0)
    asked_count = models.PositiveIntegerField(_("times asked about"), default=0)
    ask_at = models.DateTimeField(_("ask the provider at"), null=True, blank=True)
    created_at = models.DateTimeField(_("known since"))
    updated_at = models.DateTimeField(_("changed at"))
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)

    class Meta:
        verbose_name = _("dispute")
        verbose_name_plural = _("disputes")
        indexes = [
            models.Index(fields=["customer", "-opened_at"], name="payments_disputes_of"),
            models.Index(fields=["ask_at", "id"], condition=Q(ask_at__isnull=False), name="payments_disputes_to_ask"),
            models.Index(
                fields=["due_at", "id"],
                condition=Q(status__in=["WARNING", "OPENED", "ANSWERED"]),
                name="payments_disputes_open",
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["provider", "object_id"], name="payments_dispute_once"),
            models.CheckConstraint(condition=Q(status__in=DisputeStatus.values), name="payments_dispute_status_known"),
            models.CheckConstraint(condition=Q(cause__in=DisputeCause.values), name="payments_dispute_cause_known"),
            models.CheckConstraint(condition=Q(amount_cents__gt=0), name="payments_dispute_amount_positive"),
            models.CheckConstraint(condition=Q(taken_cents__gte=0), name="payments_dispute_taken_not_negative"),
            models.CheckConstraint(
                condition=Q(status__in=OPEN_DISPUTES, decided_at__isnull=True, ask_at__isnull=False)
                | (~Q(status__in=OPEN_DISPUTES) & Q(decided_at__isnull=False)),
                name="payments_dispute_open_or_decided",
            ),
            models.CheckConstraint(
                condition=Q(evidence_sent_at__isnull=True)
                | Q(evidence_asked_at__isnull=False, pack_sha256__regex=_SHA256),
                name="payments_dispute_evidence_is_kept",
            ),
            models.CheckConstraint(
                condition=Q(pack_sha256="", pack_made_at__isnull=True)
                | Q(pack_sha256__regex=_SHA256, pack_made_at__isnull=False),
                name="payments_dispute_pack_hashed",
            ),
            models.CheckConstraint(
                condition=~Q(status=DisputeStatus.ACCEPTED) | Q(accept_asked_at__isnull=False),
                name="payments_dispute_accepted_by_us",
            ),
        ]

    def __str__(self) -> str:
        return self.object_id

    @property
    def amount(self) -> Money:
        return Money(self.amount_cents)

    @property
    def taken(self) -> Money:
        """What the payer, or their bank, has of our money now."""
        return Money(self.taken_cents)

    @property
    def fee(self) -> Money:
        return Money(self.fee_cents)

    @property
    def is_open(self) -> bool:
        return self.status in OPEN_DISPUTES

    @property
    def is_settled(self) -> bool:
        """Whether the money is where the decision wants it: with us when won, with the payer when lost."""
        lost = self.status in (DisputeStatus.LOST, DisputeStatus.ACCEPTED)
        return not self.is_open and (self.taken > ZERO) == lost

    @property
    def hold_key(self) -> str:
        """The name that every key about this dispute begins with."""
        return f"dispute:{self.public_id}"

    @property
    def freeze_key(self) -> str:
        """The name of the outgoing hold on money that the provider keeps aside: another one each time it does."""
        return self.hold_key if self.freeze_number == 1 else f"{self.hold_key}:{self.freeze_number}"


class DisputeMovement(models.Model):
    """Money that moved for a dispute, as the provider's statement has it, and how it was booked. Never changed.

    Cents are what left us: negative when it came back. `undoes` is the movement that it gives back; when it gives back
    less, `kept_tx` takes the rest away again.
    """

    dispute = models.ForeignKey(Dispute, on_delete=models.PROTECT, related_name="movements")
    provider = models.CharField(_("provider"), max_length=8, choices=Provider.choices)
    object_id = models.CharField(_("provider’s id"), max_length=255)
    amount_cents = models.BigIntegerField(_("amount"))
    fee_cents = models.BigIntegerField(_("fee"))
    moved_at = models.DateTimeField(_("moved at"))
    tx = models.ForeignKey("ledger.Tx", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    kept_tx = models.ForeignKey("ledger.Tx", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    kept_cents = models.BigIntegerField(_("kept by the payer"), default=0)
    fee_tx = models.ForeignKey("ledger.Tx", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    undoes = models.OneToOneField("self", on_delete=models.PROTECT, null=True, blank=True, related_name="undone_by")
    booked_at = models.DateTimeField(_("booked at"))

    class Meta:
        verbose_name = _("movement of a dispute")
        verbose_name_plural = _("movements of disputes")
        constraints = [
            models.UniqueConstraint(fields=["provider", "object_id"], name="payments_dispute_movement_once"),
            models.CheckConstraint(
                condition=Q(amount_cents=0, tx__isnull=True) & ~Q(fee_cents=0)
                | ~Q(amount_cents=0) & Q(tx__isnull=False),
                name="payments_dispute_movement_is_booked",
            ),
            models.CheckConstraint(
                condition=Q(fee_cents=0, fee_tx__isnull=True) | ~Q(fee_cents=0) & Q(fee_tx__isnull=False),
                name="payments_dispute_fee_is_booked",
            ),
            models.CheckConstraint(
                condition=Q(amount_cents__lt=0, undoes__isnull=False) | Q(amount_cents__gte=0, undoes__isnull=True),
                name="payments_dispute_return_names_what",
            ),
            models.CheckConstraint(
                condition=Q(kept_cents=0, kept_tx__isnull=True)
                | Q(kept_cents__gt=0, kept_tx__isnull=False, amount_cents__lt=0),
                name="payments_dispute_kept_is_booked",
            ),
        ]

    def __str__(self) -> str:
        return self.object_id


class DisputedItem(models.Model):
    """A document that a dispute keeps from being paid or reminded of, until it is released."""

    dispute = models.ForeignKey(Dispute, on_delete=models.PROTECT, related_name="items")
    document_ref = models.CharField(_("document"), max_length=100)
    marked_at = models.DateTimeField(_("since"))
    released_at = models.DateTimeField(_("until"), null=True, blank=True)

    class Meta:
        verbose_name = _("disputed document")
        verbose_name_plural = _("disputed documents")
        constraints = [
            models.UniqueConstraint(fields=["dispute", "document_ref"], name="payments_disputed_item_once"),
            models.CheckConstraint(
                condition=Q(released_at__isnull=True) | Q(released_at__gte=F("marked_at")),
                name="payments_disputed_item_in_order",
            ),
        ]
        indexes = [
            models.Index(
                fields=["document_ref"], condition=Q(released_at__isnull=True), name="payments_disputed_items"
            ),
        ]

    def __str__(self) -> str:
        return self.document_ref


class DisputeEvent(models.Model):
    """One step of a dispute. Rows are added, never changed."""

    dispute = models.ForeignKey(Dispute, on_delete=models.PROTECT, related_name="events")
    name = models.CharField(_("event"), max_length=40)
    from_status = models.CharField(_("from"), max_length=9, blank=True)
    to_status = models.CharField(_("to"), max_length=9)
    detail = models.CharField(_("detail"), max_length=300, blank=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("by"),
    )
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("step of a dispute")
        verbose_name_plural = _("steps of disputes")

    def __str__(self) -> str:
        return f"{self.name} ({self.from_status} → {self.to_status})"


class FraudWarning(models.Model):
    """A bank said that a payment may be a fraud. No money moved. Debits by themselves wait until staff have looked."""

    payment = models.ForeignKey(
        Payment, on_delete=models.PROTECT, related_name="fraud_warnings", verbose_name=_("payment")
    )
    provider = models.CharField(_("provider"), max_length=8, choices=Provider.choices)
    object_id = models.CharField(_("provider’s id"), max_length=255)
    kind = models.CharField(_("provider’s reason"), max_length=100)
    warned_at = models.DateTimeField(_("warned at"))
    created_at = models.DateTimeField(_("known since"))
    handled_at = models.DateTimeField(_("looked at"), null=True, blank=True)
    handled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("looked at by"),
    )

    class Meta:
        verbose_name = _("fraud warning")
        verbose_name_plural = _("fraud warnings")
        constraints = [
            models.UniqueConstraint(fields=["provider", "object_id"], name="payments_fraud_warning_once"),
            models.CheckConstraint(
                condition=Q(handled_at__isnull=True, handled_by__isnull=True)
                | Q(handled_at__isnull=False, handled_by__isnull=False),
                name="payments_fraud_warning_looked_at",
            ),
        ]

    def __str__(self) -> str:
        return self.object_id
