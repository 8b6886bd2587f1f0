"""What people decide about a line: credit it, book it on an account, leave it aside, mark it, write a note.

Each decision is one transaction under the lock of the line, and names the version that the person saw: the first wins,
the second learns who was faster. The money of the line rests on 471000 and leaves it here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Customer
from accounts.selectors import customers_numbered
from bank.locks import lock_work
from bank.matching.judging import Part
from bank.models import Decision, LineNote, Share
from bank.selectors.standing import last_decision, latest_judgement
from bank.services.booking import arrival, book_whole, effective_day, suspense
from bank.services.matching import share_row
from bank.services.meeting import meet_announced
from bank.services.receipting import tell_later
from bank.words import WAITING, Action, LineState
from core.failpoints import failpoint
from core.formats import money_text
from core.money import ZERO, Money
from invoices import selectors as invoice_selectors
from invoices import services as invoices
from ledger import selectors as books
from ledger import services as ledger
from ledger.chart import CHART

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from accounts.models import User
    from bank.models import LineWork

ACCOUNTS: Final = {code: f"{code} {CHART[code]}" for code in ("627100", "580000", "658000", "758000")}
"""Accounts on which a person may book a line, in the words of the chart."""
MOST_SHARES: Final = 50
_NOTE_LENGTH: Final = 500


class BadDecision(ValueError):
    """The decision cannot be taken; the words say why and what to do. Nothing was changed."""


class AlreadyDecided(ValueError):
    """Somebody else was faster, or the line changed since. Nothing was changed."""

    def __init__(self, decision: Decision | None) -> None:
        super().__init__("the line was decided meanwhile")
        self.decision = decision


@dataclass(frozen=True, slots=True)
class ShareOf:
    """So much of a line for a customer, and the documents that it pays first (invoices; a quote is issued)."""

    customer_id: int
    amount: Money
    documents: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Handling:
    """Who decides, on which version of the line; how long they looked, and with which other lines."""

    by: User | None
    version: int
    seconds: int | None = None
    batch: str = ""
    reason: str = ""


@transaction.atomic
def credit_line(line_id: int, shares: Sequence[ShareOf], handling: Handling, *, at: datetime) -> Decision:
    """Credit a line to one or several customers. Raises AlreadyDecided, BadDecision."""
    work = open_line(line_id, handling)
    customers = _checked(work, shares)
    decision = write_decision(work, Action.CREDIT, handling, at=at)
    parts = [_part(share, customers[share.customer_id], line_id, at=at) for share in shares]
    received = ledger.receive_many(
        [
            arrival(
                work,
                customer_id=part.customer_id,
                amount=Money(part.cents),
                documents=part.documents,
                kept=customers[part.customer_id].is_public,
                reference=f"bank:{line_id}:{decision.number}:{place}",
                key=f"bank:{line_id}:share:{decision.number}:{place}",
                on=effective_day(work.line),
                actor=_actor(handling),
            )
            for place, part in enumerate(parts, start=1)
        ],
        at=at,
    )
    failpoint("bank.line_credited")
    for part in parts:
        meet_announced(part.customer_id, Money(part.cents), line_id, part.documents, at)
    Share.objects.bulk_create(
        share_row(decision, place, work.line, part, money)
        for place, (part, money) in enumerate(zip(parts, received, strict=True), start=1)
    )
    tell_later([decision.pk], at=at)
    return decision


@transaction.atomic
def book_line(line_id: int, account: str, handling: Handling, *, at: datetime) -> Decision:
    """Book a whole line on an account of ours: fees, transfers between our accounts. Raises as `credit_line`."""
    if account not in ACCOUNTS:
        raise BadDecision(_("Choose one of the accounts."))
    _need_reason(handling)
    work = open_line(line_id, handling)
    decision = write_decision(work, Action.BOOK, handling, at=at)
    book_whole(work, decision, account, at=at)
    return decision


@transaction.atomic
def ignore_line(line_id: int, handling: Handling, *, at: datetime) -> Decision:
    """Leave a line aside, with a reason: its money stays on 471000 for the accountant.

    A movement that was told twice is not in the books again. Raises as `credit_line`.
    """
    _need_reason(handling)
    work = open_line(line_id, handling, (*WAITING, LineState.TWICE))
    return write_decision(work, Action.IGNORE, handling, at=at, state=LineState.IGNORED)


@transaction.atomic
def keep_apart(line_id: int, handling: Handling, *, at: datetime) -> None:
    """A movement that seemed told twice is one of its own: it goes to 471000 and waits. Raises as `credit_line`."""
    work = lock_work(line_id)
    if work.version != handling.version or work.state != LineState.TWICE:
        raise AlreadyDecided(last_decision(line_id))
    [posted] = ledger.post([suspense(work.line, on=effective_day(work.line))], at=at)
    work.tx_id = posted.tx_id
    work.state = LineState.OUT if work.line.amount_cents < 0 else LineState.UNMATCHED
    work.version += 1
    work.save(update_fields=["state", "tx", "version"])


@transaction.atomic
def flag_line(line_id: int, *, by: User, at: datetime, on: bool = True) -> None:
    """Mark a line as to be checked, or unmark it. It decides nothing."""
    work = lock_work(line_id)
    work.flagged_at, work.flagged_by = (at, by) if on else (None, None)
    work.save(update_fields=["flagged_at", "flagged_by"])


def note_line(line_id: int, text: str, *, by: User, at: datetime) -> LineNote:
    """Write a note on a line. Raises BadDecision when it is empty."""
    plain = " ".join(text.split())[:_NOTE_LENGTH]
    if not plain:
        raise BadDecision(_("Write the note first."))
    return LineNote.objects.create(line_id=line_id, by=by, at=at, text=plain)


def open_line(line_id: int, handling: Handling, states: Sequence[LineState] = WAITING) -> LineWork:
    """The line under lock, as the person saw it. Raises AlreadyDecided."""
    work = lock_work(line_id)
    if work.version != handling.version or work.state not in states:
        raise AlreadyDecided(last_decision(line_id))
    return work


def _need_reason(handling: Handling) -> None:
    if not handling.reason.strip():
        raise BadDecision(_("Say why: whoever looks at this line later needs it."))


def _checked(work: LineWork, shares: Sequence[ShareOf]) -> dict[int, Customer]:
    """Whether the shares are the line. Raises BadDecision in words for people."""
    if work.line.amount_cents < 0:
        raise BadDecision(_("Money that left is not credited to anybody."))
    if not shares or len(shares) > MOST_SHARES:
        raise BadDecision(_("Choose at least one customer, and at most %(most)d.") % {"most": MOST_SHARES})
    if any(share.amount <= ZERO for share in shares):
        raise BadDecision(_("Each part is more than zero."))
    total = Money(sum(share.amount.cents for share in shares))
    if total != work.line.amount:
        words = _("The parts make %(total)s, and the line is of %(amount)s: %(left)s are left to place.")
        amounts = {"total": total, "amount": work.line.amount, "left": work.line.amount - total}
        raise BadDecision(words % {name: money_text(value) for name, value in amounts.items()})
    customers = {each.pk: each for each in customers_numbered((), {share.customer_id for share in shares})}
    if len(customers) < len({share.customer_id for share in shares}):
        raise BadDecision(_("One of the customers does not exist any more. Choose again."))
    return customers


def _part(share: ShareOf, customer: Customer, line_id: int, *, at: datetime) -> Part:
    """The documents that the share names, each of them this customer's; a quote becomes its invoice now."""
    quotes = {q.number: q for q in invoice_selectors.quotes_numbered(share.documents)}
    numbers = []
    for document in dict.fromkeys(share.documents):
        quote = quotes.get(document)
        if quote is None:
            numbers.append(document)
            continue
        if quote.customer_id != customer.pk:
            raise BadDecision(_("%(document)s is not of %(customer)s.") % {"document": document, "customer": customer})
        try:
            numbers.append(str(invoices.accept_by_money(quote, payment_ref=f"bank:{line_id}", at=at).number))
        except ValueError as refusal:
            raise BadDecision(str(refusal)) from refusal
    owned = {item.document_ref for item in books.named_items(numbers) if item.customer_id == customer.pk}
    for number in numbers:
        if number not in owned:
            raise BadDecision(_("%(document)s is not of %(customer)s.") % {"document": number, "customer": customer})
    return Part(customer.pk, share.amount.cents, tuple(numbers))


def write_decision(
    work: LineWork, action: Action, handling: Handling, *, at: datetime, state: LineState = LineState.POSTED
) -> Decision:
    """Write the decision down and take the line out of what waits."""
    last = last_decision(work.pk)
    decision = Decision.objects.create(
        line_id=work.pk,
        number=last.number + 1 if last else 1,
        action=action,
        at=at,
        by=handling.by,
        judgement=latest_judgement(work.pk),
        reason=" ".join(handling.reason.split())[:300],
        seconds=handling.seconds,
        batch=handling.batch,
    )
    work.state = state
    work.version += 1
    work.flagged_at = work.flagged_by = None
    work.save(update_fields=["state", "version", "flagged_at", "flagged_by"])
    return decision


def _actor(handling: Handling) -> str:
    return f"user:{handling.by.pk}" if handling.by else ""
