"""Arithmetic of credit notes: what is left of an invoice, and what a credit note takes of it. No database.

Amounts of a credit note are positive (EN 16931, type 381); a line that takes back a discount has a negative quantity,
as the discount itself. Prices, rates and accounts are those of the invoice, whatever they are today.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from django.utils.translation import gettext

from core.money import ZERO, Money
from invoices.totals import line_net, vat_on

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from invoices.models import InvoiceLine, InvoiceVat

_ONE = Decimal(1)
_ONE_CENT = 1
_DECIMALS = 4


class BadCredit(ValueError):
    """A credit note cannot take this back; the message says why. Nothing was written."""


@dataclass(frozen=True, slots=True)
class TakenBack:
    """What to take back of a line: so many units, or an amount before VAT; with neither, all that is left of it.

    Both are above zero, also for a discount.
    """

    position: int
    quantity: Decimal | None = None
    amount: Money | None = None


@dataclass(frozen=True, slots=True)
class LineLeft:
    """A line of an invoice and what no credit note took back yet. `quantity` is None once an amount was taken of it."""

    line: InvoiceLine
    net: Money
    quantity: Decimal | None


@dataclass(frozen=True, slots=True)
class GroupLeft:
    """A (category, rate) of an invoice, and what is left of its base and of its VAT."""

    group: InvoiceVat
    base: Money
    vat: Money


@dataclass(frozen=True, slots=True)
class Left:
    """What is left of an invoice."""

    lines: tuple[LineLeft, ...]
    groups: tuple[GroupLeft, ...]

    @property
    def total(self) -> Money:
        return sum((group.base + group.vat for group in self.groups), ZERO)

    @property
    def open_lines(self) -> list[LineLeft]:
        """The lines of which something may still be taken back."""
        spent = {_key(left.group) for left in self.groups if not left.base}
        return [left for left in self.lines if left.net and _key(left.line) not in spent]


@dataclass(frozen=True, slots=True)
class LineTaken:
    """A line of a credit note to be: its quantity times its price is its amount, to the cent."""

    line: InvoiceLine
    quantity: Decimal
    unit_price: Decimal
    net: Money


@dataclass(frozen=True, slots=True)
class GroupTaken:
    """The base and the VAT that a credit note takes of one (category, rate)."""

    group: InvoiceVat
    base: Money
    vat: Money


@dataclass(frozen=True, slots=True)
class Taken:
    """A credit note to be."""

    lines: tuple[LineTaken, ...]
    groups: tuple[GroupTaken, ...]

    @property
    def net(self) -> Money:
        return sum((group.base for group in self.groups), ZERO)

    @property
    def vat(self) -> Money:
        return sum((group.vat for group in self.groups), ZERO)

    @property
    def total(self) -> Money:
        return self.net + self.vat


def what_is_left(
    lines: Sequence[InvoiceLine],
    vat: Sequence[InvoiceVat],
    *,
    taken_lines: Iterable[InvoiceLine],
    taken_vat: Iterable[InvoiceVat],
) -> Left:
    """What is left of an invoice with these lines and VAT, once its credit notes took theirs."""
    by_line: dict[int | None, list[InvoiceLine]] = defaultdict(list)
    for line in taken_lines:
        by_line[line.original_id].append(line)
    by_group: dict[tuple[str, Decimal], list[InvoiceVat]] = defaultdict(list)
    for group in taken_vat:
        by_group[_key(group)].append(group)
    return Left(
        lines=tuple(_line_left(line, by_line[line.pk]) for line in lines),
        groups=tuple(
            GroupLeft(
                group,
                Money(group.base_cents - sum(taken.base_cents for taken in by_group[_key(group)])),
                Money(group.vat_cents - sum(taken.vat_cents for taken in by_group[_key(group)])),
            )
            for group in vat
        ),
    )


def take(left: Left, asked: Sequence[TakenBack] | None) -> Taken:
    """What a credit note takes back; None for all that is left. Raises BadCredit."""
    by_position = {line.line.position: line for line in left.open_lines}
    if asked is None:
        asked = [TakenBack(position) for position in by_position]
    if not asked:
        raise BadCredit(gettext("There is nothing to take back. No credit note was issued."))
    lines: dict[int, LineTaken] = {}
    for one in asked:
        if one.position in lines:
            raise BadCredit(gettext("Line %(position)s is named twice.") % {"position": one.position})
        if one.position not in by_position:
            raise BadCredit(gettext("Nothing is left of line %(position)s.") % {"position": one.position})
        lines[one.position] = _take_line(by_position[one.position], one)
    ordered = tuple(lines[position] for position in sorted(lines))
    return Taken(ordered, _take_groups(left.groups, ordered))


def _line_left(line: InvoiceLine, taken: Sequence[InvoiceLine]) -> LineLeft:
    net = Money(line.net_cents - sum(one.net_cents for one in taken))
    by_units = all(one.unit_price == line.unit_price for one in taken)
    quantity = line.quantity - sum((one.quantity for one in taken), Decimal(0))
    return LineLeft(line, net, quantity if by_units and quantity else None)


def _take_line(left: LineLeft, one: TakenBack) -> LineTaken:
    if one.quantity is not None:
        return _take_units(left, one.quantity)
    if one.amount is not None:
        return _take_amount(left, one.amount)
    return _take_rest(left)


def _take_units(left: LineLeft, asked: Decimal) -> LineTaken:
    label = left.line.label
    if left.quantity is None:
        raise BadCredit(
            gettext("An amount was already taken back of this line; give an amount: %(label)s") % {"label": label}
        )
    if asked <= 0:
        raise BadCredit(gettext("What is taken back is above zero: %(label)s") % {"label": label})
    if not asked.is_finite() or asked != round(asked, _DECIMALS):
        raise BadCredit(gettext("A quantity has 4 decimals at most: %(label)s") % {"label": label})
    if asked > abs(left.quantity):
        raise BadCredit(gettext("More units than are left of this line: %(label)s") % {"label": label})
    if asked == abs(left.quantity):
        return _take_rest(left)
    quantity = asked.copy_sign(left.quantity)
    net = line_net(quantity, left.line.unit_price)
    if not net:
        raise BadCredit(gettext("This quantity is worth less than a cent: %(label)s") % {"label": label})
    if abs(net.cents) > abs(left.net.cents):
        return _take_rest(left)
    return LineTaken(left.line, quantity, left.line.unit_price, net)


def _take_amount(left: LineLeft, asked: Money) -> LineTaken:
    label = left.line.label
    if asked <= ZERO:
        raise BadCredit(gettext("What is taken back is above zero: %(label)s") % {"label": label})
    if asked.cents > abs(left.net.cents):
        raise BadCredit(gettext("More than is left of this line: %(label)s") % {"label": label})
    if asked.cents == abs(left.net.cents):
        return _take_rest(left)
    return _one_unit(left, asked if left.net > ZERO else -asked)


def _take_rest(left: LineLeft) -> LineTaken:
    """The exact rest: in units where they are worth it, else as one unit at that amount."""
    if left.quantity is not None and line_net(left.quantity, left.line.unit_price) == left.net:
        return LineTaken(left.line, left.quantity, left.line.unit_price, left.net)
    return _one_unit(left, left.net)


def _one_unit(left: LineLeft, net: Money) -> LineTaken:
    return LineTaken(left.line, _ONE.copy_sign(net.euros), abs(net.euros), net)


def _take_groups(groups: Sequence[GroupLeft], lines: Sequence[LineTaken]) -> tuple[GroupTaken, ...]:
    bases: dict[tuple[str, Decimal], Money] = {}
    for line in lines:
        bases[_key(line.line)] = bases.get(_key(line.line), ZERO) + line.net
    return tuple(_take_group(left, bases[_key(left.group)]) for left in groups if _key(left.group) in bases)


def _take_group(left: GroupLeft, base: Money) -> GroupTaken:
    """The VAT of a base, half up; the last note takes the exact rest, so that the VAT sums to zero.

    What would be left afterwards stays within a cent of the VAT on its own base: roundings never add up.
    """
    if base <= ZERO:
        raise BadCredit(gettext("A discount alone would be taken back: that is another invoice, not a credit note."))
    if base > left.base:
        raise BadCredit(gettext("A discount was given on these lines: take it back with them."))
    if base == left.base:
        return GroupTaken(left.group, base, left.vat)
    rest = vat_on(left.base - base, left.group.rate).cents
    least, most = left.vat.cents - rest - _ONE_CENT, left.vat.cents - rest + _ONE_CENT
    vat = min(max(vat_on(base, left.group.rate).cents, least, 0), most, left.vat.cents)
    return GroupTaken(left.group, base, Money(vat))


def _key(part: InvoiceLine | InvoiceVat) -> tuple[str, Decimal]:
    return part.category, part.rate
