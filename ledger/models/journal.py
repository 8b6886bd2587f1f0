"""Double entry: accounts, transactions, entries; and for each customer one balance and the lines they read.

Amounts are debit-positive cents. Everything of a transaction is written before its header (`Tx`), and nothing after:
when the header arrives, the database checks the whole (migration 0002).
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from ledger.chart import PREPAID, RECEIVABLE
from ledger.kinds import TX_KINDS, HiddenKind, Journal, MovementKind


class Account(models.Model):
    """An account of the chart. It has no balance column: house accounts are never locked."""

    code = models.CharField(_("account"), max_length=10, primary_key=True)
    name = models.CharField(_("name"), max_length=100)

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class Tx(models.Model):
    """One balanced transaction in one journal. Never changed, never deleted; written after its entries."""

    journal = models.CharField(_("journal"), max_length=2, choices=Journal.choices)
    kind = models.CharField(_("kind"), max_length=16, choices=MovementKind.choices + HiddenKind.choices)
    label = models.CharField(_("label"), max_length=200)
    piece_ref = models.CharField(_("document"), max_length=100)
    piece_date = models.DateField(_("document date"))
    effective_on = models.DateField(_("effective on"))
    recorded_at = models.DateTimeField(_("recorded at"))
    customer = models.ForeignKey(
        "accounts.Customer",
        verbose_name=_("customer"),
        null=True,
        on_delete=models.PROTECT,
        db_index=False,
        db_constraint=False,
        related_name="+",
    )
    key = models.CharField(_("idempotency key"), max_length=200)
    fingerprint = models.BinaryField(_("fingerprint"), max_length=16)
    reverses = models.ForeignKey(
        "self", verbose_name=_("reverses"), null=True, on_delete=models.PROTECT, db_index=False, related_name="+"
    )
    actor = models.CharField(_("actor"), max_length=100, blank=True)

    class Meta:
        verbose_name = _("transaction")
        verbose_name_plural = _("transactions")
        constraints = [
            models.UniqueConstraint(fields=["key"], name="ledger_tx_key_once"),
            models.UniqueConstraint(
                fields=["reverses"], condition=Q(reverses__isnull=False), name="ledger_tx_reversed_once"
            ),
            models.CheckConstraint(condition=Q(journal__in=Journal.values), name="ledger_tx_journal_known"),
            models.CheckConstraint(condition=Q(kind__in=TX_KINDS), name="ledger_tx_kind_known"),
            models.CheckConstraint(condition=~Q(label="") & ~Q(piece_ref=""), name="ledger_tx_says_what"),
            models.CheckConstraint(condition=~Q(key=""), name="ledger_tx_key_given"),
        ]

    def __str__(self) -> str:
        return f"{self.journal} {self.pk} {self.label}"


class Entry(models.Model):
    """One leg of a transaction: cents moved on one account; positive is a debit. Never changed, never deleted.

    No foreign key to the account: its check would lock the house account's row. The header's trigger checks it.
    """

    pk = models.CompositePrimaryKey("tx_id", "seq")
    tx = models.ForeignKey(Tx, on_delete=models.PROTECT, related_name="entries", db_index=False)
    seq = models.PositiveSmallIntegerField()
    account = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    customer = models.ForeignKey(
        "accounts.Customer", null=True, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    amount_cents = models.BigIntegerField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(amount_cents=0), name="ledger_entry_not_zero"),
            models.CheckConstraint(
                condition=Q(customer__isnull=False) | ~Q(account__in=[RECEIVABLE, PREPAID]),
                name="ledger_entry_names_its_customer",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.amount_cents}"


class CustomerBalance(models.Model):
    """The one row per customer: both balances, both holds, and how many lines their statement has.

    Its lock is the customer's lock. `prepaid` (419100) is never a debit and always covers what is held on the way out;
    `receivable` (411000) is never a credit.
    """

    customer = models.OneToOneField(
        "accounts.Customer", primary_key=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("customer")
    )
    prepaid_cents = models.BigIntegerField(default=0)
    receivable_cents = models.BigIntegerField(default=0)
    incoming_cents = models.BigIntegerField(default=0)
    outgoing_cents = models.BigIntegerField(default=0)
    version = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(prepaid_cents__lte=-F("outgoing_cents")), name="ledger_prepaid_covers_outgoing"
            ),
            models.CheckConstraint(condition=Q(receivable_cents__gte=0), name="ledger_receivable_not_credit"),
            models.CheckConstraint(condition=Q(incoming_cents__gte=0), name="ledger_incoming_not_negative"),
            models.CheckConstraint(condition=Q(outgoing_cents__gte=0), name="ledger_outgoing_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.customer_id}: {self.prepaid_cents + self.receivable_cents}"


class StatementRow(models.Model):
    """A line of the customer's transactions page: what moved, and the balance after it. The page reads only this.

    Written for each transaction that changes *prepaid − receivable* (debit-positive here); versions count from 1.
    """

    pk = models.CompositePrimaryKey("customer_id", "version")
    customer = models.ForeignKey(
        "accounts.Customer", on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    version = models.BigIntegerField()
    tx = models.ForeignKey(Tx, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    net_cents = models.BigIntegerField()
    balance_after_cents = models.BigIntegerField()
    date = models.DateField()
    year = models.SmallIntegerField()
    kind = models.CharField(max_length=16, choices=MovementKind.choices)
    label = models.CharField(max_length=200)
    piece_ref = models.CharField(max_length=100)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tx", "customer"], name="ledger_statement_once"),
            models.CheckConstraint(condition=~Q(net_cents=0), name="ledger_statement_moves"),
            models.CheckConstraint(condition=Q(kind__in=MovementKind.values), name="ledger_statement_kind_shown"),
        ]
        indexes = [
            models.Index(fields=["customer", "kind", "version"], name="ledger_statement_kind"),
            models.Index(fields=["customer", "year", "version"], name="ledger_statement_year"),
        ]

    def __str__(self) -> str:
        return f"{self.customer_id}/{self.version} {self.label}"
