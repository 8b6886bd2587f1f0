"""What a supplier does with an invoice that was integrated: complete, recycle, acknowledge a rejection, download."""

from __future__ import annotations

import base64
import io
import zipfile

from sandbox.chorus import checks, directory, invoices
from sandbox.chorus.depositing import ATTACHMENT
from sandbox.chorus.errors import (
    OK,
    OK_DEPOSIT,
    Turned,
    no_invoice,
    not_allowed,
    not_suspended,
    not_yours,
    simulated,
)
from sandbox.chorus.moments import day
from sandbox.chorus.routes import operation
from sandbox.chorus.shapes import Kind
from sandbox.chorus.words import KINDS_OF_INVOICE
from sandbox.store import Json
from sandbox.world import World

_MOST_DOWNLOADED = 120_000_000
_LONGEST_COMMENT = 2000
_VAT = frozenset({"TVA_SUR_DEBIT", "TVA_SUR_ENCAISSEMENT", "EXONERATION", "SANS_TVA"})
_MEANS = frozenset({"CHEQUE", "PRELEVEMENT", "VIREMENT", "ESPECE", "AUTRE", "REPORT"})


def ours(world: World, identifier: object) -> Json:
    """The invoice of one of our suppliers, or the refusal that says why not."""
    invoice = invoices.find(world, identifier)
    if invoice is None:
        raise no_invoice()
    if not directory.acts_for(world.store, invoice["facts"]["seller"]):
        raise not_yours()
    return invoice


@operation(
    "factures/v1/completer",
    {
        "identifiantFactureCPP": Kind.LONG,
        "commentaire": Kind.TEXT,
        "pieceJointeComplementaire": [
            {
                "pieceJointeComplementaireDesignation": Kind.TEXT,
                "pieceJointeComplementaireType": Kind.TEXT,
                "pieceJointeComplementaireNumeroLigneFacture": Kind.LONG,
                "pieceJointeComplementaireId": Kind.LONG,
            }
        ],
    },
    strict=True,
)
def complete(world: World, body: Json) -> Json:
    invoice = ours(world, body.get("identifiantFactureCPP"))
    if invoice["status"] != "SUSPENDUE":
        raise not_suspended()
    joined = [_attachment(world, each) for each in body.get("pieceJointeComplementaire") or []]
    moved = invoices.move(world, invoice, "COMPLETEE", comment=_comment(body), by="supplier")
    kept = world.store.put({**moved, "attachments": [*moved["attachments"], *joined]})
    invoices.act(world, kept, "ACQUITTEMENT_SUSPENSION")
    return {
        "codeRetour": 0,
        "libelle": OK_DEPOSIT,
        "identifiantFactureCPP": int(kept["id"]),
        "numeroFacture": kept["facts"]["number"],
        "dateTraitement": day(world.clock.now()),
    }


def _comment(body: Json) -> str:
    comment = str(body.get("commentaire") or "")
    if len(comment) > _LONGEST_COMMENT:
        raise simulated(20003, "Le commentaire ne doit pas dépasser 2000 caractères")
    return comment


def _attachment(world: World, given: Json) -> Json:
    file = world.store.get(ATTACHMENT, f"attachment_{given.get('pieceJointeComplementaireId')}")
    if file is None:
        raise simulated(20004, "La pièce jointe n'existe pas")
    return {
        "id": int(given["pieceJointeComplementaireId"]),
        "type": given.get("pieceJointeComplementaireType"),
        "name": given.get("pieceJointeComplementaireDesignation") or file["name"],
        "line": given.get("pieceJointeComplementaireNumeroLigneFacture"),
        "extension": file["extension"],
    }


@operation(
    "factures/v1/recycler",
    {
        "identifiantFactureCPP": Kind.LONG,
        "destinataire": {"codeDestinataire": Kind.TEXT, "codeServiceExecutant": Kind.TEXT},
        "commentaire": Kind.TEXT,
        "reference": {
            "deviseFacture": Kind.TEXT,
            "typeFacture": KINDS_OF_INVOICE - {"ACOMPTE"},
            "typeTva": _VAT,
            "motifExonerationTva": Kind.TEXT,
            "numeroMarche": Kind.TEXT,
            "numeroBonCommande": Kind.TEXT,
            "numeroFactureOrigine": Kind.TEXT,
            "modePaiement": _MEANS,
        },
    },
    strict=True,
)
def recycle(world: World, body: Json) -> Json:
    """The same invoice to another body, service or engagement; what is not given stays."""
    invoice = ours(world, body.get("identifiantFactureCPP"))
    if invoice["status"] != "A_RECYCLER":
        raise not_allowed()
    to, references, facts = body.get("destinataire") or {}, body.get("reference") or {}, invoice["facts"]
    changed = {
        **facts,
        "buyer": to.get("codeDestinataire") or facts["buyer"],
        "service": _given(to, "codeServiceExecutant", facts["service"]),
        "engagement": _given(references, "numeroBonCommande", facts["engagement"]),
        "market": _given(references, "numeroMarche", facts["market"]),
    }
    _check_buyer(world, changed)
    invoice = {**invoice, "facts": changed}
    moved = invoices.move(world, invoice, "EN_COURS_ACHEMINEMENT", comment=_comment(body), by="supplier")
    return {
        "codeRetour": 0,
        "libelle": OK_DEPOSIT,
        "identifiantFactureCPP": int(moved["id"]),
        "numeroFacture": changed["number"],
        "statutFacture": moved["status"],
        "dateDepot": day(moved["deposited"]),
    }


def _given(part: Json, name: str, before: str) -> str:
    return str(part[name]) if part.get(name) is not None else before


def _check_buyer(world: World, facts: Json) -> None:
    buyer = directory.find(world.store, facts["buyer"])
    if buyer is None or not buyer["active"] or not buyer["public"]:
        raise simulated(20004, "La structure destinataire est inconnue ou inactive")
    for words in checks.faults_of_references(buyer, facts["service"], facts["engagement"]):
        raise simulated(20005, words.removeprefix("[SIM] "))


@operation("factures/v1/traiterRejet", {"listeDemandePaiement": [{"idDemandePaiement": Kind.LONG}]}, strict=True)
def acknowledge(world: World, body: Json) -> Json:
    """The supplier has seen that invoices were rejected: all of them, or none."""
    asked = [each.get("idDemandePaiement") for each in body.get("listeDemandePaiement") or []]
    if not asked:
        raise no_invoice()
    found = [ours(world, identifier) for identifier in asked]
    if any(invoice["status"] != "REJETEE" for invoice in found):
        raise not_allowed()
    for invoice in found:
        invoices.act(world, {**invoice, "rejection_handled": True}, "ACQUITTEMENT_REJET")
    return {"codeRetour": 0, "libelle": OK}


@operation(
    "factures/v1/telecharger/groupe",
    {
        "idEspace": Kind.LONG,
        "format": Kind.TEXT,
        "avecPiecesJointesComplementaires": Kind.TEXT,
        "listeFacture": [{"idFacture": Kind.LONG}],
    },
    strict=True,
)
def download(world: World, body: Json) -> Json:
    """The invoices: one PDF as it was deposited, the XML (PIVOT), or a ZIP of several."""
    asked = [each.get("idFacture") for each in body.get("listeFacture") or []]
    wanted = str(body.get("format") or "PDF")
    if wanted not in {"PDF", "PIVOT", "ZIP"}:
        raise simulated(20002, "Le format est PDF, PIVOT ou ZIP")
    if not asked:
        raise no_invoice()
    found = [ours(world, identifier) for identifier in asked]
    content = _files(world, found, wanted, with_attachments=body.get("avecPiecesJointesComplementaires") == "OUI")
    if len(content) > _MOST_DOWNLOADED:
        raise Turned(413)
    for invoice in found:
        invoices.act(world, invoice, "TELECHARGEMENT_FACTURE")
    return {"codeRetour": 0, "libelle": OK, "fichierResultat": base64.b64encode(content).decode()}


def _files(world: World, found: list[Json], wanted: str, *, with_attachments: bool) -> bytes:
    files = {
        f"{invoice['id']}.{'xml' if wanted == 'PIVOT' else 'pdf'}": invoices.file_of(world, invoice["flow"])[
            wanted == "PIVOT"
        ]
        for invoice in found
    }
    if with_attachments:
        for invoice in found:
            for each in invoice["attachments"]:
                kept = world.store.get(ATTACHMENT, f"attachment_{each['id']}") or {"content": ""}
                files[f"{invoice['id']}-{each['id']}.{each['extension'].lower()}"] = base64.b64decode(kept["content"])
    if wanted != "ZIP" and len(files) == 1:
        return next(iter(files.values()))
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return target.getvalue()
