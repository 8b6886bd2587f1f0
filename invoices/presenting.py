"""The lines of an invoice as its reader sees them: before VAT for businesses, with VAT for consumers."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from core.formats import money_text
from core.money import Money, split
from invoices.states import FreedMoney
from invoices.wording import number_text, period_text, price_text, rate_text
from ledger.services import AllocationKind, Origin

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from invoices.models import Invoice, InvoiceLine, InvoiceVat
    from ledger.selectors import AllocationView


LINES_SHOWN = 200
"""How many lines of a document a page shows; its files have them all."""


@dataclass(frozen=True, slots=True)
class ShownLine:
    """A line in figures. Amounts of all lines sum to the total that the reader sees."""

    label: str
    period_start: date | None
    period_end: date | None
    quantity: Decimal
    unit_price: Decimal
    rate: Decimal
    amount: Money

    @property
    def quantity_text(self) -> str:
        return number_text(self.quantity)

    @property
    def price_text(self) -> str:
        return price_text(self.unit_price)

    @property
    def rate_text(self) -> str:
        return rate_text(self.rate)

    @property
    def period_text(self) -> str:
        return period_text(self.period_start, self.period_end) if self.period_start and self.period_end else ""


@dataclass(frozen=True, slots=True)
class ShownVat:
    """The VAT of one rate, in figures."""

    rate: Decimal
    base: Money
    vat: Money
    mention: str

    @property
    def rate_text(self) -> str:
        return rate_text(self.rate)


@dataclass(frozen=True, slots=True)
class ShownPayment:
    """What reduced an invoice, in the reader's words; negative when it was undone."""

    on: date
    words: str
    amount: Money


def shown_payment(allocation: AllocationView) -> ShownPayment:
    """`Prepaid balance (card)`, `Credit note AV2026-000001`, `Settlement undone (card)`."""
    if allocation.kind == AllocationKind.MONEY:
        source = _("Prepaid balance") if allocation.amount.cents > 0 else _("Settlement undone")
        words = f"{source} ({str(Origin(allocation.origin).label).lower()})"
    else:
        words = f"{AllocationKind(allocation.kind).label} {allocation.source_ref}"
    return ShownPayment(allocation.on, words, allocation.amount)


def what_became(note: Invoice) -> str:
    """What a credit note did to the account, in a sentence or two."""
    freed, less = money_text(Money(note.freed_cents)), money_text(Money(note.total_cents - note.freed_cents))
    if note.freed_money == FreedMoney.CORRECTED:
        return _("A corrected invoice replaces it; the balance of your account does not change.")
    if not note.freed_cents:
        return _("As much less is to be paid on this invoice.")
    if note.freed_money == FreedMoney.REFUND:
        words = _("%(freed)s that you had paid are kept for you until they are given back.") % {"freed": freed}
    else:
        words = _("%(freed)s that you had paid are back on your account, and pay what is due.") % {"freed": freed}
    if note.freed_cents == note.total_cents:
        return words
    return words + " " + _("%(less)s less are to be paid on this invoice.") % {"less": less}


def shown_vat(vat: Sequence[InvoiceVat]) -> list[ShownVat]:
    """The VAT of an invoice, rate by rate."""
    return [ShownVat(group.rate, Money(group.base_cents), Money(group.vat_cents), group.mention) for group in vat]


def shown_lines(lines: Sequence[InvoiceLine], vat: Sequence[InvoiceVat], *, with_vat: bool) -> list[ShownLine]:
    """The lines in order. With VAT, the total of each rate is shared between its lines, so that the cents agree."""
    amounts = _with_vat(lines, vat) if with_vat else {line.position: Money(line.net_cents) for line in lines}
    return [
        ShownLine(
            label=line.label,
            period_start=line.period_start,
            period_end=line.period_end,
            quantity=line.quantity,
            unit_price=_price_with_vat(line) if with_vat else line.unit_price,
            rate=line.rate,
            amount=amounts[line.position],
        )
        for line in lines
    ]


def _with_vat(lines: Sequence[InvoiceLine], vat: Sequence[InvoiceVat]) -> dict[int, Money]:
    members: dict[tuple[str, Decimal], list[InvoiceLine]] = defaultdict(list)
    for line in lines:
        members[line.category, line.rate].append(line)
    amounts = {}
    for group in vat:
        own = members[group.category, group.rate]
        parts = split(group.base_cents + group.vat_cents, [line.net_cents for line in own])
        amounts.update({line.position: Money(cents) for line, cents in zip(own, parts, strict=True)})
    return amounts


def _price_with_vat(line: InvoiceLine) -> Decimal:
    """To the cent, as prices are shown to consumers; under one cent as precise as it is."""
    price = line.unit_price * (100 + line.rate) / 100
    rounded = price.quantize(Decimal("0.01"))
    return rounded or price.quantize(Decimal("0.000001"))
