"""Chorus Pro itself, reached through PISTE: our words in, our words out."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final

from chorus.gateways import reading
from chorus.gateways.base import (
    DepositReceipt,
    FlowOutcome,
    FlowReport,
    Found,
    HistoryStep,
    OutcomeUnknown,
    Refused,
    Transient,
)
from chorus.gateways.mapping import found_of, report_of, step_of
from chorus.gateways.paging import SIZE, all_rows
from core.clock import PARIS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from chorus.gateways.base import Addressed, FileToDeposit, PieceToAdd
    from chorus.gateways.piste import Json, Piste

_SYNTAX: Final = "IN_DP_E2_CII_FACTURX"
_LONGEST_FILE_NAME: Final = 200
_LONGEST_COMMENT: Final = 2000
_FLOW_NOT_FOUND: Final = "POQ_MSG_01.003"
_OTHER_PIECE: Final = "06"
_SEARCH: Final = "factures/v1/rechercher/fournisseur"
_STEPS: Final = "ListeHistoStatut"


@dataclass(frozen=True, slots=True)
class ChorusDirect:
    """The transport that deposits Factur-X files at Chorus Pro, and asks what became of them."""

    piste: Piste
    name: ClassVar[str] = "CHORUS"

    def deposit(self, file: FileToDeposit) -> DepositReceipt:
        order = {
            "fichierFlux": base64.b64encode(file.content).decode(),
            "nomFichier": file.name.replace("/", "-")[-_LONGEST_FILE_NAME:],
            "syntaxeFlux": _SYNTAX,
            "avecSignature": False,
        }
        said = self.piste.write("factures/v1/deposer/flux", order)
        trace = reading.text(said, "_correlation")
        if not (flow_number := reading.text(said, "numeroFluxDepot", most=50)):
            raise OutcomeUnknown("NO_FLOW_NUMBER", correlation_id=trace)
        return DepositReceipt(flow_number, trace)

    def report(self, flow_number: str) -> FlowReport:
        try:
            said = self.piste.read("transverses/v1/consulterCRDetaille", {"numeroFluxDepot": flow_number})
        except Refused as refusal:
            if refusal.message_code == _FLOW_NOT_FOUND:
                return FlowReport(FlowOutcome.NOT_FOUND, correlation_id=refusal.correlation_id)
            raise
        return report_of(said)

    def find(self, number: str) -> list[Found]:
        rows = self._search({"numeroFacture": number}, newest_first=True)
        return [found for found in rows if found.number.upper() in {"", number.upper()}]

    def changed_since(self, since: datetime, until: datetime) -> Iterator[Found]:
        period = {"periodeDateHeureEtatCourantDu": _written(since), "periodeDateHeureEtatCourantAu": _written(until)}
        return self._search(period, newest_first=False)

    def _search(self, wanted: Json, *, newest_first: bool) -> Iterator[Found]:
        """Rows without an identifier are left out: nothing could be asked about them."""
        order = {"triColonne": "DateDepot", "triSens": "Descendant" if newest_first else "Ascendant"}

        def page(number: int) -> Json:
            asked = {"nbResultatsParPage": SIZE, "pageResultatDemandee": number, **order}
            return self.piste.read(_SEARCH, wanted | {"rechercheFactureParFournisseur": asked})

        return (found for row in all_rows(page, "listeFactures") if (found := found_of(row)).chorus_id)

    def history(self, chorus_id: int) -> list[HistoryStep]:
        def page(number: int) -> Json:
            asked = {
                f"pageResultatDemandee{_STEPS}": number,
                f"nbResultatsParPage{_STEPS}": SIZE,
                f"triSens{_STEPS}": "Ascendant",
                f"triColonne{_STEPS}": "HistoStatutDatePassage",
            }
            question = {"idFacture": chorus_id, "paramRechercheHistoStatuts": asked}
            said = self.piste.read("factures/v1/consulter/historique", question)
            return reading.part(said, "historiquesDesStatuts")

        steps = [step for row in all_rows(page, "histoStatut", pages="pagesHistoStatut") if (step := step_of(row))]
        return sorted(steps, key=lambda step: step.at)

    def attach(self, piece: PieceToAdd) -> int:
        order = {
            "pieceJointeFichier": base64.b64encode(piece.content).decode(),
            "pieceJointeNom": piece.name,
            "pieceJointeTypeMime": piece.mime_type,
            "pieceJointeExtension": piece.name.rpartition(".")[2].upper(),
        }
        said = self.piste.read("transverses/v1/ajouter/fichier", order)
        if not (identifier := reading.number(said, "pieceJointeId")):
            raise Transient("NO_PIECE_NUMBER", correlation_id=reading.text(said, "_correlation"))
        return identifier

    def complete(self, chorus_id: int, *, comment: str, pieces: Sequence[tuple[int, PieceToAdd]] = ()) -> None:
        added = [
            {
                "pieceJointeComplementaireDesignation": piece.label or piece.name,
                "pieceJointeComplementaireType": piece.kind or _OTHER_PIECE,
                "pieceJointeComplementaireId": identifier,
            }
            for identifier, piece in pieces
        ]
        order = {"identifiantFactureCPP": chorus_id, "commentaire": comment[:_LONGEST_COMMENT]}
        self.piste.write("factures/v1/completer", order | {"pieceJointeComplementaire": added})

    def recycle(self, chorus_id: int, to: Addressed, *, comment: str) -> None:
        # An empty reference is said, so that a wrong one goes; what is not said stays.
        references = {"numeroBonCommande": to.engagement_number}
        order = {
            "identifiantFactureCPP": chorus_id,
            "destinataire": {"codeDestinataire": to.siret, "codeServiceExecutant": to.service_code},
            "reference": references | ({"numeroMarche": to.market_number} if to.market_number else {}),
            "commentaire": comment[:_LONGEST_COMMENT],
        }
        self.piste.write("factures/v1/recycler", order)

    def acknowledge(self, chorus_ids: Sequence[int]) -> None:
        named = [{"idDemandePaiement": chorus_id} for chorus_id in chorus_ids]
        self.piste.write("factures/v1/traiterRejet", {"listeDemandePaiement": named})


def _written(moment: datetime) -> str:
    return moment.astimezone(PARIS).isoformat(timespec="milliseconds")
