"""What the decision refuses, dated rates, and the whole world."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.countries import COUNTRIES
from core.money import Money
from invoices.parties import Buyer, Seller
from invoices.tax import LAW, DatedRate, Territory, Treatment, VatNotDecided, decide, territory_of
from invoices.tests.test_tax_table import SELLER, TODAY, WITH_OSS, company, person
from invoices.totals import TaxedAmount, total_up, vat_on
from ledger.chart import CHART

RATES = sorted({dated.rate for rates in LAW.values() for dated in rates} | {Decimal(0)})


@pytest.mark.parametrize(
    ("country", "postcode", "where"),
    [
        ("FR", "69003", Territory.FRANCE),
        ("FR", "", Territory.FRANCE),
        ("FR", "972 00", Territory.OVERSEAS_TAXED),
        ("FR", "F-97410", Territory.OVERSEAS_TAXED),
        ("EL", "10431", Territory.EUROPEAN_UNION),
        ("UK", "SW1A", Territory.OUTSIDE),
        ("AD", "AD500", Territory.OUTSIDE),
        ("SM", "47890", Territory.OUTSIDE),
        ("VA", "00120", Territory.OUTSIDE),
        ("XK", "10000", Territory.OUTSIDE),
    ],
)
def test_an_address_has_one_place_for_vat(country: str, postcode: str, where: Territory) -> None:
    assert territory_of(country, postcode) is where


@pytest.mark.parametrize("seller", [SELLER, WITH_OSS])
@pytest.mark.parametrize("kind", [person, company])
def test_every_country_of_the_world_is_decided(seller: Seller, kind: Callable[[str], Buyer]) -> None:
    for code in COUNTRIES:
        decision = decide(seller, kind(code), on=TODAY)

        assert decision.revenue_account in CHART
        assert decision.vat_account in {"", *CHART}
        assert bool(decision.rate) == bool(decision.vat_account) == (decision.category == "S")
        assert bool(decision.rate) != bool(decision.mention)


@pytest.mark.parametrize("code", ["ZZ", "XX", "", "AA", "SU", "FRA"])
def test_what_is_not_a_country_is_refused_by_name(code: str) -> None:
    with pytest.raises(VatNotDecided, match=f"{code} n’est pas un pays"):
        decide(SELLER, person(code), on=TODAY)


@pytest.mark.parametrize("postcode", ["97", "974", "9741", "974100", "98"])
def test_a_postcode_overseas_that_is_cut_short_exempts_nobody(postcode: str) -> None:
    with pytest.raises(VatNotDecided, match=postcode):
        decide(SELLER, person("FR", postcode), on=TODAY)


def test_a_seller_elsewhere_or_without_vat_number_is_refused() -> None:
    with pytest.raises(VatNotDecided, match="hors de France"):
        decide(replace(SELLER, country="BE"), person("FR"), on=TODAY)
    with pytest.raises(VatNotDecided, match="sans numéro de TVA"):
        decide(replace(SELLER, vat_number=""), person("FR"), on=TODAY)


@pytest.mark.parametrize("rate", ["0", "5.5", "10", "19.6", "21"])
@pytest.mark.parametrize("buyer", [person("FR", "69003"), person("IT"), person("US"), person("RE")])
def test_a_rate_that_is_not_set_up_is_refused_rather_than_booked_elsewhere(rate: str, buyer: Buyer) -> None:
    with pytest.raises(VatNotDecided, match="20"):
        decide(WITH_OSS, buyer, on=TODAY, product_rate=Decimal(rate))


def test_the_rate_is_the_one_of_the_day() -> None:
    assert decide(SELLER, person("FR"), on=date(2014, 1, 1), product_rate=Decimal("20.00")).rate == 20
    with pytest.raises(VatNotDecided, match="2013-12-31"):
        decide(SELLER, person("FR"), on=date(2013, 12, 31))


@pytest.mark.parametrize(
    ("country", "last_day", "before", "after"),
    [
        ("EE", date(2023, 12, 31), "20", "22"),
        ("EE", date(2025, 6, 30), "22", "24"),
        ("FI", date(2024, 8, 31), "24", "25.5"),
        ("LU", date(2022, 12, 31), "17", "16"),
        ("LU", date(2023, 12, 31), "16", "17"),
        ("RO", date(2025, 7, 31), "19", "21"),
        ("SK", date(2024, 12, 31), "20", "23"),
    ],
)
def test_a_new_rate_applies_from_its_first_day(country: str, last_day: date, before: str, after: str) -> None:
    first_day = date.fromordinal(last_day.toordinal() + 1)

    assert decide(WITH_OSS, person(country), on=last_day).rate == Decimal(before)
    assert decide(WITH_OSS, person(country), on=first_day).rate == Decimal(after)


def test_a_rate_that_staff_wrote_goes_before_the_law_that_the_code_knows() -> None:
    rates = {**LAW, "DE": (*LAW["DE"], DatedRate(Decimal(20), date(2027, 1, 1)))}

    assert decide(WITH_OSS, person("DE"), on=date(2026, 12, 31), rates=rates).rate == 19
    assert decide(WITH_OSS, person("DE"), on=date(2027, 1, 1), rates=rates).rate == 20


_amounts = st.builds(
    TaxedAmount,
    st.builds(Money, st.integers(1, 10**11)),
    st.sampled_from(RATES),
    st.sampled_from(["S", "AE", "E", "G"]),
)


@given(st.lists(_amounts, min_size=1, max_size=40))
def test_parts_sum_to_the_whole_at_every_rate(amounts: list[TaxedAmount]) -> None:
    totals = total_up(amounts)

    assert sum(group.base.cents for group in totals.groups) == totals.net.cents == sum(a.net.cents for a in amounts)
    assert sum(group.vat.cents for group in totals.groups) == totals.vat.cents
    assert totals.net.cents + totals.vat.cents == totals.total.cents
    for group in totals.groups:
        assert abs(Decimal(group.vat.cents) - Decimal(group.base.cents) * group.rate / 100) <= Decimal("0.5")


@given(st.integers(1, 10**11), st.sampled_from(RATES))
def test_vat_is_rounded_half_up_to_the_cent(cents: int, rate: Decimal) -> None:
    exact = Decimal(cents) * rate / 100
    vat = vat_on(Money(cents), rate).cents

    assert Decimal(vat) - Decimal("0.5") <= exact < Decimal(vat) + Decimal("0.5")


@given(
    st.sampled_from(sorted(COUNTRIES)),
    st.text("0123456789 -ABCDEF", max_size=8),
    st.sampled_from(["PERSON", "COMPANY", "PUBLIC"]),
    st.booleans(),
)
def test_no_address_of_the_union_is_without_vat_but_in_the_areas_named(
    country: str, postcode: str, kind: str, oss: bool
) -> None:
    buyer = Buyer.thawed({"kind": kind, "country": country, "postcode": postcode})
    try:
        decision = decide(replace(SELLER, oss=oss), buyer, on=TODAY)
    except VatNotDecided:
        return

    if territory_of(country, postcode) in {Territory.FRANCE, Territory.MONACO, Territory.EUROPEAN_UNION}:
        assert decision.rate >= 16
    if decision.treatment == Treatment.OUTSIDE_CONSUMER:
        assert decision.mention.startswith("TVA non applicable")
