"""Refunds: money that goes back to where it came from."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.money import Money
from payments.models.payment import Payment
from payments.models.spoken import spoken
from payments.models.words import REFUND_LIVE, BegunBy, Provider, RefundStatus

_NOWHERE = Q(tx__isnull=True, restored_tx__isnull=True)
_OUT = Q(tx__isnull=False, restored_tx__isnull=True)
_BACK = Q(tx__isnull=False, restored_tx__isnull=False)


class Refund(models.Model):
    """Some or all of a payment that goes back to its source: the intention first, then what the provider did.

    `tx` is its posting, made when the money has left our balance there; `restored_tx` that of its coming back. Until
    then the money is under the outgoing hold `hold_key`.
    """

    public_id = models.UUIDField(_("public id"), unique=True, default=uuid.uuid4, editable=False)
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="refunds", verbose_name=_("payment"))
    customer = models.ForeignKey(
        "accounts.Customer", on_delete=models.PROTECT, related_name="refunds", verbose_name=_("customer")
    )
    lot = models.ForeignKey("ledger.Lot", on_delete=models.PROTECT, related_name="+", verbose_name=_("lot"))
    provider = models.CharField(_("provider"), max_length=8, choices=Provider.choices)
    begun_by = models.CharField(_("begun"), max_length=8, choices=BegunBy.choices)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("asked by"),
    )
    reason = models.TextField(_("reason"), blank=True)
    approval = models.OneToOneField(
        "accounts.Approval",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("approval"),
    )
    status = models.CharField(_("status"), max_length=9, choices=RefundStatus.choices, editable=False)
    amount_cents = models.BigIntegerField(_("amount"))
    fee_back_cents = models.BigIntegerField(_("fee returned"), default=0)
    language = models.CharField(_("language"), max_length=2)
    of_hold = models.CharField(_("taken out of"), max_length=200, blank=True)
    object_id = models.CharField(_("refund at the provider"), max_length=255, blank=True)
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
    restored_tx = models.ForeignKey(
        "ledger.Tx", on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("came back by")
    )
    handled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("looked after by"),
    )
    asked_count = models.PositiveIntegerField(_("times asked about"), default=0)
    asked_at = models.DateTimeField(_("last asked about"), null=True, blank=True)
    ask_at = models.DateTimeField(_("ask the provider at"), null=True, blank=True)
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)
    created_at = models.DateTimeField(_("created at"))
    updated_at = models.DateTimeField(_("changed at"))
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)

    class Meta:
        verbose_name = _("refund")
        verbose_name_plural = _("refunds")
        indexes = [
            models.Index(fields=["customer", "-created_at"], name="payments_refunds_of_customer"),
            models.Index(fields=["ask_at", "id"], condition=Q(ask_at__isnull=False), name="payments_refund_to_ask"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(amount_cents__gt=0), name="payments_refund_positive"),
            models.CheckConstraint(condition=Q(status__in=RefundStatus.values), name="payments_refund_status_known"),
            models.CheckConstraint(
                condition=Q(begun_by=BegunBy.PROVIDER, actor__isnull=True, object_id__gt="")
                | (Q(begun_by=BegunBy.STAFF, actor__isnull=False) & ~Q(reason="")),
                name="payments_refund_asked_for_a_reason",
            ),
            models.CheckConstraint(
                condition=~Q(status=RefundStatus.WAITING) | Q(approval__isnull=False),
                name="payments_refund_waits_for_somebody",
            ),
            models.CheckConstraint(
                condition=(Q(status__in=["ASKED", "WAITING", "SENT", "UNKNOWN"]) & _NOWHERE)
                | (Q(status="PENDING", object_id__gt="") & (_NOWHERE | _OUT))
                | (Q(status="COMPLETED", object_id__gt="") & _OUT)
                | (Q(status__in=["FAILED", "CANCELLED"]) & (_NOWHERE | _BACK)),
                name="payments_refund_money_is_where_it_says",
            ),
            models.CheckConstraint(
                condition=Q(status__in=REFUND_LIVE, decided_at__isnull=True, ask_at__isnull=False)
                | (~Q(status__in=REFUND_LIVE) & Q(decided_at__isnull=False, ask_at__isnull=True)),
                name="payments_refund_live_or_decided",
            ),
            models.UniqueConstraint(
                fields=["provider", "object_id"], condition=Q(object_id__gt=""), name="payments_refund_once"
            ),
            models.CheckConstraint(
                condition=Q(fee_back_cents=0, fee_tx__isnull=True) | (~Q(fee_back_cents=0) & Q(fee_tx__isnull=False)),
                name="payments_refund_fee_posted",
            ),
            models.UniqueConstraint(fields=["tx"], name="payments_refund_posted_once"),
            models.UniqueConstraint(fields=["restored_tx"], name="payments_refund_restored_once"),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def reference(self) -> str:
        """What people read and say on the telephone: `R-7K2M-94QX-3T8A`."""
        return spoken("R", self.public_id)

    @property
    def key(self) -> str:
        """The idempotency key of the call: it comes from the row, never from chance. A row is sent once."""
        return f"refund-{self.public_id}"

    @property
    def hold_key(self) -> str:
        """The name of the outgoing hold that the money is under until it leaves."""
        return f"refund:{self.public_id}"

    @property
    def kept_key(self) -> str:
        """Where the money goes when the refund fails and it was taken out of money that must be given back."""
        return f"{self.of_hold.split(':back:')[0]}:back:{self.public_id.hex}"

    @property
    def amount(self) -> Money:
        return Money(self.amount_cents)

    @property
    def is_live(self) -> bool:
        return self.status in REFUND_LIVE

    @property
    def is_out(self) -> bool:
        """Whether the money has left, and has not come back."""
        return self.tx_id is not None and self.restored_tx_id is None


class RefundEvent(models.Model):
    """One step of a refund. Rows are added, never changed."""

    refund = models.ForeignKey(Refund, on_delete=models.PROTECT, related_name="events")
    name = models.CharField(_("event"), max_length=40)
    from_status = models.CharField(_("from"), max_length=9, blank=True)
    to_status = models.CharField(_("to"), max_length=9)
    detail = models.CharField(_("detail"), max_length=300, blank=True)
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("step of a refund")
        verbose_name_plural = _("steps of refunds")

    def __str__(self) -> str:
        return f"{self.name} ({self.from_status} → {self.to_status})"
