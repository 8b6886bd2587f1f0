"""Issue credit notes: what is taken back of an invoice, line by line, in a series of its own.

CGI art. 289, I-5: a document that changes an invoice refers to it in a specific and unequivocal way, and is one in law.
"""

from __future__ import annotations

import copy
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from django.db import transaction
from django.utils.translation import gettext

from accounts.identity import plain_line
from accounts.selectors import current_seller
from core.clock import local_date
from core.failpoints import failpoint
from core.money import Money
from invoices.content import content_hash, invoice_content
from invoices.crediting import BadCredit, TakenBack, take
from invoices.locks import lock_invoices
from invoices.models import LABEL_LENGTH, ROUTING_LENGTHS, Invoice, InvoiceLine, InvoiceVat
from invoices.numbering import take_numbers
from invoices.parties import copy_seller
from invoices.selectors.credits import credit_note_by_key, left_of, refund_key
from invoices.services.issuing import VAT_WAITING, correction_hold, tell
from invoices.states import DocumentKind, FreedMoney, InvoiceStatus, Series
from invoices.transitions import move
from invoices.writing import write_issued
from ledger import services as ledger

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from invoices.crediting import GroupTaken, LineTaken, Taken

Part = TypeVar("Part", InvoiceLine, InvoiceVat)

__all__ = ["BadCredit", "CreditKeyReused", "Request", "TakenBack", "issue_credit_note"]


class CreditKeyReused(ValueError):
    """That key already names a credit note that takes something else back."""


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked of a credit note besides the lines: why, what becomes of the money, by whom, and the key."""

    reason: str
    key: str
    freed_money: FreedMoney = FreedMoney.BALANCE
    actor: str = ""


def issue_credit_note(
    original: Invoice, taken: Sequence[TakenBack] | None, request: Request, *, at: datetime
) -> Invoice:
    """Take back these parts of an issued invoice, or all that is left of it (None), dated the day of `at` in Paris.

    In one transaction: the next number of the series, parties and dates frozen, prices, rates, accounts and VAT basis
    as invoiced, the books reduced. Money that had paid what is taken back returns to its own lot; then it pays what is
    due as any money, or is held for its refund (`money_to_refund`), as always for a public body, which decides itself.

    Twice is once, by the key. Raises BadCredit, CreditKeyReused, DateBeforeLast, NoSeller.
    """
    asked = _fingerprint(original, taken, request)
    with transaction.atomic():
        ledger.lock_customers([original.customer_id])
        invoice = lock_invoices([original.pk])[original.pk]
        if known := credit_note_by_key(request.key):
            return _same(known, asked)
        return _issue(invoice, taken, request, asked=asked, at=at)


def _issue(
    invoice: Invoice, taken: Sequence[TakenBack] | None, request: Request, *, asked: str, at: datetime
) -> Invoice:
    day = local_date(at)
    if not invoice.is_issued or invoice.is_credit_note or invoice.issue_date is None:
        raise BadCredit(gettext("Only an issued invoice can be taken back."))
    if day < invoice.issue_date:
        raise BadCredit(gettext("A credit note is not dated before its invoice."))
    parts = take(left_of(invoice), taken)
    note = _draft(invoice, request, parts, asked=asked, at=at)
    lines, vat = _parts(note, parts)
    [note.number] = take_numbers(Series.CREDIT_NOTE, 1, on=day)
    failpoint("credit-note-numbered")
    note.issue_date, note.issued_at = day, at
    note.due_date = day  # nothing is due: the date of the note itself
    reduced = _book(note, vat, at=at)
    note.ledger_tx_id, note.freed_cents = reduced.tx_id, reduced.freed.cents
    note.content_hash = content_hash(invoice_content(note, lines, vat))
    move(note, InvoiceStatus.ISSUED)
    write_issued([note])
    tell([note], {note.pk: vat}, at=at)
    return note


def _draft(invoice: Invoice, request: Request, parts: Taken, *, asked: str, at: datetime) -> Invoice:
    """The credit note with all that it says but its number; the buyer as on its invoice, the seller as today."""
    reason = plain_line(request.reason)[:LABEL_LENGTH].rstrip(" .")  # the sentence around it has a point
    if not reason:
        raise BadCredit(gettext("A credit note says why: write the reason."))
    to_its_sender = request.freed_money == FreedMoney.BALANCE and invoice.buyer["kind"] == "PUBLIC"
    return Invoice.objects.create(
        kind=DocumentKind.CREDIT_NOTE,
        customer_id=invoice.customer_id,
        original=invoice,
        reason=reason,
        freed_money=FreedMoney.REFUND if to_its_sender else request.freed_money,
        key=request.key,
        asked=asked,
        actor=request.actor,
        subject=invoice.subject,
        order_number=invoice.order_number,
        **{name: getattr(invoice, name) for name in ROUTING_LENGTHS},
        seller=copy_seller(current_seller(on=local_date(at))).frozen(),
        buyer=invoice.buyer,
        vat_on_debits=invoice.vat_on_debits,
        vat_evidence=invoice.vat_evidence,
        net_cents=parts.net.cents,
        vat_cents=parts.vat.cents,
        total_cents=parts.total.cents,
        created_at=at,
    )


def _parts(note: Invoice, parts: Taken) -> tuple[list[InvoiceLine], list[InvoiceVat]]:
    """The lines and the VAT, written before it is issued: the database takes none afterwards."""
    lines = [_line(note, position, part) for position, part in enumerate(parts.lines, 1)]
    vat = [_group(note, part) for part in parts.groups]
    return InvoiceLine.objects.bulk_create(lines), InvoiceVat.objects.bulk_create(vat)


def _line(note: Invoice, position: int, part: LineTaken) -> InvoiceLine:
    line = copied(part.line, note)
    line.position, line.original = position, part.line
    line.quantity, line.unit_price, line.net_cents = part.quantity, part.unit_price, part.net.cents
    return line


def _group(note: Invoice, part: GroupTaken) -> InvoiceVat:
    group = copied(part.group, note)
    group.base_cents, group.vat_cents = part.base.cents, part.vat.cents
    return group


def copied(part: Part, invoice: Invoice) -> Part:
    """The same row for another document: what was decided for the first one holds for it too."""
    twin = copy.copy(part)
    twin.pk, twin.invoice = None, invoice
    twin._state.adding = True  # noqa: SLF001 - Django's documented way to copy a row
    return twin


def _book(note: Invoice, vat: Sequence[InvoiceVat], *, at: datetime) -> ledger.Reduced:
    """VE D revenue, D VAT / C 411000; before it, the money that had paid too much goes back to its lots."""
    original = note.original
    if original is None or note.number is None or note.issue_date is None or original.number is None:
        raise TypeError(f"{note} is not numbered and dated yet")
    keeps = note.freed_money != FreedMoney.BALANCE
    return ledger.book_credit_note(
        original.number,
        Money(note.total_cents),
        legs=_legs(vat, on_debits=note.vat_on_debits),
        piece=ledger.Piece(
            ledger.Journal.SALES,
            f"Avoir {note.number} sur {original.number}",
            note.number,
            note.issue_date,
            f"credit_note:{note.number}",
            actor=note.actor,
        ),
        at=at,
        releases=() if note.vat_on_debits else _releases(original, vat),
        keeps_as=_hold(note, original) if keeps else "",
        keeps_each_lot=note.freed_money == FreedMoney.REFUND,
    )


def _hold(note: Invoice, original: Invoice) -> str:
    return refund_key(note) if note.freed_money == FreedMoney.REFUND else correction_hold(original)


def _legs(vat: Sequence[InvoiceVat], *, on_debits: bool) -> list[ledger.DebitLeg]:
    debited: dict[str, int] = defaultdict(int)
    for group in vat:
        debited[group.revenue_account] += group.base_cents
        if group.vat_cents:
            debited[group.vat_account if on_debits else VAT_WAITING] += group.vat_cents
    return [ledger.DebitLeg(account, Money(cents)) for account, cents in debited.items()]


def _releases(original: Invoice, vat: Sequence[InvoiceVat]) -> list[ledger.Release]:
    """The VAT of each rate that waits less; `share` counts the rates of the invoice that had VAT, in its order."""
    waiting = [row for row in original.vat.order_by("-rate", "category") if row.vat_cents]
    places = {(row.category, row.rate): place for place, row in enumerate(waiting, 1)}
    return [
        ledger.Release(VAT_WAITING, group.vat_account, Money(group.vat_cents), share=places[group.category, group.rate])
        for group in vat
        if group.vat_cents
    ]


def _fingerprint(original: Invoice, taken: Sequence[TakenBack] | None, request: Request) -> str:
    lines = None if taken is None else [repr(one) for one in taken]
    asked = {"original": original.pk, "lines": lines, "reason": request.reason, "freed_money": request.freed_money}
    return content_hash(asked)


def _same(known: Invoice, asked: str) -> Invoice:
    if known.asked != asked:
        raise CreditKeyReused(f"{known.key} is the key of {known.number}")
    return known
