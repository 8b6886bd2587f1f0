"""What staff see of saved methods and of card attempts. The providers' ids are nobody's business here."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.contrib import admin, messages
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.admin import TabularInline

from core import clock
from core.admin import ReadOnlyAdmin
from payments import services
from payments.models import ONLINE, CardAttempt, MethodEvent, SavedMethod
from payments.wiring import gateway_for

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest


class MethodStepInline(TabularInline):  # type: ignore[misc]
    """The history of a saved method."""

    model = MethodEvent
    fields = readonly_fields = ("at", "name", "from_state", "to_state", "detail")
    ordering = ("pk",)
    extra = 0

    def has_add_permission(self, _request: HttpRequest, _obj: object = None) -> bool:
        return False

    def has_change_permission(self, _request: HttpRequest, _obj: object = None) -> bool:
        return False

    def has_delete_permission(self, _request: HttpRequest, _obj: object = None) -> bool:
        return False


@admin.register(SavedMethod)
class SavedMethodAdmin(ReadOnlyAdmin):
    list_display = ("title", "customer", "state", "reason", "is_default", "created_at")
    list_filter = ("state", "kind", "reason", "created_at")
    list_select_related = ("customer",)
    list_per_page = 50
    search_fields = ("customer__number", "customer__name", "last4", "public_id")
    ordering = ("-created_at", "-pk")
    exclude = ("object_id", "session_id", "page_url", "fingerprint", "networks")
    inlines = (MethodStepInline,)
    actions = ("ask_again",)

    @admin.display(description=gettext_lazy("saved method"))
    def title(self, method: SavedMethod) -> str:
        return method.title

    @admin.action(description=gettext_lazy("Ask the provider again"))
    def ask_again(self, request: HttpRequest, chosen: QuerySet[SavedMethod]) -> None:
        """Staff do not wait for the next turn."""
        at = clock.now()
        for method in chosen.filter(provider__in=ONLINE).order_by("pk"):
            services.methods.ask_method(method.pk, gateway=gateway_for(method.provider), at=at)
        messages.info(request, _("The provider was asked again."))


@admin.register(CardAttempt)
class CardAttemptAdmin(ReadOnlyAdmin):
    list_display = ("kind", "customer", "origin", "at", "forgiven_at")
    list_filter: ClassVar[tuple[str, ...]] = ("kind", "at")
    list_select_related = ("customer",)
    list_per_page = 50
    search_fields = ("customer__number", "customer__name", "origin")
    ordering = ("-at", "-pk")
    exclude = ("key",)
    actions = ("lift_the_pause",)

    @admin.action(description=gettext_lazy("Lift the pause of these customers"))
    def lift_the_pause(self, request: HttpRequest, chosen: QuerySet[CardAttempt]) -> None:
        """Staff know who these people are."""
        lifted = services.forgive(chosen.values_list("customer", flat=True), at=clock.now())
        messages.info(request, _("%d refused cards count no more.") % lifted)
