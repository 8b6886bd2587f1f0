"""VAT: one pure decision from the frozen seller, the frozen buyer, the evidence and the day. No database, no clock."""

from __future__ import annotations

from invoices.tax.deciding import Decision, decide, standard_rate
from invoices.tax.evidence import NO_EVIDENCE, Evidence, NumberCheck, PlaceItem
from invoices.tax.places import Place, Territory, place_of, territory_of
from invoices.tax.rates import LAW, DatedRate, Rates
from invoices.tax.refusals import VatNotDecided, VatNotProven
from invoices.tax.treatments import Treatment

__all__ = [
    "LAW",
    "NO_EVIDENCE",
    "DatedRate",
    "Decision",
    "Evidence",
    "NumberCheck",
    "Place",
    "PlaceItem",
    "Rates",
    "Territory",
    "Treatment",
    "VatNotDecided",
    "VatNotProven",
    "decide",
    "place_of",
    "standard_rate",
    "territory_of",
]
