"""What a customer wants written on invoices, and from which day to which."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models.customers import Customer

TEXT_LENGTH = 300
ORDER_NUMBER_LENGTH = 50  # as Chorus Pro takes it


class TextKind(models.TextChoices):
    ORDER_NUMBER = "ORDER_NUMBER", _("Order number")
    FREE_TEXT = "FREE_TEXT", _("Free text")


class InvoiceText(models.Model):
    """An order number (C. com. art. L. 441-9, I) or a free text, on the invoices of some days, both ends included.

    No end: until further notice. Two of one kind never hold on the same day: the database itself refuses it
    (`accounts_invoicetext_one_a_day`). Issued invoices keep their own copy.
    """

    customer = models.ForeignKey(
        Customer, verbose_name=_("customer"), on_delete=models.CASCADE, related_name="invoice_texts", db_index=False
    )
    kind = models.CharField(_("kind"), max_length=12, choices=TextKind.choices)
    text = models.CharField(_("text"), max_length=TEXT_LENGTH)
    valid_from = models.DateField(_("from"))
    valid_until = models.DateField(_("until"), null=True, blank=True)
    created_at = models.DateTimeField(_("created at"))

    class Meta:
        verbose_name = _("text on invoices")
        verbose_name_plural = _("texts on invoices")
        constraints = [
            models.UniqueConstraint(fields=["customer", "kind", "valid_from"], name="accounts_invoicetext_once"),
            models.CheckConstraint(condition=Q(kind__in=TextKind.values), name="accounts_invoicetext_kind_known"),
            models.CheckConstraint(condition=~Q(text=""), name="accounts_invoicetext_says_something"),
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gte=F("valid_from")),
                name="accounts_invoicetext_days_in_order",
            ),
        ]

    def __str__(self) -> str:
        return self.text
