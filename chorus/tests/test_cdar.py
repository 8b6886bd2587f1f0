"""Words of Chorus Pro as codes of the reform."""

from __future__ import annotations

import pytest

from chorus.cdar import cdar_of


@pytest.mark.parametrize(
    ("code", "cdar"),
    [
        ("DEPOSEE", 200),
        ("EN_COURS_ACHEMINEMENT", 201),
        ("MISE_A_DISPOSITION", 203),
        ("PRISE_EN_COMPTE_DESTINATAIRE", 204),
        ("SERVICE_FAIT", 205),
        ("MANDATEE", 205),
        ("SUSPENDUE", 208),
        ("A_COMPLETER", 208),
        ("COMPLETEE", 209),
        ("REJETEE", 210),
        ("MISE_EN_PAIEMENT", 211),
        ("COMPTABILISEE", None),
        ("STATUT_DE_DEMAIN", None),
    ],
)
def test_each_status_has_its_code_and_unknown_ones_have_none(code: str, cdar: int | None) -> None:
    assert cdar_of(code) == cdar
