"""Arithmetic of an invoice: amounts of lines, VAT by rate, totals. Whole cents out, rounded once, halves up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from core.money import ZERO, Money, round_half_up


@dataclass(frozen=True, slots=True)
class TaxedAmount:
    """The amount of a line before VAT, and the VAT group it belongs to."""

    net: Money
    rate: Decimal
    category: str


@dataclass(frozen=True, slots=True)
class VatGroup:
    """All lines of one (category, rate): their base, and the VAT on it."""

    category: str
    rate: Decimal
    base: Money
    vat: Money


@dataclass(frozen=True, slots=True)
class Totals:
    """What a document adds up to: net + VAT = total, and the groups sum to both."""

    groups: tuple[VatGroup, ...]
    net: Money
    vat: Money
    total: Money


def line_net(quantity: Decimal, unit_price: Decimal) -> Money:
    """Quantity × unit price before VAT, half up to the cent (EN 16931, BT-131)."""
    return Money(round_half_up(quantity * unit_price * 100))


def vat_on(base: Money, rate: Decimal) -> Money:
    """The VAT of a base at a rate in %, half up to the cent (EN 16931, BR-CO-17 without its slack)."""
    return Money(round_half_up(Decimal(base.cents) * rate / 100))


def total_up(amounts: Sequence[TaxedAmount]) -> Totals:
    """Sum a document. VAT is computed once per (category, rate), never by line; the highest rate comes first."""
    bases: dict[tuple[str, Decimal], Money] = {}
    for amount in amounts:
        key = (amount.category, amount.rate)
        bases[key] = bases.get(key, ZERO) + amount.net
    groups = tuple(
        VatGroup(category, rate, base, vat_on(base, rate)) for (category, rate), base in _highest_first(bases)
    )
    net = sum((group.base for group in groups), ZERO)
    vat = sum((group.vat for group in groups), ZERO)
    return Totals(groups, net, vat, net + vat)


def _highest_first(bases: Mapping[tuple[str, Decimal], Money]) -> list[tuple[tuple[str, Decimal], Money]]:
    return sorted(bases.items(), key=lambda item: (-item[0][1], item[0][0]))
