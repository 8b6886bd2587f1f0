"""What the rules said of a line, what was decided, and by whom. Rows are added, never changed."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from bank.models.lines import BankLine
from bank.models.rules import RuleSet
from bank.words import Action, Verdict
from core.money import Money


class Judgement(models.Model):
    """What a version of the rules said of a line at one moment, with all its reasons.

    `candidates` are ordered, the best first: the shares of each (customer, cents, documents) and its reasons
    (`bank.matching.judging.Candidate`). `met` are the grounds on which it may be posted by itself.
    """

    line = models.ForeignKey(BankLine, on_delete=models.PROTECT, related_name="judgements", verbose_name=_("bank line"))
    rules = models.ForeignKey(RuleSet, on_delete=models.PROTECT, related_name="+", verbose_name=_("rules"))
    judged_at = models.DateTimeField(_("judged at"))
    verdict = models.CharField(_("verdict"), max_length=9, choices=Verdict.choices)
    score = models.IntegerField(_("points"), default=0)
    margin = models.IntegerField(_("margin"), default=0)
    met = models.JSONField(_("grounds"), default=list)
    candidates = models.JSONField(_("candidates"), default=list)

    class Meta:
        verbose_name = _("judgement")
        verbose_name_plural = _("judgements")
        indexes = [models.Index(fields=["line", "-id"], name="bank_judgement_newest")]
        constraints = [
            models.CheckConstraint(condition=Q(verdict__in=Verdict.values), name="bank_judgement_verdict_known"),
        ]

    def __str__(self) -> str:
        return f"{self.line_id}: {self.verdict}"


class Decision(models.Model):
    """One decision about a line: by a person, or by the rules (`by` is nobody). An UNDO names what it undoes.

    `seconds` is how long a person looked at the line; `batch` names decisions taken at once.
    """

    line = models.ForeignKey(BankLine, on_delete=models.PROTECT, related_name="decisions", verbose_name=_("bank line"))
    number = models.PositiveSmallIntegerField(_("number"))
    action = models.CharField(_("decision"), max_length=7, choices=Action.choices)
    at = models.DateTimeField(_("at"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("by"),
    )
    judgement = models.ForeignKey(
        Judgement, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("judgement")
    )
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    seconds = models.PositiveIntegerField(_("seconds"), null=True, blank=True)
    batch = models.CharField(_("taken together"), max_length=40, blank=True)
    undoes = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="undone", verbose_name=_("undoes")
    )

    class Meta:
        verbose_name = _("decision")
        verbose_name_plural = _("decisions")
        indexes = [
            models.Index(fields=["-at"], name="bank_decision_newest"),
            models.Index(fields=["batch"], condition=~Q(batch=""), name="bank_decision_batch"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["line", "number"], name="bank_decision_once"),
            models.CheckConstraint(condition=Q(action__in=Action.values), name="bank_decision_action_known"),
            models.CheckConstraint(
                condition=Q(action=Action.UNDO, undoes__isnull=False) | (~Q(action=Action.UNDO) & Q(undoes=None)),
                name="bank_decision_undo_says_what",
            ),
            models.CheckConstraint(condition=Q(action=Action.CREDIT) | ~Q(reason=""), name="bank_decision_has_reason"),
            models.CheckConstraint(
                condition=Q(by__isnull=False) | Q(action__in=[Action.CREDIT, Action.BOOK]),
                name="bank_decision_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.line_id}/{self.number}: {self.action}"


class Share(models.Model):
    """So much of a line for a customer, or on an account of ours. The shares of a decision are the whole line.

    `documents` are those that the payer named. `lot_id` is the money in the customer's account, `tx` its posting.
    """

    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="shares", verbose_name=_("decision"))
    place = models.PositiveSmallIntegerField(_("place"))
    customer = models.ForeignKey(
        "accounts.Customer",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="bank_shares",
        verbose_name=_("customer"),
    )
    party_account = models.ForeignKey(
        "bank.PartyAccount",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="shares",
        verbose_name=_("account of the payer"),
    )
    amount_cents = models.BigIntegerField(_("amount"))
    documents = models.JSONField(_("documents"), default=list, blank=True)
    settled = models.JSONField(_("paid"), default=list, blank=True)
    account = models.CharField(_("account in the books"), max_length=10, blank=True)
    tx = models.ForeignKey("ledger.Tx", on_delete=models.PROTECT, related_name="+", verbose_name=_("posting"))
    lot_id = models.BigIntegerField(_("money"), null=True, blank=True)

    class Meta:
        verbose_name = _("share of a line")
        verbose_name_plural = _("shares of lines")
        indexes = [models.Index(fields=["party_account", "customer"], name="bank_share_of_payer")]
        constraints = [
            models.UniqueConstraint(fields=["decision", "place"], name="bank_share_once"),
            models.CheckConstraint(condition=~Q(amount_cents=0), name="bank_share_not_zero"),
            models.CheckConstraint(
                condition=Q(customer__isnull=False, lot_id__isnull=False, account="")
                | (Q(customer=None, lot_id=None) & ~Q(account="")),
                name="bank_share_of_somebody",
            ),
            models.UniqueConstraint(fields=["lot_id"], condition=Q(lot_id__isnull=False), name="bank_share_one_money"),
        ]

    def __str__(self) -> str:
        return f"{self.decision_id}/{self.place}"

    @property
    def amount(self) -> Money:
        return Money(self.amount_cents)


class LineNote(models.Model):
    """What somebody wrote about a line."""

    line = models.ForeignKey(BankLine, on_delete=models.PROTECT, related_name="notes", verbose_name=_("bank line"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("at"))
    text = models.CharField(_("note"), max_length=500)

    class Meta:
        verbose_name = _("note on a line")
        verbose_name_plural = _("notes on lines")
        constraints = [models.CheckConstraint(condition=~Q(text=""), name="bank_note_not_empty")]

    def __str__(self) -> str:
        return self.text[:60]


class LineGlance(models.Model):
    """Who looks at a line now. It warns the others, and locks nothing: the version decides."""

    line = models.OneToOneField(
        BankLine, on_delete=models.PROTECT, primary_key=True, related_name="glance", verbose_name=_("bank line")
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("by"))
    since = models.DateTimeField(_("since"))
    at = models.DateTimeField(_("last seen at"))

    class Meta:
        verbose_name = _("look at a line")
        verbose_name_plural = _("looks at lines")
        constraints = [models.CheckConstraint(condition=Q(since__lte=F("at")), name="bank_glance_order")]

    def __str__(self) -> str:
        return f"{self.line_id}: {self.by_id}"
