"""What waits for a person about disputes and fraud warnings."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db.models import Min
from django.utils.translation import gettext as _

from billing_portal.staff.queues import Queue, listed, size
from payments import selectors as payments
from payments.models import FraudWarning

if TYPE_CHECKING:
    from datetime import datetime


def dispute_queues(*, at: datetime) -> list[Queue]:
    """Disputes that wait for evidence, those that could not be understood, and warnings that nobody looked at."""
    return [
        _to_answer(at),
        Queue(
            _("Disputes to look at"),
            _("something that the provider said could not be booked or understood"),
            *size(payments.disputes_to_look_at(), "created_at"),
            timedelta(hours=4),
            _("Look"),
            listed("payments_dispute", attention="look"),
            at,
        ),
        Queue(
            _("Fraud warnings"),
            _("a bank suspects a payment: refund it before it is disputed, or leave it; debits wait meanwhile"),
            *size(FraudWarning.objects.filter(handled_at__isnull=True), "warned_at"),
            timedelta(days=1),
            _("Look"),
            listed("payments_fraudwarning", handled_at__isempty="1"),
            at,
        ),
    ]


def _to_answer(at: datetime) -> Queue:
    """Urgent once the first one is due within DISPUTE_NOTICE_DAYS."""
    waiting = payments.disputes_to_answer()
    count, oldest = size(waiting, "opened_at")
    first_due = waiting.order_by().aggregate(due=Min("due_at"))["due"]
    notice = timedelta(days=settings.DISPUTE_NOTICE_DAYS)
    soon = first_due is not None and first_due - at <= notice
    return Queue(
        _("Disputes that wait for our evidence"),
        _("answer before the due date: without an answer they are lost"),
        count,
        oldest,
        timedelta(0) if soon else timedelta(days=365),
        _("Answer"),
        listed("payments_dispute", attention="answer"),
        at,
    )
