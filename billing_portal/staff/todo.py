"""What waits for a person: how much, since when, and how urgent. The most urgent first."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.core.cache import cache
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import selectors as accounts
from accounts.models import ApprovalState, CheckOutcome, VatNumberCheck
from billing_portal.staff.bank_queues import bank_queues
from billing_portal.staff.chorus_queues import connection_queues, document_queues, receiver_queues
from billing_portal.staff.debit_queues import debit_queues
from billing_portal.staff.dispute_queues import dispute_queues
from billing_portal.staff.queues import Queue, listed, size
from billing_portal.staff.refund_forms import KEPT
from billing_portal.staff.todo_till import till
from billing_portal.staff.transfer_queues import transfer_queues
from invoices.selectors import waiting_validations
from ledger import selectors as ledger
from outbox import selectors as outbox
from outbox.models import Job, JobState, Message, MessageState
from payments import selectors as payments
from payments.models import AttemptKind, EventState, Payment, PaymentStatus, Refund, RefundStatus, WebhookEvent

_SHOULD_HAVE_LEFT = timedelta(minutes=10)
_DOCUMENTS = "documents"
_REMEMBERED_SECONDS = 20


def queues(*, at: datetime) -> list[Queue]:
    """Everything that may wait, the urgent first, then what waits longest, then what is empty. One query each."""
    money = [*_payments(at), *_refunds(at), *dispute_queues(at=at), *debit_queues(at=at), *till(at)]
    money += transfer_queues(at=at)
    money += bank_queues(at=at)
    money += [*connection_queues(at=at), *document_queues(at=at), *receiver_queues(at=at)]
    found = [*_decisions(at), *_numbers(at), *money, *_documents(at), *_work(at), *_mails(at)]
    return sorted(found, key=lambda queue: (not queue.is_urgent, not queue.count, queue.oldest_at or at))


def how_many(*, at: datetime) -> int:
    """How many things wait, for the margin of every page: counted at most every 20 seconds by each process."""

    def count() -> int:
        return sum(queue.count for queue in queues(at=at))

    return int(cache.get_or_set("staff.todo", count, _REMEMBERED_SECONDS) or 0)


def _decisions(at: datetime) -> list[Queue]:
    return [
        Queue(
            _("Approvals to give"),
            _("a second person decides: read the reason, then approve or refuse"),
            *size(accounts.approvals_to_give(), "asked_at"),
            timedelta(days=1),
            _("Decide"),
            listed("accounts_approval", state__exact=ApprovalState.ASKED),
            at,
        )
    ]


def _numbers(at: datetime) -> list[Queue]:
    refused = VatNumberCheck.objects.filter(outcome=CheckOutcome.REFUSED, checked_at__gt=at - timedelta(days=1))
    return [
        Queue(
            _("VAT numbers that VIES does not confirm"),
            _("nothing is issued to these businesses without VAT: look at the answer, ask for the right number"),
            *size(accounts.unproven_customers(at=at), "created_at"),
            timedelta(days=7),
            _("Look"),
            listed("accounts_vatnumbercheck"),
            at,
        ),
        Queue(
            _("Questions that VIES refuses"),
            _("we are shut out, or ask wrongly: look at the reason"),
            *size(refused, "checked_at"),
            timedelta(hours=2),
            _("Look"),
            listed("accounts_vatnumbercheck", outcome__exact=CheckOutcome.REFUSED),
            at,
        ),
    ]


def _payments(at: datetime) -> list[Queue]:
    unknown = Payment.objects.filter(status=PaymentStatus.UNKNOWN, ask_at__isnull=False)  # by its index
    events = WebhookEvent.objects.filter(state=EventState.FAILED)
    return [
        Queue(
            _("Customers whose card payments pause"),
            _("too many cards refused within an hour: somebody tries stolen cards, or needs help"),
            *payments.paused_customers(at=at),
            timedelta(minutes=30),
            _("Look"),
            listed("payments_cardattempt", kind__exact=AttemptKind.DECLINED),
            at,
        ),
        Queue(
            _("Payments of unknown outcome"),
            _("the bank has not answered; they are never charged again blindly"),
            *size(unknown, "created_at"),
            timedelta(minutes=30),
            _("Look"),
            listed("payments_payment", status__exact=PaymentStatus.UNKNOWN),
            at,
        ),
        Queue(
            _("Provider events that could not be applied"),
            _("the payment itself is also asked about by the sweeper"),
            *size(events, "received_at"),
            timedelta(hours=1),
            _("Look"),
            listed("payments_webhookevent", state__exact=EventState.FAILED),
            at,
        ),
    ]


def _refunds(at: datetime) -> list[Queue]:
    kept = ledger.kept_money(KEPT)
    unknown = Refund.objects.filter(status=RefundStatus.UNKNOWN, ask_at__isnull=False)
    return [
        Queue(
            _("Refunds of unknown outcome"),
            _("the provider has not answered; they are never sent twice"),
            *size(unknown, "created_at"),
            timedelta(minutes=30),
            _("Look"),
            listed("payments_refund", status__exact=RefundStatus.UNKNOWN),
            at,
        ),
        Queue(
            _("Refunds that failed"),
            _("the money is on the account: find another way, or tell the customer"),
            *size(payments.failed_refunds(), "decided_at"),
            timedelta(days=1),
            _("Look"),
            listed("payments_refund", attention="failed"),
            at,
        ),
        Queue(
            _("Money of credit notes to give back"),
            _("a consumer who withdraws has it back within 14 days"),  # C. conso. art. L221-24
            len(kept),
            kept[0].since if kept else None,
            timedelta(days=7),
            _("Give back"),
            reverse("staff:kept_money"),
            at,
        ),
    ]


def _documents(at: datetime) -> list[Queue]:
    waiting = Q(state=JobState.WAITING, run_after__lte=at - _SHOULD_HAVE_LEFT)
    papers = Job.objects.filter(waiting | Q(state=JobState.FAILED), queue=_DOCUMENTS)
    return [
        Queue(
            _("Invoices and receipts without their PDF"),
            _("they are issued and booked; only the paper is missing"),
            *size(papers, "run_after"),
            timedelta(hours=1),
            _("Look"),
            listed("outbox_job", queue__exact=_DOCUMENTS),
            at,
        ),
        Queue(
            _("Invoices whose Factur-X is invalid"),
            _("issued and booked, their PDF can be read; nothing wrong is handed out or sent"),
            *size(waiting_validations(), "created_at"),
            timedelta(hours=4),
            _("Read what to do"),
            listed("invoices_validation", state="waiting"),
            at,
        ),
    ]


def _work(at: datetime) -> list[Queue]:
    overdue = outbox.jobs_due(at=at - _SHOULD_HAVE_LEFT).exclude(queue=_DOCUMENTS)
    failed = Job.objects.filter(state=JobState.FAILED).exclude(queue=_DOCUMENTS)
    return [
        Queue(
            _("Jobs given up"),
            _("they failed as often as they may; read why, then try again"),
            *size(failed, "finished_at"),
            timedelta(days=1),
            _("Read why"),
            listed("outbox_job", state__exact=JobState.FAILED),
            at,
        ),
        Queue(
            _("Jobs that nobody takes"),
            _("due for more than 10 minutes: is a worker running?"),
            *size(overdue, "run_after"),
            timedelta(hours=1),
            _("Look at health"),
            reverse("staff:health"),
            at,
        ),
    ]


def _mails(at: datetime) -> list[Queue]:
    late = outbox.messages_waiting(due_before=at - _SHOULD_HAVE_LEFT)
    return [
        Queue(
            _("Mails refused"),
            _("nobody read them: correct the address, then write again"),
            *size(Message.objects.filter(state=MessageState.FAILED), "created_at"),
            timedelta(days=1),
            _("Read"),
            listed("outbox_message", state__exact=MessageState.FAILED),
            at,
        ),
        Queue(
            _("Mails that have not left"),
            _("due for more than 10 minutes"),
            *size(late, "not_before"),
            timedelta(hours=1),
            _("Look"),
            listed("outbox_message", state__exact=MessageState.WAITING),
            at,
        ),
    ]
