"""The lists of transfers that we order and of their files. Each has a page of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import admin
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext_lazy
from unfold.decorators import action

from bank.models import TransferFile, TransferOrder
from core.admin import ReadOnlyAdmin
from core.formats import money_text

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@admin.register(TransferOrder)
class TransferOrderAdmin(ReadOnlyAdmin):
    list_display = ("end_to_end", "kind", "state", "beneficiary", "party_account", "shown_amount", "asked_by", "file")
    list_filter = ("state", "kind", "created_at")
    list_select_related = ("party_account", "asked_by", "file")
    list_per_page = 50
    search_fields = ("end_to_end", "beneficiary", "customer__number", "customer__name")
    ordering = ("-pk",)
    actions_list = ("write_file",)

    def has_write_file_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("bank.add_transferfile")

    @action(description=gettext_lazy("Write the file"), url_path="file", permissions=["write_file"])  # type: ignore[untyped-decorator]
    def write_file(self, _request: HttpRequest) -> HttpResponse:
        """To the page that lists what would be in the next file."""
        return redirect("staff:make_transfers")

    def change_view(
        self, _request: HttpRequest, object_id: str, _form_url: str = "", extra_context: object = None
    ) -> HttpResponse:
        """An order has a page of its own."""
        return redirect("staff:transfer_order", get_object_or_404(TransferOrder, pk=object_id).public_id)

    @admin.display(description=gettext_lazy("amount"), ordering="amount_cents")
    def shown_amount(self, order: TransferOrder) -> str:
        return money_text(order.amount)


@admin.register(TransferFile)
class TransferFileAdmin(ReadOnlyAdmin):
    list_display = ("message_id", "count", "shown_total", "execute_on", "handed_at", "answer", "created_by")
    list_filter = ("execute_on",)
    list_select_related = ("created_by",)
    list_per_page = 50
    search_fields = ("message_id", "orders__end_to_end")
    ordering = ("-pk",)

    def change_view(
        self, _request: HttpRequest, object_id: str, _form_url: str = "", extra_context: object = None
    ) -> HttpResponse:
        """A file has a page of its own."""
        return redirect("staff:transfer_file", get_object_or_404(TransferFile, pk=object_id).public_id)

    @admin.display(description=gettext_lazy("total"), ordering="total_cents")
    def shown_total(self, file: TransferFile) -> str:
        return money_text(file.total)
