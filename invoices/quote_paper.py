"""What is written on a quote and on a pro forma invoice: what is offered, until when, and that it is no invoice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from core.formats import day_text, money_text
from core.money import Money
from invoices import qr
from invoices.paper import Letterhead, PaperLine, PaperVat, Reference, identity, letterhead, paper_lines, paper_vat
from invoices.paper import reference_rows as rows_of
from invoices.parties import Buyer, Seller
from invoices.presenting import shown_lines
from invoices.quote_content import lines_of, vat_of
from invoices.states import QuoteKind
from invoices.wording import month_of, period_text, rate_text, usual_period

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from invoices.models import InvoiceLine, Quote

_SUBJECT_COLUMNS = 100


@dataclass(frozen=True, slots=True)
class Prepayment:
    """How to pay a pro forma invoice by transfer, in words and as a code."""

    holder: str
    iban: str
    bic: str
    reference: str
    compact_reference: str
    code_path: str
    code_size: int


@dataclass(frozen=True, slots=True)
class QuotePaper:
    """A quote or a pro forma invoice, in words."""

    head: Letterhead
    is_pro_forma: bool
    subject: str
    references: list[list[Reference]]
    lines: list[PaperLine]
    vat: list[PaperVat]
    net: str
    vat_total: str
    total: str
    valid_until: str
    late_rate: str
    prepayment: Prepayment | None


def quote_paper(quote: Quote) -> QuotePaper:
    """The words of a quote. Consumers read prices with VAT (arrêté 83-50/A), the others without."""
    seller, buyer = Seller.thawed(quote.seller), Buyer.thawed(quote.buyer)
    lines, vat = lines_of(quote), vat_of(quote)
    period = usual_period((line.period_start, line.period_end) for line in lines)
    is_pro_forma = quote.kind == QuoteKind.PROFORMA
    return QuotePaper(
        head=letterhead(quote_title(quote), quote.number, seller, buyer, quote.issued_at),
        is_pro_forma=is_pro_forma,
        subject=_subject(quote, lines, period),
        references=_references(quote, buyer, period),
        lines=paper_lines(shown_lines(lines, vat, with_vat=buyer.is_consumer), period),
        vat=[paper_vat(group) for group in vat],
        net=money_text(Money(quote.net_cents)),
        vat_total=money_text(Money(quote.vat_cents)),
        total=money_text(Money(quote.total_cents)),
        valid_until=day_text(quote.valid_until),
        late_rate=rate_text(seller.late_rate),
        prepayment=_prepayment(seller, buyer, Money(quote.total_cents)) if is_pro_forma else None,
    )


def quote_title(quote: Quote) -> str:
    """`Devis DE2026-000001`, `Facture pro forma PF2026-000001`."""
    words = _("Pro forma invoice %(number)s") if quote.kind == QuoteKind.PROFORMA else _("Quote %(number)s")
    return words % {"number": quote.number}


def _subject(quote: Quote, lines: Sequence[InvoiceLine], period: tuple[date, date] | None) -> str:
    what = quote.subject or (lines[0].label if len(lines) == 1 else _("Services"))
    if len(what) > _SUBJECT_COLUMNS:
        what = what[:_SUBJECT_COLUMNS].rstrip() + "…"
    return f"{what}, {month_of(*period)}" if period else what


def _references(quote: Quote, buyer: Buyer, period: tuple[date, date] | None) -> list[list[Reference]]:
    first = [
        Reference(_("Date"), day_text(quote.issue_date)),
        Reference(_("Period"), period_text(*period)) if period else None,
        Reference(_("Customer"), buyer.reference.shown),
        identity(buyer),
    ]
    return rows_of(first, quote)


def _prepayment(seller: Seller, buyer: Buyer, amount: Money) -> Prepayment:
    reference = buyer.reference.rf
    payload = qr.transfer_payload(
        holder=seller.bank_holder, iban=seller.iban, bic=seller.bic, amount=amount, reference=reference
    )
    path, size = qr.qr_path(payload)
    return Prepayment(
        holder=seller.bank_holder,
        iban=seller.iban_text,
        bic=seller.bic,
        reference=buyer.reference.rf_shown.replace(" ", "\u00a0"),
        compact_reference=reference,
        code_path=path,
        code_size=size,
    )
