"""What a credit note takes, for any invoice and any way of taking it back."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.money import ZERO, Money
from invoices.crediting import BadCredit, Left, Taken, TakenBack, take, what_is_left
from invoices.models import InvoiceLine, InvoiceVat
from invoices.totals import TaxedAmount, line_net, total_up, vat_on

if TYPE_CHECKING:
    from collections.abc import Sequence

RATES = [Decimal(20), Decimal(10), Decimal("5.5"), Decimal("2.1"), Decimal(0)]


class Bill:
    """An invoice on paper: lines and VAT, and the credit notes so far."""

    def __init__(self, *sold: tuple[str, str, Decimal]) -> None:
        self.lines = [
            InvoiceLine(
                pk=place,
                position=place,
                label=f"line {place}",
                quantity=Decimal(quantity),
                unit_price=Decimal(price),
                rate=rate,
                category="S" if rate else "E",
                net_cents=line_net(Decimal(quantity), Decimal(price)).cents,
            )
            for place, (quantity, price, rate) in enumerate(sold, 1)
        ]
        totals = total_up([TaxedAmount(Money(x.net_cents), x.rate, x.category) for x in self.lines])
        self.total = totals.total
        self.vat = [
            InvoiceVat(category=g.category, rate=g.rate, base_cents=g.base.cents, vat_cents=g.vat.cents)
            for g in totals.groups
        ]
        self.notes: list[Taken] = []

    @property
    def left(self) -> Left:
        lines = [
            InvoiceLine(original_id=x.line.pk, quantity=x.quantity, unit_price=x.unit_price, net_cents=x.net.cents)
            for note in self.notes
            for x in note.lines
        ]
        vat = [
            InvoiceVat(category=g.group.category, rate=g.group.rate, base_cents=g.base.cents, vat_cents=g.vat.cents)
            for note in self.notes
            for g in note.groups
        ]
        return what_is_left(self.lines, self.vat, taken_lines=lines, taken_vat=vat)

    def take(self, *asked: TakenBack) -> Taken:
        taken = take(self.left, asked or None)
        self.notes.append(taken)
        return taken

    def refuses(self, *asked: TakenBack) -> str:
        with pytest.raises(BadCredit) as refusal:
            take(self.left, asked or None)
        return str(refusal.value)


def twenty(*sold: tuple[str, str]) -> Bill:
    return Bill(*[(quantity, price, Decimal(20)) for quantity, price in sold])


# --- Any invoice, any notes: the last one takes the exact rest --------------------------------------------------------
positive = st.tuples(
    st.decimals("0.0001", "50", places=4),
    st.decimals("0.01", "200", places=2) | st.decimals("0.000001", "2", places=6),
    st.sampled_from(RATES),
)
wish = st.tuples(st.integers(0, 5), st.sampled_from(["all", "units", "cents"]), st.integers(1, 1000))


def asked_of(left: Left, wishes: Sequence[tuple[int, str, int]]) -> list[TakenBack]:
    """Parts of the lines that are left, in thousandths of their units or of their amount."""
    asked: dict[int, TakenBack] = {}
    for place, how, thousandths in wishes:
        if not left.open_lines:
            break
        line = left.open_lines[place % len(left.open_lines)]
        units, cents = line.quantity, abs(line.net.cents) * thousandths // 1000
        if how == "units" and units is not None and (part := round(abs(units) * thousandths / 1000, 4)):
            asked[line.line.position] = TakenBack(line.line.position, quantity=part)
        elif how == "cents" and cents:
            asked[line.line.position] = TakenBack(line.line.position, amount=Money(cents))
        else:
            asked[line.line.position] = TakenBack(line.line.position)
    return list(asked.values())


@given(st.lists(positive, min_size=1, max_size=5), st.lists(st.lists(wish, min_size=1, max_size=3), max_size=6))
def test_credit_notes_never_exceed_and_the_last_brings_everything_to_zero(
    sold: list[tuple[Any, ...]], stories: list[list[tuple[int, str, int]]]
) -> None:
    bill = Bill(*[(str(quantity), str(price), rate) for quantity, price, rate in sold])
    for wishes in stories:
        asked = asked_of(bill.left, wishes)
        if asked:
            try:
                bill.take(*asked)
            except BadCredit:
                continue  # less than a cent: nothing is written
    if bill.left.open_lines:
        bill.take()

    left = bill.left
    assert left.total == ZERO
    assert all(not group.base and not group.vat for group in left.groups)
    assert sum((note.total for note in bill.notes), ZERO) == bill.total
    for note in bill.notes:
        assert note.net == sum((line.net for line in note.lines), ZERO)
        for line in note.lines:
            assert line_net(line.quantity, line.unit_price) == line.net
            assert line.unit_price > 0
        for group in note.groups:
            assert group.vat >= ZERO
            assert abs(group.vat.cents - vat_on(group.base, group.group.rate).cents) <= 2


@given(st.lists(st.integers(1, 300), min_size=1, max_size=40))
def test_many_small_notes_keep_the_vat_right_all_the_way(parts: list[int]) -> None:
    bill = twenty(("1", str(Decimal(sum(parts)) / 100)))
    for cents in parts:
        bill.take(TakenBack(1, amount=Money(cents)))
        [group] = bill.left.groups
        assert abs(group.vat.cents - vat_on(group.base, Decimal(20)).cents) <= 1
    assert bill.left.total == ZERO


# --- One invoice at a time ------------------------------------------------------------------------------------------
def test_units_keep_their_price() -> None:
    bill = twenty(("12", "3.20"))

    note = bill.take(TakenBack(1, quantity=Decimal(5)))

    [line] = note.lines
    assert (line.quantity, line.unit_price, line.net, note.vat) == (
        Decimal(5),
        Decimal("3.20"),
        Money(1600),
        Money(320),
    )
    [rest] = bill.take().lines
    assert (rest.quantity, rest.unit_price, rest.net) == (Decimal(7), Decimal("3.20"), Money(2240))


def test_an_amount_is_one_unit_at_that_price() -> None:
    bill = twenty(("12", "3.20"))

    [line] = bill.take(TakenBack(1, amount=Money(1000))).lines

    assert (line.quantity, line.unit_price, line.net) == (Decimal(1), Decimal(10), Money(1000))
    assert "un montant" in bill.refuses(TakenBack(1, quantity=Decimal(1)))
    [rest] = bill.take().lines
    assert (rest.quantity, rest.unit_price) == (Decimal(1), Decimal("28.40"))


def test_the_accountants_pro_rata() -> None:
    note = twenty(("1", "100")).take(TakenBack(1, amount=Money(4986)))

    assert (note.net, note.vat, note.total) == (Money(4986), Money(997), Money(5983))


def test_a_discount_is_taken_back_with_its_lines() -> None:
    bill = twenty(("1", "100"), ("-1", "20"))

    assert "remise" in bill.refuses(TakenBack(1))
    assert "Seule une remise" in bill.refuses(TakenBack(2))
    note = bill.take(TakenBack(1, amount=Money(5000)), TakenBack(2, amount=Money(1000)))
    assert [line.quantity for line in note.lines] == [1, -1]
    assert (note.net, note.total) == (Money(4000), Money(4800))
    assert bill.take().total == Money(4800)


def test_a_base_taken_back_whole_leaves_nothing_of_its_lines() -> None:
    bill = twenty(("1", "100"), ("-1", "20"))

    bill.take(TakenBack(1, amount=Money(8000)))

    assert bill.left.open_lines == []
    assert "rien à reprendre" in bill.refuses()


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (TakenBack(1, amount=Money(3841)), "plus qu’il ne reste"),
        (TakenBack(1, quantity=Decimal("12.0001")), "plus d’unités"),
        (TakenBack(1, quantity=Decimal("1.00001")), "4 décimales"),
        (TakenBack(1, quantity=Decimal("0.001")), "moins d’un centime"),
        (TakenBack(1, quantity=Decimal("Infinity")), "4 décimales"),
        (TakenBack(1, amount=ZERO), "supérieur à zéro"),
        (TakenBack(1, quantity=Decimal(-1)), "supérieur à zéro"),
        (TakenBack(2), "ne reste rien de la ligne 2"),
    ],
)
def test_what_cannot_be_taken_back(asked: TakenBack, words: str) -> None:
    assert words in twenty(("12", "3.20")).refuses(asked)


def test_a_line_is_named_once() -> None:
    assert "deux fois" in twenty(("12", "3.20")).refuses(TakenBack(1), TakenBack(1))
