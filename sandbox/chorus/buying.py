"""The buyer's side: traiter/recue, and what the agent's page does with the same verbs."""

from __future__ import annotations

from sandbox.chorus import invoices
from sandbox.chorus.errors import OK_DEPOSIT, no_invoice, not_allowed, simulated
from sandbox.chorus.moments import day
from sandbox.chorus.routes import operation
from sandbox.chorus.shapes import Kind
from sandbox.chorus.words import STATUSES
from sandbox.store import Json
from sandbox.world import World

_BY_PROGRAM = frozenset(
    [
        "MISE_A_DISPOSITION",
        "SUSPENDUE",
        "REJETEE",
        "MANDATEE",
        "MISE_EN_PAIEMENT",
        "COMPTABILISEE",
        "MISE_A_DISPOSITION_COMPTABLE",
        "A_RECYCLER",
    ]
)
_LONGEST_REASON = 2000


@operation(
    "factures/v1/traiter/recue",
    {"idFacture": Kind.LONG, "nouveauStatut": STATUSES, "motif": Kind.TEXT, "numeroDPMandat": Kind.TEXT},
    strict=True,
)
def treat(world: World, body: Json) -> Json:
    status = str(body.get("nouveauStatut") or "")
    if status not in _BY_PROGRAM:
        raise not_allowed()
    invoice = answer(world, body.get("idFacture"), status, str(body.get("motif") or ""))
    if body.get("numeroDPMandat"):
        invoice = world.store.put({**invoice, "mandate": body["numeroDPMandat"]})
    return {
        "codeRetour": 0,
        "libelle": OK_DEPOSIT,
        "idFacture": int(invoice["id"]),
        "numeroFacture": invoice["facts"]["number"],
        "dateTraitement": day(world.clock.now()),
        "nouveauStatut": invoice["status"],
    }


def answer(world: World, identifier: object, status: str, reason: str) -> Json:
    """The buyer moves an invoice; a suspension and a rejection need a reason."""
    invoice = invoices.find(world, identifier)
    if invoice is None:
        raise no_invoice()
    reason = reason.strip()[:_LONGEST_REASON]
    if status in invoices.WITH_REASON and not reason:
        raise simulated(20004, "Le motif est obligatoire pour suspendre ou rejeter")
    return invoices.move(world, invoice, status, comment=reason, by="agent")
