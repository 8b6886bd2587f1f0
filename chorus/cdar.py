"""Words of Chorus Pro in the codes of the French reform (XP Z12-012, flow 6, CDAR): the neutral timeline."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

CDAR: Final[Mapping[str, int]] = {
    "DEPOSEE": 200,
    "EN_COURS_ACHEMINEMENT": 201,
    "MISE_A_DISPOSITION": 203,
    "PRISE_EN_COMPTE_DESTINATAIRE": 204,
    "SERVICE_FAIT": 205,
    "MANDATEE": 205,
    "SUSPENDUE": 208,
    "A_COMPLETER": 208,
    "COMPLETEE": 209,
    "REJETEE": 210,
    "MISE_EN_PAIEMENT": 211,
}
CDAR_CASHED: Final = 212
"""Encaissée: told by the supplier of each payment, with its sign."""


def cdar_of(code: str) -> int | None:
    """The code of a word; None where the reform has none for it."""
    return CDAR.get(code)
