"""What staff see of the work and the mails: what waits, what failed and why. Nothing is edited but by trying again."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib import admin, messages
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from core import clock
from core.admin import ReadOnlyAdmin
from outbox import selectors, services
from outbox.models import Job, Message

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse
    from django.utils.safestring import SafeString


@admin.register(Job)
class JobAdmin(ReadOnlyAdmin):
    """Work to do, being done, done or given up."""

    list_display = ("kind", "state", "run_after", "failures", "owner", "message", "created_at")
    list_filter = ("state", "kind", "queue")
    search_fields = ("key", "owner")
    ordering = ("-created_at", "-pk")
    list_before_template = "outbox/oldest.html"
    actions = ("retry",)
    fields = (
        "kind",
        "key",
        "owner",
        "queue",
        "state",
        "attempts",
        "failures",
        "run_after",
        "rung_at",
        "lease_until",
        "done_count",
        "total_count",
        "message",
        "created_at",
        "finished_at",
        "what",
        "outcome",
        "why",
    )
    readonly_fields = ("what", "outcome", "why")

    def has_retry_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("outbox.change_job")

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The list, under the age of the oldest job that is due."""
        now = clock.now()
        known = {"oldest": selectors.oldest_due(at=now), "due": selectors.jobs_due(at=now).count()}
        page: HttpResponse = super().changelist_view(request, {**known, **(extra_context or {})})
        return page

    @admin.action(description=gettext_lazy("Try again now"), permissions=["retry"])
    def retry(self, request: HttpRequest, queryset: QuerySet[Job]) -> None:
        """Give failed jobs all their attempts again."""
        now = clock.now()
        renewed = sum(services.retry(pk, at=now) for pk in queryset.values_list("pk", flat=True))
        words = ngettext("%(count)s job will be tried again now.", "%(count)s jobs will be tried again now.", renewed)
        messages.success(request, words % {"count": renewed})

    @admin.display(description=gettext_lazy("payload"))
    def what(self, job: Job) -> SafeString:
        return _pre(json.dumps(job.payload, ensure_ascii=False, indent=1))

    @admin.display(description=gettext_lazy("result"))
    def outcome(self, job: Job) -> SafeString:
        return _pre(json.dumps(job.result, ensure_ascii=False, indent=1))

    @admin.display(description=gettext_lazy("why it failed"))
    def why(self, job: Job) -> SafeString:
        return _pre(job.error)


@admin.register(Message)
class MessageAdmin(ReadOnlyAdmin):
    """Mails, with their text as sent. One that holds a code shows its envelope only."""

    list_display = ("subject_line", "kind", "state", "to", "not_before", "sent_at")
    list_filter = ("state", "kind", "language")
    search_fields = ("key", "owner", "subject", "recipients")
    ordering = ("-created_at", "-pk")
    fields: ClassVar = (
        "subject_line",
        "kind",
        "key",
        "owner",
        "to",
        "language",
        "state",
        "created_at",
        "not_before",
        "sent_at",
        "error",
        "body",
    )
    readonly_fields = ("subject_line", "to", "body")

    @admin.display(description=gettext_lazy("subject"))
    def subject_line(self, message: Message) -> str:
        return _("(confidential)") if message.confidential else message.subject

    @admin.display(description=gettext_lazy("recipients"))
    def to(self, message: Message) -> str:
        return ", ".join(message.recipients)

    @admin.display(description=gettext_lazy("text"))
    def body(self, message: Message) -> SafeString:
        return _pre(_("Held a code; erased once sent.") if message.confidential else message.text)


def _pre(text: str) -> SafeString:
    return format_html("<pre>{}</pre>", text)
