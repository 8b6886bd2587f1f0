"""Bank accounts: ours, and those of the people who pay us."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.crypto import LENGTH, EncryptedTextField


class BankAccount(models.Model):
    """An account of ours at a bank, with the account of the ledger (512…) that follows it."""

    label = models.CharField(_("name"), max_length=100)
    iban = models.CharField("IBAN", max_length=34, unique=True)
    bic = models.CharField("BIC", max_length=11, blank=True)
    ledger_account = models.CharField(_("account in the books"), max_length=10, default="512000")

    class Meta:
        verbose_name = _("bank account")
        verbose_name_plural = _("bank accounts")
        constraints = [
            models.CheckConstraint(
                condition=Q(iban__regex=r"^[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}$"), name="bank_iban_form"
            ),
            models.CheckConstraint(condition=Q(ledger_account__startswith="512"), name="bank_account_is_a_512"),
        ]

    def __str__(self) -> str:
        return f"{self.label} ({self.iban[:4]} … {self.iban[-4:]})"


class PartyAccount(models.Model):
    """A bank account that paid us or was paid. Its IBAN is personal data: encrypted, and found again by its index."""

    iban = EncryptedTextField("IBAN")
    iban_index = models.CharField(max_length=LENGTH, unique=True, editable=False)
    country = models.CharField(_("country"), max_length=2)
    last_digits = models.CharField(_("end"), max_length=4)
    first_seen_at = models.DateTimeField(_("first seen at"))

    class Meta:
        verbose_name = _("account of a payer")
        verbose_name_plural = _("accounts of payers")
        constraints = [
            models.CheckConstraint(condition=Q(iban_index__regex=r"^[0-9a-f]{64}$"), name="bank_party_index_form"),
        ]

    def __str__(self) -> str:
        return f"{self.country}… {self.last_digits}"


class TableProfile(models.Model):
    """How one bank writes its tables (CSV, XLSX), said once by a person: which column is what.

    `fingerprint` is a hash of the headings; `columns` gives the place of each role, from 0.
    """

    account = models.ForeignKey(
        BankAccount, on_delete=models.PROTECT, related_name="profiles", verbose_name=_("bank account"), null=True
    )
    fingerprint = models.CharField(max_length=64, unique=True)
    headings = models.JSONField(_("headings"))
    columns = models.JSONField(_("columns"))
    saved_at = models.DateTimeField(_("saved at"))

    class Meta:
        verbose_name = _("layout of a table")
        verbose_name_plural = _("layouts of tables")

    def __str__(self) -> str:
        return ", ".join(str(heading) for heading in self.headings[:4])
