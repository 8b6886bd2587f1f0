"""What is written on the paper of each document: from frozen rows to words, in the language that is active.

Templates of `templates/paper/` only lay out; every amount and date comes from here as text.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from core.clock import PARIS, local_date
from core.countries import country_name
from core.formats import day_text, moment_text, money_text
from core.money import ZERO, Money
from invoices.parties import Buyer, Seller
from invoices.presenting import shown_lines
from invoices.transfer import transfer_of
from invoices.wording import (
    bare_money,
    document_words,
    month_of,
    period_text,
    rate_text,
    terms_text,
    usual_period,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from invoices.models import Invoice, InvoiceLine, InvoiceVat, Quote, Receipt
    from invoices.presenting import ShownLine
    from invoices.transfer import Transfer

_WINDOW_LINES, _WINDOW_COLUMNS = 6, 42
_SUBJECT_COLUMNS = 100
_COLUMNS = 4


@dataclass(frozen=True, slots=True)
class Letterhead:
    """What all documents have: who writes, to whom, and the particulars of the file."""

    language: str
    title: str
    name: str
    created: str
    day: str
    seller: Seller
    buyer: Buyer
    sender: str
    contact: str
    legal: str
    address: str
    address_is_long: bool


@dataclass(frozen=True, slots=True)
class Reference:
    """One cell of the references: what it is, and its value (several lines are possible)."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class PaperLine:
    """One row of the table; `carried` is the running total for the feet and heads of pages."""

    label: str
    detail: str
    quantity: str
    unit_price: str
    rate: str
    amount: str
    carried: str


@dataclass(frozen=True, slots=True)
class PaperVat:
    """The VAT of one rate: what it is called, on which base, how much."""

    rate: str
    base: str
    vat: str
    mention: str


@dataclass(frozen=True, slots=True)
class InvoicePaper:
    """An invoice, in words."""

    head: Letterhead
    subject: str
    free_text: str
    references: list[list[Reference]]
    lines: list[PaperLine]
    vat: list[PaperVat]
    net: str
    vat_total: str
    total: str
    paid: str
    minus_paid: str
    to_pay: str
    due: str
    terms: str
    is_settled: bool
    is_partly_paid: bool
    vat_on_debits: bool
    late_rate: str
    replaces: str
    transfer: Transfer | None


@dataclass(frozen=True, slots=True)
class ReceiptPaper:
    """A receipt, in words. There is no VAT on it, not even a zero (CGI art. 283-3)."""

    head: Letterhead
    references: list[list[Reference]]
    amount: str
    plus_amount: str
    received: str
    short_day: str
    method: str
    before: str
    after: str
    settled: list[Reference]
    restores: str


def invoice_paper(invoice: Invoice, lines: Sequence[InvoiceLine], vat: Sequence[InvoiceVat]) -> InvoicePaper:
    """The words of an issued invoice. Consumers read prices with VAT (arrêté 83-50/A), the others without."""
    number, issue_date, due_date, issued_at = invoice.number, invoice.issue_date, invoice.due_date, invoice.issued_at
    if number is None or issue_date is None or due_date is None or issued_at is None:
        raise TypeError(f"{invoice} is not issued")
    seller, buyer = Seller.thawed(invoice.seller), Buyer.thawed(invoice.buyer)
    to_pay = Money(invoice.total_cents - invoice.paid_at_issue_cents)
    period = usual_period((line.period_start, line.period_end) for line in lines)
    return InvoicePaper(
        head=letterhead(_("Invoice %(number)s") % {"number": number}, number, seller, buyer, issued_at),
        subject=_subject(invoice, lines, period),
        free_text=invoice.free_text,
        references=_invoice_references(invoice, buyer, issue_date, period),
        lines=paper_lines(shown_lines(lines, vat, with_vat=buyer.is_consumer), period),
        vat=[paper_vat(group) for group in vat],
        net=money_text(Money(invoice.net_cents)),
        vat_total=money_text(Money(invoice.vat_cents)),
        total=money_text(Money(invoice.total_cents)),
        paid=money_text(Money(invoice.paid_at_issue_cents)),
        minus_paid=money_text(Money(-invoice.paid_at_issue_cents)),
        to_pay=money_text(to_pay),
        due=day_text(due_date),
        terms=terms_text(buyer.days_from_receipt),
        is_settled=not to_pay,
        is_partly_paid=bool(to_pay) and invoice.paid_at_issue_cents > 0,
        vat_on_debits=invoice.vat_on_debits and invoice.vat_cents > 0,
        late_rate=rate_text(seller.late_rate),
        replaces=_replaces(invoice),
        transfer=transfer_of(seller, buyer, to_pay) if to_pay else None,
    )


def receipt_paper(receipt: Receipt) -> ReceiptPaper:
    """The words of a receipt: what was received, how, and the balance before and after."""
    seller, buyer = Seller.thawed(receipt.seller), Buyer.thawed(receipt.buyer)
    amount, after = Money(receipt.amount_cents), Money(receipt.balance_after_cents)
    day = local_date(receipt.received_at)
    references = [
        Reference(_("Payment date"), day_text(day)),
        Reference(_("Payment method"), receipt.method),
        Reference(_("Customer"), buyer.reference.shown),
        Reference(_("Payment reference"), receipt.payment_ref),
    ]
    return ReceiptPaper(
        head=letterhead(
            _("Payment receipt %(number)s") % {"number": receipt.number},
            receipt.number,
            seller,
            buyer,
            receipt.issued_at,
        ),
        references=[references],
        amount=money_text(amount),
        plus_amount=money_text(amount, signed=True),
        received=moment_text(receipt.received_at),
        short_day=day_text(day, short=True),
        method=receipt.method,
        before=money_text(after - amount),
        after=money_text(after),
        settled=[
            Reference(document_words(paid["document"]), money_text(Money(paid["amount_cents"])))
            for paid in receipt.settled
        ],
        restores=_restores(receipt),
    )


def _restores(receipt: Receipt) -> str:
    if receipt.restores is None:
        return ""
    names = {"cancellation": receipt.restores.number, "receipt": receipt.restores.receipt.number}
    return _("%(cancellation)s had cancelled receipt %(receipt)s; this money has come back.") % names


def named(invoice: Invoice) -> str:
    """An issued invoice as another document refers to it: `FA2026-000001 du 1er novembre 2026` (CGI art. 289, I-5)."""
    if invoice.issue_date is None:
        raise TypeError(f"{invoice} is not issued")
    return _("%(number)s of %(day)s") % {"number": invoice.number, "day": day_text(invoice.issue_date)}


def _replaces(invoice: Invoice) -> str:
    return named(invoice.replaces) if invoice.replaces else ""


def letterhead(title: str, name: str, seller: Seller, buyer: Buyer, at: datetime) -> Letterhead:
    """Who writes, to whom, when: the same on every document."""
    address = _address(buyer, seller)
    return Letterhead(
        language=buyer.language,
        title=title,
        name=name,
        created=at.astimezone(PARIS).isoformat(timespec="seconds"),
        day=day_text(local_date(at)),
        seller=seller,
        buyer=buyer,
        sender="\n".join([seller.name, *seller.street_lines, f"SIREN {seller.siren_text}"]),
        contact="\n".join(filter(None, [seller.website.removeprefix("https://"), seller.email, seller.phone])),
        legal=_legal(seller),
        address="\n".join(address),
        address_is_long=sum(1 + len(line) // _WINDOW_COLUMNS for line in address) > _WINDOW_LINES,
    )


def _legal(seller: Seller) -> str:
    """The identity at the foot of each page (C. com. art. R. 123-237 and R. 123-238)."""
    name = ", ".join(filter(None, [seller.name, seller.legal_form]))
    registered = seller.registry or f"SIREN {seller.siren_text}"
    vat = _("VAT %(number)s") % {"number": seller.vat_number} if seller.vat_number else ""
    return " – ".join(filter(None, [name, registered, vat])) + "\n" + seller.street


def _address(buyer: Buyer, seller: Seller) -> list[str]:
    """As it shows in the window of an envelope: town in capitals, and abroad the country, in French for our post."""
    town = f"{buyer.postcode} {buyer.city.upper()}".strip()
    abroad = country_name(buyer.country, french=True).upper() if buyer.country != seller.country else ""
    return list(filter(None, [buyer.name, buyer.address_line1, buyer.address_line2, town, abroad]))


def _subject(invoice: Invoice, lines: Sequence[InvoiceLine], period: tuple[date, date] | None) -> str:
    what = invoice.subject or (lines[0].label if len(lines) == 1 else _("Services"))
    if len(what) > _SUBJECT_COLUMNS:
        what = what[:_SUBJECT_COLUMNS].rstrip() + "…"
    return f"{what}, {month_of(*period)}" if period else what


def _invoice_references(
    invoice: Invoice, buyer: Buyer, issue_date: date, period: tuple[date, date] | None
) -> list[list[Reference]]:
    first = [
        Reference(_("Issue date"), day_text(issue_date)),
        Reference(_("Period"), period_text(*period)) if period else None,
        Reference(_("Customer"), buyer.reference.shown),
        identity(buyer),
    ]
    return reference_rows(first, invoice, order_number=invoice.order_number)


def reference_rows(
    first: Sequence[Reference | None], invoice: Invoice | Quote, *, order_number: str = ""
) -> list[list[Reference]]:
    """First who and when; then, when there are any, the buyer's own references (C. com. art. L. 441-9, I)."""
    second = [
        Reference(_("Service code"), invoice.service_code),
        Reference(_("Engagement"), invoice.engagement_number),
        Reference(_("Market"), invoice.market_number),
        Reference(_("Order number"), order_number),
    ]
    rows = [[cell for cell in row if cell and cell.value] for row in (first, second)]
    return [row + [Reference("", "")] * (_COLUMNS - len(row)) for row in rows if row]


def identity(buyer: Buyer) -> Reference | None:
    """The buyer's numbers: SIRET of a public body, SIREN and VAT number of a company, none of who has none."""
    if buyer.is_consumer:
        return None
    if buyer.is_public and buyer.siret:
        return Reference(_("Your SIRET"), buyer.siret_text)
    if buyer.siren and buyer.vat_number:
        return Reference(_("Your SIREN – VAT"), f"{buyer.siren_text}\n{buyer.vat_number}")
    if buyer.siren:
        return Reference(_("Your SIREN"), buyer.siren_text)
    return Reference(_("Your VAT number"), buyer.vat_number) if buyer.vat_number else None


def paper_lines(shown: Sequence[ShownLine], period: tuple[date, date] | None) -> list[PaperLine]:
    """The rows; the period of a line is said only when it is not the one of the whole invoice."""
    rows, carried = [], ZERO
    for line in shown:
        carried += line.amount
        detail = "" if (line.period_start, line.period_end) == period else line.period_text
        rows.append(
            PaperLine(
                line.label,
                detail,
                line.quantity_text,
                line.price_text,
                line.rate_text,
                bare_money(line.amount),
                bare_money(carried),
            )
        )
    return rows


def paper_vat(group: InvoiceVat) -> PaperVat:
    """The VAT of one rate, in words."""
    return PaperVat(
        rate_text(group.rate), money_text(Money(group.base_cents)), money_text(Money(group.vat_cents)), group.mention
    )
