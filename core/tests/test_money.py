from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.money import Money, NotAnAmount, parse_euros, share, split


@pytest.mark.parametrize(
    ("typed", "cents"),
    [
        ("46,80", 4680),
        ("46.8", 4680),
        ("50", 5000),
        ("50 €", 5000),
        ("5 000,00", 500000),
        ("5\u00a0000,00", 500000),
        ("5\u202f000", 500000),
        ("0", 0),
        ("-5", -500),
        ("−5", -500),
    ],
)
def test_an_amount_is_read_as_people_type_it(typed: str, cents: int) -> None:
    assert parse_euros(typed) == Money(cents)


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("", "empty"),
        ("  ", "empty"),
        ("1.000,00", "ambiguous"),
        ("1,000.00", "ambiguous"),
        ("1,000", "ambiguous"),
        ("5.0001", "decimals"),
        ("1e3", "format"),
        ("NaN", "format"),
        ("inf", "format"),
        ("\uff10\uff15", "format"),  # full-width digits
        ("9" * 20, "format"),
        ("5$", "format"),
        ("5\x00", "format"),
    ],
)
def test_what_is_not_an_amount_is_refused_with_its_reason(typed: str, reason: str) -> None:
    with pytest.raises(NotAnAmount) as refused:
        parse_euros(typed)

    assert refused.value.reason == reason


@pytest.mark.parametrize("wrong", [1.0, "5", True, None])
def test_money_takes_whole_cents_only(wrong: object) -> None:
    with pytest.raises(TypeError):
        Money(wrong)  # type: ignore[arg-type]


@given(st.integers(0, 10**9), st.lists(st.integers(0, 10**6), min_size=1, max_size=20).filter(any))
def test_parts_always_sum_to_the_whole(total: int, weights: list[int]) -> None:
    assert sum(split(total, weights)) == total


def test_a_share_rounds_half_up() -> None:
    assert share(667, 1000, 4000) == 167
    assert share(5, 0, 0) == 0
