"""What staff see of receipts and of their cancellations. Nothing is edited here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import admin
from django.utils.translation import gettext_lazy

from core.formats import money_text
from core.money import Money
from invoices import selectors
from invoices.document_admin import DocumentAdmin, ReadOnlyInline, RenditionInline
from invoices.models import Receipt, ReceiptCancellation

if TYPE_CHECKING:
    from invoices.models import Rendition
    from invoices.states import RenditionKind


class CancellationInline(ReadOnlyInline):
    model = ReceiptCancellation
    fields = readonly_fields = ("number", "issue_date", "amount_cents", "cause", "reference")
    ordering = ("pk",)
    show_change_link = True


@admin.register(Receipt)
class ReceiptAdmin(DocumentAdmin):
    list_display = ("number", "customer", "issue_date", "amount", "method", "payment_ref", "files")
    list_filter = ("issue_date",)
    search_fields = (*DocumentAdmin.search_fields, "payment_ref")
    ordering = ("-pk",)
    inlines = (CancellationInline, RenditionInline)
    fields = readonly_fields = (
        "number",
        "customer",
        "amount",
        "method",
        "payment_ref",
        "received_at",
        "restores",
        "balance_after",
        "settled",
        "seller",
        "buyer",
        "content_hash",
        "issued_at",
        "files",
    )

    def stored(self, document: Receipt, _kind: RenditionKind) -> Rendition | None:
        return selectors.receipt_file(document)

    @admin.display(description=gettext_lazy("amount"), ordering="amount_cents")
    def amount(self, receipt: Receipt) -> str:
        return money_text(Money(receipt.amount_cents))

    @admin.display(description=gettext_lazy("balance after"))
    def balance_after(self, receipt: Receipt) -> str:
        return money_text(Money(receipt.balance_after_cents))


@admin.register(ReceiptCancellation)
class CancellationAdmin(DocumentAdmin):
    list_display = ("number", "receipt", "customer", "issue_date", "amount", "cause", "reference", "files")
    list_filter = ("cause", "issue_date")
    list_select_related = ("customer", "receipt")
    search_fields = (*DocumentAdmin.search_fields, "receipt__number", "receipt__payment_ref", "reference")
    ordering = ("-pk",)
    inlines = (RenditionInline,)
    fields = readonly_fields = (
        "number",
        "receipt",
        "customer",
        "amount",
        "cause",
        "reference",
        "reversed_at",
        "reopened",
        "missing",
        "balance_after",
        "seller",
        "buyer",
        "tx",
        "content_hash",
        "issued_at",
        "files",
    )

    def stored(self, document: ReceiptCancellation, _kind: RenditionKind) -> Rendition | None:
        return selectors.cancellation_file(document)

    @admin.display(description=gettext_lazy("amount cancelled"), ordering="amount_cents")
    def amount(self, cancellation: ReceiptCancellation) -> str:
        return money_text(Money(cancellation.amount_cents))

    @admin.display(description=gettext_lazy("refunded before"))
    def missing(self, cancellation: ReceiptCancellation) -> str:
        return money_text(Money(cancellation.missing_cents))

    @admin.display(description=gettext_lazy("balance after"))
    def balance_after(self, cancellation: ReceiptCancellation) -> str:
        return money_text(Money(cancellation.balance_after_cents))
