"""What a decision rests on besides the address: a checked VAT number, signs of where somebody is, sales so far."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from core.money import ZERO, Money

if TYPE_CHECKING:
    from datetime import date

PROOF_DAYS = 35


@dataclass(frozen=True, slots=True)
class NumberCheck:
    """What VIES last said about a VAT number, and its receipt (consultation number)."""

    number: str
    valid: bool
    checked_on: date
    consultation_number: str = ""
    name: str = ""
    address: str = ""

    def frozen(self) -> dict[str, Any]:
        return {
            "number": self.number,
            "valid": self.valid,
            "checked_on": self.checked_on.isoformat(),
            "consultation_number": self.consultation_number,
            "name": self.name,
            "address": self.address,
        }


@dataclass(frozen=True, slots=True)
class PlaceItem:
    """A sign of the country where somebody is, other than their address (reg. 282/2011, art. 24f)."""

    kind: str
    country: str
    source: str
    noted_on: date

    def frozen(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "country": self.country,
            "source": self.source,
            "noted_on": self.noted_on.isoformat(),
        }


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that is known beside the parties.

    `silent_since` is the day since which VIES has not answered. A valid check proves a number for `proof_days`.
    `distance_sales` are those to consumers of other member states with French VAT, without VAT, this one included:
    the larger of this year's and last year's.
    """

    check: NumberCheck | None = None
    silent_since: date | None = None
    place: tuple[PlaceItem, ...] = ()
    distance_sales: Money = ZERO
    proof_days: int = PROOF_DAYS

    def frozen(self) -> dict[str, Any]:
        """As it is stored on the document, for ten years (reg. 282/2011, art. 63c); nothing when there is none."""
        found: dict[str, Any] = {}
        if self.check:
            found["number"] = self.check.frozen()
        if self.place:
            found["place"] = [item.frozen() for item in self.place]
        return found


NO_EVIDENCE = Evidence()
