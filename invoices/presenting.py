"""The lines of an invoice as its reader sees them: before VAT for businesses, with VAT for consumers."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from core.money import Money, split

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from invoices.models import InvoiceLine, InvoiceVat


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
    return rounded if rounded else price.quantize(Decimal("0.000001"))
