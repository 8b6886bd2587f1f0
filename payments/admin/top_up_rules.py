"""The list of top-up rules for staff. What concerns one customer is on the page of automatic payment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db.models import OuterRef, Subquery
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.admin import ReadOnlyAdmin
from core.formats import day_text, money_text
from core.money import Money
from payments.models import CollectingEvent, Debit, DebitKind, DebitState, TopUpRule

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse
    from django.utils.functional import _StrPromise


class RuleStanding(admin.SimpleListFilter):
    """The rules that ask, those that staff have paused, those that are off."""

    title = gettext_lazy("state")
    parameter_name = "standing"

    def lookups(self, _request: HttpRequest, _model_admin: object) -> Sequence[tuple[str, _StrPromise]]:
        return [
            ("on", gettext_lazy("In force")),
            ("paused", gettext_lazy("Paused by staff")),
            ("refused", gettext_lazy("Off after refusals")),
            ("off", gettext_lazy("Off")),
        ]

    def queryset(self, _request: HttpRequest, queryset: QuerySet[TopUpRule]) -> QuerySet[TopUpRule]:
        asked: dict[str, dict[str, Any]] = {
            "on": {"is_on": True, "paused_at": None},
            "paused": {"is_on": True, "paused_at__isnull": False},
            "refused": {"is_on": False, "declines__gt": 0},
            "off": {"is_on": False},
        }
        return queryset.filter(**asked.get(self.value() or "", {}))


@admin.register(TopUpRule)
class TopUpRuleAdmin(ReadOnlyAdmin):
    list_display = ("customer", "below", "amount", "monthly", "standing", "last_attempt", "consent_at")
    list_filter = (RuleStanding, "consent_at")
    list_select_related = ("customer",)
    list_per_page = 50
    search_fields = ("customer__number", "customer__name")
    ordering = ("customer__number",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[TopUpRule]:
        """With the last attempt of each, and why it was turned off last: one query."""
        mine = Debit.objects.filter(customer=OuterRef("customer"), kind=DebitKind.TOP_UP).order_by("-pk")
        off = CollectingEvent.objects.filter(customer=OuterRef("customer"), name="top-up rule turned off")
        found: QuerySet[TopUpRule] = super().get_queryset(request)
        return found.annotate(
            tried_on=Subquery(mine.values("due_on")[:1]),
            tried_state=Subquery(mine.values("state")[:1]),
            off_detail=Subquery(off.order_by("-pk").values("detail")[:1]),
        )

    def change_view(
        self, _request: HttpRequest, object_id: str, _form_url: str = "", extra_context: object = None
    ) -> HttpResponse:
        """A rule is on the page of automatic payment of its customer."""
        rule = get_object_or_404(TopUpRule.objects.select_related("customer"), pk=object_id)
        return redirect("staff:collecting", rule.customer.number)

    @admin.display(description=gettext_lazy("when less is available than"), ordering="below_cents")
    def below(self, rule: TopUpRule) -> str:
        return money_text(Money(rule.below_cents))

    @admin.display(description=gettext_lazy("credit"), ordering="amount_cents")
    def amount(self, rule: TopUpRule) -> str:
        return money_text(Money(rule.amount_cents))

    @admin.display(description=gettext_lazy("at most in a month"), ordering="monthly_cents")
    def monthly(self, rule: TopUpRule) -> str:
        return money_text(Money(rule.monthly_cents))

    @admin.display(description=gettext_lazy("state"))
    def standing(self, rule: Any) -> str:
        """In force, paused by staff, or off; and why."""
        if not rule.is_on:
            refused = _("Off: %(count)d refusals in a row") % {"count": rule.declines}
            return refused if rule.off_detail else _("Off: at the customer’s wish")
        if rule.paused_at is not None:
            return _("Paused by staff: %(reason)s") % {"reason": rule.paused_because}
        return _("In force")

    @admin.display(description=gettext_lazy("last attempt"))
    def last_attempt(self, rule: Any) -> str:
        if rule.tried_on is None:
            return "–"
        return f"{day_text(rule.tried_on)} · {DebitState(rule.tried_state).label}"
