from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.money import ZERO, Money
from invoices.models import InvoiceLine, InvoiceVat
from invoices.presenting import shown_lines
from invoices.totals import TaxedAmount, line_net, total_up, vat_on
from invoices.wording import month_of, number_text, period_text, price_text, usual_period

RATES = [Decimal(20), Decimal("5.5"), Decimal("2.1"), Decimal(0)]
amounts = st.builds(
    TaxedAmount,
    net=st.integers(-(10**9), 10**9).map(Money),
    rate=st.sampled_from(RATES),
    category=st.sampled_from(["S", "E"]),
)


@pytest.mark.parametrize(
    ("quantity", "price", "cents"),
    [
        ("1", "39.00", 3900),
        ("3", "0.335", 101),
        ("0.5", "0.01", 1),
        ("1", "0.004", 0),
        ("-1", "5", -500),
        ("1.2345", "0.123456", 15),
    ],
)
def test_a_line_is_rounded_half_up_once(quantity: str, price: str, cents: int) -> None:
    assert line_net(Decimal(quantity), Decimal(price)) == Money(cents)


def test_vat_is_computed_on_the_document_not_on_each_line() -> None:
    lines = [TaxedAmount(Money(12), Decimal(20), "S")] * 3

    assert total_up(lines).vat == Money(7)
    assert sum(vat_on(line.net, line.rate).cents for line in lines) == 6


@given(st.lists(amounts, min_size=1, max_size=60))
def test_the_parts_of_a_document_sum_to_the_whole(lines: list[TaxedAmount]) -> None:
    totals = total_up(lines)

    assert sum((group.base for group in totals.groups), ZERO) == totals.net == sum((line.net for line in lines), ZERO)
    assert sum((group.vat for group in totals.groups), ZERO) == totals.vat
    assert totals.net + totals.vat == totals.total
    assert len({(group.category, group.rate) for group in totals.groups}) == len(totals.groups)


@given(st.lists(amounts, min_size=1, max_size=60))
def test_the_vat_of_each_rate_is_within_half_a_cent_of_the_exact_one(lines: list[TaxedAmount]) -> None:
    for group in total_up(lines).groups:
        assert abs(Decimal(group.vat.cents) - Decimal(group.base.cents) * group.rate / 100) <= Decimal("0.5")


@given(st.lists(st.tuples(st.integers(1, 10**7), st.sampled_from(RATES[:2])), min_size=1, max_size=40))
def test_a_consumer_reads_lines_with_vat_that_sum_to_the_total(rows: list[tuple[int, Decimal]]) -> None:
    lines = [
        InvoiceLine(
            position=n, label="x", quantity=1, unit_price=Decimal(cents) / 100, rate=rate, category="S", net_cents=cents
        )
        for n, (cents, rate) in enumerate(rows, 1)
    ]
    totals = total_up([TaxedAmount(Money(line.net_cents), line.rate, line.category) for line in lines])
    vat = [
        InvoiceVat(category=g.category, rate=g.rate, base_cents=g.base.cents, vat_cents=g.vat.cents)
        for g in totals.groups
    ]

    shown = shown_lines(lines, vat, with_vat=True)

    assert sum((line.amount for line in shown), ZERO) == totals.total


@pytest.mark.parametrize(
    ("value", "text"), [("1", "1"), ("12.50", "12,5"), ("-2", "−2"), ("1234.5", "1\u202f234,5"), ("0.0042", "0,0042")]
)
def test_quantities_lose_useless_zeros(value: str, text: str) -> None:
    assert number_text(Decimal(value)) == text


def test_prices_have_two_decimals_or_as_many_as_they_need() -> None:
    assert [price_text(Decimal(price)) for price in ("39", "2.9041", "1200.5")] == ["39,00", "2,9041", "1\u202f200,50"]


def test_a_month_is_said_by_its_name_and_other_periods_by_their_days() -> None:
    assert month_of(date(2028, 2, 1), date(2028, 2, 29)) == "février 2028"
    assert month_of(date(2026, 2, 1), date(2026, 2, 27)) == "1er au 27 février 2026"
    assert period_text(date(2026, 11, 3), date(2027, 11, 2)) == "3\xa0nov.\xa02026 – 2\xa0nov.\xa02027"
    assert period_text(date(2026, 11, 3), date(2026, 11, 3)) == "3 novembre 2026"


def test_the_period_of_a_document_is_that_of_most_lines() -> None:
    november, year = (date(2026, 11, 1), date(2026, 11, 30)), (date(2026, 11, 3), date(2027, 11, 2))

    assert usual_period([year, november, november, (None, None)]) == november
    assert usual_period([year, november]) == november
    assert usual_period([(None, None)]) is None
