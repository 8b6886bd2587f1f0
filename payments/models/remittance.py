"""Files of SEPA direct debits for our bank, and what the bank answered about each debit."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from payments.models.mandate import Mandate, Scheme
from payments.models.payment import Payment


class RemittanceState(models.TextChoices):
    WRITTEN = "WRITTEN", _("Written")
    HANDED = "HANDED", _("Given to the bank")
    ACCEPTED = "ACCEPTED", _("Accepted by the bank")
    PARTLY = "PARTLY", _("Accepted in part")
    REJECTED = "REJECTED", _("Refused by the bank")


class Remittance(models.Model):
    """One pain.008 file. Its bytes are kept as they were written; writing it again gives the same bytes."""

    public_id = models.UUIDField(_("public id"), unique=True, default=uuid.uuid4, editable=False)
    message_id = models.CharField(_("message"), max_length=35, unique=True)
    scheme = models.CharField(_("scheme"), max_length=4, choices=Scheme.choices)
    version = models.CharField(_("version"), max_length=20)
    state = models.CharField(
        _("state"), max_length=8, choices=RemittanceState.choices, default=RemittanceState.WRITTEN, editable=False
    )
    count = models.PositiveIntegerField(_("debits"))
    total_cents = models.BigIntegerField(_("total"))
    creditor_iban_last4 = models.CharField(_("our account"), max_length=4)
    sha256 = models.CharField("SHA-256", max_length=64, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("made by"),
    )
    created_at = models.DateTimeField(_("created at"))
    updated_at = models.DateTimeField(_("changed at"))

    class Meta:
        verbose_name = _("remittance")
        verbose_name_plural = _("remittances")
        constraints = [
            models.CheckConstraint(condition=Q(count__gt=0, total_cents__gt=0), name="payments_remittance_not_empty"),
            models.CheckConstraint(
                condition=Q(state__in=RemittanceState.values), name="payments_remittance_state_known"
            ),
        ]

    def __str__(self) -> str:
        return self.message_id


class RemittanceEvent(models.Model):
    """One step of a remittance. Rows are added, never changed."""

    remittance = models.ForeignKey(Remittance, on_delete=models.PROTECT, related_name="events")
    name = models.CharField(_("event"), max_length=40)
    from_state = models.CharField(_("from"), max_length=8, blank=True)
    to_state = models.CharField(_("to"), max_length=8)
    detail = models.CharField(_("detail"), max_length=300, blank=True)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("step of a remittance")
        verbose_name_plural = _("steps of remittances")

    def __str__(self) -> str:
        return f"{self.name} ({self.from_state} → {self.to_state})"


class Sequence(models.TextChoices):
    FIRST = "FRST", _("First")
    RECURRENT = "RCUR", _("Recurrent")
    ONE_OFF = "OOFF", _("One-off")
    FINAL = "FNAL", _("Last")


class BankDebit(models.Model):
    """One debit inside a remittance: what the file says of a payment. The end-to-end id comes back in every answer."""

    payment = models.OneToOneField(
        Payment, on_delete=models.PROTECT, related_name="bank_debit", verbose_name=_("payment")
    )
    remittance = models.ForeignKey(
        Remittance, on_delete=models.PROTECT, related_name="debits", verbose_name=_("remittance")
    )
    mandate = models.ForeignKey(Mandate, on_delete=models.PROTECT, related_name="debits", verbose_name=_("mandate"))
    end_to_end = models.CharField(_("end-to-end id"), max_length=35, unique=True)
    sequence = models.CharField(_("sequence"), max_length=4, choices=Sequence.choices)
    collect_on = models.DateField(_("debited on"))
    amount_cents = models.BigIntegerField(_("amount"))

    class Meta:
        verbose_name = _("debit of a remittance")
        verbose_name_plural = _("debits of remittances")
        constraints = [
            models.CheckConstraint(
                condition=Q(amount_cents__gt=0, amount_cents__lte=99_999_999_999), name="payments_bank_debit_amount"
            ),
            models.CheckConstraint(condition=Q(end_to_end__gt=""), name="payments_bank_debit_named"),
        ]

    def __str__(self) -> str:
        return self.end_to_end


class AnswerKind(models.TextChoices):
    ACCEPTED = "ACCEPTED", _("Accepted")
    REJECTED = "REJECTED", _("Refused before settlement")
    SETTLED = "SETTLED", _("Settled")
    RETURNED = "RETURNED", _("Returned after settlement")
    NOT_OURS = "NOT_OURS", _("Set aside")


class BankAnswer(models.Model):
    """What the bank said of one debit, once however often it says it. Rows are added, never changed.

    `key` names the answer: the bank's own reference of it, else debit, kind, reason and day. `tx` is what it posted.
    """

    debit = models.ForeignKey(
        BankDebit, on_delete=models.PROTECT, null=True, blank=True, related_name="answers", verbose_name=_("debit")
    )
    key = models.CharField(_("key"), max_length=200, unique=True)
    kind = models.CharField(_("kind"), max_length=8, choices=AnswerKind.choices)
    end_to_end = models.CharField(_("end-to-end id"), max_length=35, blank=True)
    reason = models.CharField(_("reason code"), max_length=10, blank=True)
    amount_cents = models.BigIntegerField(_("amount"))
    charges_cents = models.BigIntegerField(_("charges of the bank"), default=0)
    booked_on = models.DateField(_("booked on"))
    bank_reference = models.CharField(_("the bank’s reference"), max_length=140, blank=True)
    source = models.CharField(_("told by"), max_length=140)
    detail = models.CharField(_("detail"), max_length=300, blank=True)
    tx = models.ForeignKey(
        "ledger.Tx", on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("posting")
    )
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("answer of the bank")
        verbose_name_plural = _("answers of the bank")
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=AnswerKind.values), name="payments_answer_kind_known"),
            models.CheckConstraint(
                condition=Q(debit__isnull=False) | Q(kind=AnswerKind.NOT_OURS), name="payments_answer_about_a_debit"
            ),
            models.CheckConstraint(condition=Q(charges_cents__gte=0), name="payments_answer_charges_not_negative"),
            models.UniqueConstraint(
                fields=["debit"], condition=Q(kind=AnswerKind.SETTLED), name="payments_answer_settled_once"
            ),
            models.UniqueConstraint(
                fields=["debit", "kind"],
                condition=Q(kind__in=[AnswerKind.REJECTED, AnswerKind.RETURNED]),
                name="payments_answer_sent_back_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.end_to_end} {self.kind} {self.reason}".strip()


class AnswerReview(models.Model):
    """Somebody of staff dealt with an answer that was set aside: who, when, and what it was."""

    answer = models.OneToOneField(
        BankAnswer, on_delete=models.PROTECT, related_name="review", verbose_name=_("answer of the bank")
    )
    seen_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("seen by")
    )
    seen_at = models.DateTimeField(_("seen at"))
    note = models.CharField(_("note"), max_length=300)

    class Meta:
        verbose_name = _("look at an answer of the bank")
        verbose_name_plural = _("looks at answers of the bank")
        constraints = [models.CheckConstraint(condition=Q(note__gt=""), name="payments_answer_review_says_what")]

    def __str__(self) -> str:
        return f"{self.answer_id} {self.seen_at:%Y-%m-%d}"
