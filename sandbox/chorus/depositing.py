"""Deposits and their reports: deposer/flux, consulterCRDetaille, consulterCR, ajouter/fichier, recuperer/typespj."""

from __future__ import annotations

import base64
import binascii

from sandbox.chorus import flows, pace
from sandbox.chorus.errors import OK, OK_DEPOSIT, Refusal, simulated
from sandbox.chorus.fates import Fate
from sandbox.chorus.moments import day, stamp
from sandbox.chorus.routes import operation
from sandbox.chorus.shapes import Kind
from sandbox.chorus.words import EXTENSIONS, SYNTAXES
from sandbox.store import Json
from sandbox.world import World

MOST_BYTES = 10_000_000
ATTACHMENT = "chorus.attachment"
_INTERFACE = "FSO1117A"
_COUNTER, _FIRST = "chorus.last_attachment", 90_209
_LONGEST_NAME, _LONGEST_FILE_NAME = 50, 200
TYPES = (("01", "Facture"), ("02", "Bon de commande"), ("05", "Bon de livraison"), ("06", "Autre"))
"""What an attachment may be; the real codes are read from the service."""


@operation(
    "factures/v1/deposer/flux",
    {"fichierFlux": Kind.TEXT, "nomFichier": Kind.TEXT, "syntaxeFlux": SYNTAXES, "avecSignature": Kind.FLAG},
    strict=True,
)
def deposit(world: World, body: Json) -> Json:
    content = _decoded(body.get("fichierFlux"))
    if len(content) > MOST_BYTES:
        raise Refusal(20001, "GDP_MSG_11.022")
    name = str(body.get("nomFichier") or "")
    if not 0 < len(name) <= _LONGEST_FILE_NAME or not body.get("syntaxeFlux"):
        raise simulated(20002, "Le nom du fichier et la syntaxe du flux sont obligatoires")
    flow = flows.deposit(world, content, name=name, syntax=body["syntaxeFlux"])
    return {
        "codeRetour": 0,
        "libelle": OK_DEPOSIT,
        "numeroFluxDepot": flow["id"],
        "dateDepot": day(flow["created"]),
        "syntaxeFlux": flow["syntax"],
    }


def _decoded(text: object) -> bytes:
    try:
        content = base64.b64decode(str(text or ""), validate=True)
    except binascii.Error:
        content = b""
    if not content:
        raise simulated(20002, "Le fichier n'est pas en base64")
    return content


@operation("transverses/v1/consulterCRDetaille", {"numeroFluxDepot": Kind.TEXT, "syntaxeFlux": Kind.TEXT})
def detailed_report(world: World, body: Json) -> Json:
    flow = _reported(world, body)
    return {
        "codeRetour": 0,
        "libelle": OK,
        "etatCourantDepotFlux": flows.state_of(world, flow),
        "nomFichier": flow["name"],
        "dateDepotFlux": day(flow["created"]),
        "codeInterfaceDepotFlux": _INTERFACE,
        "dateHeureEtatCourantFlux": stamp(flows.changed_at(world, flow)),
        "listeErreurDP": flow.get("business", []),
        "listeErreurTechnique": flow.get("technical", []),
    }


@operation(
    "transverses/v1/consulterCR",
    {"numeroFluxDepot": Kind.TEXT, "dateDepot": Kind.MOMENT, "syntaxeFlux": Kind.TEXT},
)
def report(world: World, body: Json) -> Json:
    flow = _reported(world, body)
    return {
        "codeRetour": 0,
        "libelle": OK,
        "etatCourantFlux": flows.state_of(world, flow),
        "fichierCR": None,
        "codeInterfaceFlux": _INTERFACE,
        "codeAppliPartenaire": None,
        "designationPartenaire": None,
        "dateDepotFlux": day(flow["created"]),
        "dateHeureEtatCourantFlux": stamp(flows.changed_at(world, flow)),
        "nomFichierFlux": flow["name"],
        "numeroFluxDepot": flow["id"],
    }


def _reported(world: World, body: Json) -> Json:
    """The flow that is asked about; it cannot be found the first times, if so told, or ever if its report is lost."""
    flow = flows.find(world, str(body.get("numeroFluxDepot") or ""))
    missing = Refusal(20001, "POQ_MSG_01.003 - Flux introuvable.")
    if flow is None or flow["fate"]["kind"] == Fate.LOST_REPORT:
        raise missing
    flow = world.store.put({**flow, "asked": flow["asked"] + 1})
    if flow["asked"] <= pace.late_reports(world.store):
        raise missing
    return flow


@operation(
    "transverses/v1/ajouter/fichier",
    {
        "pieceJointeFichier": Kind.TEXT,
        "pieceJointeNom": Kind.TEXT,
        "pieceJointeTypeMime": Kind.TEXT,
        "pieceJointeExtension": Kind.TEXT,
    },
)
def add_file(world: World, body: Json) -> Json:
    content = _decoded(body.get("pieceJointeFichier"))
    if len(content) > MOST_BYTES:
        raise Refusal(20003, "[SIM] La taille de la pièce jointe dépasse 10 Mo.")
    name, extension = str(body.get("pieceJointeNom") or ""), str(body.get("pieceJointeExtension") or "")
    if not 0 < len(name) <= _LONGEST_NAME or not body.get("pieceJointeTypeMime"):
        raise simulated(20001, "Le nom (50 caractères au plus) et le type de la pièce jointe sont obligatoires")
    if extension.upper() not in EXTENSIONS or not name.upper().endswith(f".{extension.upper()}"):
        raise simulated(20002, "L'extension de la pièce jointe n'est pas autorisée")
    counter = int(world.store.setting(_COUNTER, _FIRST)) + 1
    world.store.set_setting(_COUNTER, counter)
    world.store.put(
        {
            "id": f"attachment_{counter}",
            "object": ATTACHMENT,
            "created": world.clock.now(),
            "name": name,
            "extension": extension.upper(),
            "content": base64.b64encode(content).decode(),
        }
    )
    return {"codeRetour": 0, "libelle": OK_DEPOSIT, "pieceJointeId": counter}


@operation("transverses/v1/recuperer/typespj", {"typeObjet": Kind.TEXT})
def types_of_attachments(_world: World, _body: Json) -> Json:
    types = [{"codeTypePJ": code, "libelleTypePJ": name} for code, name in TYPES]
    return {"codeRetour": 0, "libelle": OK, "listeTypePJ": types}
