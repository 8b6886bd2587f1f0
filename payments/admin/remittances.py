"""The lists of files of direct debits and of the bank's answers for staff. A file has a page of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext_lazy
from unfold.decorators import action

from core.admin import ReadOnlyAdmin
from core.formats import money_text
from core.money import Money
from payments import selectors
from payments.models import BankAnswer, Remittance

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse


@admin.register(Remittance)
class RemittanceAdmin(ReadOnlyAdmin):
    list_display = (
        *("message_id", "scheme", "state", "count", "total", "settled", "refused", "waiting"),
        *("created_by", "created_at"),
    )
    list_filter = ("state", "scheme", "created_at")
    list_select_related = ("created_by",)
    list_per_page = 50
    list_before_template = "payments/remittances.html"
    search_fields = ("message_id", "debits__end_to_end", "debits__mandate__reference")
    ordering = ("-created_at", "-pk")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Remittance]:
        """Every file with what became of its debits."""
        return selectors.remittances()

    def change_view(
        self, _request: HttpRequest, object_id: str, _form_url: str = "", extra_context: object = None
    ) -> HttpResponse:
        """A file has a page of its own."""
        return redirect("staff:remittance", get_object_or_404(Remittance, pk=object_id).public_id)

    @admin.display(description=gettext_lazy("total"), ordering="total_cents")
    def total(self, remittance: Remittance) -> str:
        return money_text(Money(remittance.total_cents))

    @admin.display(description=gettext_lazy("settled"), ordering="settled")
    def settled(self, remittance: Any) -> int:
        return int(remittance.settled)

    @admin.display(description=gettext_lazy("refused"), ordering="refused")
    def refused(self, remittance: Any) -> int:
        return int(remittance.refused)

    @admin.display(description=gettext_lazy("without an answer"), ordering="waiting")
    def waiting(self, remittance: Any) -> int:
        return int(remittance.waiting)


@admin.register(BankAnswer)
class BankAnswerAdmin(ReadOnlyAdmin):
    actions_detail = ("see_answer",)
    list_select_related = ("review__seen_by",)
    list_display = ("end_to_end", "kind", "reason", "amount", "booked_on", "source", "at", "seen")
    list_filter = ("kind", ("review", admin.EmptyFieldListFilter), "reason", "booked_on")
    list_per_page = 50
    search_fields = ("end_to_end", "bank_reference", "key")
    ordering = ("-at", "-pk")
    fields = (
        *("end_to_end", "kind", "reason", "amount", "charges", "booked_on", "bank_reference"),
        *("source", "detail", "debit", "tx", "at", "seen"),
    )
    readonly_fields = ("amount", "charges", "seen")

    @admin.display(description=gettext_lazy("amount"), ordering="amount_cents")
    def amount(self, answer: BankAnswer) -> str:
        return money_text(Money(answer.amount_cents))

    @admin.display(description=gettext_lazy("charges of the bank"), ordering="charges_cents")
    def charges(self, answer: BankAnswer) -> str:
        return money_text(Money(answer.charges_cents))

    @admin.display(description=gettext_lazy("seen by"))
    def seen(self, answer: BankAnswer) -> str:
        review = getattr(answer, "review", None)
        return f"{review.seen_by}: {review.note}" if review else "–"

    def has_see_answer_permission(self, request: HttpRequest, object_id: str | int) -> bool:
        may = request.user.has_perm("payments.add_answerreview")
        return bool(may and selectors.answers_set_aside().filter(pk=object_id).exists())

    @action(description=gettext_lazy("I have dealt with it"), url_path="seen", permissions=["see_answer"])  # type: ignore[untyped-decorator]
    def see_answer(self, _request: HttpRequest, object_id: str) -> HttpResponse:
        """To the page that notes who dealt with it, and how."""
        return redirect("staff:answer", object_id)
