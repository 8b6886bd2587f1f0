"""What staff see of payments. Nothing is edited here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import admin, messages
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.admin import TabularInline
from unfold.decorators import action

from core import clock
from core.admin import ReadOnlyAdmin
from core.formats import money_text
from core.money import Money
from payments import services
from payments.models import LIVE, Payment, PaymentEvent
from payments.selectors import payments_that_differ, refunds_of_payment, stuck_payments
from payments.wiring import gateway_for

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse
    from django.utils.functional import _StrPromise


class Attention(admin.SimpleListFilter):
    """The payments that somebody should look at."""

    title = gettext_lazy("attention")
    parameter_name = "attention"

    def lookups(self, _request: HttpRequest, _model_admin: object) -> Sequence[tuple[str, _StrPromise]]:
        return [
            ("live", gettext_lazy("Not decided")),
            ("stuck", gettext_lazy("Not decided for days")),
            ("differs", gettext_lazy("Another amount received")),
        ]

    def queryset(self, _request: HttpRequest, queryset: QuerySet[Payment]) -> QuerySet[Payment]:
        if self.value() == "live":
            return queryset.filter(status__in=LIVE)
        if self.value() == "stuck":
            return queryset.filter(pk__in=stuck_payments(at=clock.now()).order_by().values("pk"))
        if self.value() == "differs":
            return queryset.filter(pk__in=payments_that_differ().order_by().values("pk"))
        return queryset


class StepInline(TabularInline):  # type: ignore[misc]
    """The history of a payment."""

    model = PaymentEvent
    fields = readonly_fields = ("at", "name", "from_status", "to_status", "detail")
    ordering = ("pk",)
    extra = 0

    def has_add_permission(self, _request: HttpRequest, _obj: object = None) -> bool:
        return False

    def has_change_permission(self, _request: HttpRequest, _obj: object = None) -> bool:
        return False

    def has_delete_permission(self, _request: HttpRequest, _obj: object = None) -> bool:
        return False


@admin.register(Payment)
class PaymentAdmin(ReadOnlyAdmin):
    list_display = ("reference", "customer", "asked", "got", "status", "method", "created_at")
    list_filter = (Attention, "status", "method", "purpose", "created_at")
    list_select_related = ("customer",)
    list_per_page = 50
    search_fields = ("customer__number", "customer__name", "session_id", "intent_id", "charge_id", "public_id")
    ordering = ("-created_at", "-pk")
    date_hierarchy = "created_at"
    exclude = (
        *("amount_cents", "due_cents", "received_cents", "fee_cents", "checkout_url", "tx", "fee_tx"),
        *("payer_address", "payer_agent"),  # personal: shown where they serve, in the pack of a dispute
    )
    readonly_fields = ("reference", "asked", "got", "fee", "due", "given_back")
    inlines = (StepInline,)
    actions = ("ask_again",)
    actions_detail = ("see_amount",)

    @admin.display(description=gettext_lazy("reference"))
    def reference(self, payment: Payment) -> str:
        return payment.reference

    @admin.display(description=gettext_lazy("asked"), ordering="amount_cents")
    def asked(self, payment: Payment) -> str:
        return money_text(payment.amount)

    @admin.display(description=gettext_lazy("received"), ordering="received_cents")
    def got(self, payment: Payment) -> str:
        return _amount(payment.received_cents)

    @admin.display(description=gettext_lazy("fee"))
    def fee(self, payment: Payment) -> str:
        return _amount(payment.fee_cents)

    @admin.display(description=gettext_lazy("due when asked"))
    def due(self, payment: Payment) -> str:
        return _amount(payment.due_cents)

    @admin.display(description=gettext_lazy("refunds"))
    def given_back(self, payment: Payment) -> SafeString:
        """Each refund of it, and the way to another one."""
        told = [
            (reverse("staff:refund", args=[each.public_id]), f"{each.reference}, {money_text(each.amount)}")
            for each in refunds_of_payment(payment)
        ]
        if payment.tx_id:
            told.append((reverse("staff:write_refund", args=[payment.customer.number]), _("Give money back")))
        return format_html_join(SafeString("<br>"), '<a class="font-semibold" href="{}">{}</a>', told)

    def has_see_amount_permission(self, request: HttpRequest, object_id: str | int) -> bool:
        may = request.user.has_perm("payments.add_amountreview")
        return bool(may and payments_that_differ().filter(pk=object_id).exists())

    @action(description=gettext_lazy("I have seen the amount"), url_path="amount", permissions=["see_amount"])  # type: ignore[untyped-decorator]
    def see_amount(self, _request: HttpRequest, object_id: str) -> HttpResponse:
        """To the page that notes who saw it, and what they think of it."""
        return redirect("staff:amount", object_id)

    @admin.action(description=gettext_lazy("Ask the provider again"))
    def ask_again(self, request: HttpRequest, chosen: QuerySet[Payment]) -> None:
        """Staff do not wait for the next turn."""
        at = clock.now()
        asked = [services.ask(each.pk, gateway=gateway_for(each.provider), at=at) for each in chosen.order_by("pk")]
        messages.info(request, _("The provider was asked about %d payments.") % len(asked))


def _amount(cents: int | None) -> str:
    return "–" if cents is None else money_text(Money(cents))
