"""Integrated invoices: their files, their statuses one after another, and who may move them where."""

from __future__ import annotations

import base64

from sandbox.chorus import pace
from sandbox.chorus.errors import not_allowed
from sandbox.chorus.fates import Fate
from sandbox.store import Json
from sandbox.world import World

INVOICE, FILE = "chorus.invoice", "chorus.file"
TRAVELLING = ("DEPOSEE", "EN_COURS_ACHEMINEMENT", "MISE_A_DISPOSITION")
"""What comes with the clock alone."""
_COUNTER, _FIRST = "chorus.last_invoice", 7_654_320
_MIDDLE = ("SERVICE_FAIT", "MANDATEE", "MISE_A_DISPOSITION_COMPTABLE", "COMPTABILISEE", "MISE_EN_PAIEMENT")
_ANSWERS = frozenset({*_MIDDLE, "SUSPENDUE", "REJETEE", "A_RECYCLER"})
NEXT: dict[str, frozenset[str]] = {
    "DEPOSEE": frozenset({"EN_COURS_ACHEMINEMENT"}),
    "EN_COURS_ACHEMINEMENT": frozenset({"MISE_A_DISPOSITION"}),
    "MISE_A_DISPOSITION": _ANSWERS | {"PRISE_EN_COMPTE_DESTINATAIRE"},
    "PRISE_EN_COMPTE_DESTINATAIRE": _ANSWERS,
    "COMPLETEE": _ANSWERS | {"MISE_A_DISPOSITION", "PRISE_EN_COMPTE_DESTINATAIRE"},
    **{status: frozenset(_MIDDLE[place + 1 :]) for place, status in enumerate(_MIDDLE)},
    "SUSPENDUE": frozenset({"COMPLETEE", "REJETEE"}),
    "A_RECYCLER": frozenset({"EN_COURS_ACHEMINEMENT"}),
    "REJETEE": frozenset(),
}
"""Where an invoice may go from each status; never backwards, and nowhere from the last ones."""
WITH_REASON = frozenset({"SUSPENDUE", "REJETEE"})
_ENDS = {
    Fate.SUSPENDED: ("SUSPENDUE", "Bon de livraison manquant"),
    Fate.TO_RECYCLE: ("A_RECYCLER", "Erreur de service destinataire"),
    Fate.REFUSED: ("REJETEE", "Le montant ne correspond pas à la commande"),
    Fate.PAID: ("MISE_EN_PAIEMENT", ""),
}


def keep_file(world: World, flow: str, content: bytes, xml: bytes) -> None:
    """Keep what was deposited: the file, and the XML that it carries."""
    world.store.put(
        {
            "id": f"file_{flow}",
            "object": FILE,
            "created": world.clock.now(),
            "pdf": base64.b64encode(content).decode(),
            "xml": base64.b64encode(xml).decode(),
        }
    )


def file_of(world: World, flow: str) -> tuple[bytes, bytes]:
    """The deposited file and its XML."""
    kept = world.store.get(FILE, f"file_{flow}") or {"pdf": "", "xml": ""}
    return base64.b64decode(kept["pdf"]), base64.b64decode(kept["xml"])


def find(world: World, identifier: object) -> Json | None:
    return world.store.get(INVOICE, str(identifier))


def is_known(world: World, seller: str, number: str) -> bool:
    """Whether that supplier has an integrated invoice of that number."""
    return any(invoice["facts"]["seller"] == seller for invoice in numbered(world, number))


def numbered(world: World, number: str) -> list[Json]:
    """The invoices of that number, whoever their supplier is, oldest first."""
    return world.store.having(INVOICE, "number", number)


def integrate(world: World, flow: Json, facts: Json, at: int) -> Json:
    """A new invoice, deposited."""
    counter = int(world.store.setting(_COUNTER, _FIRST)) + 1
    world.store.set_setting(_COUNTER, counter)
    invoice: Json = {
        "id": str(counter),
        "object": INVOICE,
        "created": at,
        "number": facts["number"],
        "facts": facts,
        "flow": flow["id"],
        "deposited": flow["created"],
        "size": flow["size"],
        "fate": flow["fate"],
        "status": "",
        "travels_since": at,
        "history": [],
        "actions": [],
        "attachments": [],
        "rejection_handled": False,
    }
    return enter(world, invoice, "DEPOSEE", at=at)


def enter(world: World, invoice: Json, status: str, *, comment: str = "", by: str = "", at: int | None = None) -> Json:
    """Write the status and its line of history, without asking whether that may be."""
    moment = world.clock.now() if at is None else at
    line = {"id": len(invoice["history"]) + 1, "status": status, "at": moment, "comment": comment, "by": by}
    changed = {"status": status, "changed": moment, "comment": comment, "history": [*invoice["history"], line]}
    return world.store.put({**invoice, **changed})


def move(world: World, invoice: Json, status: str, *, comment: str = "", by: str = "") -> Json:
    """Move an invoice, or raise the refusal of a step that is not allowed from where it is."""
    if status not in NEXT.get(invoice["status"], frozenset()):
        raise not_allowed()
    if status == "EN_COURS_ACHEMINEMENT":
        invoice = {**invoice, "travels_since": pace.after(world.store, world.clock.now(), -1), "fate": {"kind": ""}}
    return enter(world, invoice, status, comment=comment, by=by)


def act(world: World, invoice: Json, code: str) -> Json:
    """Write what a user did with an invoice."""
    action = {"id": len(invoice["actions"]) + 1, "code": code, "at": world.clock.now()}
    return world.store.put({**invoice, "actions": [*invoice["actions"], action]})


def catch_up(world: World) -> None:
    """Let the invoices on their way to a buyer go as far as the clock says."""
    for invoice in world.store.having(INVOICE, "status", *TRAVELLING[:-1]):
        _travel(world, invoice)


def _travel(world: World, invoice: Json) -> None:
    since = int(invoice["travels_since"])
    done = pace.steps_done(world.store, since, world.clock.now())
    for place in range(TRAVELLING.index(invoice["status"]) + 1, len(TRAVELLING)):
        if place <= done:
            invoice = enter(world, invoice, TRAVELLING[place], at=pace.after(world.store, since, place))
    if invoice["status"] == TRAVELLING[-1] and (end := _ENDS.get(Fate(invoice["fate"]["kind"]))):
        status, words = end
        comment = str(invoice["fate"]["text"]) or words
        at = min(world.clock.now(), pace.after(world.store, since, len(TRAVELLING)))
        enter(world, invoice, status, comment=comment, by="agent", at=at)
