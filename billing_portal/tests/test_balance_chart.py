from __future__ import annotations

import re
from datetime import date, timedelta

from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from billing_portal.balance_chart import BalanceChart, Point, balance_chart, first_day
from core.money import ZERO, Money

TODAY = date(2026, 11, 30)


def draw(*points: Point, today: date = TODAY, language: str = "fr") -> BalanceChart:
    with translation.override(language):
        return balance_chart(points, today=today)


def plain(text: str) -> str:
    return text.replace("\u00a0", " ").replace("\u202f", " ")


def test_twelve_months_end_with_this_one() -> None:
    assert first_day(date(2026, 11, 30)) == date(2025, 12, 1)
    assert first_day(date(2026, 12, 1)) == date(2026, 1, 1)
    assert first_day(date(2028, 2, 29)) == date(2027, 3, 1)


def test_an_empty_account_says_that_nothing_moved() -> None:
    chart = draw()

    assert plain(chart.sentence) == "Aucun mouvement ces douze derniers mois : le solde est resté à 0,00 €."
    assert (chart.area, chart.below) == ("", "")
    assert [row.balance for row in chart.rows] == [ZERO] * 12


def test_the_curve_is_made_of_steps() -> None:
    chart = draw((date(2026, 6, 1), Money(10_000)), (date(2026, 9, 1), Money(5_000)))

    assert chart.levels[0].startswith("100")
    assert chart.line == "M0 200H300V0H450V100H600"  # June is the seventh month, September the tenth
    assert chart.zero == "M0 200h600"


def test_what_is_below_zero_is_hatched_and_said() -> None:
    chart = draw((date(2026, 11, 1), Money(-4_680)), (date(2026, 11, 11), Money(4_000)))

    assert chart.below.startswith("M0 ")
    assert plain(chart.sentence) == (
        "Au plus haut 40,00 € le 11 novembre 2026, au plus bas −46,80 € le 1er novembre 2026. 10 jours sous zéro."
    )


def test_the_last_day_counts_when_it_is_below_zero() -> None:
    assert plain(draw((TODAY, Money(-1)), language="en").sentence).endswith("Below zero for 1 day.")


def test_a_balance_of_before_is_where_the_curve_starts() -> None:
    chart = draw((date(2024, 3, 1), Money(2_000)), (date(2025, 5, 1), Money(1_000)))

    assert chart.line == "M0 0H600"
    assert {row.balance for row in chart.rows} == {Money(1_000)}


def test_the_table_says_the_end_of_each_month_and_of_today() -> None:
    chart = draw((date(2026, 2, 28), Money(100)), (date(2026, 11, 3), Money(300)), today=date(2026, 11, 10))

    assert (chart.rows[0].month, chart.rows[0].balance) == ("Décembre 2025", ZERO)
    assert (chart.rows[2].month, chart.rows[2].balance) == ("Février 2026", Money(100))
    assert (chart.rows[-1].month, chart.rows[-1].balance) == ("10 novembre 2026", Money(300))


def test_the_curve_stops_at_today() -> None:
    assert draw((date(2026, 11, 3), Money(300)), today=date(2026, 11, 15)).line.endswith("H575")


amounts = st.integers(min_value=-(10**11), max_value=10**11).map(Money)
days = st.dates(min_value=TODAY - timedelta(days=500), max_value=TODAY)


@given(st.dictionaries(days, amounts, max_size=30))
def test_the_drawing_never_leaves_its_frame(balances: dict[date, Money]) -> None:
    chart = draw(*sorted(balances.items()))

    assert 2 <= len(chart.levels) <= 7
    for drawn in (chart.line, chart.area, chart.below):
        assert all(0 <= tenths(value) <= 6000 for value in re.findall(r"H([\d.]+)", drawn))
        assert all(0 <= tenths(value) <= 2000 for value in re.findall(r"V([\d.]+)", drawn))


def tenths(value: str) -> int:
    whole, _, rest = value.partition(".")
    return int(whole) * 10 + int(rest or 0)
