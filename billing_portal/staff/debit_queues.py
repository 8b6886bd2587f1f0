"""What waits for a person about automatic debits and the files of direct debits."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from billing_portal.staff.queues import Queue, listed, size
from core.clock import local_date
from payments import selectors as payments
from payments.models import AnswerKind, Debit, DebitState

if TYPE_CHECKING:
    from datetime import datetime

_LOOKED_BACK = timedelta(days=7)


def debit_queues(*, at: datetime) -> list[Queue]:
    """Files that nobody gave to the bank, debits without an answer, answers set aside, debits that brought nothing."""
    today = local_date(at)
    failed = Debit.objects.filter(state__in=[DebitState.FAILED, DebitState.RETURNED], updated_at__gt=at - _LOOKED_BACK)
    return [
        Queue(
            _("Files to give to the bank"),
            _("their day is near: after it, nothing of them is debited"),
            *size(payments.files_to_hand_over(on=today), "created_at"),
            timedelta(hours=2),
            _("Look"),
            listed("payments_remittance", state__exact="WRITTEN"),
            at,
        ),
        Queue(
            _("Direct debits of which the bank says nothing"),
            _("they should have settled or come back: ask the bank, read its statements"),
            *size(payments.silent_bank_debits(on=today), "payment__created_at"),
            timedelta(0),
            _("Look"),
            listed("payments_debit", attention="silent"),
            at,
        ),
        Queue(
            _("Answers of the bank set aside"),
            _("about a debit that is not ours, or a second answer: nothing was booked"),
            *size(payments.answers_set_aside(), "at"),
            timedelta(days=1),
            _("Look"),
            listed("payments_bankanswer", kind__exact=AnswerKind.NOT_OURS, review__isempty="1"),
            at,
        ),
        Queue(
            _("Debits that brought no money, of the last 7 days"),
            _("refused for good or taken back by the bank; the customer was written to"),
            *size(failed, "updated_at"),
            timedelta(days=7),
            _("Look"),
            listed("payments_debit", attention="ended"),
            at,
        ),
    ]
