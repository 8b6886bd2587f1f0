"""Standard rates, dated. A rate announced after this was written is a row in the admin, not a release."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext

from invoices.tax.places import FRENCH_ZONE, OVERSEAS_ZONE
from invoices.tax.refusals import VatNotDecided


@dataclass(frozen=True, slots=True)
class DatedRate:
    """A rate in %, from a day until the next one of its zone."""

    rate: Decimal
    since: date


Rates = Mapping[str, tuple[DatedRate, ...]]
# The one-stop shop as it is today began on that day (directive 2017/2455); nothing earlier is ever needed.
_OSS = "2021-07-01"
_UNION: Mapping[str, str] = {
    "AT": "20",
    "BE": "21",
    "BG": "20",
    "CY": "19",
    "CZ": "21",
    "DE": "19",
    "DK": "25",
    "EE": "20, 22 2024-01-01, 24 2025-07-01",
    "ES": "21",
    "FI": "24, 25.5 2024-09-01",
    "GR": "24",
    "HR": "25",
    "HU": "27",
    "IE": "23",
    "IT": "22",
    "LT": "21",
    "LU": "17, 16 2023-01-01, 17 2024-01-01",
    "LV": "21",
    "MT": "18",
    "NL": "21",
    "PL": "23",
    "PT": "23",
    "RO": "19, 21 2025-08-01",
    "SE": "25",
    "SI": "22",
    "SK": "20, 23 2025-01-01",
    "PT-20": "16",
    "PT-30": "22",
    "AT-JM": "19",
}


def _read(written: str) -> tuple[DatedRate, ...]:
    """`20, 22 2024-01-01`: 20 % from the first day of the one-stop shop, 22 % from 2024 on."""
    words = (part.split() for part in written.split(","))
    return tuple(DatedRate(Decimal(rate), date.fromisoformat(since)) for rate, since in ((*w, _OSS)[:2] for w in words))


LAW: Rates = {
    # CGI art. 278: 20 % since 1 January 2014 (loi 2012-1510, art. 68).
    FRENCH_ZONE: (DatedRate(Decimal(20), date(2014, 1, 1)),),
    # CGI art. 296, 1° a: 8.5 % in Guadeloupe, Martinique and Réunion since 1 January 1995.
    OVERSEAS_ZONE: (DatedRate(Decimal("8.5"), date(1995, 1, 1)),),
    **{zone: _read(written) for zone, written in _UNION.items()},
}


def rate_on(zone: str, *, on: date, rates: Rates) -> Decimal:
    """The standard rate of that zone on that day, in %. Raises VatNotDecided."""
    known = [dated for dated in rates.get(zone, ()) if dated.since <= on]
    if not known:
        raise VatNotDecided(
            gettext("No VAT rate of %(zone)s is set up for %(day)s.") % {"zone": zone, "day": on.isoformat()}
        )
    return max(known, key=lambda dated: dated.since).rate
