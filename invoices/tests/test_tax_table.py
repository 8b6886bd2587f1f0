"""The decision table of VAT, one test a row."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from core.money import Money
from invoices.parties import Buyer, Seller
from invoices.tax import (
    Decision,
    Evidence,
    NumberCheck,
    PlaceItem,
    Treatment,
    VatNotDecided,
    VatNotProven,
    decide,
)

TODAY = date(2026, 11, 30)
SELLER = Seller.thawed({"country": "FR", "postcode": "69001", "vat_number": "FR11999999998"})
WITH_OSS = replace(SELLER, oss=True)
SMALL = replace(SELLER, vat_franchise=True, vat_number="")
GERMAN = "DE136695976"


def company(country: str, postcode: str = "", number: str = "") -> Buyer:
    return Buyer.thawed({"kind": "COMPANY", "country": country, "postcode": postcode, "vat_number": number})


def person(country: str, postcode: str = "") -> Buyer:
    return Buyer.thawed({"kind": "PERSON", "country": country, "postcode": postcode})


def body(country: str, postcode: str = "", number: str = "") -> Buyer:
    return replace(company(country, postcode, number), kind="PUBLIC")


def confirmed(number: str, *, days_ago: int = 0, valid: bool = True) -> Evidence:
    return Evidence(check=NumberCheck(number, valid, TODAY - timedelta(days=days_ago), "WAPIAAAA1"))


@dataclass(frozen=True)
class Row:
    """What the table says: treatment, rate, category, reason code, mention, revenue and VAT accounts."""

    treatment: Treatment
    rate: str
    category: str
    code: str
    mention: str
    revenue: str
    vat: str

    def is_what(self, decision: Decision) -> bool:
        found = (decision.treatment, decision.rate, decision.category, decision.reason_code, decision.mention)
        accounts = (decision.revenue_account, decision.vat_account)
        assert (*found, *accounts) == (
            self.treatment,
            Decimal(self.rate),
            self.category,
            self.code,
            self.mention,
            self.revenue,
            self.vat,
        )
        return True


FRENCH = Row(Treatment.TAXED, "20", "S", "", "", "706100", "445711")
OVERSEAS = Row(Treatment.TAXED_OVERSEAS, "8.5", "S", "", "", "706120", "445712")
EXEMPT = Row(Treatment.OVERSEAS_EXEMPT, "0", "E", "", "TVA non applicable — art. 294, 1 du CGI", "706130", "")
REVERSE = Row(
    Treatment.REVERSE_CHARGE,
    "0",
    "AE",
    "VATEX-EU-AE",
    "Autoliquidation — art. 44 et 196 de la directive 2006/112/CE",
    "706200",
    "",
)
BELOW_LIMIT = Row(Treatment.TAXED_BELOW_LIMIT, "20", "S", "", "", "706100", "445711")
BUSINESS_OUTSIDE = Row(
    Treatment.OUTSIDE_BUSINESS, "0", "G", "VATEX-EU-G", "TVA non applicable — art. 259, 1° du CGI", "706400", ""
)
CONSUMER_OUTSIDE = Row(
    Treatment.OUTSIDE_CONSUMER, "0", "G", "VATEX-EU-G", "TVA non applicable — art. 259 D du CGI", "706400", ""
)
FRANCHISE = Row(
    Treatment.FRANCHISE, "0", "E", "VATEX-FR-FRANCHISE", "TVA non applicable, art. 293 B du CGI", "706000", ""
)


@pytest.mark.parametrize("buyer", [company("FR", "44000"), person("FR", "69003"), body("FR", "01370")])
def test_1_mainland_pays_twenty_percent(buyer: Buyer) -> None:
    assert FRENCH.is_what(decide(SELLER, buyer, on=TODAY))


@pytest.mark.parametrize("buyer", [company("FR", "20090"), person("FR", "20 200")])
def test_1_corsica_pays_what_the_mainland_pays(buyer: Buyer) -> None:
    assert FRENCH.is_what(decide(SELLER, buyer, on=TODAY))


@pytest.mark.parametrize("buyer", [company("MC", "98000", "FR40000012345"), person("MC"), person("FR", "98000")])
def test_2_monaco_is_as_france(buyer: Buyer) -> None:
    assert FRENCH.is_what(decide(SELLER, buyer, on=TODAY))


@pytest.mark.parametrize(
    "place", [("FR", "97110"), ("FR", "97200"), ("FR", "97400"), ("GP", ""), ("MQ", ""), ("RE", "")]
)
def test_3_and_4_overseas_departments_pay_their_rate_without_reverse_charge(place: tuple[str, str]) -> None:
    for buyer in (company(*place, number="FR44732829320"), person(*place), body(*place)):
        assert OVERSEAS.is_what(decide(SELLER, buyer, on=TODAY))


@pytest.mark.parametrize("place", [("FR", "97300"), ("FR", "97600"), ("GF", ""), ("YT", "")])
def test_5_guiana_and_mayotte_pay_none(place: tuple[str, str]) -> None:
    for buyer in (company(*place), person(*place)):
        assert EXEMPT.is_what(decide(SELLER, buyer, on=TODAY))


@pytest.mark.parametrize(
    "place",
    [
        *(("FR", "97150"), ("FR", "97133"), ("FR", "97500"), ("FR", "98700"), ("FR", "98800"), ("FR", "98600")),
        *(("FR", "98400"), ("MF", ""), ("BL", ""), ("PM", ""), ("PF", ""), ("NC", ""), ("WF", ""), ("TF", "")),
    ],
)
def test_6_other_french_territories_are_outside(place: tuple[str, str]) -> None:
    with_siren = replace(company(*place), siren="732829320")

    assert BUSINESS_OUTSIDE.is_what(decide(SELLER, with_siren, on=TODAY))
    assert CONSUMER_OUTSIDE.is_what(decide(SELLER, person(*place), on=TODAY))


@pytest.mark.parametrize("seller", [SELLER, WITH_OSS])
def test_7_a_business_of_the_union_with_a_confirmed_number_owes_the_vat_itself(seller: Seller) -> None:
    for buyer in (company("DE", "10999", GERMAN), body("DE", "10999", GERMAN)):
        assert REVERSE.is_what(decide(seller, buyer, on=TODAY, evidence=confirmed(GERMAN)))


def test_7_greece_has_a_prefix_of_its_own() -> None:
    buyer = company("GR", "10431", "EL094259216")

    assert REVERSE.is_what(decide(SELLER, buyer, on=TODAY, evidence=confirmed("EL094259216")))


@pytest.mark.parametrize(
    ("place", "rate"),
    [
        *((("AT", ""), "20"), (("BE", ""), "21"), (("BG", ""), "20"), (("HR", ""), "25"), (("CY", ""), "19")),
        *((("CZ", ""), "21"), (("DK", ""), "25"), (("EE", ""), "24"), (("FI", ""), "25.5"), (("DE", ""), "19")),
        *((("GR", ""), "24"), (("HU", ""), "27"), (("IE", ""), "23"), (("IT", ""), "22"), (("LV", ""), "21")),
        *((("LT", ""), "21"), (("LU", ""), "17"), (("MT", ""), "18"), (("NL", ""), "21"), (("PL", ""), "23")),
        *((("PT", ""), "23"), (("RO", ""), "21"), (("SK", ""), "23"), (("SI", ""), "22"), (("ES", ""), "21")),
        *((("SE", ""), "25"), (("PT", "9000-081"), "22"), (("PT", "9500-150"), "16"), (("AT", "6691"), "19")),
        (("AT", "6993"), "19"),
    ],
)
def test_8_others_in_the_union_pay_the_vat_of_their_state_by_the_one_stop_shop(
    place: tuple[str, str], rate: str
) -> None:
    row = Row(Treatment.OSS, rate, "S", "", "", "706300", f"445740{place[0]}")

    for buyer in (person(*place), company(*place), body(*place)):
        assert row.is_what(decide(WITH_OSS, buyer, on=TODAY))


def test_9_below_the_limit_and_without_the_option_they_pay_french_vat() -> None:
    sold_so_far = Evidence(distance_sales=Money(1_000_000))

    for buyer in (person("IT", "00185"), company("IT", "00185"), body("IT", "00185")):
        assert BELOW_LIMIT.is_what(decide(SELLER, buyer, on=TODAY, evidence=sold_so_far))


def test_9_above_the_limit_french_vat_is_refused() -> None:
    with pytest.raises(VatNotDecided, match="guichet unique"):
        decide(SELLER, person("IT"), on=TODAY, evidence=Evidence(distance_sales=Money(1_000_001)))


@pytest.mark.parametrize("place", [("US", "10001"), ("GB", "BT1 5GS"), ("CH", "8001"), ("NO", "0150"), ("XI", "BT1")])
def test_10_a_business_outside_the_union_pays_none(place: tuple[str, str]) -> None:
    buyer = company(*place, number="CHE123456789")

    assert BUSINESS_OUTSIDE.is_what(decide(SELLER, buyer, on=TODAY))


@pytest.mark.parametrize("buyer", [person("US", "10001"), person("GB", "SW1A"), company("CA", "H2Y")])
def test_11_a_consumer_outside_the_union_pays_none(buyer: Buyer) -> None:
    assert CONSUMER_OUTSIDE.is_what(decide(SELLER, buyer, on=TODAY))


@pytest.mark.parametrize("buyer", [company("FR", "44000"), person("MC"), person("RE"), person("IT")])
def test_12_a_small_seller_charges_none_on_what_is_supplied_in_france(buyer: Buyer) -> None:
    assert FRANCHISE.is_what(decide(SMALL, buyer, on=TODAY))


def test_12_a_small_seller_needs_a_number_for_a_reverse_charge() -> None:
    buyer = company("DE", "10999", GERMAN)

    with pytest.raises(VatNotDecided, match="286 ter"):
        decide(SMALL, buyer, on=TODAY, evidence=confirmed(GERMAN))
    with_number = replace(SMALL, vat_number="FR11999999998")
    assert REVERSE.is_what(decide(with_number, buyer, on=TODAY, evidence=confirmed(GERMAN)))


@pytest.mark.parametrize(
    "place",
    [
        *(("ES", "35001"), ("ES", "38001"), ("ES", "51001"), ("ES", "52001"), ("FI", "22100"), ("AX", "22100")),
        *(("IT", "23041"), ("IT", "22061"), ("DE", "78266"), ("DE", "D-27498"), ("GR", "630 86"), ("CY", "99010")),
        *(("DK", "3900"), ("DK", "100"), ("GG", "GY1"), ("JE", "JE2"), ("IM", "IM1"), ("GL", ""), ("FO", "")),
    ],
)
def test_special_areas_are_outside(place: tuple[str, str]) -> None:
    assert CONSUMER_OUTSIDE.is_what(decide(WITH_OSS, person(*place), on=TODAY))


def test_next_to_a_special_area_vat_applies() -> None:
    for place in (
        ("ES", "28001"),
        ("FI", "21100"),
        ("IT", "23040"),
        ("DE", "78267"),
        ("DK", "4000"),
        ("PT", "8500-001"),
    ):
        assert decide(WITH_OSS, person(*place), on=TODAY).treatment == Treatment.OSS


@pytest.mark.parametrize(
    ("evidence", "why"),
    [
        (Evidence(), "pas encore été vérifié"),
        (Evidence(silent_since=date(2026, 11, 2)), "2 novembre 2026"),
        (confirmed(GERMAN, valid=False), "n’est pas valide"),
        (confirmed(GERMAN, days_ago=36), "35 jours"),
        (confirmed("DE129273398"), "pas encore été vérifié"),
    ],
)
def test_a_business_of_the_union_is_never_exempted_on_its_word(evidence: Evidence, why: str) -> None:
    buyer = company("DE", "10999", GERMAN)

    with pytest.raises(VatNotProven, match=why) as refusal:
        decide(WITH_OSS, buyer, on=TODAY, evidence=evidence)

    assert REVERSE.is_what(refusal.value.if_proven)
    taxing = replace(WITH_OSS, unproven_vat="TAX")
    assert decide(taxing, buyer, on=TODAY, evidence=evidence).vat_account == "445740DE"


def test_while_vies_is_silent_the_last_valid_answer_holds_for_a_time() -> None:
    buyer, silent = company("DE", "10999", GERMAN), TODAY - timedelta(days=3)
    evidence = replace(confirmed(GERMAN, days_ago=35), silent_since=silent)

    assert REVERSE.is_what(decide(SELLER, buyer, on=TODAY, evidence=evidence))


@pytest.mark.parametrize("number", ["ATU12345675", "FR44732829320", "GB980780684"])
def test_a_number_of_another_country_proves_nothing(number: str) -> None:
    with pytest.raises(VatNotProven, match="pays de l’adresse"):
        decide(SELLER, company("DE", "10999", number), on=TODAY, evidence=confirmed(number))


def test_a_private_person_is_a_consumer_whatever_number_they_have() -> None:
    buyer = replace(person("DE"), vat_number=GERMAN)

    assert decide(WITH_OSS, buyer, on=TODAY, evidence=confirmed(GERMAN)).treatment == Treatment.OSS


def bank(country: str) -> PlaceItem:
    return PlaceItem("BANK", country, "Visa •• 4242", TODAY)


@pytest.mark.parametrize(("buyer", "agrees"), [(person("IT"), "IT"), (person("US"), "US"), (person("NC"), "FR")])
def test_where_two_signs_are_wanted_the_address_needs_another_that_agrees(buyer: Buyer, agrees: str) -> None:
    careful = replace(WITH_OSS, place_items=2)
    connection = PlaceItem("CONNECTION", "DE", "", TODAY)

    with pytest.raises(VatNotDecided, match="deuxième indice"):
        decide(careful, buyer, on=TODAY)
    assert (
        decide(careful, buyer, on=TODAY, evidence=Evidence(place=(bank(agrees), connection))).country == buyer.country
    )


@pytest.mark.parametrize("wanted", [1, 2])
def test_an_address_that_another_sign_contradicts_is_not_enough(wanted: int) -> None:
    seller = replace(WITH_OSS, place_items=wanted)

    with pytest.raises(VatNotDecided, match="Visa •• 4242"):
        decide(seller, person("IT"), on=TODAY, evidence=Evidence(place=(bank("DE"),)))


def test_mentions_are_in_the_language_of_the_buyer_with_the_words_of_the_law() -> None:
    decision = decide(SELLER, company("DE", "10999", GERMAN), on=TODAY, evidence=confirmed(GERMAN))

    assert decision.mention_in("fr").startswith("Autoliquidation — art. 44")
    assert decision.mention_in("en").startswith("Reverse charge (autoliquidation) — art. 44")
