"""Invoices and credit notes, their lines and their VAT.

An invoice is a draft, then issued; from then on the database itself refuses to change it (migration 0002). Lines and
VAT are written before the invoice is issued, and nothing after.
"""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models.customers import ENGAGEMENT_LENGTH, MARKET_LENGTH, SERVICE_LENGTH
from accounts.models.texts import ORDER_NUMBER_LENGTH, TEXT_LENGTH
from core.money import Money
from invoices.models.hashing import HASH
from invoices.states import DocumentKind, FreedMoney, InvoiceStatus
from invoices.tax.treatments import Treatment

LABEL_LENGTH = 300
_INVOICE = Q(kind=DocumentKind.INVOICE)
_CREDIT_NOTE = Q(kind=DocumentKind.CREDIT_NOTE)
# The buyer's own words for where an invoice goes: not part of its content, so they may still change once it is issued.
BUYER_TEXTS = ("order_number", "free_text")  # frozen, unlike the routing references
ROUTING_LENGTHS = {
    "service_code": SERVICE_LENGTH,
    "engagement_number": ENGAGEMENT_LENGTH,
    "market_number": MARKET_LENGTH,
}


class Invoice(models.Model):
    """What a customer owes for services, and who says so to whom. A draft may change; issued, it is frozen.

    A credit note is such a row too: it takes back all or part of its `original`, line by line. Its amounts are
    positive, as EN 16931 has them for type 381: the kind says in which sense they count.

    `seller` and `buyer` are copies taken at issue. The routing references (service code, engagement, market) are the
    only columns that may still change: they are the buyer's own words, each rendition says which it carried.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(_("kind"), max_length=16, choices=DocumentKind.choices, default=DocumentKind.INVOICE)
    status = models.CharField(_("status"), max_length=8, choices=InvoiceStatus.choices, default=InvoiceStatus.DRAFT)
    number = models.CharField(  # noqa: DJ001 - unique: drafts have none, and there are many drafts
        _("number"), max_length=20, null=True, unique=True, editable=False
    )
    customer = models.ForeignKey(
        "accounts.Customer",
        verbose_name=_("customer"),
        on_delete=models.PROTECT,
        related_name="invoices",
        db_index=False,
    )
    seller = models.JSONField(_("seller"), default=dict)
    buyer = models.JSONField(_("buyer"), default=dict)
    subject = models.CharField(_("subject"), max_length=LABEL_LENGTH, blank=True)
    service_code = models.CharField(_("service code"), max_length=ROUTING_LENGTHS["service_code"], blank=True)
    engagement_number = models.CharField(
        _("engagement number"), max_length=ROUTING_LENGTHS["engagement_number"], blank=True
    )
    market_number = models.CharField(_("market number"), max_length=ROUTING_LENGTHS["market_number"], blank=True)
    order_number = models.CharField(_("order number"), max_length=ORDER_NUMBER_LENGTH, blank=True, default="")
    free_text = models.CharField(_("free text"), max_length=TEXT_LENGTH, blank=True, default="")
    currency = models.CharField(_("currency"), max_length=3, default="EUR")
    net_cents = models.BigIntegerField(_("total before VAT, cents"), default=0)
    vat_cents = models.BigIntegerField(_("VAT, cents"), default=0)
    total_cents = models.BigIntegerField(_("total with VAT, cents"), default=0)
    paid_at_issue_cents = models.BigIntegerField(_("paid when issued, cents"), default=0)
    vat_on_debits = models.BooleanField(_("VAT on debits"), default=True)
    vat_evidence = models.JSONField(
        _("evidence for VAT"), default=dict, blank=True, help_text=_("What the decision rested on; kept ten years.")
    )
    issue_date = models.DateField(_("issue date"), null=True)
    due_date = models.DateField(_("due date"), null=True)
    planned_on = models.DateField(
        _("planned for"), null=True, blank=True, help_text=_("When a draft is meant to be issued; no part of it.")
    )
    created_at = models.DateTimeField(_("created at"))
    issued_at = models.DateTimeField(_("issued at"), null=True)
    content_hash = models.CharField(_("hash of the content"), max_length=64, blank=True)
    ledger_tx = models.OneToOneField(
        "ledger.Tx", verbose_name=_("transaction"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    actor = models.CharField(_("asked by"), max_length=100, blank=True)
    replaces = models.OneToOneField(
        "self", verbose_name=_("replaces"), null=True, on_delete=models.PROTECT, related_name="replaced_by"
    )
    # --- Credit notes only ---
    original = models.ForeignKey(
        "self",
        verbose_name=_("invoice taken back"),
        null=True,
        on_delete=models.PROTECT,
        related_name="credit_notes",
        db_index=False,
    )
    reason = models.CharField(_("reason"), max_length=LABEL_LENGTH, blank=True)
    freed_cents = models.BigIntegerField(_("money freed, cents"), default=0)
    freed_money = models.CharField(_("money freed"), max_length=9, choices=FreedMoney.choices, blank=True)
    key = models.CharField(  # noqa: DJ001 - unique: invoices have none
        _("idempotency key"), max_length=200, null=True, unique=True, editable=False
    )
    asked = models.CharField(_("fingerprint of what was asked"), max_length=64, blank=True, editable=False)

    class Meta:
        verbose_name = _("invoice")
        verbose_name_plural = _("invoices")
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=DocumentKind.values), name="invoices_kind_known"),
            models.CheckConstraint(condition=Q(currency="EUR"), name="invoices_currency_euro"),
            models.CheckConstraint(
                condition=Q(number__isnull=True)
                | _INVOICE & Q(number__regex=r"^FA20[0-9]{2}-[0-9]{6}$")
                | _CREDIT_NOTE & Q(number__regex=r"^AV20[0-9]{2}-[0-9]{6}$"),
                name="invoices_number_form",
            ),
            models.CheckConstraint(
                condition=Q(total_cents=F("net_cents") + F("vat_cents")), name="invoices_total_is_net_and_vat"
            ),
            models.CheckConstraint(
                condition=Q(paid_at_issue_cents__gte=0) & Q(paid_at_issue_cents__lte=F("total_cents")),
                name="invoices_paid_at_issue_within_total",
            ),
            models.CheckConstraint(
                condition=Q(
                    status=InvoiceStatus.DRAFT,
                    number__isnull=True,
                    issue_date__isnull=True,
                    due_date__isnull=True,
                    issued_at__isnull=True,
                    content_hash="",
                    ledger_tx__isnull=True,
                    paid_at_issue_cents=0,
                )
                | Q(
                    status=InvoiceStatus.ISSUED,
                    number__isnull=False,
                    issue_date__isnull=False,
                    due_date__isnull=False,
                    due_date__gte=F("issue_date"),
                    issued_at__isnull=False,
                    ledger_tx__isnull=False,
                    total_cents__gt=0,
                )
                & HASH,
                name="invoices_issued_is_complete",
            ),
            models.CheckConstraint(
                condition=_INVOICE
                & Q(original__isnull=True, key__isnull=True, reason="", freed_cents=0, freed_money="", asked="")
                | _CREDIT_NOTE
                & Q(original__isnull=False, key__isnull=False, freed_money__in=FreedMoney.values)
                & Q(replaces__isnull=True, paid_at_issue_cents=0)
                & ~Q(reason="")
                & ~Q(key=""),
                name="invoices_note_says_what_and_why",
            ),
            models.CheckConstraint(
                condition=Q(freed_cents__gte=0, freed_cents__lte=F("total_cents")), name="invoices_freed_within_total"
            ),
        ]
        indexes = [
            models.Index(
                fields=["customer", "-issue_date", "-number"], condition=Q(status="ISSUED"), name="invoices_of_customer"
            ),
            models.Index(fields=["customer"], condition=Q(status="DRAFT"), name="invoices_drafts"),
            models.Index(fields=["original"], condition=Q(original__isnull=False), name="invoices_credit_notes_of"),
        ]

    def __str__(self) -> str:
        return self.number or f"draft {self.public_id}"

    @property
    def is_issued(self) -> bool:
        return self.status == InvoiceStatus.ISSUED

    @property
    def is_credit_note(self) -> bool:
        return self.kind == DocumentKind.CREDIT_NOTE

    def counted(self, cents: int) -> Money:
        """One of its amounts as it counts in a sum: what a credit note takes back is negative."""
        return Money(-cents if self.is_credit_note else cents)


class InvoiceLine(models.Model):
    """One service sold: how many, at which price before VAT, at which rate. A discount is a negative quantity.

    `product_rate` is the rate of the product in France (none: the standard one), from which the VAT is decided again at
    issue; `rate` is the one that applies to this buyer. A line of a credit note names the `original` line that it takes
    back, and has its rate and category.
    """

    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="lines", db_index=False)
    position = models.PositiveSmallIntegerField()
    label = models.CharField(_("description"), max_length=LABEL_LENGTH)
    period_start = models.DateField(_("first day"), null=True)
    period_end = models.DateField(_("last day"), null=True)
    # EN 16931 as France applies it: quantities of four decimals at most, prices of six and above zero (BR-FR flux 2).
    quantity = models.DecimalField(_("quantity"), max_digits=12, decimal_places=4)
    unit_price = models.DecimalField(_("unit price before VAT"), max_digits=14, decimal_places=6)
    product_rate = models.DecimalField(_("rate in France, %"), max_digits=5, decimal_places=2, null=True)
    rate = models.DecimalField(_("VAT rate, %"), max_digits=5, decimal_places=2)
    category = models.CharField(_("VAT category"), max_length=2, default="S")
    net_cents = models.BigIntegerField(_("amount before VAT, cents"))
    original = models.ForeignKey(
        "self",
        verbose_name=_("line taken back"),
        null=True,
        on_delete=models.PROTECT,
        related_name="taken_back",
        db_index=False,
    )

    class Meta:
        verbose_name = _("line")
        verbose_name_plural = _("lines")
        constraints = [
            models.UniqueConstraint(fields=["invoice", "position"], name="invoices_line_once"),
            models.UniqueConstraint(fields=["invoice", "original"], name="invoices_line_taken_back_once"),
            models.CheckConstraint(condition=~Q(label=""), name="invoices_line_says_what"),
            models.CheckConstraint(condition=~Q(quantity=0), name="invoices_line_quantity_not_zero"),
            models.CheckConstraint(condition=Q(unit_price__gt=0), name="invoices_line_price_positive"),
            models.CheckConstraint(condition=Q(rate__gte=0, rate__lt=100), name="invoices_line_rate_within"),
            models.CheckConstraint(
                condition=Q(period_start__isnull=True, period_end__isnull=True)
                | Q(period_start__isnull=False, period_end__isnull=False, period_end__gte=F("period_start")),
                name="invoices_line_period_in_order",
            ),
        ]
        indexes = [
            models.Index(fields=["original"], condition=Q(original__isnull=False), name="invoices_lines_taken_back")
        ]

    def __str__(self) -> str:
        return self.label


class InvoiceVat(models.Model):
    """The VAT of one (category, rate) of an invoice, computed once on its base, and the accounts it was booked on.

    `treatment` says which row of the decision it was, and `country` where the service is supplied for VAT: the returns
    (one-stop shop, declaration of services to the Union) are summed by them.
    """

    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="vat", db_index=False)
    category = models.CharField(_("VAT category"), max_length=2)
    rate = models.DecimalField(_("VAT rate, %"), max_digits=5, decimal_places=2)
    treatment = models.CharField(_("treatment"), max_length=20, choices=Treatment.choices, blank=True)
    country = models.CharField(_("country of supply"), max_length=2, blank=True)
    base_cents = models.BigIntegerField(_("base, cents"))
    vat_cents = models.BigIntegerField(_("VAT, cents"))
    mention = models.CharField(_("mention"), max_length=200, blank=True, help_text=_("The provision that exempts."))
    reason_code = models.CharField(_("reason code"), max_length=30, blank=True, help_text="VATEX (EN 16931, BT-121).")
    revenue_account = models.CharField(_("revenue account"), max_length=10)
    vat_account = models.CharField(_("VAT account"), max_length=10, blank=True)

    class Meta:
        verbose_name = _("VAT of an invoice")
        verbose_name_plural = _("VAT of an invoice")
        constraints = [
            models.UniqueConstraint(fields=["invoice", "category", "rate"], name="invoices_vat_once"),
            models.CheckConstraint(condition=Q(base_cents__gt=0), name="invoices_vat_base_positive"),
            models.CheckConstraint(
                condition=Q(vat_cents=0, rate=0) | Q(vat_cents__gte=0, rate__gt=0) & ~Q(vat_account=""),
                name="invoices_vat_matches_rate",
            ),
        ]
        indexes = [
            models.Index(
                fields=["invoice"], condition=Q(treatment=Treatment.TAXED_BELOW_LIMIT), name="invoices_vat_below_limit"
            )
        ]

    def __str__(self) -> str:
        return f"{self.category} {self.rate}"
