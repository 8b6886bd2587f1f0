"""One invoice from near: consulter/historique and consulter/fournisseur."""

from __future__ import annotations

from decimal import Decimal

from sandbox.chorus import answers, directory, paging
from sandbox.chorus.errors import OK
from sandbox.chorus.moments import day
from sandbox.chorus.routes import operation
from sandbox.chorus.shapes import Kind, Shape
from sandbox.chorus.supplying import ours
from sandbox.chorus.words import DIRECTIONS, FRAMES
from sandbox.store import Json
from sandbox.world import World

_MODES = {"30": "VIREMENT", "58": "VIREMENT", "59": "PRELEVEMENT", "49": "PRELEVEMENT", "10": "ESPECE", "20": "CHEQUE"}


def _paged(name: str) -> dict[str, Shape]:
    """The paging fields of one list among several, which all end with its name."""
    return {
        f"pageResultatDemandee{name}": Kind.LONG,
        f"nbResultatsParPage{name}": Kind.LONG,
        f"triSens{name}": DIRECTIONS,
        f"triColonne{name}": Kind.TEXT,
        "champsDeTri": {},
        "ordreTriGenerique": DIRECTIONS,
        "taillePageGenerique": Kind.LONG,
        "indexPageGenerique": Kind.LONG,
    }


@operation(
    "factures/v1/consulter/historique",
    {
        "idFacture": Kind.LONG,
        "idEspace": Kind.LONG,
        "nbResultatsMaximum": Kind.LONG,
        "paramRechercheHistoStatuts": _paged("ListeHistoStatut"),
        "paramRechercheHistoEvenementsComplementaires": _paged("ListeHistoEvenement"),
        "paramRechercheHistoActionsUtilisateurs": _paged("ListeHistoAction"),
    },
    strict=True,
)
def history(world: World, body: Json) -> Json:
    invoice = ours(world, body.get("idFacture"))
    last = invoice["actions"][-1] if invoice["actions"] else None
    return {
        "codeRetour": 0,
        "libelle": OK,
        "idFacture": int(invoice["id"]),
        "numeroFacture": invoice["facts"]["number"],
        "modeDepot": answers.MODE,
        "statutCourantCode": invoice["status"],
        "historiquesDesStatuts": _statuses(invoice, body.get("paramRechercheHistoStatuts")),
        "historiquesDesEvenementsComplementaires": _part("evenement", "Evenement", "Evenement", [], {}),
        "historiquesDesActionsUtilisateurs": _part(
            "histoAction",
            "HistoAction",
            "HistoAction",
            [answers.action_line(action) for action in invoice["actions"]],
            body.get("paramRechercheHistoActionsUtilisateurs"),
        ),
        "derniereAction": {"derniereActionId": last["id"], "derniereActionCode": last["code"]} if last else None,
    }


def _statuses(invoice: Json, asked: Json | None) -> Json:
    backwards = (asked or {}).get("triSensListeHistoStatut") == "Descendant"
    lines = sorted(invoice["history"], key=lambda line: (line["at"], line["id"]), reverse=backwards)
    rows = [answers.status_line(line) for line in lines]
    return _part("histoStatut", "HistoStatut", "HistoStatut", rows, asked)


def _part(field: str, ending: str, asked_as: str, rows: list[Json], asked: Json | None) -> Json:
    """A page of one of the lists, whose paging fields end with its name."""
    found, told = paging.cut(rows, asked, suffix=f"Liste{asked_as}")
    return {field: found, **{f"{name}{ending}": value for name, value in told.items()}}


@operation(
    "factures/v1/consulter/fournisseur",
    {
        "identifiantFactureCPP": Kind.LONG,
        "codeLangue": Kind.TEXT,
        "getpLigneRecapTva": {
            **_paged("ListeRecapitulatifTVA"),
            "nbResultatsParPageListeListeRecapitulatifTVA": Kind.LONG,
        },
        "getpListePiecesJointes": {
            **_paged("ListePieceJointe"),
            "triSensListePiecesJointes": DIRECTIONS,
            "triColonneListePiecesJointes": Kind.TEXT,
        },
        "getpLignesPoste": {
            **_paged("LignesPoste"),
            "triSensListeLignesPoste": DIRECTIONS,
            "triColonneListeLignesPoste": Kind.TEXT,
        },
    },
    strict=True,
)
def consult(world: World, body: Json) -> Json:
    invoice = ours(world, body.get("identifiantFactureCPP"))
    facts = invoice["facts"]
    return {
        "codeRetour": 0,
        "libelle": OK,
        "facture": {
            "identifiantFactureCPP": int(invoice["id"]),
            "numeroFacture": facts["number"],
            "statutFacture": invoice["status"],
            "modeDepot": answers.MODE,
            "rejetTraite": invoice["rejection_handled"],
            "destinataire": _buyer(world, facts),
            "fournisseur": _seller(world, facts),
            "cadreDeFacturation": {"codeCadreFacturation": FRAMES[facts["frame"]]},
            "references": _references(invoice),
            "recapitulatifDeTva": _taxes(facts, body.get("getpLigneRecapTva")),
            "montantTotal": _totals(facts),
            "pieceJointePrincipale": None,
            "listeDesPiecesJointes": _attachments(invoice, body.get("getpListePiecesJointes")),
            "lignesDePoste": _lines(facts, body.get("getpLignesPoste")),
            "commentaire": invoice["comment"] or None,
        },
    }


def _buyer(world: World, facts: Json) -> Json:
    body = directory.find(world.store, facts["buyer"]) or answers.NOBODY
    service = directory.service_of(body, facts["service"]) or {"id": None, "name": None}
    return {
        "idDestinataire": body["id"],
        "codeDestinataire": facts["buyer"],
        "libelleDestinataire": body["name"],
        "idServiceExecutant": service["id"],
        "codeServiceExecutant": facts["service"] or None,
        "libelleServiceExecutant": service["name"],
        "miseEnPaiementDestinataire": not body.get("tells_no_payment"),
        "adresseDestinataireDetail": body.get("street"),
        "adresseDestinataireCodePostal": body.get("postcode"),
        "adresseDestinataireVille": body.get("town"),
        "adresseDestinataireCodePays": "FR",
    }


def _seller(world: World, facts: Json) -> Json:
    body = directory.find(world.store, facts["seller"]) or answers.NOBODY
    return {
        "idFournisseur": body["id"],
        "typeIdentifiantFournisseur": "SIRET",
        "codeFournisseur": facts["seller"],
        "raisonSocialeFournisseur": body["name"],
        "coordBancairesFournisseurType": "IBAN" if facts["iban"] else None,
        "coordBancairesFournisseurCompteBancaire": facts["iban"] or None,
    }


def _references(invoice: Json) -> Json:
    facts = invoice["facts"]
    return {
        "dateFacture": facts["issued"],
        "dateDepot": day(invoice["deposited"]),
        "codeDeviseFacture": facts["currency"],
        "typeFacture": facts["kind"],
        "numeroMarche": facts["market"] or None,
        "numeroBonCommande": facts["engagement"] or None,
        "numeroFactureOrigine": facts["original"] or None,
        "modePaiement": _MODES.get(facts["means"], "AUTRE") if facts["means"] else None,
        "dateEcheancePaiement": facts["due_date"] or None,
        "numeroDpMandat": invoice.get("mandate") or None,
    }


def _totals(facts: Json) -> Json:
    return {
        "montantHtTotal": float(facts["net"]),
        "montantTVA": float(facts["vat"]),
        "montantTtcAvantRemiseGlobalTTC": float(facts["total"]),
        "montantRemiseGlobaleTTC": 0.0,
        "montantTtcTotal": float(facts["total"]),
        "montantAPayer": float(facts["to_pay"]),
    }


def _taxes(facts: Json, asked: Json | None) -> Json:
    rows = [
        {
            "ligneTvaTauxManuel": float(tax["rate"]),
            "ligneTvaMontantBaseHtParTaux": float(tax["base"]),
            "ligneTvaMontantTvaParTaux": float(tax["vat"]),
        }
        for tax in facts["taxes"]
    ]
    asked = asked or {}
    size = asked.get("nbResultatsParPageListeListeRecapitulatifTVA")
    given = {"nbResultatsParPage": size, "pageResultatDemandee": asked.get("pageResultatDemandeeListeRecapitulatifTVA")}
    found, told = paging.cut(rows, given)
    return {"ligneTva": found, **{f"{name}LignesRecapitulativesTVA": value for name, value in told.items()}}


def _attachments(invoice: Json, asked: Json | None) -> Json:
    rows = [
        {
            "pieceJointeTypeCode": each["type"],
            "pieceJointeDesignation": each["name"],
            "pieceJointeNumeroLigneFacture": each["line"],
            "pieceJointeId": each["id"],
            "pieceJointeExtension": each["extension"],
        }
        for each in invoice["attachments"]
    ]
    found, told = paging.cut(rows, asked, suffix="ListePieceJointe")
    return {"pieceJointe": found, **{f"{name}ListePiecesJointe": value for name, value in told.items()}}


def _lines(facts: Json, asked: Json | None) -> Json:
    rows = [
        {
            "lignePosteNumero": number,
            "lignePosteDenomination": line["name"],
            "lignePosteQuantite": float(line["quantity"]),
            "lignePosteMontantUnitaireHT": float(line["price"]),
            "lignePosteTauxTvaManuel": float(line["rate"]),
            "lignePosteMontantHtApresRemise": float(line["net"]),
            "lignePosteMontantTva": float(round(Decimal(line["net"]) * Decimal(line["rate"]) / 100, 2)),
        }
        for number, line in enumerate(facts["lines"], 1)
    ]
    found, told = paging.cut(rows, asked, suffix="LignesPoste")
    return {"lignePoste": found, **{f"{name}LignesPoste": value for name, value in told.items()}}
