"""A deposit, from its receipt to the invoice at the disposal of its buyer."""

from __future__ import annotations

from sandbox.tests.chorus.conftest import Supplier
from sandbox.tests.conftest import Control


def test_a_deposit_goes_through_its_states_with_the_clock_and_becomes_an_invoice(
    supplier: Supplier, control: Control
) -> None:
    deposited = supplier.deposit()
    seen = [supplier.report(deposited)["etatCourantDepotFlux"]]
    before = supplier.says("factures/v1/rechercher/fournisseur", numeroFacture="FA2026-000001")
    for _step in range(4):
        control("clock", advance=1)
        seen.append(supplier.report(deposited)["etatCourantDepotFlux"])

    found = supplier.find()

    assert deposited["numeroFluxDepot"].startswith("CPP")
    assert len(deposited["numeroFluxDepot"]) == 25
    assert seen == [
        "IN_DEPOT_PORTAIL_EN_ATTENTE_TRAITEMENT_SE_CPP",
        "IN_RECU",
        "IN_TRAITE_SE_CPP",
        "IN_EN_COURS_TRAITEMENT_CPP",
        "IN_INTEGRE",
    ]
    assert (before["codeRetour"], before["libelle"].partition(" ")[0]) == (20000, "TRA_MSG_00.015")
    assert (found["statut"], found["montantTTC"], found["numeroFluxDepot"]) == (
        "DEPOSEE",
        120.0,
        deposited["numeroFluxDepot"],
    )
    control("clock", advance=2)
    assert supplier.statuses(found["identifiantFactureCPP"]) == [
        "DEPOSEE",
        "EN_COURS_ACHEMINEMENT",
        "MISE_A_DISPOSITION",
    ]
