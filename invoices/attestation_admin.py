"""What staff see of attestations. Nothing is edited here; they are made on the page of a customer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import admin
from django.utils.translation import gettext_lazy

from core.formats import money_text
from core.money import Money
from invoices import selectors
from invoices.document_admin import DocumentAdmin, RenditionInline
from invoices.models import Attestation

if TYPE_CHECKING:
    from invoices.models import Rendition
    from invoices.states import RenditionKind


@admin.register(Attestation)
class AttestationAdmin(DocumentAdmin):
    list_display = ("number", "kind", "year", "customer", "amount", "issued_at", "asked_by", "files")
    list_filter = ("kind", "issue_date")
    list_select_related = ("customer", "asked_by")
    search_fields = (*DocumentAdmin.search_fields, "code")
    ordering = ("-pk",)
    inlines = (RenditionInline,)
    fields = readonly_fields = (
        "number",
        "kind",
        "customer",
        "year",
        "amount",
        "figures",
        "contested_cents",
        "revocable_cents",
        "last_invoice",
        "seller",
        "buyer",
        "site",
        "shown_code",
        "content_hash",
        "asked_by",
        "issued_at",
        "files",
    )

    def stored(self, document: Attestation, _kind: RenditionKind) -> Rendition | None:
        return selectors.attestation_file(document)

    @admin.display(description=gettext_lazy("amount"), ordering="amount_cents")
    def amount(self, attestation: Attestation) -> str:
        return money_text(Money(attestation.amount_cents))
