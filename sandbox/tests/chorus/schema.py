"""The published fields of the answers of the invoice operations: one line for each object.

`name:type`, with `!` after a name that must be there. Types: t text, i whole number, n number, b yes or no, d day or
time, `E=list` one word of a list, `>Object` an object, `*` before a type a list of it. Null is nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from sandbox.chorus import words
from sandbox.chorus.moments import is_moment

LISTS: dict[str, frozenset[str]] = {
    "status": words.STATUSES,
    "mode": words.MODES,
    "identifier": words.KINDS_OF_IDENTIFIER,
    "kind": words.KINDS_OF_INVOICE,
    "frame": frozenset(words.FRAMES.values()) | {"SANS_CADRE_DE_FACTURATION"},
    "syntax": words.SYNTAXES - {"IN_DP_PDFARCHIVE_UBL_INVOICE_MUG", "IN_DP_PDFARCHIVE_CII_MUG"},
    "action": frozenset(
        {"TELECHARGEMENT_FACTURE", "ACQUITTEMENT_REJET", "ACQUITTEMENT_SUSPENSION", "TRAITEMENT_REJET"}
    ),
    "vat": frozenset({"TVA_SUR_DEBIT", "TVA_SUR_ENCAISSEMENT", "EXONERATION", "SANS_TVA"}),
    "means": frozenset({"CHEQUE", "PRELEVEMENT", "VIREMENT", "ESPECE", "AUTRE", "REPORT"}),
    "account": frozenset({"RIB", "IBAN"}),
}
_HEAD = "codeRetour!:i libelle!:t"
_LIST_ROW = (
    "identifiantFactureCPP:i typeDemandePaiement:t codeFournisseur:t typeIdentifiantFournisseur:E=identifier "
    "designationFournisseur:t codeServiceFournisseur:t nomServiceFournisseur:t idDestinataire:i codeDestinataire:t "
    "designationDestinataire:t idServiceExecutant:i codeServiceExecutant:t nomServiceExecutant:t typeFacture:E=kind "
    "numeroFacture:t dateFacture:d dateDepot:d montantHT:n montantTTC:n montantAPayer:n devise:t statut:t "
    "numeroMarche:t numeroBonCommande:t taille:i"
)
_PLACE = (
    "{0}Id:i {0}Detail:t {0}Complement1:t {0}Complement2:t {0}CodePostal:t {0}Ville:t {0}CodePays:t {0}LibellePays:t"
)
_USER = "{0}UtilisateurPrenom:t {0}UtilisateurNom:t {0}UtilisateurEmail:t {0}UtilisateurTelephone:t"
_PAGE = "pageCourante{0}:i pages{0}:i nbResultatsParPage{0}:i total{0}:i"
OBJECTS: dict[str, str] = {
    "Page": _PAGE.format(""),
    "Row": (
        f"{_LIST_ROW} numeroFluxDepot:t typeIdentifiantValideur1:t codeValideur1:t raisonSocialeValideur1:t "
        "nomValideur1:t prenomValideur1:t dateValidation1:d typeIdentifiantValideur2:t codeValideur2:t "
        "raisonSocialeValideur2:t nomValideur2:t prenomValideur2:t dateValidation2:d numeroFactureOrigine:t "
        "modeDepot:t coordBancairesFournisseurCleIban:t coordBancairesFournisseurCleRib:t "
        "coordBancairesFournisseurCodeBanque:t "
        "coordBancairesFournisseurCodePays:t coordBancairesFournisseurCompteBancaire:t "
        "coordBancairesFournisseurNomCb:t affactureurCode:t affactureurTypeIdentifiant:t affactureurRaisonSociale:t "
        "nomPrenomUtilisateurCreateur:t dateHeureEtatCourant:d commentaireEtatCourant:t rejetTraite:b"
    ),
    "ToDoRow": _LIST_ROW,
    "Statuses": f"histoStatut:*>Status {_PAGE.format('HistoStatut')}",
    "Status": (
        "histoStatutId:i histoStatutCode:E=status histoStatutDatePassage:d histoStatutCommentaire:t "
        + _USER.format("histoStatut")
    ),
    "Events": f"evenement:*>Event {_PAGE.format('Evenement')}",
    "Event": "evenementId:i evenementLibelle:t evenementQui:t evenementDateHeure:d",
    "Actions": f"histoAction:*>Action {_PAGE.format('HistoAction')}",
    "Action": f"histoActionId:i histoActionCode:E=action histoActionDateHeure:d {_USER.format('histoAction')}",
    "LastAction": "derniereActionId:i derniereActionCode:E=action",
    "Invoice": (
        "identifiantFactureCPP:i numeroFacture:t statutFacture:E=status modeDepot:E=mode rejetTraite:b "
        "destinataire:>Buyer fournisseur:>Seller cadreDeFacturation:>Frame references:>References "
        "recapitulatifDeTva:>Taxes montantTotal:>Totals pieceJointePrincipale:>MainFile listeDesPiecesJointes:>Files "
        "piecePrecedente:>Before pieceSuivante:>After lignesDePoste:>Lines commentaire:t"
    ),
    "Buyer": (
        "idDestinataire:i codeDestinataire:t libelleDestinataire:t idServiceExecutant:i codeServiceExecutant:t "
        "libelleServiceExecutant:t miseEnPaiementDestinataire:b designationDestinataire:t "
        + _PLACE.format("adresseDestinataire")
    ),
    "Seller": (
        "idFournisseur:i typeIdentifiantFournisseur:E=identifier codeFournisseur:t raisonSocialeFournisseur:t "
        "nomFournisseur:t prenomFournisseur:t idServiceFournisseur:i codeServiceFournisseur:t "
        "libelleServiceFournisseur:t numeroRcsFournisseur:t coordBancairesFournisseurCleIban:t "
        "coordBancairesFournisseurCleRib:t coordBancairesFournisseurCodeBanque:t coordBancairesCodeGuichet:t "
        "coordBancairesBicSwift:t coordBancairesFournisseurCodePays:t coordBancairesFournisseurCompteBancaire:t "
        "coordBancairesFournisseurId:i coordBancairesFournisseurType:E=account coordBancairesFournisseurLibelle:t "
        "affactureur:>Factor designationFournisseur:t " + _PLACE.format("adresseFournisseur")
    ),
    "Factor": (
        "affactureurId:i affactureurCode:t affactureurTypeIdentifiant:E=identifier affactureurRaisonSociale:t "
        "affactureurCodePays:t"
    ),
    "Frame": "codeCadreFacturation:E=frame",
    "References": (
        "dateFacture:d dateDepot:d codeDeviseFacture:t libelleDeviseFacture:t typeFacture:E=kind typeFactureTravaux:t "
        "typeTva:E=vat motifExonerationTva:t libelleMotifExonerationTva:t numeroMarche:t numeroBonCommande:t "
        "numeroFactureOrigine:t modePaiement:E=means dateCreationFacture:d dateEcheancePaiement:d "
        "tailleTotalePiecesJointes:n numeroDpMandat:t"
    ),
    "Taxes": f"ligneTva:*>Tax {_PAGE.format('LignesRecapitulativesTVA')}",
    "Tax": (
        "ligneTvaTauxRefId:i ligneTvaTauxRefCode:t ligneTvaTauxRefLibelle:t ligneTvaTauxRefValeur:n "
        "ligneTvaTauxManuel:n ligneTvaMontantBaseHtParTaux:n ligneTvaMontantTvaParTaux:n"
    ),
    "Totals": (
        "montantHtTotal:n montantTVA:n montantTtcAvantRemiseGlobalTTC:n montantRemiseGlobaleTTC:n "
        "motifRemiseGlobaleTTC:t montantTtcTotal:n montantAPayer:n"
    ),
    "MainFile": "idLiaisonPieceJointePrincipale:i idPieceJointePrincipale:i",
    "Files": f"pieceJointe:*>File {_PAGE.format('ListePiecesJointe')}",
    "File": (
        "pieceJointeTypeCode:t pieceJointeTypeLibelle:t pieceJointeDesignation:t pieceJointeNumeroLigneFacture:i "
        "pieceJointeIdLiaison:i pieceJointeId:i pieceJointeExtension:t"
    ),
    "Before": (
        "cadreFacturationPiecePrecedente:t idPiecePrecedente:i numeroPiecePrecedente:t idDestinatairePiecePrecedente:i "
        "identifiantDestinatairePiecePrecedente:t raisonSocialeDestinatairePiecePrecedente:t "
        "idServiceExecutantPiecePrecedente:i codeServiceExecutantPiecePrecedente:t nomServiceExecutantPiecePrecedente:t"
    ),
    "After": "cadreFacturationPieceSuivante:t idPieceSuivante:i numeroPieceSuiante:t",
    "Lines": f"lignePoste:*>Line {_PAGE.format('LignesPoste')}",
    "Line": (
        "lignePosteNumero:i lignePosteReference:t lignePosteDenomination:t lignePosteQuantite:n lignePosteUniteCode:i "
        "lignePosteUniteLibelle:t lignePosteMontantUnitaireHT:n lignePosteMontantRemiseHT:n lignePosteTauxTva:t "
        "lignePosteTauxTvaManuel:n lignePosteMontantHtApresRemise:n lignePosteMontantTva:n "
        "lignePosteMontantTtcApresRemise:n"
    ),
}
ANSWERS: dict[str, str] = {
    "deposer/flux": f"{_HEAD} numeroFluxDepot:t dateDepot:d syntaxeFlux:E=syntax",
    "rechercher/fournisseur": f"{_HEAD} parametresRetour:>Page listeFactures:*>Row",
    "rechercher/atraiter/fournisseur": f"{_HEAD} parametresRetour:>Page listeFactures:*>ToDoRow",
    "consulter/historique": (
        f"{_HEAD} idFacture:i numeroFacture:t modeDepot:E=mode statutCourantCode:E=status "
        "historiquesDesStatuts:>Statuses historiquesDesEvenementsComplementaires:>Events "
        "historiquesDesActionsUtilisateurs:>Actions derniereAction:>LastAction"
    ),
    "consulter/fournisseur": f"{_HEAD} facture:>Invoice",
    "completer": f"{_HEAD} {_PAGE.format('')} identifiantFactureCPP:i numeroFacture:t dateTraitement:d",
    "recycler": f"{_HEAD} identifiantFactureCPP:i numeroFacture:t statutFacture:E=status dateDepot:d",
    "traiterRejet": _HEAD,
    "telecharger/groupe": f"{_HEAD} fichierResultat:t",
    "traiter/recue": f"{_HEAD} idFacture:i numeroFacture:t dateTraitement:d nouveauStatut:E=status",
}
_FIELD = re.compile(r"(?P<name>\w+)(?P<must>!?):(?P<many>\*?)(?P<type>\S+)")


def faults(fields: str, answer: object, at: str = "") -> Iterator[str]:
    """Everything that is not as it is published; a field that nobody published is one too."""
    if not isinstance(answer, dict):
        yield f"{at}: no object"
        return
    known = {found["name"]: found for found in map(_FIELD.fullmatch, fields.split()) if found}
    yield from (f"{at}.{name}: unknown" for name in answer if name not in known)
    for name, field in known.items():
        value = answer.get(name)
        if value is None:
            if field["must"]:
                yield f"{at}.{name}: missing"
        elif not field["many"]:
            yield from _wrong(field["type"], value, f"{at}.{name}")
        elif isinstance(value, list):
            for place, each in enumerate(value):
                yield from _wrong(field["type"], each, f"{at}.{name}[{place}]")
        else:
            yield f"{at}.{name}: no list"


def _wrong(kind: str, value: object, at: str) -> Iterator[str]:
    if kind.startswith(">"):
        yield from faults(OBJECTS[kind[1:]], value, at)
    elif kind.startswith("E="):
        if value not in LISTS[kind[2:]]:
            yield f"{at}: {value!r} is no word of {kind[2:]}"
    elif not _plain(kind, value):
        yield f"{at}: {value!r} is not {kind}"


def _plain(kind: str, value: object) -> bool:
    if kind == "b":
        return isinstance(value, bool)
    if kind in {"i", "n"}:
        return isinstance(value, int if kind == "i" else int | float) and not isinstance(value, bool)
    return isinstance(value, str) and (kind == "t" or is_moment(value))
