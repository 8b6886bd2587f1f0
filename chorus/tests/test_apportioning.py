"""Payments cut by VAT: whatever is paid, undone and credited, in whatever order, no cent is lost or invented."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chorus.apportioning import Vat, parts_of
from core.money import Money
from ledger.kinds import AllocationKind
from ledger.selectors import Allocated
from tests.support.cast import NOON

NORMAL, REDUCED, EXEMPT = ("S", Decimal(20)), ("S", Decimal("8.50")), ("E", Decimal(0))
MONEY, NOTE = AllocationKind.MONEY, AllocationKind.CREDIT_NOTE


@dataclass
class Life:
    """A document, and what happens to it: each step in a transaction of its own unless `same` is said."""

    groups: dict[Vat, int]
    allocated: list[Allocated] = field(default_factory=list)
    notes: dict[str, dict[Vat, int]] = field(default_factory=dict)

    def pay(self, cents: int, *, same: bool = False) -> None:
        self._add(MONEY, cents, "", same=same)

    def credit(self, note: dict[Vat, int], *, same: bool = False) -> None:
        number = f"AV2026-{len(self.notes) + 1:06}"
        self.notes[number] = note
        self._add(NOTE, sum(note.values()), number, same=same)

    def _add(self, kind: AllocationKind, cents: int, source: str, *, same: bool) -> None:
        place = len(self.allocated) + 1
        tx = self.allocated[-1].tx_id if same else place
        day = date(2026, 11, 30)
        self.allocated.append(Allocated(place, "FA2026-000001", kind, source, Money(cents), tx, day, NOON))

    def parts(self) -> dict[int, dict[Vat, int]]:
        return {each.id: parts for each, parts in parts_of(self.allocated, self.groups, self.notes)}

    def told(self) -> dict[Vat, int]:
        sums: Counter[Vat] = Counter()
        for parts in self.parts().values():
            sums.update(parts)
        return {vat: sums[vat] for vat in self.groups}


def test_a_document_of_one_rate_is_told_as_it_is_paid_and_taken_back() -> None:
    life = Life({NORMAL: 4_000})
    for cents in (1_000, 1_500, 1_500, -1_000):
        life.pay(cents)

    assert life.parts() == {1: {NORMAL: 1_000}, 2: {NORMAL: 1_500}, 3: {NORMAL: 1_500}, 4: {NORMAL: -1_000}}


def test_two_rates_share_a_part_payment_and_agree_to_the_cent_at_the_end() -> None:
    """60.00 at 20 % and 54.25 at 8.5 %: 114.25, of which 57.13 come first."""
    life = Life({NORMAL: 6_000, REDUCED: 5_425})
    life.pay(5_713)
    life.pay(5_712)

    assert life.parts()[1] == {NORMAL: 3_000, REDUCED: 2_713}
    assert life.told() == life.groups


def test_a_credit_note_of_one_rate_leaves_the_money_on_the_other() -> None:
    life = Life({NORMAL: 6_000, REDUCED: 6_000})
    life.pay(12_000)
    life.pay(-6_000)
    life.credit({NORMAL: 6_000}, same=True)

    assert life.parts()[3] == {NORMAL: -3_000, REDUCED: 3_000}
    assert life.told() == {NORMAL: 0, REDUCED: 6_000}


def test_in_one_transaction_the_money_goes_before_its_credit_note_whatever_their_order() -> None:
    first, second = (Life({NORMAL: 6_000, REDUCED: 6_000}) for _ in range(2))
    for life in (first, second):
        life.pay(12_000)
    first.pay(-6_000)
    first.credit({NORMAL: 6_000}, same=True)
    second.credit({NORMAL: 6_000})
    second.pay(-6_000, same=True)

    assert sorted(first.parts().values(), key=str) == sorted(second.parts().values(), key=str)


def test_a_document_taken_back_whole_ends_at_nothing() -> None:
    life = Life({NORMAL: 6_000, EXEMPT: 1})
    life.pay(6_001)
    life.pay(-6_001)
    life.credit(dict(life.groups), same=True)

    assert life.told() == {NORMAL: 0, EXEMPT: 0}


@st.composite
def lives(draw: st.DrawFn) -> Life:
    """Any life that the ledger allows: never paid beyond what is left, never taken back beyond what was paid."""
    vats = draw(st.lists(st.sampled_from([NORMAL, REDUCED, EXEMPT]), min_size=1, max_size=3, unique=True))
    life = Life({vat: draw(st.integers(1, 100_000)) for vat in vats})
    left, paid = dict(life.groups), 0
    for _step in range(draw(st.integers(0, 12))):
        total = sum(left.values())
        kind = draw(st.sampled_from(["pay", "pay", "undo", "credit"]))
        if kind == "pay" and total > paid:
            cents = draw(st.integers(1, total - paid))
            life.pay(cents)
            paid += cents
        elif kind == "undo" and paid:
            cents = draw(st.integers(1, paid))
            life.pay(-cents)
            paid -= cents
        elif kind == "credit" and total:
            note = {vat: taken for vat, cents in left.items() if (taken := draw(st.integers(0, cents)))}
            if not note:
                continue
            left = {vat: cents - note.get(vat, 0) for vat, cents in left.items()}
            freed = max(0, paid - sum(left.values()))
            if freed:
                life.pay(-freed)
                paid -= freed
            life.credit(note, same=bool(freed))
    if draw(st.booleans()) and sum(left.values()) > paid:
        life.pay(sum(left.values()) - paid)
    return life


@given(lives())
def test_no_cent_is_lost_or_invented(life: Life) -> None:
    parts = life.parts()
    for each in life.allocated:
        assert sum(parts.get(each.id, {}).values()) == (each.amount.cents if each.is_money else 0)
    assert all(cents for cut in parts.values() for cents in cut.values())
    left = dict(life.groups)
    for note in life.notes.values():
        left = {vat: cents - note.get(vat, 0) for vat, cents in left.items()}
    paid = sum(each.amount.cents for each in life.allocated if each.is_money)
    told = life.told()
    if paid == sum(left.values()):
        assert told == left, "paid in full: exactly its totals"
    for vat, cents in left.items():
        assert abs(told[vat] - Decimal(paid) * cents / (sum(left.values()) or 1)) <= 1, "never more than a cent off"


@given(lives(), st.integers(0, 12))
def test_what_was_told_is_never_told_otherwise_later(life: Life, length: int) -> None:
    """The events of the first steps are the same whether later ones have happened or not."""
    begun = [each for each in life.allocated if each.tx_id in {first.tx_id for first in life.allocated[:length]}]
    early = {each.id: parts for each, parts in parts_of(begun, life.groups, life.notes)}
    whole = life.parts()

    assert early == {key: whole[key] for key in early}


@pytest.mark.parametrize("cents", [1, -1])
def test_a_cent_belongs_somewhere(cents: int) -> None:
    life = Life({NORMAL: 3, REDUCED: 3})
    life.pay(2)
    life.pay(cents)

    assert sum(life.told().values()) == 2 + cents
