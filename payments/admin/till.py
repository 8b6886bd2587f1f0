"""The money that providers hold: each movement of it, and what was sent to our bank."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.contrib import admin
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy
from unfold.admin import TabularInline
from unfold.decorators import action

from core import clock
from core.admin import ReadOnlyAdmin
from payments import services
from payments.models import MovementTreatment, Payout, PayoutEvent, ProviderMovement
from payments.services.treating import amount_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse
    from django.utils.functional import _StrPromise


class Untreated(admin.SimpleListFilter):
    """The movements that wait for a person."""

    title = gettext_lazy("attention")
    parameter_name = "attention"

    def lookups(self, _request: HttpRequest, _model_admin: object) -> Sequence[tuple[str, _StrPromise]]:
        return [("waiting", gettext_lazy("Nobody explains it")), ("open", gettext_lazy("Not explained yet"))]

    def queryset(self, _request: HttpRequest, queryset: QuerySet[ProviderMovement]) -> QuerySet[ProviderMovement]:
        if self.value() == "waiting":
            return queryset.filter(pk__in=services.movements_to_treat(at=clock.now()).order_by().values("pk"))
        return queryset.filter(explained_at=None) if self.value() == "open" else queryset


class _Steps(TabularInline):  # type: ignore[misc]
    """Rows of history below an object: read only."""

    extra = 0
    ordering = ("pk",)

    def has_view_permission(self, _request: HttpRequest, _obj: object = None) -> bool:
        """Whoever may see the object may see its history."""
        return True

    def has_add_permission(self, _request: HttpRequest, _obj: object = None) -> bool:
        return False

    def has_change_permission(self, _request: HttpRequest, _obj: object = None) -> bool:
        return False

    def has_delete_permission(self, _request: HttpRequest, _obj: object = None) -> bool:
        return False


class TreatmentInline(_Steps):
    model = MovementTreatment
    fields = readonly_fields = ("state", "account", "cents", "approval", "begun_at", "decided_at")


class PayoutStepInline(_Steps):
    model = PayoutEvent
    fields = readonly_fields = ("at", "name", "from_status", "to_status")


@admin.register(ProviderMovement)
class ProviderMovementAdmin(ReadOnlyAdmin):
    """What moved, as the provider told it."""

    list_display = ("occurred_at", "provider", "cause", "kind", "net_amount", "source_id", "explained_at")
    list_filter = (Untreated, "provider", "cause", "occurred_at")
    list_per_page = 50
    search_fields = ("object_id", "source_id", "reference", "kind")
    ordering = ("-occurred_at", "-pk")
    date_hierarchy = "occurred_at"
    exclude = ("gross_cents", "fee_cents", "net_cents")
    readonly_fields: ClassVar[tuple[str, ...]] = ("gross_amount", "fee_amount", "net_amount")
    inlines = (TreatmentInline,)
    actions_detail = ("treat",)

    @admin.display(description=gettext_lazy("gross"))
    def gross_amount(self, movement: ProviderMovement) -> str:
        return amount_text(movement.gross_cents, movement.currency)

    @admin.display(description=gettext_lazy("fee"))
    def fee_amount(self, movement: ProviderMovement) -> str:
        return amount_text(movement.fee_cents, movement.currency)

    @admin.display(description=gettext_lazy("net"), ordering="net_cents")
    def net_amount(self, movement: ProviderMovement) -> str:
        return amount_text(movement.net_cents, movement.currency)

    def has_treat_permission(self, request: HttpRequest, object_id: str | int) -> bool:
        return request.user.has_perm("payments.add_movementtreatment")

    @action(description=gettext_lazy("Treat it"), url_path="treat", permissions=["treat"])  # type: ignore[untyped-decorator]
    def treat(self, _request: HttpRequest, object_id: str) -> HttpResponse:
        """To the page that proposes what to do with it."""
        return redirect("staff:movement", object_id)


@admin.register(Payout)
class PayoutAdmin(ReadOnlyAdmin):
    """What was sent to our bank."""

    list_display = ("object_id", "provider", "shown_amount", "status", "begun_at", "arrives_at")
    list_filter = ("provider", "status", "begun_at")
    search_fields = ("object_id",)
    ordering = ("-begun_at", "-pk")
    exclude = ("amount_cents", "left_tx", "returned_tx")
    readonly_fields: ClassVar[tuple[str, ...]] = ("shown_amount", "status")
    inlines = (PayoutStepInline,)

    @admin.display(description=gettext_lazy("amount"), ordering="amount_cents")
    def shown_amount(self, payout: Payout) -> str:
        return amount_text(payout.amount_cents, payout.currency)
