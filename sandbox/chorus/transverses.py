"""What serves all the others: our own structures and account, and lists of reference."""

from __future__ import annotations

import base64
import io
import zipfile

from sandbox.chorus import access, directory
from sandbox.chorus.errors import OK, nothing_found
from sandbox.chorus.routes import operation
from sandbox.chorus.shapes import Kind
from sandbox.chorus.words import FRAMES, MODES, STATUSES, SYNTAXES
from sandbox.store import Json
from sandbox.world import World

_LISTS: dict[str, tuple[str, list[Json]]] = {
    "tauxtva": (
        "listeTauxTva",
        [{"codeTauxTva": "TVA1", "valeurTauxTva": 20.0}, {"codeTauxTva": "TVA4", "valeurTauxTva": 5.5}],
    ),
    "modereglements": (
        "listeModeReglement",
        [{"code": code} for code in ("CHEQUE", "PRELEVEMENT", "VIREMENT", "ESPECE", "AUTRE", "REPORT")],
    ),
    "modedepot": ("listeModeDepot", [{"code": code} for code in sorted(MODES)]),
    "cadrefacturation": ("listeCadreFacturation", [{"code": code} for code in FRAMES.values()]),
    "formatflux": ("listeFormatFlux", [{"code": code} for code in sorted(SYNTAXES)]),
    "motifs/exonerationtva": ("listeMotifExoneration", [{"code": "VATEX-FR-FRANCHISE"}, {"code": "VATEX-EU-AE"}]),
    "etats/traitement": ("listeEtats", [{"code": code} for code in sorted(STATUSES)]),
    "etat/typedp": ("listeEtats", [{"code": code} for code in sorted(STATUSES)]),
    "devises": ("listeDevises", [{"codeDevise": "EUR", "libelleDevise": "Euro"}]),
    "pays": ("listePays", [{"codePays": "FR", "libellePays": "France"}]),
}


def _reference(name: str) -> None:
    """Register one of the lists that never change."""
    field, rows = _LISTS[name]

    @operation(f"transverses/v1/recuperer/{name}")
    def told(_world: World, _body: Json) -> Json:
        return {"codeRetour": 0, "libelle": OK, field: rows}


for _name in _LISTS:
    _reference(_name)


@operation("transverses/v1/recuperer/structures/actives/fournisseur")
def own_structures(world: World, _body: Json) -> Json:
    """The active structures that our technical account may act for."""
    rows = [
        {
            "idStructureCPP": body["id"],
            "idStructure": body["id"],
            "identifiantStructure": body["siret"],
            "typeIdentifiantStructure": "SIRET",
            "designationStructure": body["name"],
        }
        for body in directory.suppliers(world.store)
        if body["active"]
    ]
    if not rows:
        raise nothing_found()
    return {"codeRetour": 0, "libelle": OK, "listeStructures": rows}


@operation("transverses/v1/recuperer/coordbanc/valides", {"idStructure": Kind.LONG})
def bank_accounts(_world: World, _body: Json) -> Json:
    rows = [{"idCoordonneeBancaire": 46_128, "nomCoordonneeBancaire": "Compte courant"}]
    return {"codeRetour": 0, "libelle": OK, "listeCoordonneeBancaire": rows}


@operation("transverses/v1/telecharger/annuaire/destinataire")
def whole_directory(world: World, _body: Json) -> Json:
    """Every public body, in a table within an archive."""
    lines = ["SIRET;Raison sociale;Code service obligatoire;Engagement obligatoire"]
    lines += [
        f"{body['siret']};{body['name']};{int(body['service_required'])};{int(body['engagement_required'])}"
        for body in directory.everybody(world.store)
        if body["public"] and body["active"]
    ]
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("annuaire.csv", "\r\n".join(lines))
    return {"codeRetour": 0, "libelle": OK, "fichierResultat": base64.b64encode(target.getvalue()).decode()}


@operation("utilisateurs/v1/monCompte/recuperer/rattachements")
def attachments_of_account(world: World, _body: Json) -> Json:
    rows = [
        {"idStructureCPP": body["id"], "identifiantStructure": body["siret"], "designationStructure": body["name"]}
        for body in directory.suppliers(world.store)
    ]
    return {"codeRetour": 0, "libelle": OK, "identifiantConnexion": access.LOGIN, "listeRattachements": rows}
