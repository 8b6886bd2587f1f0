"""The movements of our bank accounts. A line is as the bank told it, for ever; the work on it is a row of its own."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from bank.models.accounts import BankAccount, PartyAccount
from bank.models.statements import Statement
from bank.words import LineKind, LineState
from core.formats import money_text
from core.money import Money


class BankLine(models.Model):
    """One movement of one of our accounts, or one detail of a batch. Never changed, never deleted.

    Cents of EUR, signed: money in is positive. `identity` is what makes it the same line in another file: a hash of
    the bank's own reference, or else of its content, and of its occurrence among equals (docs/bank.md).
    """

    statement = models.ForeignKey(
        Statement, on_delete=models.PROTECT, related_name="lines", verbose_name=_("statement")
    )
    account = models.ForeignKey(
        BankAccount, on_delete=models.PROTECT, related_name="lines", verbose_name=_("bank account")
    )
    identity = models.CharField(max_length=64, editable=False)
    place = models.PositiveIntegerField(_("place in the file"))
    booked_on = models.DateField(_("booked on"))
    value_on = models.DateField(_("value date"), null=True, blank=True)
    amount_cents = models.BigIntegerField(_("amount"))
    kind = models.CharField(_("kind"), max_length=12, choices=LineKind.choices)
    bank_reference = models.CharField(_("bank’s reference"), max_length=140, blank=True)
    part = models.PositiveIntegerField(_("part of a batch"), default=0)
    parts = models.PositiveIntegerField(_("parts of the batch"), default=1)
    message_id = models.CharField(_("remittance"), max_length=140, blank=True)
    batch_id = models.CharField(_("batch"), max_length=140, blank=True)
    end_to_end = models.CharField(_("end-to-end reference"), max_length=140, blank=True)
    mandate_ref = models.CharField(_("mandate"), max_length=140, blank=True)
    text = models.TextField(_("remittance text"), blank=True)
    structured = models.CharField(_("structured reference"), max_length=300, blank=True)
    party_name = models.CharField(_("name"), max_length=200, blank=True)
    party_ultimate = models.CharField(_("on behalf of"), max_length=200, blank=True)
    party_account = models.ForeignKey(
        PartyAccount,
        on_delete=models.PROTECT,
        related_name="lines",
        null=True,
        blank=True,
        verbose_name=_("account of the payer"),
    )
    party_bic = models.CharField("BIC", max_length=11, blank=True)
    operation_code = models.CharField(_("operation code"), max_length=40, blank=True)
    return_code = models.CharField(_("return code"), max_length=35, blank=True)
    charges_cents = models.BigIntegerField(_("charges"), default=0)
    raw = models.JSONField(_("bank’s own words"), default=dict, blank=True)

    class Meta:
        verbose_name = _("bank line")
        verbose_name_plural = _("bank lines")
        indexes = [
            models.Index(fields=["account", "booked_on", "id"], name="bank_line_by_day"),
            models.Index(fields=["account", "bank_reference"], name="bank_line_by_reference"),
            models.Index(fields=["end_to_end"], condition=~Q(end_to_end=""), name="bank_line_by_end_to_end"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["account", "identity"], name="bank_line_once"),
            models.CheckConstraint(condition=~Q(amount_cents=0), name="bank_line_not_zero"),
            models.CheckConstraint(condition=Q(part__lt=F("parts")), name="bank_line_part_of_parts"),
            models.CheckConstraint(condition=Q(kind__in=LineKind.values), name="bank_line_kind_known"),
            models.CheckConstraint(condition=Q(identity__regex=r"^[0-9a-f]{64}$"), name="bank_line_identity_form"),
        ]

    def __str__(self) -> str:
        return f"{self.booked_on} {money_text(self.amount)} {self.text[:40]}".strip()

    @property
    def amount(self) -> Money:
        return Money(self.amount_cents)


class LineDebit(models.Model):
    """Which line brought the money of a direct debit of ours, and which took it back: one line each, so 512 moves once.

    A line about a whole block of a file has a row for each debit of it.
    """

    line = models.ForeignKey(BankLine, on_delete=models.PROTECT, related_name="debits", verbose_name=_("bank line"))
    debit = models.ForeignKey(
        "payments.BankDebit", on_delete=models.PROTECT, related_name="lines", verbose_name=_("debit")
    )
    kind = models.CharField(_("kind"), max_length=12, choices=LineKind.choices)

    class Meta:
        verbose_name = _("debit on a line")
        verbose_name_plural = _("debits on lines")
        constraints = [
            models.UniqueConstraint(fields=["debit", "kind"], name="bank_debit_on_one_line"),
            models.CheckConstraint(
                condition=Q(kind__in=[LineKind.COLLECTED, LineKind.RETURNED]), name="bank_debit_comes_or_goes"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.debit_id}: {self.kind}"


class LineWork(models.Model):
    """Where the work on a line stands. Written with the line; `version` grows with each decision.

    `tx` is the posting by which the line touched 512, once: the credit itself, or the one that put it on 471000. There
    is none before, nor of a movement that another line told.
    """

    line = models.OneToOneField(
        BankLine, on_delete=models.PROTECT, primary_key=True, related_name="work", verbose_name=_("bank line")
    )
    state = models.CharField(_("state"), max_length=10, choices=LineState.choices)
    version = models.PositiveIntegerField(default=1)
    tx = models.ForeignKey(
        "ledger.Tx", on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("posting")
    )
    flagged_at = models.DateTimeField(_("to be checked since"), null=True, blank=True)
    flagged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("flagged by"),
    )

    class Meta:
        verbose_name = _("work on a line")
        verbose_name_plural = _("work on lines")
        indexes = [models.Index(fields=["state", "line"], name="bank_work_by_state")]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=LineState.values), name="bank_work_state_known"),
            models.CheckConstraint(
                condition=Q(state__in=[LineState.NEW, LineState.TWICE], tx=None)
                | Q(state=LineState.IGNORED)
                | (~Q(state__in=[LineState.NEW, LineState.TWICE]) & Q(tx__isnull=False)),
                name="bank_work_seen_means_posting",
            ),
            models.CheckConstraint(
                condition=Q(flagged_at=None, flagged_by=None) | Q(flagged_at__isnull=False, flagged_by__isnull=False),
                name="bank_work_flagged_by_somebody",
            ),
            models.UniqueConstraint(fields=["tx"], name="bank_work_one_posting_a_line"),
        ]

    def __str__(self) -> str:
        return f"{self.line_id}: {self.state}"
