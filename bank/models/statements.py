"""Files that were imported, and the statements in them. Never changed, never deleted."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from bank.models.accounts import BankAccount
from bank.words import Format
from core.money import Money


class StatementFile(models.Model):
    """One file as it was imported; its bytes lie in the archive under their hash. The same bytes are imported once."""

    sha256 = models.CharField("SHA-256", max_length=64, unique=True)
    name = models.CharField(_("file"), max_length=200)
    size = models.PositiveIntegerField(_("bytes"))
    imported_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("imported by"),
    )
    imported_at = models.DateTimeField(_("imported at"))

    class Meta:
        verbose_name = _("imported file")
        verbose_name_plural = _("imported files")
        constraints = [
            models.CheckConstraint(condition=Q(sha256__regex=r"^[0-9a-f]{64}$"), name="bank_file_hash_form"),
            models.CheckConstraint(condition=Q(size__gt=0), name="bank_file_not_empty"),
        ]

    def __str__(self) -> str:
        return self.name


class Statement(models.Model):
    """What the bank said of one account over a period, in one file. `lines_count` counts what it said, known or new.

    `gap_cents` is opening + movements − closing: zero, unless two people agreed to import the statement anyway.
    """

    account = models.ForeignKey(
        BankAccount, on_delete=models.PROTECT, related_name="statements", verbose_name=_("bank account")
    )
    file = models.ForeignKey(StatementFile, on_delete=models.PROTECT, related_name="statements", verbose_name=_("file"))
    place = models.PositiveSmallIntegerField(_("place in the file"))
    format = models.CharField(_("format"), max_length=8, choices=Format.choices)
    statement_id = models.CharField(_("bank’s id"), max_length=70, blank=True)
    sequence = models.CharField(_("number"), max_length=35, blank=True)
    first_on = models.DateField(_("first day"), null=True, blank=True)
    last_on = models.DateField(_("last day"), null=True, blank=True)
    opening_cents = models.BigIntegerField(_("opening balance"), null=True, blank=True)
    closing_cents = models.BigIntegerField(_("closing balance"), null=True, blank=True)
    movements_cents = models.BigIntegerField(_("movements"))
    gap_cents = models.BigIntegerField(_("difference"), default=0, db_default=0)
    agreed = models.ForeignKey(
        "accounts.Approval",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("agreed to"),
    )
    lines_count = models.PositiveIntegerField(_("lines"))
    new_count = models.PositiveIntegerField(_("new lines"))

    class Meta:
        verbose_name = _("bank statement")
        verbose_name_plural = _("bank statements")
        indexes = [models.Index(fields=["account", "last_on", "id"], name="bank_statement_by_day")]
        constraints = [
            models.UniqueConstraint(fields=["file", "place"], name="bank_statement_once"),
            models.CheckConstraint(condition=Q(format__in=Format.values), name="bank_statement_format_known"),
            models.CheckConstraint(
                condition=Q(new_count__lte=F("lines_count")), name="bank_statement_new_within_lines"
            ),
            models.CheckConstraint(condition=Q(first_on__lte=F("last_on")), name="bank_statement_period"),
            models.CheckConstraint(
                condition=Q(closing_cents=F("opening_cents") + F("movements_cents") - F("gap_cents")),
                name="bank_statement_adds_up",
            ),
            models.CheckConstraint(
                condition=Q(gap_cents=0, agreed__isnull=True)
                | (~Q(gap_cents=0) & Q(agreed__isnull=False, opening_cents__isnull=False, closing_cents__isnull=False)),
                name="bank_statement_gap_agreed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.statement_id or self.sequence or self.pk} ({self.last_on})"

    @property
    def opening(self) -> Money | None:
        return None if self.opening_cents is None else Money(self.opening_cents)

    @property
    def gap(self) -> Money:
        return Money(self.gap_cents)

    @property
    def closing(self) -> Money | None:
        return None if self.closing_cents is None else Money(self.closing_cents)


class AnywayRequest(models.Model):
    """A file that does not add up, which somebody asks to import anyway. Its bytes lie in the archive."""

    approval = models.OneToOneField(
        "accounts.Approval", on_delete=models.PROTECT, related_name="+", verbose_name=_("approval")
    )
    sha256 = models.CharField("SHA-256", max_length=64)
    name = models.CharField(_("file"), max_length=200)
    account = models.CharField(_("account that was said"), max_length=34, blank=True)

    class Meta:
        verbose_name = _("import that was asked for anyway")
        verbose_name_plural = _("imports that were asked for anyway")
        constraints = [
            models.CheckConstraint(condition=Q(sha256__regex=r"^[0-9a-f]{64}$"), name="bank_anyway_hash_form"),
        ]

    def __str__(self) -> str:
        return self.name
