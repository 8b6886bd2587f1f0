"""What is written on the paid rendition of an invoice: its own content, and when and by what it was paid."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, time
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from core.clock import PARIS
from core.formats import day_text, money_text
from core.money import ZERO, Money
from invoices.paper import InvoicePaper, Reference, invoice_paper
from ledger.services import Origin

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from invoices.models import Invoice, InvoiceLine, InvoiceVat
    from invoices.selectors.paid import PaidBy


@dataclass(frozen=True, slots=True)
class PaidPaper:
    """The invoice in words, as paid, and its payments."""

    invoice: InvoicePaper
    payments: list[Reference]


def paid_paper(
    invoice: Invoice,
    lines: Sequence[InvoiceLine],
    vat: Sequence[InvoiceVat],
    *,
    paid: Sequence[PaidBy],
    refs: Mapping[int, str],
) -> PaidPaper:
    """The words of an invoice that `paid` paid in full; `refs` are the references of that money, by lot.

    The same payments give the same words: no clock takes part.
    """
    paper = invoice_paper(invoice, lines, vat)
    last = max(each.on for each in paid)
    total = Money(invoice.total_cents)
    head = replace(
        paper.head,
        title=_("Paid invoice %(number)s") % {"number": invoice.number},
        day=day_text(last),
        created=datetime.combine(last, time(), PARIS).isoformat(timespec="seconds"),
    )
    settled = replace(
        paper,
        head=head,
        paid=money_text(total),
        minus_paid=money_text(-total),
        to_pay=money_text(ZERO),
        is_settled=True,
        is_partly_paid=False,
        transfer=None,
    )
    return PaidPaper(settled, [Reference(_words(each, refs[each.lot_id]), money_text(each.amount)) for each in paid])


def _words(paid: PaidBy, reference: str) -> str:
    return f"{day_text(paid.on)}, {str(Origin(paid.origin).label).lower()} {reference}"
