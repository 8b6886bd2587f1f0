"""Where an address is for VAT: countries, French postcodes, and the areas of the Union that are apart."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from stdnum.eu.vat import MEMBER_STATES

from core.countries import country_code, is_country
from invoices.tax.refusals import VatNotDecided


class Territory(models.TextChoices):
    """Where a buyer is, as French VAT sees it (CGI art. 256-0, 294, 296)."""

    FRANCE = "FRANCE", _("mainland France and Corsica")
    MONACO = "MONACO", _("Monaco")
    OVERSEAS_TAXED = "OVERSEAS_TAXED", _("Guadeloupe, Martinique and Réunion")
    OVERSEAS_EXEMPT = "OVERSEAS_EXEMPT", _("French Guiana and Mayotte")
    OVERSEAS_THIRD = "OVERSEAS_THIRD", _("a French territory outside the VAT area")
    EUROPEAN_UNION = "EUROPEAN_UNION", _("another country of the European Union")
    SPECIAL_AREA = "SPECIAL_AREA", _("an area of the European Union outside its VAT area")
    OUTSIDE = "OUTSIDE", _("a country outside the European Union")


@dataclass(frozen=True, slots=True)
class Place:
    """A territory, its country, and the zone whose rate applies there: a country, or a part of one."""

    territory: Territory
    country: str
    zone: str = ""


FRENCH_ZONE, OVERSEAS_ZONE = "FR", "FR-DOM"
# Northern Ireland (XI) is of the Union for goods only: for services it is a part of the United Kingdom.
UNION = frozenset(code.upper() for code in MEMBER_STATES if code != "xi")
_OVERSEAS_COUNTRIES = {
    **dict.fromkeys(("GP", "MQ", "RE"), Territory.OVERSEAS_TAXED),
    **dict.fromkeys(("GF", "YT"), Territory.OVERSEAS_EXEMPT),
    **dict.fromkeys(("PM", "BL", "MF", "PF", "NC", "WF", "TF"), Territory.OVERSEAS_THIRD),
}
# Longest first: Saint-Barthélemy and Saint-Martin keep postcodes of Guadeloupe.
_FRENCH_POSTCODES = (
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
_FRENCH_DIGITS = 5
# Directive 2006/112/EC, art. 6: parts of member states where its VAT does not apply. (country, form of the postcode)
_APART = tuple(
    (country, re.compile(form))
    for country, form in (
        ("ES", r"(35|38)\d{3}"),  # Canary Islands
        ("ES", r"(51|52)\d{3}"),  # Ceuta and Melilla
        ("FI", r"22\d{3}"),  # Åland
        ("IT", r"23041"),  # Livigno
        ("IT", r"22061"),  # Campione d'Italia
        ("DE", r"78266"),  # Büsingen
        ("DE", r"27498"),  # Heligoland
        ("GR", r"63086"),  # Mount Athos
        ("CY", r"99\d{3}"),  # where the government has no effective control (protocol 10 of the act of accession)
        ("DK", r"39\d\d"),  # Greenland, written as a part of Denmark
        ("DK", r"\d{3}"),  # Faroe Islands, likewise: Danish postcodes have four digits
    )
)
# Parts of member states with a standard rate of their own (directive, art. 104, 104a, 105).
_ZONES = tuple(
    (country, re.compile(form), zone)
    for country, form, zone in (
        ("PT", r"9[0-4]\d{2}(\d{3})?", "PT-30"),  # Madeira
        ("PT", r"9[5-9]\d{2}(\d{3})?", "PT-20"),  # Azores
        ("AT", r"6691|699[1-3]", "AT-JM"),  # Jungholz and Mittelberg
    )
)


def place_of(country: str, postcode: str) -> Place:
    """Where an address is for VAT. Raises VatNotDecided for what is not a country, or a postcode that is cut short."""
    code, digits = country_code(country), re.sub(r"[^0-9]", "", postcode)
    if code == "FR":
        return _in_france(digits)
    if code == "MC":
        return Place(Territory.MONACO, "MC", FRENCH_ZONE)
    if code in _OVERSEAS_COUNTRIES:
        return _overseas(_OVERSEAS_COUNTRIES[code], code)
    if code == "AX" or any(code == state and form.fullmatch(digits) for state, form in _APART):
        return Place(Territory.SPECIAL_AREA, code)
    if code in UNION:
        own = (zone for state, form, zone in _ZONES if code == state and form.fullmatch(digits))
        return Place(Territory.EUROPEAN_UNION, code, next(own, code))
    if not is_country(code):
        raise VatNotDecided(gettext("%(code)s is not a country. Correct the address of the customer.") % {"code": code})
    return Place(Territory.OUTSIDE, code)


def territory_of(country: str, postcode: str) -> Territory:
    """The territory of an address. Raises VatNotDecided as `place_of`."""
    return place_of(country, postcode).territory


def _in_france(digits: str) -> Place:
    """France and its overseas share a country code; the postcode tells them apart."""
    where = next((where for start, where in _FRENCH_POSTCODES if digits.startswith(start)), Territory.FRANCE)
    if where is not Territory.FRANCE and len(digits) != _FRENCH_DIGITS:
        raise VatNotDecided(
            gettext("The postcode %(postcode)s is not complete: VAT overseas depends on it.") % {"postcode": digits}
        )
    if where is Territory.MONACO:
        return Place(where, "MC", FRENCH_ZONE)
    return _overseas(where, "FR") if where is not Territory.FRANCE else Place(where, "FR", FRENCH_ZONE)


def _overseas(where: Territory, country: str) -> Place:
    return Place(where, country, OVERSEAS_ZONE if where is Territory.OVERSEAS_TAXED else "")
