"""Invoices as the lists and histories of Chorus Pro show them."""

from __future__ import annotations

from collections.abc import Mapping

from sandbox.chorus import directory
from sandbox.chorus.moments import day, minute, stamp
from sandbox.store import Json

Bodies = Mapping[str, Json]
"""The directory, by SIRET."""
NOBODY: Json = {"id": None, "name": None, "services": []}
MODE = "UPLOAD_API"


def in_list(known: Bodies, invoice: Json, *, with_size: bool) -> Json:
    """A line of the supplier's search."""
    return {
        **in_todo_list(known, invoice, with_size=with_size),
        "numeroFluxDepot": invoice["flow"],
        "numeroFactureOrigine": invoice["facts"]["original"] or None,
        "modeDepot": MODE,
        "coordBancairesFournisseurCompteBancaire": invoice["facts"]["iban"] or None,
        "dateHeureEtatCourant": stamp(invoice["changed"]),
        "commentaireEtatCourant": invoice["comment"] or None,
        "rejetTraite": invoice["rejection_handled"],
    }


def in_todo_list(known: Bodies, invoice: Json, *, with_size: bool) -> Json:
    """A line of the list of what the supplier has to do: it tells no comment."""
    facts = invoice["facts"]
    seller = known.get(facts["seller"], NOBODY)
    buyer = known.get(facts["buyer"], NOBODY)
    service = directory.service_of(buyer, facts["service"]) or {"id": None, "name": None}
    size = {"taille": invoice["size"]} if with_size else {}
    return {
        "identifiantFactureCPP": int(invoice["id"]),
        "typeDemandePaiement": "FACTURE",
        "codeFournisseur": facts["seller"],
        "typeIdentifiantFournisseur": "SIRET",
        "designationFournisseur": seller["name"],
        "codeServiceFournisseur": None,
        "nomServiceFournisseur": None,
        "idDestinataire": buyer["id"],
        "codeDestinataire": facts["buyer"],
        "designationDestinataire": buyer["name"],
        "idServiceExecutant": service["id"],
        "codeServiceExecutant": facts["service"] or None,
        "nomServiceExecutant": service["name"],
        "typeFacture": facts["kind"],
        "numeroFacture": facts["number"],
        "dateFacture": facts["issued"],
        "dateDepot": day(invoice["deposited"]),
        "montantHT": float(facts["net"]),
        "montantTTC": float(facts["total"]),
        "montantAPayer": float(facts["to_pay"]),
        "devise": facts["currency"],
        "statut": invoice["status"],
        "numeroMarche": facts["market"] or None,
        "numeroBonCommande": facts["engagement"] or None,
        **size,
    }


def status_line(line: Json) -> Json:
    """A line of the history of statuses."""
    by_somebody = bool(line["by"])
    return {
        "histoStatutId": line["id"],
        "histoStatutCode": line["status"],
        "histoStatutDatePassage": minute(line["at"]),
        "histoStatutCommentaire": line["comment"] or None,
        "histoStatutUtilisateurPrenom": "Camille" if by_somebody else None,
        "histoStatutUtilisateurNom": "Agent" if by_somebody else None,
        "histoStatutUtilisateurEmail": None,
        "histoStatutUtilisateurTelephone": None,
    }


def action_line(action: Json) -> Json:
    """A line of the history of what users did."""
    return {
        "histoActionId": action["id"],
        "histoActionCode": action["code"],
        "histoActionDateHeure": minute(action["at"]),
        "histoActionUtilisateurPrenom": None,
        "histoActionUtilisateurNom": None,
        "histoActionUtilisateurEmail": None,
        "histoActionUtilisateurTelephone": None,
    }
