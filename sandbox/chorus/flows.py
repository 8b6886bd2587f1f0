"""Deposited flows: received at once, judged when their time has come. No thread: the clock is read at each question."""

from __future__ import annotations

from hashlib import sha256

from sandbox.chorus import checks, facturx, fates, invoices, pace
from sandbox.chorus.checks import Verdict
from sandbox.chorus.facturx import Unreadable
from sandbox.chorus.fates import Fate
from sandbox.chorus.words import FACTURX
from sandbox.store import Json
from sandbox.world import World

FLOW = "chorus.flow"
STEPS = (
    "IN_DEPOT_PORTAIL_EN_ATTENTE_TRAITEMENT_SE_CPP",
    "IN_RECU",
    "IN_TRAITE_SE_CPP",
    "IN_EN_COURS_TRAITEMENT_CPP",
)
"""What a flow goes through before it is judged."""
_REPROCESSING = "IN_EN_ATTENTE_RETRAITEMENT_CPP"
_OPEN, _ENDED = "OPEN", "ENDED"
_COUNTER, _FIRST = "chorus.last_flow", 412_344
_NEVER = {Fate.STUCK, Fate.REPROCESSING}


def deposit(world: World, content: bytes, *, name: str, syntax: str) -> Json:
    """Take a file: a number is given, nothing is judged yet."""
    xml, why = _xml_of(content, syntax)
    number = _number_of(xml)
    first = not world.store.having(FLOW, "number", number)
    counter = int(world.store.setting(_COUNTER, _FIRST)) + 1
    world.store.set_setting(_COUNTER, counter)
    flow: Json = {
        "id": f"CPP0011117{counter:015}",
        "object": FLOW,
        "created": world.clock.now(),
        "status": _OPEN,
        "number": number,
        "name": name,
        "syntax": syntax,
        "size": len(content),
        "sha256": sha256(content).hexdigest(),
        "unreadable": why,
        "fate": fates.take(world.store, number, first=first),
        "asked": 0,
        "invoice": None,
    }
    invoices.keep_file(world, flow["id"], content, xml)
    return world.store.put(flow)


def _xml_of(content: bytes, syntax: str) -> tuple[bytes, str]:
    """The XML of a deposit, or why there is none."""
    if syntax != FACTURX:
        return b"", ""
    try:
        return facturx.embedded(content), ""
    except Unreadable as error:
        return b"", str(error)


def _number_of(xml: bytes) -> str:
    try:
        return facturx.parse(xml).number if xml else ""
    except Unreadable:
        return ""


def find(world: World, number: str) -> Json | None:
    return world.store.get(FLOW, number)


def state_of(world: World, flow: Json) -> str:
    """What the report says of a flow now."""
    if flow["status"] == _ENDED:
        return str(flow["state"])
    done = pace.steps_done(world.store, flow["created"], world.clock.now())
    if done >= len(STEPS) and flow["fate"]["kind"] == Fate.REPROCESSING:
        return _REPROCESSING
    return STEPS[min(done, len(STEPS) - 1)]


def changed_at(world: World, flow: Json) -> int:
    """When the flow came into that state."""
    if flow["status"] == _ENDED:
        return int(flow["ended"])
    most = len(STEPS) if flow["fate"]["kind"] == Fate.REPROCESSING else len(STEPS) - 1
    done = pace.steps_done(world.store, flow["created"], world.clock.now())
    return pace.after(world.store, flow["created"], min(done, most))


def catch_up(world: World) -> None:
    """Judge the flows whose time has come, in their order, and let their invoices travel."""
    for flow in world.store.having(FLOW, "status", _OPEN):
        due = _due(world, flow)
        if due is not None and due <= world.clock.now():
            _end(world, flow, due)
    invoices.catch_up(world)


def _due(world: World, flow: Json) -> int | None:
    kind = flow["fate"]["kind"]
    if kind in _NEVER:
        return None
    extra = int(flow["fate"]["seconds"]) if kind == Fate.SLOW else 0
    return pace.after(world.store, flow["created"], len(STEPS)) + extra


def decide(world: World, flow: Json, fate: Json) -> Json:
    """Change the fate of a flow that has not ended yet."""
    if flow["status"] != _OPEN:
        raise ValueError("that flow has ended")
    return world.store.put({**flow, "fate": fate})


def _end(world: World, flow: Json, at: int) -> None:
    verdict = _judged(world, flow)
    kind = Fate(flow["fate"]["kind"])
    ended = {**flow, "status": _ENDED, "ended": at, "technical": verdict.technical, "business": []}
    if kind is Fate.INCIDENT:
        ended["state"], ended["technical"] = "IN_INCIDENTE", []
    elif not verdict.is_good:
        ended["state"] = "IN_INTEGRE_PARTIEL" if kind is Fate.PARTIAL else "IN_REJETE"
        ended["business"] = [_error(verdict.facts, verdict.business)] if verdict.business else []
    else:
        ended["state"] = "IN_INTEGRE"
        ended["invoice"] = invoices.integrate(world, flow, verdict.facts, at)["id"]
        if kind is Fate.PARTIAL_KEPT:
            other = {**verdict.facts, "number": f"{verdict.facts['number'][:17]}-BIS"[:20]}
            ended["state"] = "IN_INTEGRE_PARTIEL"
            ended["business"] = [_error(other, _words_of(flow) or "[SIM] Une autre facture du flux est refusee")]
    world.store.put(ended)


def _judged(world: World, flow: Json) -> Verdict:
    """What the checks say, or the fate that was told instead of them."""
    _, xml = invoices.file_of(world, flow["id"])
    if flow["unreadable"]:
        return checks.unreadable(flow["unreadable"])
    known = bool(xml) and invoices.is_known(world, *_key_of(xml))
    verdict = checks.judge(world.store, flow["syntax"], xml, known=known)
    kind, words = flow["fate"]["kind"], _words_of(flow)
    if kind in {Fate.REJECTED, Fate.PARTIAL}:
        return Verdict(verdict.facts, business=checks.joined([words or "[SIM] Refuse a la demande"]))
    if kind == Fate.TECHNICAL:
        told = checks.technical("ERR_XSD_001", words or "IRRECEVABILITE: [SIM] refuse a la demande")
        return Verdict(verdict.facts, technical=[told])
    return verdict


def _words_of(flow: Json) -> str:
    return str(flow["fate"]["text"])


def _key_of(xml: bytes) -> tuple[str, str]:
    try:
        document = facturx.parse(xml)
    except Unreadable:
        return "", ""
    return document.seller, document.number


def _error(facts: Json, words: str) -> Json:
    return {
        "numeroDP": facts.get("number", ""),
        "identifiantFournisseur": facts.get("seller", ""),
        "identifiantDestinataire": facts.get("buyer", ""),
        "libelleErreurDP": words,
    }
