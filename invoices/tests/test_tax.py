from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from invoices.parties import Buyer, Seller
from invoices.tax import Territory, Treatment, VatNotDecided, decide, territory_of

TODAY = date(2026, 11, 30)
SELLER = Seller.thawed({"country": "FR", "postcode": "69001", "vat_number": "FR11999999998"})
BUYER = Buyer.thawed({"country": "FR", "postcode": "44000", "kind": "COMPANY"})


@pytest.mark.parametrize(
    ("country", "postcode", "where"),
    [
        ("FR", "69003", Territory.FRANCE),
        ("FR", "20090", Territory.FRANCE),
        ("FR", "", Territory.FRANCE),
        ("MC", "98000", Territory.MONACO),
        ("FR", "98000", Territory.MONACO),
        ("FR", "97110", Territory.OVERSEAS_TAXED),
        ("FR", "972 00", Territory.OVERSEAS_TAXED),
        ("RE", "97400", Territory.OVERSEAS_TAXED),
        ("FR", "97300", Territory.OVERSEAS_EXEMPT),
        ("YT", "97600", Territory.OVERSEAS_EXEMPT),
        ("FR", "97133", Territory.OVERSEAS_THIRD),
        ("FR", "97150", Territory.OVERSEAS_THIRD),
        ("FR", "98800", Territory.OVERSEAS_THIRD),
        ("PM", "97500", Territory.OVERSEAS_THIRD),
        ("DE", "10999", Territory.EUROPEAN_UNION),
        ("GR", "10431", Territory.EUROPEAN_UNION),
        ("GB", "SW1A", Territory.OUTSIDE),
        ("XI", "BT1", Territory.OUTSIDE),
        ("CH", "1200", Territory.OUTSIDE),
    ],
)
def test_an_address_has_one_place_for_vat(country: str, postcode: str, where: Territory) -> None:
    assert territory_of(country, postcode) is where


@pytest.mark.parametrize(
    "buyer", [BUYER, replace(BUYER, country="MC", postcode="98000"), replace(BUYER, kind="PERSON")]
)
def test_a_buyer_in_france_or_monaco_pays_twenty_percent(buyer: Buyer) -> None:
    decision = decide(SELLER, buyer, on=TODAY)

    assert (decision.treatment, decision.rate, decision.category) == (Treatment.TAXED, Decimal(20), "S")
    assert (decision.revenue_account, decision.vat_account) == ("706100", "445711")
    assert (decision.mention, decision.reason_code) == ("", "")


@pytest.mark.parametrize(
    "buyer",
    [
        replace(BUYER, postcode="97110"),
        replace(BUYER, postcode="97300"),
        replace(BUYER, postcode="98800"),
        replace(BUYER, country="DE", postcode="10999", vat_number="DE136695976"),
        replace(BUYER, country="US", postcode="10001"),
    ],
)
def test_a_buyer_that_the_table_does_not_hold_is_refused_by_name(buyer: Buyer) -> None:
    with pytest.raises(VatNotDecided, match="Aucune règle de TVA"):
        decide(SELLER, buyer, on=TODAY)


def test_a_seller_elsewhere_or_without_vat_number_is_refused() -> None:
    with pytest.raises(VatNotDecided, match="hors de France"):
        decide(replace(SELLER, country="BE"), BUYER, on=TODAY)
    with pytest.raises(VatNotDecided, match="sans numéro de TVA"):
        decide(replace(SELLER, vat_number=""), BUYER, on=TODAY)


@pytest.mark.parametrize("rate", ["0", "5.5", "10", "19.6", "21"])
def test_a_rate_that_is_not_set_up_is_refused_rather_than_booked_elsewhere(rate: str) -> None:
    with pytest.raises(VatNotDecided, match="20"):
        decide(SELLER, BUYER, on=TODAY, product_rate=Decimal(rate))


def test_the_rate_is_the_one_of_the_day() -> None:
    assert decide(SELLER, BUYER, on=date(2014, 1, 1), product_rate=Decimal("20.00")).rate == 20
    with pytest.raises(VatNotDecided, match="2013-12-31"):
        decide(SELLER, BUYER, on=date(2013, 12, 31))
