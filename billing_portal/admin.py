"""Customers and groups in the staff admin. Customers change through pages of ours, which call one verb each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.models import Group
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from accounts.models import Approval, Customer
from billing_portal.staff.search import find_customers
from chorus.selectors.directory import customers_without_a_receiver
from core import clock
from core.admin import ReadOnlyAdmin
from core.clock import local_date
from core.formats import money_text
from payments.models import REFUND_LIVE, Refund
from payments.selectors import failed_refunds

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.utils.safestring import SafeString


class Reception(admin.SimpleListFilter):
    """The public bodies that their invoices cannot reach."""

    title = _("reception")
    parameter_name = "reception"

    def lookups(self, _request: HttpRequest, _model_admin: object) -> list[tuple[str, Any]]:
        return [("none", _("Their structure or service takes no invoice"))]

    def queryset(self, _request: HttpRequest, queryset: QuerySet[Customer]) -> QuerySet[Customer]:
        if self.value() != "none":
            return queryset
        lost = customers_without_a_receiver(on=local_date(clock.now()))
        return queryset.filter(pk__in=lost.values("pk"))


@admin.register(Customer)
class CustomerAdmin(ReadOnlyAdmin):
    """The list, and its search. A customer's own page shows everything, and its buttons change it."""

    list_display = ("customer_number", "name", "kind", "city", "siret", "created_at")
    list_filter = ("kind", Reception, "language")
    list_display_links = None
    list_per_page = 50
    show_full_result_count = False
    search_fields = ("number", "name", "siret")  # shows the field; find_customers does the search
    search_help_text = _("Customer number or reference, name, e-mail address, SIREN or SIRET")
    ordering = ("-pk",)
    change_list_template = "staff/customers.html"

    @admin.display(description=_("number"), ordering="number")
    def customer_number(self, customer: Customer) -> SafeString:
        address = reverse("staff:customer", args=[customer.number])
        return format_html('<a class="font-semibold" href="{}">{}</a>', address, customer.reference.shown)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Customer], search_term: str
    ) -> tuple[QuerySet[Customer], bool]:
        return find_customers(queryset, search_term), False

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        """Other pages of the admin link here by id."""
        customer = self.get_object(request, object_id)
        if customer is None:
            raise Http404
        return redirect("staff:customer", customer.number)


@admin.register(Approval)
class ApprovalAdmin(ReadOnlyAdmin):
    """The list of what two people must want. The page of each one has the buttons."""

    list_display = ("summary", "state", "asked_by", "asked_at", "decided_by", "expires_at")
    list_filter = ("state", "kind", "asked_at")
    list_select_related = ("asked_by", "decided_by")
    list_per_page = 50
    search_fields = ("summary", "reason", "subject")
    ordering = ("-asked_at", "-pk")

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        """To the page where it is decided."""
        approval = self.get_object(request, object_id)
        if approval is None:
            raise Http404
        return redirect("staff:approval", approval.public_id)


class RefundAttention(admin.SimpleListFilter):
    """The refunds that somebody should look at."""

    title = _("attention")
    parameter_name = "attention"

    def lookups(self, _request: HttpRequest, _model_admin: object) -> list[tuple[str, Any]]:
        return [("failed", _("Failed, nobody looked after it")), ("live", _("Not decided"))]

    def queryset(self, _request: HttpRequest, queryset: QuerySet[Refund]) -> QuerySet[Refund]:
        if self.value() == "failed":
            return queryset.filter(pk__in=failed_refunds().values("pk"))
        return queryset.filter(status__in=REFUND_LIVE) if self.value() == "live" else queryset


@admin.register(Refund)
class RefundAdmin(ReadOnlyAdmin):
    """The list of what goes, or went, back. The page of each one has the buttons."""

    list_display = ("reference", "customer", "amount", "status", "begun_by", "actor", "created_at")
    list_filter = (RefundAttention, "status", "begun_by", "provider", "created_at")
    list_select_related = ("customer", "actor")
    list_per_page = 50
    search_fields = ("customer__number", "customer__name", "object_id", "public_id", "payment__intent_id", "reason")
    ordering = ("-created_at", "-pk")

    @admin.display(description=_("reference"))
    def reference(self, refund: Refund) -> str:
        return refund.reference

    @admin.display(description=_("amount"), ordering="amount_cents")
    def amount(self, refund: Refund) -> str:
        return money_text(refund.amount)

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        """To the page that tells where it stands."""
        refund = self.get_object(request, object_id)
        if refund is None:
            raise Http404
        return redirect("staff:refund", refund.public_id)


admin.site.unregister(Group)


@admin.register(Group)
class GroupAdmin(DjangoGroupAdmin, ModelAdmin):  # type: ignore[misc]
    """Groups of staff; `support` and `finance` get their rights again at each release."""
