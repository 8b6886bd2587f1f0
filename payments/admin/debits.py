"""The list of automatic debits for staff. A debit has a page of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import admin
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext_lazy

from core import clock
from core.admin import ReadOnlyAdmin
from core.clock import local_date
from core.formats import money_text
from core.money import Money
from payments.models import STANDING_DEBITS, Debit, DebitState
from payments.models.spoken import heard
from payments.selectors import silent_bank_debits

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse
    from django.utils.functional import _StrPromise


class DebitAttention(admin.SimpleListFilter):
    """The debits that somebody should look at, and those that are to come."""

    title = gettext_lazy("attention")
    parameter_name = "attention"

    def lookups(self, _request: HttpRequest, _model_admin: object) -> Sequence[tuple[str, _StrPromise]]:
        return [
            ("standing", gettext_lazy("To come, or in progress")),
            ("silent", gettext_lazy("The bank says nothing of them")),
            ("ended", gettext_lazy("Brought no money, or gave it back")),
        ]

    def queryset(self, _request: HttpRequest, queryset: QuerySet[Debit]) -> QuerySet[Debit]:
        if self.value() == "standing":
            return queryset.filter(state__in=STANDING_DEBITS)
        if self.value() == "silent":
            silent = silent_bank_debits(on=local_date(clock.now()))
            return queryset.filter(pk__in=silent.order_by().values("payment__debit"))
        if self.value() == "ended":
            return queryset.filter(state__in=[DebitState.FAILED, DebitState.RETURNED])
        return queryset


@admin.register(Debit)
class DebitAdmin(ReadOnlyAdmin):
    list_display = ("said", "customer", "kind", "amount", "state", "method", "collect_on", "tries")
    list_filter = (DebitAttention, "state", "kind", "method__kind", "method__provider", "collect_on", "start_on")
    list_select_related = ("customer", "method")
    list_per_page = 50
    search_fields = ("customer__number", "customer__name", "method__mandate__reference")
    ordering = ("-collect_on", "-pk")
    date_hierarchy = "collect_on"

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Debit], search_term: str
    ) -> tuple[QuerySet[Debit], bool]:
        """A debit is also found by its reference, as its customer or the bank says it."""
        ending = heard(search_term)
        if ending is not None:
            return queryset.filter(public_id__iendswith=ending), False
        found: tuple[QuerySet[Debit], bool] = super().get_search_results(request, queryset, search_term)
        return found

    def change_view(
        self, _request: HttpRequest, object_id: str, _form_url: str = "", extra_context: object = None
    ) -> HttpResponse:
        """A debit has a page of its own."""
        return redirect("staff:debit", get_object_or_404(Debit, pk=object_id).public_id)

    @admin.display(description=gettext_lazy("reference"))
    def said(self, debit: Debit) -> str:
        return debit.reference

    @admin.display(description=gettext_lazy("amount"), ordering="announced_cents")
    def amount(self, debit: Debit) -> str:
        """What was collected; of one that brought nothing yet, what was announced at most."""
        return money_text(debit.announced if debit.collected_cents is None else Money(debit.collected_cents))
