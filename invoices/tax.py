"""Which VAT applies: one pure decision from the frozen seller, the frozen buyer, the day, and the product's rate.

The table is read from top to bottom: seller's regime, territory of the buyer, treatment, dated rate. What the table
does not hold is refused by name; an invoice is never issued with a guessed VAT.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from stdnum.eu.vat import MEMBER_STATES

if TYPE_CHECKING:
    from invoices.parties import Buyer, Seller


class Territory(models.TextChoices):
    """Where a buyer is, as French VAT sees it (CGI art. 256-0, 294, 296)."""

    FRANCE = "FRANCE", _("mainland France and Corsica")
    MONACO = "MONACO", _("Monaco")
    OVERSEAS_TAXED = "OVERSEAS_TAXED", _("Guadeloupe, Martinique and Réunion")
    OVERSEAS_EXEMPT = "OVERSEAS_EXEMPT", _("French Guiana and Mayotte")
    OVERSEAS_THIRD = "OVERSEAS_THIRD", _("a French territory outside the VAT area")
    EUROPEAN_UNION = "EUROPEAN_UNION", _("another country of the European Union")
    OUTSIDE = "OUTSIDE", _("a country outside the European Union")


class Treatment(models.TextChoices):
    """What VAT does with a sale."""

    TAXED = "TAXED", _("French VAT")


class VatNotDecided(ValueError):
    """No rule is set up for this sale. The message says which part is missing; nothing is issued."""


@dataclass(frozen=True, slots=True)
class Decision:
    """The VAT of a line: rate in %, EN 16931 category, mention and reason code if exempt, accounts to book on."""

    treatment: Treatment
    rate: Decimal
    category: str
    mention: str
    reason_code: str
    revenue_account: str
    vat_account: str


@dataclass(frozen=True, slots=True)
class DatedRate:
    """A legal rate and the days it is in force; `until` is the last one."""

    rate: Decimal
    since: date
    until: date | None = None

    def holds(self, on: date) -> bool:
        return self.since <= on and (self.until is None or on <= self.until)


@dataclass(frozen=True, slots=True)
class Rule:
    """What happens to sales in a territory, and on which accounts they are booked."""

    treatment: Treatment
    category: str
    rates: tuple[DatedRate, ...]
    revenue_account: str
    vat_account: str


# CGI art. 278: the standard rate is 20 % since 1 January 2014 (loi 2012-1510, art. 68).
STANDARD = DatedRate(Decimal(20), date(2014, 1, 1))
_FRENCH = Rule(Treatment.TAXED, "S", (STANDARD,), "706100", "445711")
RULES = {
    Territory.FRANCE: _FRENCH,  # CGI art. 259, 1° and 259 D
    Territory.MONACO: _FRENCH,  # Franco-Monegasque convention of 18 May 1963, art. 15
}

_UNION = frozenset(code.upper() for code in MEMBER_STATES if code != "xi")  # Northern Ireland: for goods only
_OVERSEAS_COUNTRIES = {
    **dict.fromkeys(("GP", "MQ", "RE"), Territory.OVERSEAS_TAXED),
    **dict.fromkeys(("GF", "YT"), Territory.OVERSEAS_EXEMPT),
    **dict.fromkeys(("PM", "BL", "MF", "PF", "NC", "WF", "TF"), Territory.OVERSEAS_THIRD),
}
# Longest first: Saint-Barthélemy and Saint-Martin keep postcodes of Guadeloupe.
_OVERSEAS_POSTCODES = (
    ("97133", Territory.OVERSEAS_THIRD),
    ("97150", Territory.OVERSEAS_THIRD),
    ("971", Territory.OVERSEAS_TAXED),
    ("972", Territory.OVERSEAS_TAXED),
    ("974", Territory.OVERSEAS_TAXED),
    ("973", Territory.OVERSEAS_EXEMPT),
    ("976", Territory.OVERSEAS_EXEMPT),
    ("980", Territory.MONACO),
    ("97", Territory.OVERSEAS_THIRD),
    ("98", Territory.OVERSEAS_THIRD),
)


def territory_of(country: str, postcode: str) -> Territory:
    """Where an address is for VAT. France and its overseas share a country code; the postcode tells them apart."""
    if country == "FR":
        compact = postcode.replace(" ", "")
        return next((where for start, where in _OVERSEAS_POSTCODES if compact.startswith(start)), Territory.FRANCE)
    if country == "MC":
        return Territory.MONACO
    if country in _OVERSEAS_COUNTRIES:
        return _OVERSEAS_COUNTRIES[country]
    return Territory.EUROPEAN_UNION if country in _UNION else Territory.OUTSIDE


def standard_rate(*, on: date) -> Decimal:
    """The standard rate in France on that day, in %. Raises VatNotDecided."""
    return _rate(_FRENCH, on=on, asked=None)


def decide(seller: Seller, buyer: Buyer, *, on: date, product_rate: Decimal | None = None) -> Decision:
    """The VAT of a service sold by `seller` to `buyer` on that day; `product_rate` is its rate in France, in %.

    None is the standard rate. Raises VatNotDecided when the table holds no rule for the seller, buyer, day or rate.
    """
    _check_seller(seller)
    where = territory_of(buyer.country, buyer.postcode)
    rule = RULES.get(where)
    if rule is None:
        raise VatNotDecided(gettext("No VAT rule is set up for a buyer in %(place)s.") % {"place": where.label})
    rate = _rate(rule, on=on, asked=product_rate)
    return Decision(
        treatment=rule.treatment,
        rate=rate,
        category=rule.category,
        mention="",
        reason_code="",
        revenue_account=rule.revenue_account,
        vat_account=rule.vat_account,
    )


def _check_seller(seller: Seller) -> None:
    if territory_of(seller.country, seller.postcode) is not Territory.FRANCE:
        raise VatNotDecided(gettext("No VAT rule is set up for a seller outside mainland France."))
    if not seller.vat_number:
        raise VatNotDecided(gettext("No VAT rule is set up for a seller without a VAT number."))


def _rate(rule: Rule, *, on: date, asked: Decimal | None) -> Decimal:
    in_force = [dated.rate for dated in rule.rates if dated.holds(on)]
    if not in_force:
        raise VatNotDecided(gettext("No VAT rate is set up for %(day)s.") % {"day": on.isoformat()})
    if asked is None:
        return in_force[0]
    if asked not in in_force:
        known = ", ".join(f"{rate.normalize():f}" for rate in in_force)
        raise VatNotDecided(
            gettext("The VAT rate %(rate)s %% is not set up. Write one of: %(known)s.")
            % {"rate": f"{asked.normalize():f}", "known": known}
        )
    return asked
