"""What the lists and reports of Chorus Pro say, in our words. Words that we do not know are kept as told."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final

from chorus.gateways import reading
from chorus.gateways.base import FlowError, FlowOutcome, FlowReport, Found, HistoryStep

if TYPE_CHECKING:
    from collections.abc import Mapping

    from chorus.gateways.reading import Json

logger = logging.getLogger(__name__)
_LONGEST_STATE: Final = 80
_LONGEST_NAME: Final = 100
_ENDS: Final[Mapping[str, FlowOutcome]] = {
    "INTEGRE": FlowOutcome.INTEGRATED,
    "INTEGRE_PARTIEL": FlowOutcome.PARTIAL,
    "REJETE": FlowOutcome.REJECTED,
    "IRRECEVABLE": FlowOutcome.REJECTED,
    "INCIDENTE": FlowOutcome.INCIDENT,
}
_UNDER_WAY: Final = frozenset(
    {
        "DEPOT_PORTAIL_EN_ATTENTE_TRAITEMENT_SE_CPP",
        "RECU",
        "TRAITE_SE_CPP",
        "EN_ATTENTE_TRAITEMENT_CPP",
        "EN_COURS_TRAITEMENT_CPP",
        "EN_ATTENTE_RETRAITEMENT_CPP",
        "RECEVABLE",
        "RECEVABLE_AVEC_ERREUR",
    }
)


def outcome_of(state: str) -> FlowOutcome:
    """What the state of a flow means, with its prefix IN_ or QP_ or without. An unknown one is still under way."""
    word = state.strip().upper().removeprefix("IN_").removeprefix("QP_")
    if word not in _ENDS and word not in _UNDER_WAY:
        logger.warning("Chorus Pro: unknown state of a flow: %s", state)
    return _ENDS.get(word, FlowOutcome.PENDING)


def report_of(said: Json) -> FlowReport:
    """The detailed report of a flow."""
    state = reading.text(said, "etatCourantDepotFlux", "etatCourantFlux", most=_LONGEST_STATE)
    business = [
        FlowError(reading.text(row, "libelleErreurDP"), number=reading.text(row, "numeroDP", most=_LONGEST_NAME))
        for row in reading.rows(said, "listeErreurDP")
    ]
    technical = [
        FlowError(
            reading.text(row, "libelleErreur"),
            code=reading.text(row, "codeErreur", most=_LONGEST_NAME),
            is_technical=True,
        )
        for row in reading.rows(said, "listeErreurTechnique")
    ]
    return FlowReport(outcome_of(state), state, (*business, *technical), reading.text(said, "_correlation"))


def found_of(row: Json) -> Found:
    """One line of the supplier's search."""
    return Found(
        chorus_id=reading.number(row, "identifiantFactureCPP", "idFacture"),
        number=reading.text(row, "numeroFacture", most=_LONGEST_NAME),
        status=reading.text(row, "statut", "statutFacture", most=_LONGEST_STATE),
        at=reading.moment(row, "dateHeureEtatCourant"),
        comment=reading.text(row, "commentaireEtatCourant"),
        total=reading.money(row, "montantTTC"),
        is_credit_note=reading.text(row, "typeFacture") == "AVOIR",
        supplier=reading.text(row, "codeFournisseur", most=_LONGEST_NAME),
        buyer=reading.text(row, "codeDestinataire", most=_LONGEST_NAME),
        service_code=reading.text(row, "codeServiceExecutant", most=_LONGEST_NAME),
        engagement_number=reading.text(row, "numeroBonCommande", most=_LONGEST_NAME),
        flow_number=reading.text(row, "numeroFluxDepot", most=_LONGEST_NAME),
        rejection_acknowledged=reading.flag(row, "rejetTraite"),
    )


def step_of(row: Json) -> HistoryStep | None:
    """One step of a history; None for one that says neither what nor when."""
    code = reading.text(row, "histoStatutCode", most=_LONGEST_STATE)
    at = reading.moment(row, "histoStatutDatePassage")
    if not code or at is None:
        logger.warning("Chorus Pro: a step of a history without its word or its date")
        return None
    names = [reading.text(row, f"histoStatutUtilisateur{name}", most=_LONGEST_NAME) for name in ("Prenom", "Nom")]
    return HistoryStep(code, at, reading.text(row, "histoStatutCommentaire"), " ".join(filter(None, names)))
