"""REJETEE: a credit note on the refused document, and a draft of the one that follows it, under a new number."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext, gettext_lazy

from chorus.locks import lock_submission
from chorus.models import Submission
from chorus.services import acting
from chorus.services.acknowledging import VERB, ask_to_acknowledge, reason_of
from chorus.services.deciding import CannotDecide
from invoices import services as invoices
from invoices.locks import lock_invoices
from invoices.selectors import credit_note_by_key
from invoices.states import FreedMoney
from ledger import services as ledger

if TYPE_CHECKING:
    from datetime import datetime

    from invoices.models import Invoice

_REASON_LENGTH = 300


@dataclass(frozen=True, slots=True)
class Replaced:
    """What follows a refused document. `draft` is None when it was asked for a second time."""

    credit_note: Invoice
    draft: Invoice | None


def key_of(invoice: Invoice) -> str:
    """The key of the credit note that takes a refused document back."""
    return f"chorus-refused:{invoice.number}"


def replace_refused(submission_id: int, *, by: acting.Asker, actor: str, at: datetime) -> Replaced:
    """Take a refused invoice back in full, write the same lines as a draft, and have the rejection acknowledged.

    In one transaction. The draft is to be read and corrected, then issued under a new number; the credit note leaves
    for Chorus Pro by itself. Money that had paid the invoice is kept for a decision, as always for a public body.
    Twice is once. Raises CannotDecide; BadCredit, DateBeforeLast, NoSeller, VatNotDecided as those verbs do.
    """
    invoice = Submission.objects.select_related("invoice").get(pk=submission_id).invoice
    with transaction.atomic():
        ledger.lock_customers([invoice.customer_id])
        known = credit_note_by_key(key_of(invoice))
        if known is not None:
            return Replaced(known, None)
        lock_invoices([invoice.pk])
        submission = lock_submission(submission_id)
        if not acting.may_ask(submission, VERB) or invoice.is_credit_note:
            raise CannotDecide(gettext_lazy("Its buyer did not refuse this invoice, or that is dealt with."))
        why = _reason(submission)
        wanted = invoices.Request(why, key_of(invoice), FreedMoney.BALANCE, actor)
        note = invoices.issue_credit_note(invoice, None, wanted, at=at)
        draft = _draft_again(invoice, at=at)
        ask_to_acknowledge(submission_id, by=by, at=at)
        return Replaced(note, draft)


def _reason(submission: Submission) -> str:
    with translation.override(submission.invoice.customer.language):
        why = gettext("Refused by the buyer in Chorus Pro")
    told = reason_of(submission)
    return (f"{why}: {told}" if told else why)[:_REASON_LENGTH]


def _draft_again(invoice: Invoice, *, at: datetime) -> Invoice:
    """The same lines, to be read again before they are issued."""
    lines = [
        invoices.NewLine(
            line.label, line.quantity, line.unit_price, line.product_rate, line.period_start, line.period_end
        )
        for line in invoice.lines.order_by("position")
    ]
    return invoices.draft(
        invoice.customer,
        lines,
        at=at,
        subject=invoice.subject,
        service_code=invoice.service_code,
        engagement_number=invoice.engagement_number,
        market_number=invoice.market_number,
    )
