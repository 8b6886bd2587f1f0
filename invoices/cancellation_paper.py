"""What is written on the cancellation of a receipt: which receipt, how much of it, why, and what that opens again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from core.clock import local_date
from core.formats import day_text, moment_text, money_text
from core.money import Money
from invoices.paper import Letterhead, Reference, letterhead
from invoices.parties import Buyer, Seller
from invoices.states import CancelCause
from invoices.wording import document_words

if TYPE_CHECKING:
    from invoices.models import ReceiptCancellation


@dataclass(frozen=True, slots=True)
class CancellationPaper:
    """A cancellation, in words. `before` is what was cancelled of the same receipt earlier, or nothing."""

    head: Letterhead
    references: list[list[Reference]]
    receipt: str
    receipt_day: str
    receipt_amount: str
    method: str
    is_whole: bool
    minus_amount: str
    before: str
    left: str
    reversed: str
    reversed_day: str
    cause: str
    short_cause: str
    reopened: list[Reference]
    after: str


def cancellation_paper(cancellation: ReceiptCancellation, *, before: Money) -> CancellationPaper:
    """The words of a cancellation; `before` was cancelled of its receipt earlier. Read with `receipt`."""
    seller, buyer = Seller.thawed(cancellation.seller), Buyer.thawed(cancellation.buyer)
    receipt, amount = cancellation.receipt, Money(cancellation.amount_cents)
    day = local_date(cancellation.reversed_at)
    references = [
        Reference(_("Issue date"), day_text(cancellation.issue_date)),
        Reference(_("Receipt"), _("%(number)s of %(day)s") % _named(receipt.number, day_text(receipt.issue_date))),
        Reference(_("Payment reference"), receipt.payment_ref),
        Reference(_("Reference of the bank"), cancellation.reference)
        if cancellation.reference
        else Reference(_("Customer"), buyer.reference.shown),
    ]
    reopened = [
        Reference(document_words(part["document"]), money_text(Money(part["amount_cents"])))
        for part in cancellation.reopened
    ]
    if cancellation.missing_cents:
        refunded = _("Refunded to you before it was taken back: to pay back")
        reopened.append(Reference(refunded, money_text(Money(cancellation.missing_cents))))
    title = _("Cancellation of receipt %(number)s") % {"number": cancellation.number}
    return CancellationPaper(
        head=letterhead(title, cancellation.number, seller, buyer, cancellation.issued_at),
        references=[references],
        receipt=receipt.number,
        receipt_day=day_text(local_date(receipt.received_at), short=True),
        receipt_amount=money_text(Money(receipt.amount_cents)),
        method=receipt.method,
        is_whole=cancellation.amount_cents == receipt.amount_cents,
        minus_amount=money_text(-amount),
        before=money_text(-before) if before else "",
        left=money_text(Money(receipt.amount_cents) - before - amount),
        reversed=moment_text(cancellation.reversed_at),
        reversed_day=day_text(day, short=True),
        cause=str(CancelCause(cancellation.cause).label),
        short_cause=CancelCause(cancellation.cause).short,
        reopened=reopened,
        after=money_text(Money(cancellation.balance_after_cents)),
    )


def _named(number: str, day: str) -> dict[str, str]:
    return {"number": number, "day": day}
