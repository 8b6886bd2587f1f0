"""What is written on a credit note: which invoice it takes back, how much, why, and what became of the money."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from core.formats import day_text, money_text
from core.money import Money
from invoices.paper import (
    Letterhead,
    PaperLine,
    PaperVat,
    Reference,
    identity,
    letterhead,
    named,
    paper_lines,
    paper_vat,
    reference_rows,
)
from invoices.parties import Buyer, Seller
from invoices.presenting import shown_lines
from invoices.states import FreedMoney

if TYPE_CHECKING:
    from collections.abc import Sequence

    from invoices.models import Invoice, InvoiceLine, InvoiceVat


@dataclass(frozen=True, slots=True)
class CreditNotePaper:
    """A credit note, in words."""

    head: Letterhead
    original: str
    reason: str
    references: list[list[Reference]]
    lines: list[PaperLine]
    vat: list[PaperVat]
    net: str
    vat_total: str
    total: str
    credited: str
    where: str
    money: str
    vat_on_debits: bool
    deducted_vat: str


def credit_note_paper(note: Invoice, lines: Sequence[InvoiceLine], vat: Sequence[InvoiceVat]) -> CreditNotePaper:
    """The words of an issued credit note; `note.original` is read with it. Amounts are positive: the title says all."""
    original, number, issued_at = note.original, note.number, note.issued_at
    if original is None or number is None or issued_at is None:
        raise TypeError(f"{note} is not an issued credit note")
    seller, buyer = Seller.thawed(note.seller), Buyer.thawed(note.buyer)
    return CreditNotePaper(
        head=letterhead(_("Credit note %(number)s") % {"number": number}, number, seller, buyer, issued_at),
        original=named(original),
        reason=note.reason,
        references=_references(note, original, buyer),
        lines=paper_lines(shown_lines(lines, vat, with_vat=buyer.is_consumer), None),
        vat=[paper_vat(group) for group in vat],
        net=money_text(Money(note.net_cents)),
        vat_total=money_text(Money(note.vat_cents)),
        total=money_text(Money(note.total_cents)),
        credited=_("To your credit") if note.freed_cents else _("Taken off what is to be paid"),
        where=where_it_went(note),
        money=_money(note),
        vat_on_debits=note.vat_on_debits,
        deducted_vat=money_text(Money(note.vat_cents)) if note.vat_cents and not buyer.is_consumer else "",
    )


def where_it_went(note: Invoice) -> str:
    """One short sentence: where the amount of a credit note went on its day."""
    whole, freed = note.freed_cents == note.total_cents, {"freed": money_text(Money(note.freed_cents))}
    if note.freed_money == FreedMoney.CORRECTED:
        return _("used to settle the corrected invoice.") if whole else _("replaced by the corrected invoice.")
    if not note.freed_cents:
        return _("deducted from this invoice, of which less is to be paid.")
    if note.freed_money == FreedMoney.REFUND:
        return _("kept for you until it is given back.") if whole else _("of which %(freed)s are kept for you.") % freed
    if whole:
        return _("added to the balance of your prepaid account.")
    return _("of which %(freed)s are added to your balance.") % freed


def _money(note: Invoice) -> str:
    """The amounts, where only part of it had been paid."""
    less = Money(note.total_cents - note.freed_cents)
    if not note.freed_cents or not less:
        return ""
    sentences = {
        FreedMoney.BALANCE: _(
            "%(freed)s had been paid and return to your account; %(less)s are deducted from what was to be paid."
        ),
        FreedMoney.REFUND: _(
            "%(freed)s had been paid and are kept for you; %(less)s are deducted from what was to be paid."
        ),
        FreedMoney.CORRECTED: _(
            "%(freed)s had been paid and settle the corrected invoice; %(less)s are to be paid on that one."
        ),
    }
    return sentences[FreedMoney(note.freed_money)] % {
        "freed": money_text(Money(note.freed_cents)),
        "less": money_text(less),
    }


def _references(note: Invoice, original: Invoice, buyer: Buyer) -> list[list[Reference]]:
    if note.issue_date is None or original.issue_date is None:
        raise TypeError(f"{note} is not issued")
    of = _("of %(day)s") % {"day": day_text(original.issue_date)}
    first = [
        Reference(_("Issue date"), day_text(note.issue_date)),
        Reference(_("Invoice taken back"), f"{original.number}\n{of}"),
        Reference(_("Customer"), buyer.reference.shown),
        identity(buyer),
    ]
    return reference_rows(first, note, order_number=note.order_number)
