"""Transfers that we order from our bank: money that goes back, and the files in which the bank is told so."""

from __future__ import annotations

import uuid
from typing import Final

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from bank.models.accounts import PartyAccount
from bank.models.lines import BankLine
from core.money import Money
from payments.models.spoken import spoken

_MOST: Final = 99_999_999_999


class OrderKind(models.TextChoices):
    RETURN = "RETURN", _("Unknown money, back to its sender")
    REFUND = "REFUND", _("Money of a customer, back to where it came from")


class OrderState(models.TextChoices):
    ORDERED = "ORDERED", _("To be sent")
    WAITING = "WAITING", _("Waits for a second person")
    FILED = "FILED", _("In a file for the bank")
    BOOKED = "BOOKED", _("Left our account")
    RETURNED = "RETURNED", _("Came back")
    REFUSED = "REFUSED", _("Refused")
    CANCELLED = "CANCELLED", _("Given up")


ORDER_LIVE: Final = (OrderState.ORDERED, OrderState.WAITING, OrderState.FILED)
"""The money is reserved, and has not left."""
_LEFT: Final = (OrderState.BOOKED, OrderState.RETURNED)


class TransferFile(models.Model):
    """One pain.001 file. Its bytes are kept as they were written; `answer` is what the bank said of it as a whole."""

    public_id = models.UUIDField(_("public id"), unique=True, default=uuid.uuid4, editable=False)
    message_id = models.CharField(_("message"), max_length=35, unique=True)
    version = models.CharField(_("version"), max_length=20)
    count = models.PositiveIntegerField(_("transfers"))
    total_cents = models.BigIntegerField(_("total"))
    execute_on = models.DateField(_("leaves on"))
    payer_iban_last4 = models.CharField(_("our account"), max_length=4)
    sha256 = models.CharField("SHA-256", max_length=64)
    handed_at = models.DateTimeField(_("given to the bank at"), null=True, blank=True)
    answer = models.CharField(_("answer of the bank"), max_length=4, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("made by"),
    )
    created_at = models.DateTimeField(_("created at"))

    class Meta:
        verbose_name = _("file of transfers")
        verbose_name_plural = _("files of transfers")
        constraints = [
            models.CheckConstraint(condition=Q(count__gt=0, total_cents__gt=0), name="bank_transfer_file_not_empty"),
            models.CheckConstraint(condition=Q(sha256__regex=r"^[0-9a-f]{64}$"), name="bank_transfer_file_hash_form"),
        ]

    def __str__(self) -> str:
        return self.message_id

    @property
    def total(self) -> Money:
        return Money(self.total_cents)


class TransferFileEvent(models.Model):
    """One step of a file of transfers. Rows are added, never changed."""

    file = models.ForeignKey(TransferFile, on_delete=models.PROTECT, related_name="events")
    name = models.CharField(_("event"), max_length=40)
    detail = models.CharField(_("detail"), max_length=300, blank=True)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("step of a file of transfers")
        verbose_name_plural = _("steps of files of transfers")

    def __str__(self) -> str:
        return self.name


class TransferOrder(models.Model):
    """One transfer back to the account that money came from. What is ordered never changes.

    `line` brought the money. A RETURN gives back what nobody knew, which rests on 471000; a REFUND takes money of a
    customer out of its lot, under the outgoing hold `hold_key` until it leaves. `left_line` is the line of our
    statement by which it left, `tx` its posting; `back_line` the one by which it came back.
    """

    public_id = models.UUIDField(_("public id"), unique=True, default=uuid.uuid4, editable=False)
    end_to_end = models.CharField(_("reference"), max_length=35, unique=True)
    kind = models.CharField(_("kind"), max_length=6, choices=OrderKind.choices)
    state = models.CharField(_("state"), max_length=9, choices=OrderState.choices, editable=False)
    line = models.ForeignKey(
        BankLine, on_delete=models.PROTECT, related_name="orders", verbose_name=_("line that brought it")
    )
    party_account = models.ForeignKey(
        PartyAccount, on_delete=models.PROTECT, related_name="orders", verbose_name=_("account it goes to")
    )
    beneficiary = models.CharField(_("beneficiary"), max_length=140)
    amount_cents = models.BigIntegerField(_("amount"))
    customer = models.ForeignKey(
        "accounts.Customer",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="transfer_orders",
        verbose_name=_("customer"),
    )
    lot = models.ForeignKey(
        "ledger.Lot", on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("lot")
    )
    of_hold = models.CharField(_("taken out of"), max_length=200, blank=True)
    reason = models.TextField(_("reason"))
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("asked by")
    )
    approval = models.OneToOneField(
        "accounts.Approval",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("approval"),
    )
    file = models.ForeignKey(
        TransferFile, on_delete=models.PROTECT, null=True, blank=True, related_name="orders", verbose_name=_("file")
    )
    left_line = models.OneToOneField(
        BankLine,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="order_that_left",
        verbose_name=_("line by which it left"),
    )
    back_line = models.OneToOneField(
        BankLine,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="order_that_came_back",
        verbose_name=_("line by which it came back"),
    )
    tx = models.OneToOneField(
        "ledger.Tx", on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("posting")
    )
    refusal = models.CharField(_("why it was refused"), max_length=100, blank=True)
    created_at = models.DateTimeField(_("created at"))
    updated_at = models.DateTimeField(_("changed at"))

    class Meta:
        verbose_name = _("transfer order")
        verbose_name_plural = _("transfer orders")
        indexes = [
            models.Index(fields=["state", "id"], name="bank_order_by_state"),
            models.Index(fields=["customer", "-id"], name="bank_order_of_customer"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(amount_cents__gt=0, amount_cents__lte=_MOST), name="bank_order_amount"),
            models.CheckConstraint(condition=Q(state__in=OrderState.values), name="bank_order_state_known"),
            models.CheckConstraint(
                condition=Q(kind=OrderKind.RETURN, customer=None, lot=None, of_hold="")
                | Q(kind=OrderKind.REFUND, customer__isnull=False, lot__isnull=False),
                name="bank_order_whose_money",
            ),
            models.CheckConstraint(condition=~Q(reason="") & ~Q(end_to_end=""), name="bank_order_says_why"),
            models.CheckConstraint(
                condition=~Q(state=OrderState.WAITING) | Q(approval__isnull=False), name="bank_order_waits_for_somebody"
            ),
            models.CheckConstraint(
                condition=Q(state__in=[OrderState.ORDERED, OrderState.WAITING, OrderState.CANCELLED], file=None)
                | Q(state=OrderState.REFUSED)
                | Q(state__in=[OrderState.FILED, *_LEFT], file__isnull=False),
                name="bank_order_in_a_file",
            ),
            models.CheckConstraint(
                condition=Q(state__in=_LEFT, tx__isnull=False, left_line__isnull=False)
                | (~Q(state__in=_LEFT) & Q(tx=None, left_line=None)),
                name="bank_order_left_means_posted",
            ),
            models.CheckConstraint(
                condition=Q(state=OrderState.RETURNED, back_line__isnull=False)
                | (~Q(state=OrderState.RETURNED) & Q(back_line=None)),
                name="bank_order_back_by_a_line",
            ),
            models.UniqueConstraint(
                fields=["line"],
                condition=Q(kind=OrderKind.RETURN, state__in=[*ORDER_LIVE, *_LEFT]),
                name="bank_order_one_return_a_line",
            ),
        ]

    def __str__(self) -> str:
        return self.end_to_end

    @staticmethod
    def name_of(public_id: uuid.UUID) -> str:
        """What people, files and banks call it: `V-7K2M-94QX-3T8A`."""
        return spoken("V", public_id)

    @property
    def amount(self) -> Money:
        return Money(self.amount_cents)

    @property
    def is_live(self) -> bool:
        return self.state in ORDER_LIVE

    @property
    def hold_key(self) -> str:
        """The name of the outgoing hold that a customer's money is under until it leaves."""
        return f"transfer:{self.public_id}"

    @property
    def kept_key(self) -> str:
        """Where the money goes when it does not leave, or comes back, and was taken out of money kept for decision."""
        return f"{self.of_hold.split(':back:')[0]}:back:{self.public_id.hex}"


class TransferOrderEvent(models.Model):
    """One step of an order. Rows are added, never changed."""

    order = models.ForeignKey(TransferOrder, on_delete=models.PROTECT, related_name="events")
    name = models.CharField(_("event"), max_length=40)
    from_state = models.CharField(_("from"), max_length=9, blank=True)
    to_state = models.CharField(_("to"), max_length=9)
    detail = models.CharField(_("detail"), max_length=300, blank=True)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("step of a transfer order")
        verbose_name_plural = _("steps of transfer orders")

    def __str__(self) -> str:
        return f"{self.name} ({self.from_state} → {self.to_state})"


class KeptRelease(models.Model):
    """Money of a public body that was kept for decision, and stays on its account by its written agreement."""

    hold_key = models.CharField(_("hold"), max_length=200, unique=True)
    customer = models.ForeignKey(
        "accounts.Customer", on_delete=models.PROTECT, related_name="kept_releases", verbose_name=_("customer")
    )
    amount_cents = models.BigIntegerField(_("amount"))
    reason = models.CharField(_("reason"), max_length=300)
    agreement = models.TextField(_("written agreement"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("money left by agreement")
        verbose_name_plural = _("money left by agreement")
        constraints = [
            models.CheckConstraint(condition=Q(amount_cents__gt=0), name="bank_kept_release_positive"),
            models.CheckConstraint(condition=~Q(reason="") & ~Q(agreement=""), name="bank_kept_release_says_why"),
        ]

    def __str__(self) -> str:
        return self.hold_key


class LinePayout(models.Model):
    """Which line brought a payout of a provider, or took one: one line each, so 580000 and 512 meet once."""

    line = models.OneToOneField(BankLine, on_delete=models.PROTECT, related_name="payout", verbose_name=_("bank line"))
    payout = models.OneToOneField(
        "payments.Payout", on_delete=models.PROTECT, related_name="bank_line", verbose_name=_("payout")
    )
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("payout on a line")
        verbose_name_plural = _("payouts on lines")

    def __str__(self) -> str:
        return f"{self.payout_id}: {self.line_id}"


class LineRecall(models.Model):
    """Which line took back the money that another line had brought: once each, so that it is reversed once."""

    line = models.OneToOneField(BankLine, on_delete=models.PROTECT, related_name="recall", verbose_name=_("bank line"))
    original = models.OneToOneField(
        BankLine, on_delete=models.PROTECT, related_name="recalled_by", verbose_name=_("line that brought it")
    )
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("recalled transfer")
        verbose_name_plural = _("recalled transfers")
        constraints = [
            models.CheckConstraint(condition=~Q(line=models.F("original")), name="bank_recall_of_another"),
        ]

    def __str__(self) -> str:
        return f"{self.original_id} by {self.line_id}"
