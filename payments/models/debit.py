"""Automatic debits: what a customer agreed to, what is announced, what became of it.

A debit is the plan: which amount at most, on which day, from which method, told when. Each attempt to take the money
is a payment of purpose COLLECT; at most one payment of what is due is live per customer (`payments_due_paid_by_one`).
"""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.money import Money
from payments.models.method import ConsentText, SavedMethod
from payments.models.spoken import spoken
from payments.models.words import Failure


class CollectingRule(models.Model):
    """Whether what a customer owes is debited by itself, and on which terms. One row a customer; its steps are kept.

    `cards_days_before`: how many days before the due date a card or PayPal may be debited, as the customer agreed; 0 is
    the due date itself. `notice_days`: a shorter notice of SEPA debits, as agreed in the terms; null is the usual one.
    """

    customer = models.OneToOneField(
        "accounts.Customer", on_delete=models.PROTECT, related_name="collecting", verbose_name=_("customer")
    )
    is_on = models.BooleanField(_("automatic collection"), default=False)
    cards_days_before = models.PositiveSmallIntegerField(_("days before the due date, cards"), default=0)
    notice_days = models.PositiveSmallIntegerField(_("agreed notice in days"), null=True, blank=True)
    consent = models.ForeignKey(
        ConsentText, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("consent text")
    )
    consent_at = models.DateTimeField(_("agreed at"), null=True, blank=True)
    consent_address = models.GenericIPAddressField(_("agreed from the address"), null=True, blank=True)
    consent_agent = models.CharField(_("agreed with the browser"), max_length=300, blank=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("changed by"),
    )
    paused_until = models.DateField(_("paused until"), null=True, blank=True)
    paused_because = models.CharField(_("paused because"), max_length=300, blank=True)
    created_at = models.DateTimeField(_("created at"))
    updated_at = models.DateTimeField(_("changed at"))

    class Meta:
        verbose_name = _("automatic collection")
        verbose_name_plural = _("automatic collections")
        constraints = [
            models.CheckConstraint(
                condition=Q(is_on=False) | Q(consent__isnull=False, consent_at__isnull=False),
                name="payments_collecting_is_agreed",
            ),
            models.CheckConstraint(
                condition=Q(paused_until=None) | Q(paused_because__gt=""), name="payments_collecting_paused_why"
            ),
        ]

    def __str__(self) -> str:
        return str(self.customer_id)


class CollectingEvent(models.Model):
    """One change of a customer's automatic collection or top-up rule. Rows are added, never changed."""

    customer = models.ForeignKey("accounts.Customer", on_delete=models.PROTECT, related_name="collecting_events")
    name = models.CharField(_("event"), max_length=40)
    detail = models.CharField(_("detail"), max_length=300, blank=True)
    consent = models.ForeignKey(ConsentText, on_delete=models.PROTECT, null=True, related_name="+")
    address = models.GenericIPAddressField(_("from the address"), null=True)
    agent = models.CharField(_("with the browser"), max_length=300, blank=True)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("change of automatic collection")
        verbose_name_plural = _("changes of automatic collection")
        indexes = [models.Index(fields=["customer", "-at"], name="payments_collecting_history")]

    def __str__(self) -> str:
        return self.name


class TopUpRule(models.Model):
    """Credit `amount_cents` when less than `below_cents` is available, at most `monthly_cents` in a calendar month.

    Staff pause it with a reason that its customer reads; other terms that he agrees to do not end a pause.
    """

    customer = models.OneToOneField(
        "accounts.Customer", on_delete=models.PROTECT, related_name="top_up_rule", verbose_name=_("customer")
    )
    is_on = models.BooleanField(_("in force"), default=True)
    below_cents = models.BigIntegerField(_("when less is available than"))
    amount_cents = models.BigIntegerField(_("credit"))
    monthly_cents = models.BigIntegerField(_("at most in a month"))
    consent = models.ForeignKey(ConsentText, on_delete=models.PROTECT, related_name="+", verbose_name=_("consent text"))
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
    declines = models.PositiveSmallIntegerField(_("refusals in a row"), default=0)
    not_before = models.DateTimeField(_("not before"), null=True, blank=True)
    paused_at = models.DateTimeField(_("paused at"), null=True, blank=True)
    paused_because = models.CharField(_("paused because"), max_length=300, blank=True)
    created_at = models.DateTimeField(_("created at"))
    updated_at = models.DateTimeField(_("changed at"))

    class Meta:
        verbose_name = _("top-up rule")
        verbose_name_plural = _("top-up rules")
        constraints = [
            models.CheckConstraint(
                condition=Q(below_cents__gt=0, amount_cents__gt=0), name="payments_top_up_rule_positive"
            ),
            models.CheckConstraint(
                condition=Q(monthly_cents__gte=F("amount_cents")), name="payments_top_up_rule_month_holds_one"
            ),
            models.CheckConstraint(
                condition=Q(paused_at=None, paused_because="") | Q(paused_at__isnull=False, paused_because__gt=""),
                name="payments_top_up_rule_paused_why",
            ),
        ]

    def __str__(self) -> str:
        return str(self.customer_id)


class DebitKind(models.TextChoices):
    DUE = "DUE", _("What is due")
    TOP_UP = "TOP_UP", _("Automatic top-up")


class DebitState(models.TextChoices):
    ANNOUNCED = "ANNOUNCED", _("Announced")
    SENT = "SENT", _("In progress")
    WAITING = "WAITING", _("Will be tried again")
    ACTION = "ACTION", _("Waits for the customer")
    COLLECTED = "COLLECTED", _("Collected")
    CLOSED = "CLOSED", _("Closed")
    RETURNED = "RETURNED", _("Returned by the bank")
    FAILED = "FAILED", _("Not collected")
    CANCELLED = "CANCELLED", _("Cancelled")


STANDING_DEBITS = (DebitState.ANNOUNCED, DebitState.SENT, DebitState.WAITING, DebitState.ACTION)
"""Still to bring money."""
TO_START = (DebitState.ANNOUNCED, DebitState.WAITING)
PROVISIONAL = DebitState.COLLECTED
"""Collected, and a bank may still take it back."""


class EndedWhy(models.TextChoices):
    """Why a debit ended without bringing its money, in words for people."""

    PAID = "PAID", _("Paid in another way")
    CUSTOMER = "CUSTOMER", _("At the customer’s wish")
    STAFF = "STAFF", _("By our staff")
    METHOD = "METHOD", _("The method was removed")
    OFF = "OFF", _("Automatic collection was turned off")
    DISPUTED = "DISPUTED", _("A payment is contested")
    SMALL = "SMALL", _("Too little is left")
    REFUSED = "REFUSED", _("Refused by the bank")
    NO_ANSWER = "NO_ANSWER", _("The customer did not confirm")


class Debit(models.Model):
    """One announced debit. Never more than `announced_cents` is taken, and nothing before it was announced.

    `due_on` is the due date it pays (for a top-up, the day of its decision); `collect_on` the day on which the money is
    to be taken, as announced; `start_on` the day on which we begin, earlier for SEPA. `refundable_until` is the last
    day on which the payer's bank may take it back without a reason.
    """

    public_id = models.UUIDField(_("public id"), unique=True, default=uuid.uuid4, editable=False)
    customer = models.ForeignKey(
        "accounts.Customer", on_delete=models.PROTECT, related_name="debits", verbose_name=_("customer")
    )
    kind = models.CharField(_("kind"), max_length=6, choices=DebitKind.choices)
    state = models.CharField(
        _("state"), max_length=9, choices=DebitState.choices, default=DebitState.ANNOUNCED, editable=False
    )
    method = models.ForeignKey(
        SavedMethod, on_delete=models.PROTECT, related_name="debits", verbose_name=_("saved method")
    )
    announced_cents = models.BigIntegerField(_("announced, at most"))
    collected_cents = models.BigIntegerField(_("collected"), null=True, blank=True)
    due_on = models.DateField(_("due on"))
    collect_on = models.DateField(_("debited on"))
    start_on = models.DateField(_("begun on"))
    announced_at = models.DateTimeField(_("announced at"))
    tries = models.PositiveSmallIntegerField(_("attempts"), default=0)
    failure = models.CharField(_("reason"), max_length=16, choices=Failure.choices, blank=True)
    failure_code = models.CharField(_("provider’s or bank’s code"), max_length=100, blank=True)
    ended_why = models.CharField(_("ended because"), max_length=9, choices=EndedWhy.choices, blank=True)
    collected_on = models.DateField(_("collected on"), null=True, blank=True)
    refundable_until = models.DateField(_("may be taken back until"), null=True, blank=True)
    created_at = models.DateTimeField(_("created at"))
    updated_at = models.DateTimeField(_("changed at"))

    class Meta:
        verbose_name = _("debit")
        verbose_name_plural = _("debits")
        indexes = [
            models.Index(fields=["customer", "-created_at"], name="payments_debits_of_customer"),
            models.Index(fields=["start_on", "id"], condition=Q(state__in=TO_START), name="payments_debits_to_start"),
            models.Index(
                fields=["refundable_until", "id"], condition=Q(state=PROVISIONAL), name="payments_debits_to_close"
            ),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(announced_cents__gt=0), name="payments_debit_positive"),
            models.CheckConstraint(condition=Q(state__in=DebitState.values), name="payments_debit_state_known"),
            models.CheckConstraint(condition=Q(kind__in=DebitKind.values), name="payments_debit_kind_known"),
            models.CheckConstraint(condition=Q(start_on__lte=F("collect_on")), name="payments_debit_starts_before"),
            models.CheckConstraint(
                condition=Q(collected_cents=None) | Q(collected_cents__gt=0, collected_cents__lte=F("announced_cents")),
                name="payments_debit_within_announced",
            ),
            models.CheckConstraint(
                condition=Q(
                    state__in=[DebitState.COLLECTED, DebitState.CLOSED, DebitState.RETURNED],
                    collected_cents__isnull=False,
                    collected_on__isnull=False,
                )
                | Q(
                    ~Q(state__in=[DebitState.COLLECTED, DebitState.CLOSED, DebitState.RETURNED]),
                    collected_cents=None,
                    collected_on=None,
                ),
                name="payments_debit_collected_or_not",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[DebitState.FAILED, DebitState.CANCELLED], ended_why__in=EndedWhy.values)
                | Q(~Q(state__in=[DebitState.FAILED, DebitState.CANCELLED]), ended_why=""),
                name="payments_debit_ends_for_a_reason",
            ),
            models.UniqueConstraint(
                fields=["customer", "due_on"],
                condition=Q(kind=DebitKind.DUE, state__in=STANDING_DEBITS),
                name="payments_debit_once_a_due_date",
            ),
            models.UniqueConstraint(
                fields=["customer"], condition=Q(state=DebitState.SENT), name="payments_debit_one_in_flight"
            ),
            models.UniqueConstraint(
                fields=["customer"],
                condition=Q(kind=DebitKind.TOP_UP, state__in=STANDING_DEBITS),
                name="payments_debit_one_top_up",
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def reference(self) -> str:
        """What people read and say on the telephone: `D-7K2M-94QX-3T8A`."""
        return spoken("D", self.public_id)

    @property
    def announced(self) -> Money:
        return Money(self.announced_cents)

    @property
    def is_standing(self) -> bool:
        return self.state in STANDING_DEBITS


class DebitEvent(models.Model):
    """One step of a debit: announced, moved, sent, refused, collected, returned. Rows are added, never changed."""

    debit = models.ForeignKey(Debit, on_delete=models.PROTECT, related_name="events")
    name = models.CharField(_("event"), max_length=40)
    from_state = models.CharField(_("from"), max_length=9, blank=True)
    to_state = models.CharField(_("to"), max_length=9)
    detail = models.CharField(_("detail"), max_length=300, blank=True)
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("step of a debit")
        verbose_name_plural = _("steps of debits")

    def __str__(self) -> str:
        return f"{self.name} ({self.from_state} → {self.to_state})"
