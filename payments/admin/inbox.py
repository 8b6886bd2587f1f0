"""The inbox: what providers told us, what became of it, and working on it once more."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from core import clock
from core.admin import ReadOnlyAdmin
from core.logs import masked_tree
from payments import selectors, services
from payments.models import EventState, WebhookEvent

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse
    from django.urls import URLPattern
    from django.utils.functional import _StrPromise
    from django.utils.safestring import SafeString

_SHOWN = 50
_MEANINGS: Mapping[str, _StrPromise] = {
    EventState.RECEIVED: gettext_lazy("It is kept; its job waits for a worker."),
    EventState.PROCESSED: gettext_lazy("What it is about was read again at the provider, and applied."),
    EventState.IGNORED: gettext_lazy("Events of this kind change nothing here."),
    EventState.ORPHAN: gettext_lazy(
        "It is about nothing that we know: another program shares this provider’s account, or our row was lost. If it "
        "should be ours, look for its object in the movements, then replay it."
    ),
    EventState.FAILED: gettext_lazy(
        "The work on it failed as often as it may. Read why; when the cause is gone, replay it. Repeating is harmless."
    ),
}


@admin.register(WebhookEvent)
class WebhookEventAdmin(ReadOnlyAdmin):
    list_display = ("event_id", "provider", "type", "object_id", "state", "attempts", "payment", "received_at")
    list_filter = ("provider", "state", "type", "received_at")
    list_select_related = ("payment",)
    list_per_page = 50
    list_before_template = "payments/inbox.html"
    search_fields = ("event_id", "object_id", "type")
    ordering = ("-received_at", "-pk")
    date_hierarchy = "received_at"
    actions = ("replay",)
    fields: ClassVar[tuple[str, ...]] = (
        "event_id",
        "provider",
        "type",
        "object_id",
        "livemode",
        "api_version",
        "state",
        "meaning",
        "attempts",
        "error",
        "where",
        "payment",
        "received_at",
        "processed_at",
        "content",
    )
    readonly_fields = ("meaning", "where", "content")

    def has_replay_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("payments.change_webhookevent")

    def get_urls(self) -> list[URLPattern]:
        """The page that asks before every event that failed is worked on again."""
        own = path(
            "replay-failed/", self.admin_site.admin_view(self.replay_failed), name="payments_webhookevent_replay_failed"
        )
        return [own, *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The list, under how each provider's news stands."""
        known = {
            "news": selectors.news_of_providers(at=clock.now()),
            "failed": selectors.failed_events().count() if self.has_replay_permission(request) else 0,
        }
        page: HttpResponse = super().changelist_view(request, {**known, **(extra_context or {})})
        return page

    def replay_failed(self, request: HttpRequest) -> HttpResponse:
        """GET lists what would be worked on again; POST does it."""
        if not self.has_replay_permission(request):
            raise PermissionDenied
        if request.method == "POST":
            count = services.replay_failed(at=clock.now())
            self._say(request, count)
            return HttpResponseRedirect(reverse("admin:payments_webhookevent_changelist"))
        failed = selectors.failed_events()
        context = {
            **self.admin_site.each_context(request),
            "title": _("Replay every event that failed"),
            "events": failed[:_SHOWN],
            "count": failed.count(),
        }
        return render(request, "staff/replay_events.html", context)

    @admin.action(description=gettext_lazy("Replay"), permissions=["replay"])
    def replay(self, request: HttpRequest, chosen: QuerySet[WebhookEvent]) -> None:
        """Work on these events once more: repeating is harmless."""
        at = clock.now()
        self._say(request, len([services.replay(event.pk, at=at) for event in chosen.order_by("pk")]))

    @admin.display(description=gettext_lazy("what it means"))
    def meaning(self, event: WebhookEvent) -> str:
        return str(_MEANINGS[event.state])

    @admin.display(description=gettext_lazy("where it failed"))
    def where(self, event: WebhookEvent) -> SafeString:
        return format_html('<div class="ours"><pre class="mail-text">{}</pre></div>', event.traceback or "–")

    @admin.display(description=gettext_lazy("content"))
    def content(self, event: WebhookEvent) -> SafeString:
        """What was told, without secrets and without what belongs to a person."""
        shown = json.dumps(masked_tree(event.payload, personal=True), indent=2, ensure_ascii=False)
        return format_html('<div class="ours"><pre class="mail-text">{}</pre></div>', shown)

    def _say(self, request: HttpRequest, count: int) -> None:
        words = ngettext("%(count)d event is worked on again.", "%(count)d events are worked on again.", count)
        messages.info(request, words % {"count": count})
