"""What staff see of disputes and of fraud warnings: those to answer first. A dispute has a page of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import admin, messages
from django.db.models import F
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from core import clock
from core.admin import ReadOnlyAdmin
from core.clock import local_date
from core.formats import day_text, money_text
from payments.models import OPEN_DISPUTES, Dispute, FraudWarning
from payments.selectors import disputes_to_answer, disputes_to_look_at
from payments.services.disputes import handle_warning

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse
    from django.utils.functional import _StrPromise

    from accounts.models import User


class DisputeAttention(admin.SimpleListFilter):
    """The disputes that somebody should do something about."""

    title = gettext_lazy("attention")
    parameter_name = "attention"

    def lookups(self, _request: HttpRequest, _model_admin: object) -> Sequence[tuple[str, _StrPromise]]:
        return [
            ("answer", gettext_lazy("Waiting for our evidence")),
            ("look", gettext_lazy("Not understood")),
            ("open", gettext_lazy("Not decided")),
        ]

    def queryset(self, _request: HttpRequest, queryset: QuerySet[Dispute]) -> QuerySet[Dispute]:
        if self.value() == "answer":
            return queryset.filter(pk__in=disputes_to_answer().order_by().values("pk"))
        if self.value() == "look":
            return queryset.filter(pk__in=disputes_to_look_at().order_by().values("pk"))
        if self.value() == "open":
            return queryset.filter(status__in=OPEN_DISPUTES)
        return queryset


@admin.register(Dispute)
class DisputeAdmin(ReadOnlyAdmin):
    list_display = ("payment", "customer", "question", "status", "cause", "due", "opened_at")
    list_filter = (DisputeAttention, "status", "provider", "cause", "opened_at")
    list_select_related = ("payment", "customer")
    list_per_page = 50
    search_fields = ("customer__number", "customer__name", "object_id", "payment__intent_id", "payment__charge_id")
    ordering = (F("decided_at").desc(nulls_first=True), F("due_at").asc(nulls_last=True), "-pk")

    def change_view(
        self, _request: HttpRequest, object_id: str, _form_url: str = "", extra_context: object = None
    ) -> HttpResponse:
        """A dispute has a page of its own."""
        return redirect("staff:dispute", get_object_or_404(Dispute, pk=object_id).public_id)

    @admin.display(description=gettext_lazy("amount in question"), ordering="amount_cents")
    def question(self, dispute: Dispute) -> str:
        return money_text(dispute.amount)

    @admin.display(description=gettext_lazy("evidence due by"), ordering="due_at")
    def due(self, dispute: Dispute) -> str:
        """The day, and how far it is while it matters."""
        if dispute.due_at is None:
            return "–"
        day = day_text(local_date(dispute.due_at), short=True)
        if not (dispute.is_open and dispute.answerable) or dispute.evidence_asked_at:
            return day
        left = (local_date(dispute.due_at) - local_date(clock.now())).days
        said = ngettext("%d day left", "%d days left", left) % left if left >= 0 else _("too late")
        return f"{day} ({said})"


@admin.register(FraudWarning)
class FraudWarningAdmin(ReadOnlyAdmin):
    list_display = ("payment", "customer", "kind", "warned_at", "handled_at", "handled_by")
    list_filter = (("handled_at", admin.EmptyFieldListFilter), "warned_at")
    list_select_related = ("payment__customer", "handled_by")
    search_fields = ("payment__customer__number", "payment__customer__name", "payment__charge_id", "object_id")
    ordering = (F("handled_at").desc(nulls_first=True), "-warned_at", "-pk")
    actions = ("looked_at",)

    @admin.display(description=gettext_lazy("customer"))
    def customer(self, warning: FraudWarning) -> str:
        return str(warning.payment.customer)

    @admin.action(description=gettext_lazy("I looked at it"), permissions=["handle"])
    def looked_at(self, request: HttpRequest, chosen: QuerySet[FraudWarning]) -> None:
        """Debits by themselves may go on."""
        by: User = request.user  # type: ignore[assignment]
        done = sum(handle_warning(each.pk, by=by, at=clock.now()) for each in chosen.order_by("pk"))
        messages.success(request, _("%d warnings are dealt with.") % done)

    def has_handle_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("payments.change_dispute"))
