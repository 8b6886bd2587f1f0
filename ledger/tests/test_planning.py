"""Who pays what, decided without a database: properties that hold for any lots and items."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from ledger.kinds import ItemKind, Origin
from ledger.planning import (
    LotMoney,
    MoneyAllocation,
    Naming,
    Payable,
    VatState,
    plan_release,
    plan_settlement,
    plan_undoing,
    plan_withdrawal,
)

DAY = date(2026, 11, 30)
days = st.integers(-60, 60).map(lambda shift: DAY + timedelta(days=shift))
cents = st.integers(0, 50_000)


@st.composite
def some_lots(draw: st.DrawFn) -> list[LotMoney]:
    count = draw(st.integers(0, 5))
    return [LotMoney(n, draw(cents), draw(st.sampled_from(Origin.values)), draw(days)) for n in range(1, count + 1)]


@st.composite
def some_items(draw: st.DrawFn) -> list[Payable]:
    count = draw(st.integers(0, 6))
    return [
        Payable(
            n, f"FA{n}", draw(st.integers(1, 50_000)), draw(days), draw(st.sampled_from(ItemKind.values)),
            settles_by_itself=draw(st.booleans()), disputed=draw(st.booleans()),
        )
        for n in range(1, count + 1)
    ]  # fmt: skip


@st.composite
def some_naming(draw: st.DrawFn) -> Naming:
    named = draw(st.sets(st.integers(1, 6)).map(lambda numbers: frozenset(f"FA{n}" for n in numbers)))
    return Naming(named, draw(st.one_of(st.none(), st.integers(1, 5))), draw(st.booleans()))


@given(some_lots(), some_items(), cents, some_naming())
def test_no_lot_item_or_account_gives_more_than_it_has(
    lots: list[LotMoney], items: list[Payable], available: int, naming: Naming
) -> None:
    plan = plan_settlement(lots, items, available=available, naming=naming)

    assert all(payment.cents > 0 for payment in plan)
    assert sum(payment.cents for payment in plan) <= available
    assert all(sum(p.cents for p in plan if p.lot_id == lot.id) <= lot.free for lot in lots)
    assert all(sum(p.cents for p in plan if p.item_id == item.id) <= item.open for item in items)


@given(some_lots(), some_items(), cents, some_naming())
def test_only_money_that_names_it_pays_a_reserved_item(
    lots: list[LotMoney], items: list[Payable], available: int, naming: Naming
) -> None:
    paid = {
        payment.item_id: payment.lot_id for payment in plan_settlement(lots, items, available=available, naming=naming)
    }

    for item in items:
        if item.id in paid and (item.disputed or not item.settles_by_itself):
            assert item.document_ref in naming.documents
            assert naming.lot in (None, paid[item.id])


@given(some_lots(), some_items(), cents, some_naming())
def test_no_free_money_is_left_beside_an_item_that_may_be_paid(
    lots: list[LotMoney], items: list[Payable], available: int, naming: Naming
) -> None:
    plan = plan_settlement(lots, items, available=available, naming=naming)
    left = {item.id: item.open - sum(p.cents for p in plan if p.item_id == item.id) for item in items}
    free = sum(
        lot.free - sum(p.cents for p in plan if p.lot_id == lot.id)
        for lot in lots
        if not (naming.kept and lot.id == naming.lot)
    )
    payable = [item for item in items if item.settles_by_itself and not item.disputed and left[item.id]]
    if any(left[item.id] for item in items if item.kind != ItemKind.FEE_NOTE):
        payable = [item for item in payable if item.kind != ItemKind.FEE_NOTE]

    assert not payable or not min(free, available - sum(payment.cents for payment in plan))


@given(some_lots(), some_items(), cents)
def test_what_is_due_first_is_paid_first(lots: list[LotMoney], items: list[Payable], available: int) -> None:
    plan = plan_settlement(lots, items, available=available)
    ordered = sorted(
        (item for item in items if item.settles_by_itself and not item.disputed and item.kind != ItemKind.FEE_NOTE),
        key=lambda item: (item.due_date, item.document_ref),
    )
    left = [item.open - sum(p.cents for p in plan if p.item_id == item.id) for item in ordered]

    for earlier, later, item in zip(left, left[1:], ordered[1:], strict=False):
        assert earlier == 0 or later == item.open


@given(some_lots(), cents)
def test_a_withdrawal_takes_what_is_asked_or_all_there_is(lots: list[LotMoney], wanted: int) -> None:
    taken = plan_withdrawal(lots, wanted)

    assert sum(part for _, part in taken) == min(wanted, sum(lot.free for lot in lots))
    spent = [next(lot for lot in lots if lot.id == lot_id) for lot_id, _ in taken]
    assert spent == sorted(spent, key=lambda lot: (lot.origin != Origin.COMMISSION, lot.received_on, lot.id))


@given(st.lists(st.integers(1, 10_000), max_size=6), cents)
def test_the_newest_payments_are_undone_first(amounts: list[int], wanted: int) -> None:
    allocations = [MoneyAllocation(n, n, 1, amount) for n, amount in enumerate(amounts, start=1)]

    undone = plan_undoing(allocations, wanted)

    assert sum(part for _, part in undone) == min(wanted, sum(amounts))
    assert [allocation.id for allocation, _ in undone] == sorted((a.id for a, _ in undone), reverse=True)
    assert all(part == allocation.cents for allocation, part in undone[:-1])


@given(st.integers(0, 10_000), st.lists(st.integers(-30_000, 30_000), max_size=8), st.integers(1, 60_000))
def test_vat_released_is_exact_in_any_order_and_symmetrical(vat: int, moves: list[int], net_total: int) -> None:
    state, paid, released = VatState(1, "445870", "445711", vat, 0), 0, 0
    for move in [*moves, net_total, 0]:
        paid = net_total if move == net_total else 0 if move == 0 else min(max(paid + move, 0), net_total)
        released += sum(change for _, change in plan_release([state], paid=paid, net_total=net_total))
        state = VatState(1, "445870", "445711", vat, released)
        assert 0 <= released <= vat
        assert released == {0: 0, net_total: vat}.get(paid, released)


def test_nothing_is_released_of_an_invoice_credited_in_full() -> None:
    assert plan_release([VatState(1, "445870", "445711", 0, 0)], paid=0, net_total=0) == []
