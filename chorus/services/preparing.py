"""Whether a document may leave now, and what it lacks: asked at its birth, when something changes, and at its turn."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from django.db import transaction

from chorus.locks import lock_submission
from chorus.models import Deposit, Submission
from chorus.services import telling
from chorus.services.requiring import missing_of
from chorus.states import HeldWhy, SubmissionState
from chorus.transitions import move
from chorus.wiring import environment
from invoices.extras import carried
from invoices.models import Invoice, Rendition
from invoices.selectors import credited_totals, files_of
from invoices.services import render_invoice
from ledger import selectors as books
from outbox import services as outbox

if TYPE_CHECKING:
    from datetime import datetime

NEVER_LEFT: Final = (
    SubmissionState.WAITING_REFERENCES,
    SubmissionState.READY,
    SubmissionState.HELD,
    SubmissionState.REJECTED,
)
"""Nothing of the document is in Chorus Pro, nor on its way there."""
_DECIDED_BY_STAFF: Final = frozenset({HeldWhy.STAFF})


@dataclass(frozen=True, slots=True)
class Verdict:
    """Where a document that did not leave yet stands, and why."""

    state: SubmissionState
    missing: list[str] = field(default_factory=list)
    held_why: str = ""
    comment: str = ""


def judge(submission: Submission, *, at: datetime) -> Verdict:
    """Where it stands as things are now. Its file is not looked at. At most eight queries."""
    if submission.environment != environment():
        return Verdict(SubmissionState.HELD, held_why=HeldWhy.ENVIRONMENT)
    if by_credit := _of_credit(submission):
        return by_credit
    if missing := missing_of(submission.invoice, at=at):
        return Verdict(SubmissionState.WAITING_REFERENCES, missing=missing)
    if not submission.allowed_by and money_came_first(submission.invoice):
        return Verdict(SubmissionState.HELD, held_why=HeldWhy.PAID_BEFORE)
    return Verdict(SubmissionState.READY)


def money_came_first(invoice: Invoice) -> bool:
    """Whether money paid more of an invoice than it says itself, or lies free on the account of its buyer.

    A public accountant pays what the document asks for: sent as it is, it would be paid twice. Money that is kept for
    a decision after an overpayment stops nothing: it never pays another invoice.
    """
    if invoice.is_credit_note:
        return False
    if books.money_that_paid(str(invoice.number)).cents > invoice.paid_at_issue_cents:
        return True
    return books.get_balance(invoice.customer_id).available.cents > 0


def reconsider(submission_id: int, *, at: datetime) -> bool:
    """Look again at a document that did not leave: what was completed leaves, what lacks something waits.

    What staff hold back stays. What Chorus Pro refused goes again only when its references changed, or it was credited.
    Says whether it changed.
    """
    with transaction.atomic():
        submission = lock_submission(submission_id)
        if not _is_open_to_change(submission):
            return False
        return turn(submission, judge(submission, at=at), at=at)


def turn(submission: Submission, verdict: Verdict, *, at: datetime, actor: str = "") -> bool:
    """Put a locked submission where the verdict says, and write to its customer when it waits for something new.

    Says whether anything changed.
    """
    news = (verdict.missing, verdict.held_why)
    before = (submission.missing, submission.held_why)
    submission.missing, submission.held_why = news
    if submission.state != verdict.state:
        move(submission, verdict.state, at=at, actor=actor, comment=verdict.comment)
    elif before != news:
        submission.save(update_fields=["missing", "held_why"])
    else:
        return False
    if verdict.state == SubmissionState.WAITING_REFERENCES:
        telling.waiting(submission, at)
    return True


def routing_of(invoice: Invoice) -> dict[str, Any]:
    """References and attachments by which the buyer finds its way: what a rendition and a deposit carried is kept."""
    return carried(invoice)


def current_file(invoice: Invoice, *, at: datetime, prints: bool) -> Rendition | None:
    """Its Factur-X with the references that it has now; None while there is none, which is asked for here.

    `prints`: make it here and now, for a command that has no worker; None is then an invalid one.
    """
    known = files_of(invoice).facturx
    if known is not None and known.routing == routing_of(invoice):
        return known
    if prints:
        return render_invoice(invoice.pk, at=at).facturx
    ask_to_print(invoice, at=at)
    return None


def ask_to_print(invoice: Invoice, *, at: datetime) -> None:
    """Ask for its files once for each set of references; the issue asked for the first already."""
    carried = hashlib.sha256(json.dumps(routing_of(invoice), sort_keys=True).encode()).hexdigest()[:16]
    outbox.enqueue(
        "invoices.render",
        {"invoice_id": invoice.pk},
        key=f"invoices.render:{invoice.number}:{carried}",
        at=at,
        queue="documents",
        owner=f"customer:{invoice.customer_id}",
    )


def _is_open_to_change(submission: Submission) -> bool:
    if submission.state == SubmissionState.REJECTED:
        last = Deposit.objects.filter(submission=submission).order_by("-attempt").first()
        changed = last is None or last.routing != routing_of(submission.invoice)
        return changed or bool(credited_totals([submission.invoice]))
    if submission.state == SubmissionState.HELD:
        if submission.held_why == HeldWhy.INVALID:
            return current_is_valid(submission.invoice)
        return submission.held_why not in _DECIDED_BY_STAFF
    return submission.state in (SubmissionState.WAITING_REFERENCES, SubmissionState.READY)


def current_is_valid(invoice: Invoice) -> bool:
    """Whether it has a valid Factur-X with the references that it has now."""
    known = files_of(invoice).facturx
    return known is not None and known.routing == routing_of(invoice)


def _of_credit(submission: Submission) -> Verdict | None:
    """What a credit note changes: on an invoice that never left, nothing of both leaves when it takes all back."""
    invoice = submission.invoice.original or submission.invoice
    if not _never_left(invoice, submission):
        return None
    credited = credited_totals([invoice]).get(invoice.pk)
    if credited is None:
        return None
    if credited.cents == invoice.total_cents:
        return Verdict(SubmissionState.WITHDRAWN, comment="credited in full before the deposit")
    return None if submission.allowed_by else Verdict(SubmissionState.HELD, held_why=HeldWhy.CREDITED_BEFORE)


def _never_left(invoice: Invoice, submission: Submission) -> bool:
    if invoice.pk == submission.invoice_id:
        return True
    state = Submission.objects.filter(invoice=invoice).values_list("state", flat=True).first()
    return state is None or state == SubmissionState.WITHDRAWN or state in NEVER_LEFT
