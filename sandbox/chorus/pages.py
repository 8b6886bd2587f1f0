"""The agent's page: what public bodies received, and what they do with it. No script, in French or English."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import cache
from http import HTTPStatus
from pathlib import Path

from django.template import Engine

from sandbox.chorus import PREFIX, answers, buying, directory, flows, invoices
from sandbox.chorus.errors import Refusal
from sandbox.chorus.saying import FLOWS, STATUSES, VERBS, words
from sandbox.pages.render import FOLDER, euros, moment, page
from sandbox.pages.words import language
from sandbox.store import Json
from sandbox.wire import Request, Response, see_other
from sandbox.world import World

_SHOWN = 50
_FOLDER = Path(__file__).parent / "html"
_FILE = re.compile(re.escape(PREFIX) + r"/invoices/([0-9]{1,12})\.(pdf|xml)")
_MOVE = re.compile(re.escape(PREFIX) + r"/invoices/([0-9]{1,12})/status")


def answer(world: World, request: Request) -> Response:
    """The list, a file of an invoice, or what an agent decided."""
    if found := _FILE.fullmatch(request.path):
        return _file(world, found[1], found[2])
    if (found := _MOVE.fullmatch(request.path)) and request.method == "POST":
        return _moved(world, request, found[1])
    if request.path.rstrip("/") == PREFIX:
        return _list(world, request)
    return _nothing()


def _nothing() -> Response:
    return Response(HTTPStatus.NOT_FOUND, b"404 Not Found\n", "text/plain; charset=utf-8")


def _file(world: World, identifier: str, kind: str) -> Response:
    """The Factur-X as it was deposited, or the XML that it carries."""
    invoice = invoices.find(world, identifier)
    if invoice is None:
        return _nothing()
    pdf, xml = invoices.file_of(world, invoice["flow"])
    name = re.sub(r"[^A-Za-z0-9_+-]", "-", invoice["facts"]["number"])
    disposition = {"Content-Disposition": f'attachment; filename="{name}.{kind}"'}
    if kind == "xml":
        return Response(200, xml, "application/xml; charset=utf-8", disposition)
    return Response(200, pdf, "application/pdf", disposition)


def _moved(world: World, request: Request, identifier: str) -> Response:
    """Do what the agent decided; another site's form may not."""
    if request.headers.get("origin", world.origin).rpartition(":")[2] != world.origin.rpartition(":")[2]:
        return Response(HTTPStatus.FORBIDDEN, b"asked from another site\n", "text/plain; charset=utf-8")
    form = dict(request.fields)
    status = form.get("status", "")
    try:
        with world.store.transaction():
            flows.catch_up(world)
            if status not in VERBS:
                return _nothing()
            buying.answer(world, identifier, status, form.get("reason", ""))
    except Refusal as refusal:
        return _list(world, request, error=refusal.message, status=HTTPStatus.CONFLICT)
    return see_other(f"{PREFIX}/#i{identifier}")


def _list(world: World, request: Request, *, error: str = "", status: int = HTTPStatus.OK) -> Response:
    with world.store.transaction():
        flows.catch_up(world)
    asked = language(request.headers.get("accept-language", ""))
    facts: dict[str, object] = {
        "c": words(asked),
        "error": error,
        "invoices": [_invoice(world, invoice, asked) for invoice in world.store.all(invoices.INVOICE, newest=_SHOWN)],
        "flows": [_flow(world, flow, asked) for flow in world.store.all(flows.FLOW, newest=_SHOWN)],
    }
    return page("chorus.html", asked, facts, status=status, engine=_engine())


def _invoice(world: World, invoice: Json, asked: str) -> Json:
    facts, store = invoice["facts"], world.store
    buyer = directory.find(store, facts["buyer"]) or answers.NOBODY
    seller = directory.find(store, facts["seller"]) or answers.NOBODY
    service = directory.service_of(buyer, facts["service"])
    return {
        "id": invoice["id"],
        "number": facts["number"],
        "credit": facts["kind"] == "AVOIR",
        "amount": _euros(facts["total"], asked),
        "to_pay": _euros(facts["to_pay"], asked) if facts["to_pay"] != facts["total"] else "",
        "issued": _day(facts["issued"], asked),
        "seller": seller["name"] or facts["seller"],
        "buyer": buyer["name"] or facts["buyer"],
        "service": f"{facts['service']} {service['name'] if service else ''}".strip(),
        "engagement": facts["engagement"],
        "market": facts["market"],
        "status": STATUSES[asked].get(invoice["status"], invoice["status"]),
        "comment": invoice["comment"],
        "since": moment(invoice["changed"], asked),
        "handled": invoice["rejection_handled"],
        "attachments": [each["name"] for each in invoice["attachments"]],
        "history": [
            {
                "status": STATUSES[asked].get(line["status"], line["status"]),
                "at": moment(line["at"], asked),
                "comment": line["comment"],
            }
            for line in reversed(invoice["history"])
        ],
        **_choices(invoice, asked),
    }


def _choices(invoice: Json, asked: str) -> Json:
    """What an agent may do now: steps forward, and those that send the invoice back."""
    allowed = invoices.NEXT.get(invoice["status"], frozenset())
    verbs = [
        {"status": status, "verb": said[asked]}
        for status, said in VERBS.items()
        if status in allowed and invoice["status"] not in invoices.TRAVELLING[:-1]
    ]
    back = {"SUSPENDUE", "REJETEE", "A_RECYCLER"}
    return {
        "forward": [each for each in verbs if each["status"] not in back],
        "back": [each for each in verbs if each["status"] in back],
    }


def _flow(world: World, flow: Json, asked: str) -> Json:
    errors = [each["libelleErreurDP"] for each in flow.get("business", [])]
    errors += [each["libelleErreur"] for each in flow.get("technical", [])]
    state = flows.state_of(world, flow)
    return {
        "id": flow["id"],
        "number": flow["number"],
        "at": moment(flow["created"], asked),
        "state": state,
        "said": FLOWS[asked].get(state, ""),
        "errors": errors,
    }


def _day(text: str, asked: str) -> str:
    """2026-11-27 as it is, or 27/11/2026."""
    return "/".join(reversed(text.split("-"))) if asked == "fr" else text


def _euros(amount: str, asked: str) -> str:
    return euros(int(Decimal(amount) * 100), asked)


@cache
def _engine() -> Engine:
    return Engine(dirs=[str(_FOLDER), str(FOLDER)])
