"""The addresses of the bank: files in, answers and statements out, and a page for people."""

from __future__ import annotations

import re
from datetime import date, timedelta
from http import HTTPStatus

from sandbox import faults
from sandbox.bank import PREFIX, files, formats, ledger, statements, transfers
from sandbox.bank.excerpt import cents_of, excerpt
from sandbox.bank.files import FILE, parts_of
from sandbox.bank.reading import Unreadable
from sandbox.pages import words
from sandbox.pages.render import euros, moment, page
from sandbox.store import Json
from sandbox.wire import Request, Response, json_response, see_other
from sandbox.world import World

_ANSWER = re.compile(re.escape(PREFIX) + r"/files/(bf_[A-Za-z0-9]+)/answer\.xml")
_STATEMENTS = {f"{PREFIX}/{name}": name for name in formats.NAMES}
_SHOWN = 30
_SPAN = timedelta(days=30)


def concerns(path: str) -> bool:
    """Whether a request is the bank's to answer."""
    return path == PREFIX or path.startswith(f"{PREFIX}/")


def answer(world: World, request: Request) -> Response:
    """Answer one request, well or as badly as a fault wants it."""
    fault = faults.take(world.store, request)
    unanswered = faults.before(fault)
    return unanswered or faults.after(fault, _answer(world, request))


def _answer(world: World, request: Request) -> Response:
    if request.path == f"{PREFIX}/files":
        return _receive(world, request) if request.method == "POST" else json_response(_listed(world))
    if found := _ANSWER.fullmatch(request.path):
        file = world.store.get(FILE, found[1])
        return _xml(statements.answer_to(file)) if file else _nothing("no such file")
    if request.path in _STATEMENTS:
        return _statement(world, request, _STATEMENTS[request.path])
    if request.path == f"{PREFIX}/transfers" and request.method == "POST":
        return _transfer(world, request)
    if request.path.rstrip("/") == PREFIX:
        return _page(world, request)
    return _nothing("no such address")


def _receive(world: World, request: Request) -> Response:
    """A file as the body, or as a field of a form. It is taken before it is judged: the answer is another file."""
    sent = next((part.content for part in request.parts if part.filename), request.body)
    try:
        kept = transfers.receive(world, sent) if transfers.is_transfers(sent) else files.receive(world, sent)
    except Unreadable as error:
        return json_response({"error": f"not a file of direct debits or transfers: {error}"}, HTTPStatus.BAD_REQUEST)
    if "text/html" in request.headers.get("accept", ""):
        return see_other(f"{PREFIX}/")
    return json_response(_summary(kept))


def _statement(world: World, request: Request, name: str) -> Response:
    account = request.asked.get("account") or ledger.account_of(world)
    today = ledger.today(world)
    try:
        until = date.fromisoformat(request.asked.get("to") or today.isoformat())
        since = date.fromisoformat(request.asked.get("from") or (until - _SPAN).isoformat())
    except ValueError:
        return json_response({"error": "from and to are days: 2026-11-26"}, HTTPStatus.BAD_REQUEST)
    if not account:
        return _nothing("no account yet: send a file, or tell a transfer")
    told = formats.as_notified(name, excerpt(world, account, since, until))
    try:
        content = formats.write(name, told, version=request.asked.get("version", "08"))
    except ValueError as error:
        return json_response({"error": str(error)}, HTTPStatus.BAD_REQUEST)
    return Response(200, content, formats.content_type(name))


def _transfer(world: World, request: Request) -> Response:
    """Somebody sends us money, by the form of the page: `euros` as people write them, and what a control takes."""
    options = request.options()
    try:
        cents = cents_of(str(options.pop("euros", "")))
        booked = ledger.transfer(world, {**options, "cents": cents})
    except (ValueError, TypeError) as error:
        return json_response({"error": str(error)}, HTTPStatus.BAD_REQUEST)
    if "text/html" in request.headers.get("accept", ""):
        return see_other(f"{PREFIX}/")
    return json_response(booked)


def _page(world: World, request: Request) -> Response:
    language = words.language(request.headers.get("accept-language", ""))
    account = ledger.account_of(world)
    today = ledger.today(world)
    lines = ledger.lines(world, account, today - _SPAN, today) if account else []
    facts: dict[str, object] = {
        "account": account,
        "balance": euros(ledger.balance_before(world, account, today + timedelta(days=1)), language),
        "files": [
            {
                **_summary(file),
                "date": moment(file["created"], language),
                "total": euros(file["cents"], language),
            }
            for file in world.store.all(FILE, newest=_SHOWN)
        ],
        "lines": [
            {"day": line["day"], "text": line.get("text", ""), "amount": euros(line["cents"], language)}
            for line in reversed(lines[-_SHOWN:])
        ],
        "since": (today - _SPAN).isoformat(),
        "until": today.isoformat(),
        "formats": formats.NAMES,
    }
    return page("bank.html", language, facts)


def _listed(world: World) -> Json:
    return {"files": [_summary(file) for file in world.store.all(FILE)]}


def _summary(file: Json) -> Json:
    return {
        "id": file["id"],
        "message": file["message"],
        "status": files.status_of(file),
        "reason": file["reason"],
        "count": file["count"],
        "cents": file["cents"],
        "rejected": [part["end_to_end"] for part in parts_of(file) if part["reason"]],
    }


def _xml(content: bytes) -> Response:
    return Response(200, content, "application/xml; charset=utf-8")


def _nothing(why: str) -> Response:
    return json_response({"error": why}, HTTPStatus.NOT_FOUND)
