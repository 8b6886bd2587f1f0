"""Which VAT applies: one pure decision from the frozen seller, the frozen buyer, the evidence and the day.

The table is read from top to bottom: seller's regime, territory of the buyer, what the buyer is, dated rate. What the
table does not hold is refused by name; an invoice is never issued with a guessed VAT, and never without VAT unproven.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from django.utils.translation import gettext

from accounts.models import CustomerKind, UnprovenVat
from core.money import Money
from invoices.tax import mentions
from invoices.tax.evidence import NO_EVIDENCE, Evidence
from invoices.tax.mentions import Mention
from invoices.tax.places import FRENCH_ZONE, Place, Territory, place_of
from invoices.tax.proving import doubt_about_number, doubt_about_place
from invoices.tax.rates import LAW, Rates, rate_on
from invoices.tax.refusals import VatNotDecided, VatNotProven
from invoices.tax.treatments import Treatment

if TYPE_CHECKING:
    from datetime import date

    from invoices.parties import Buyer, Seller

# CGI art. 259 D, II: up to 10,000 € a year of services to consumers in other member states are taxed in France.
DISTANCE_SALES_LIMIT = Money(1_000_000)


@dataclass(frozen=True, slots=True)
class Decision:
    """The VAT of a line: rate in %, EN 16931 category, mention and reason code if exempt, accounts to book on.

    `country` is where the service is supplied for VAT. `mention` is French; `mention_in` gives the buyer's language.
    """

    treatment: Treatment
    rate: Decimal
    category: str
    words: Mention
    reason_code: str
    revenue_account: str
    vat_account: str
    country: str

    @property
    def mention(self) -> str:
        return self.words.french

    def mention_in(self, language: str) -> str:
        return self.words.in_language(language)


@dataclass(frozen=True, slots=True)
class _Sale:
    """What the rows of the table look at."""

    seller: Seller
    buyer: Buyer
    place: Place
    on: date
    evidence: Evidence
    rates: Rates

    @property
    def to_a_person(self) -> bool:
        return self.buyer.kind == CustomerKind.PERSON

    def rate(self, zone: str) -> Decimal:
        return rate_on(zone, on=self.on, rates=self.rates)


def standard_rate(*, on: date, rates: Rates = LAW) -> Decimal:
    """The standard rate in France on that day, in %. Raises VatNotDecided."""
    return rate_on(FRENCH_ZONE, on=on, rates=rates)


def decide(
    seller: Seller,
    buyer: Buyer,
    *,
    on: date,
    product_rate: Decimal | None = None,
    evidence: Evidence = NO_EVIDENCE,
    rates: Rates = LAW,
) -> Decision:
    """The VAT of a service sold by `seller` to `buyer` on that day; `product_rate` is its rate in France, in %.

    None is the standard rate. Raises VatNotDecided when the table holds no rule for the seller, buyer, day or rate,
    and VatNotProven, which is one, when a business of the Union has no VAT number that VIES confirms.
    """
    _check_seller(seller)
    _check_product(product_rate, standard_rate(on=on, rates=rates))
    sale = _Sale(seller, buyer, place_of(buyer.country, buyer.postcode), on, evidence, rates)
    return _ROWS[sale.place.territory](sale)


def _check_seller(seller: Seller) -> None:
    if place_of(seller.country, seller.postcode).territory is not Territory.FRANCE:
        raise VatNotDecided(gettext("No VAT rule is set up for a seller outside mainland France."))
    if not seller.vat_number and not seller.vat_franchise:
        raise VatNotDecided(gettext("No VAT rule is set up for a seller without a VAT number."))


def _check_product(asked: Decimal | None, standard: Decimal) -> None:
    if asked is not None and asked != standard:
        raise VatNotDecided(
            gettext("The VAT rate %(rate)s %% is not set up. Write one of: %(known)s.")
            % {"rate": f"{asked.normalize():f}", "known": f"{standard.normalize():f}"}
        )


def _in_france(sale: _Sale) -> Decision:
    """Mainland, Corsica and Monaco: CGI art. 259, 1° and 259 D; Franco-Monegasque convention of 18 May 1963."""
    if sale.seller.vat_franchise:
        return _franchise(sale)
    return _taxed(sale, Treatment.TAXED, FRENCH_ZONE, revenue="706100", vat="445711")


def _overseas_taxed(sale: _Sale) -> Decision:
    """Guadeloupe, Martinique, Réunion: their rate, and no reverse charge with the mainland (CGI art. 296)."""
    if sale.seller.vat_franchise:
        return _franchise(sale)
    return _taxed(sale, Treatment.TAXED_OVERSEAS, sale.place.zone, revenue="706120", vat="445712")


def _overseas_exempt(sale: _Sale) -> Decision:
    """French Guiana and Mayotte: VAT is provisionally not applied there (CGI art. 294, 1)."""
    return _untaxed(sale, Treatment.OVERSEAS_EXEMPT, "E", mentions.OVERSEAS_EXEMPT, "", revenue="706130")


def _in_the_union(sale: _Sale) -> Decision:
    """A business with a number that VIES confirms owes the VAT itself; anybody else pays it as a consumer does."""
    if sale.to_a_person or not sale.buyer.vat_number:  # reg. 282/2011, art. 18 (2): no number told, not a business
        return _to_a_consumer_of_the_union(sale)
    reverse = _untaxed(sale, Treatment.REVERSE_CHARGE, "AE", mentions.REVERSE_CHARGE, "VATEX-EU-AE", revenue="706200")
    doubt = doubt_about_number(sale.buyer.vat_number, sale.place.country, on=sale.on, evidence=sale.evidence)
    if not sale.seller.vat_number:
        raise VatNotDecided(gettext("A reverse charge needs a VAT number of the seller (CGI art. 286 ter)."))
    if not doubt:
        return reverse
    if sale.seller.unproven_vat == UnprovenVat.TAX:
        return _to_a_consumer_of_the_union(sale)
    raise VatNotProven(doubt, if_proven=reverse)


def _to_a_consumer_of_the_union(sale: _Sale) -> Decision:
    """VAT of the consumer's member state by the one-stop shop, or French VAT below the limit (CGI art. 259 D)."""
    if sale.seller.oss:
        _check_place(sale)
        country = sale.place.country
        return _taxed(sale, Treatment.OSS, sale.place.zone, revenue="706300", vat=f"445740{country}")
    if sale.evidence.distance_sales.cents > DISTANCE_SALES_LIMIT.cents:
        raise VatNotDecided(
            gettext(
                "Sales to consumers in other member states pass 10,000 € a year: French VAT no longer applies to them. "
                "Register for the one-stop shop, then set the option “oss” of the seller."
            )
        )
    if sale.seller.vat_franchise:
        return _franchise(sale)
    return _taxed(sale, Treatment.TAXED_BELOW_LIMIT, FRENCH_ZONE, revenue="706100", vat="445711")


def _outside(sale: _Sale) -> Decision:
    """Outside the VAT area of the Union. A company that tells no number of its country is taken for a consumer."""
    if not sale.to_a_person and (sale.buyer.vat_number or sale.buyer.siren):
        words = mentions.OUTSIDE_BUSINESS
        return _untaxed(sale, Treatment.OUTSIDE_BUSINESS, "G", words, "VATEX-EU-G", revenue="706400")
    _check_place(sale)
    words = mentions.OUTSIDE_CONSUMER
    return _untaxed(sale, Treatment.OUTSIDE_CONSUMER, "G", words, "VATEX-EU-G", revenue="706400")


def _franchise(sale: _Sale) -> Decision:
    """The seller charges no VAT on what is supplied in France (CGI art. 293 B)."""
    return _untaxed(sale, Treatment.FRANCHISE, "E", mentions.FRANCHISE, "VATEX-FR-FRANCHISE", revenue="706000")


def _check_place(sale: _Sale) -> None:
    doubt = doubt_about_place(sale.place.country, evidence=sale.evidence, wanted=sale.seller.place_items)
    if doubt:
        raise VatNotDecided(doubt)


def _taxed(sale: _Sale, treatment: Treatment, zone: str, *, revenue: str, vat: str) -> Decision:
    country = "FR" if zone == FRENCH_ZONE else sale.place.country
    return Decision(treatment, sale.rate(zone), "S", mentions.NONE, "", revenue, vat, country)


def _untaxed(
    sale: _Sale, treatment: Treatment, category: str, words: Mention, reason_code: str, *, revenue: str
) -> Decision:
    return Decision(treatment, Decimal(0), category, words, reason_code, revenue, "", sale.place.country)


_ROWS = {
    Territory.FRANCE: _in_france,
    Territory.MONACO: _in_france,
    Territory.OVERSEAS_TAXED: _overseas_taxed,
    Territory.OVERSEAS_EXEMPT: _overseas_exempt,
    Territory.OVERSEAS_THIRD: _outside,
    Territory.EUROPEAN_UNION: _in_the_union,
    Territory.SPECIAL_AREA: _outside,
    Territory.OUTSIDE: _outside,
}
