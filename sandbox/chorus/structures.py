"""The directory's operations: structures, their requirements, their services; and the engagements of the State."""

from __future__ import annotations

from sandbox.chorus import access, directory, paging
from sandbox.chorus.errors import OK, Refusal, nothing_found
from sandbox.chorus.moments import stamp
from sandbox.chorus.routes import operation
from sandbox.chorus.searching import check_right
from sandbox.chorus.shapes import Kind
from sandbox.chorus.words import KINDS_OF_IDENTIFIER
from sandbox.store import Json
from sandbox.world import World


def _no_structure() -> Refusal:
    return Refusal(20000, "STR_MSG_99.999 - [SIM] La structure n'existe pas")


def _named(world: World, body: Json, name: str) -> Json:
    check_right(world, body, name)
    found = directory.numbered(world.store, body.get(name))
    if found is None:
        raise _no_structure()
    return found


@operation(
    "structures/v1/rechercher",
    {
        "structure": {
            "typeIdentifiantStructure": KINDS_OF_IDENTIFIER,
            "identifiantStructure": Kind.TEXT,
            "statutStructure": frozenset({"ACTIF", "INACTIF"}),
            "designationStructure": Kind.TEXT,
            "raisonSocialeStructure": Kind.TEXT,
        },
        "parametres": paging.PAGE,
        "restreindreStructuresPrivees": Kind.FLAG,
    },
)
def search(world: World, body: Json) -> Json:
    """Structures by identifier, state or name. `restreindreStructuresPrivees` leaves out private ones not ours."""
    asked = body.get("structure") or {}
    rows = [
        _listed(found)
        for found in directory.everybody(world.store)
        if _fits(found, asked)
        and (found["public"] or found["attached"] or not body.get("restreindreStructuresPrivees"))
    ]
    if not rows:
        raise nothing_found()
    found, told = paging.cut(rows, body.get("parametres"))
    return {"codeRetour": 0, "libelle": OK, "parametresRetour": told, "listeStructures": found}


def _fits(body: Json, asked: Json) -> bool:
    name = str(asked.get("designationStructure") or asked.get("raisonSocialeStructure") or "")
    return (
        asked.get("typeIdentifiantStructure") in {None, "SIRET"}
        and asked.get("identifiantStructure") in {None, "", body["siret"]}
        and asked.get("statutStructure") in {None, _state(body)}
        and name.lower() in body["name"].lower()
    )


def _state(body: Json) -> str:
    return "ACTIF" if body["active"] else "INACTIF"


def _listed(body: Json) -> Json:
    return {
        "idStructureCPP": body["id"],
        "designationStructure": body["name"],
        "identifiantStructure": body["siret"],
        "typeIdentifiantStructure": "SIRET",
        "statut": _state(body),
    }


@operation("structures/v1/consulter", {"idStructureCPP": Kind.LONG, "codeLangue": Kind.TEXT})
def consult(world: World, body: Json) -> Json:
    found = _named(world, body, "idStructureCPP")
    expires = stamp(access.password_expires(world)) if found["attached"] else None
    return {
        "codeRetour": 0,
        "libelle": OK,
        "idStructureCPP": found["id"],
        "statut": _state(found),
        "parametres": {
            "codeServiceDoitEtreRenseigne": found["service_required"],
            "numeroEJDoitEtreRenseigne": found["engagement_required"],
            "gestionNumeroEJOuCodeService": found["either_required"],
            "statutMiseEnPaiementNestPasRemonte": found["tells_no_payment"],
            "connexionEDI": False,
            "recevoirDonneesViaEDI": False,
            "estMoaUniquement": False,
            "nonDiffusibleInsee": False,
        },
        "informationGenerales": {
            "raisonSocialeStructure": found["name"],
            "identifiantStructure": found["siret"],
            "typeIdentifiantStructure": "SIRET",
            "emailStructure": None,
            "numeroTVA": None,
            "structurePriveePublique": "PUBLIQUE" if found["public"] else "PRIVEE",
            "dateExpirationMotPasseCompteTech": expires,
        },
        "adressePostaleDuSiege": _address(found),
    }


def _address(body: Json) -> Json:
    return {"adresse": body["street"], "codePostal": body["postcode"], "ville": body["town"], "codePays": "FR"}


@operation(
    "structures/v1/rechercher/services",
    {"idStructure": Kind.LONG, "parametresRechercherServicesStructure": paging.PAGE},
)
def search_services(world: World, body: Json) -> Json:
    """The services of a structure, those that are no longer active included."""
    structure = _named(world, body, "idStructure")
    if not structure["services"]:
        raise nothing_found()
    rows = [
        {
            "idService": service["id"],
            "codeService": service["code"],
            "libelleService": service["name"],
            "estActif": service["active"],
            "dateDbtService": f"{structure['since']} 00:00",
            "dateFinService": None if service["active"] else "2025-12-31 00:00",
        }
        for service in structure["services"]
    ]
    found, told = paging.cut(rows, body.get("parametresRechercherServicesStructure"))
    return {"codeRetour": 0, "libelle": OK, "parametresRetour": told, "listeServices": found}


@operation("structures/v1/consulter/service", {"idStructure": Kind.LONG, "idService": Kind.LONG})
def consult_service(world: World, body: Json) -> Json:
    structure = _named(world, body, "idStructure")
    found = next((each for each in structure["services"] if each["id"] == body.get("idService")), None)
    if found is None:
        raise Refusal(20001, "STR_MSG_99.998 - [SIM] Le service n'existe pas")
    return {
        "codeRetour": 0,
        "libelle": OK,
        "idStructure": structure["id"],
        "idService": found["id"],
        "informationsGenerales": {
            "codeService": found["code"],
            "nomService": found["name"],
            "descriptionService": None,
        },
        "parametres": {
            "numeroEngagement": found["engagement"],
            "miseEnPaiement": not structure["tells_no_payment"],
            "dateDebutValidite": f"{structure['since']} 00:00",
            "dateFinValidite": None if found["active"] else "2025-12-31 00:00",
        },
        "adressePostale": _address(structure),
    }


@operation(
    "engagementsJuridiques/v1/rechercher",
    {
        "structureReceptriceEngagementJuridique": Kind.TEXT,
        "numeroEngagementJuridique": Kind.TEXT,
        "etatCourantEngagementJuridique": Kind.TEXT,
        "parametresRecherche": paging.PAGE,
    },
)
def search_engagements(world: World, body: Json) -> Json:
    """Engagement numbers that bodies told; the supplier's identifier is a text here."""
    number = body.get("numeroEngagementJuridique")
    rows = [
        {
            "numeroEngagementJuridique": known,
            "etatCourantEngagementJuridique": "COMMANDE",
            "idStructureEmettrice": structure["id"],
            "designationStructureEmettrice": structure["name"],
            "montantRestant": cents / 100,
        }
        for structure in directory.everybody(world.store)
        for known, cents in structure["engagements"].items()
        if number in {None, "", known}
    ]
    if not rows or body.get("etatCourantEngagementJuridique") not in {None, "", "COMMANDE"}:
        raise nothing_found()
    found, told = paging.cut(rows, body.get("parametresRecherche"))
    return {"codeRetour": 0, "libelle": OK, "parametresRetour": told, "listeEngagementJuridique": found}
