"""The door of the API: the token, the subscription, the technical account, then the operation."""

from __future__ import annotations

import json
import time
from http import HTTPStatus
from uuid import uuid4

from sandbox import faults
from sandbox.chorus import (
    PREFIX,
    access,
    buying,
    consulting,
    depositing,
    flows,
    lies,
    searching,
    structures,
    supplying,
    transverses,
)
from sandbox.chorus.errors import OK, Refusal, Turned
from sandbox.chorus.routes import OPERATIONS, SERVICES
from sandbox.faults import Fault, Kind
from sandbox.store import Json
from sandbox.wire import Request, Response
from sandbox.world import World

SUBJECTS = (buying, consulting, depositing, searching, structures, supplying, transverses)
"""Importing them registers their operations."""
TOKEN_PATH, BASE = f"{PREFIX}/api/oauth/token", f"{PREFIX}/cpro/"
CORRELATION = "x-correlationid"
_HEALTH = "transverses/v1/health-check"
_JSON = "application/json;charset=utf-8"


def answer(world: World, request: Request) -> Response:
    """Answer one request, well or as badly as a fault wants it."""
    fault = faults.take(world.store, request)
    correlation = str(uuid4())
    unanswered = faults.before(fault)
    response = unanswered or _answer(world, request, fault)
    _note(world, request, fault, correlation, None if unanswered else response)
    ended = response if unanswered else faults.after(fault, response)
    ended.headers.setdefault(CORRELATION, correlation)
    return ended


def _note(world: World, request: Request, fault: Fault | None, correlation: str, response: Response | None) -> None:
    world.calls.append(
        {
            "method": request.method,
            "path": request.path,
            "status": response.status if response else None,
            "code": _code(response),
            "correlation": correlation,
            "fault": fault.kind.value if fault else None,
        }
    )


def _code(response: Response | None) -> int | None:
    """The `codeRetour` of an answer that has one."""
    if response is None or not response.content_type.startswith("application/json") or not response.body:
        return None
    try:
        found = json.loads(response.body)
    except ValueError:
        return None
    return found.get("codeRetour") if isinstance(found, dict) else None


def _answer(world: World, request: Request, fault: Fault | None) -> Response:
    fails = fault if fault and fault.kind is Kind.STATUS else None
    if fails and not fails.executed:
        return _failure(request, fails)
    if fault and fault.kind is Kind.SLOW:
        time.sleep(fault.wait)
    try:
        done = _json(_done(world, request))
    except Turned as turned:
        done = turned.response
    return _failure(request, fails) if fails else done


def _failure(request: Request, fault: Fault) -> Response:
    """The answer that a fault wants: its own words, the request again, or what PISTE says with that status."""
    bodies = {
        HTTPStatus.BAD_REQUEST: access.INVALID if request.path == TOKEN_PATH else b"",
        HTTPStatus.UNAUTHORIZED: b"",
        HTTPStatus.FORBIDDEN: b"{}",
    }
    page = f"<html><body>{fault.status}</body></html>".encode()
    body = request.body if fault.echo else fault.body.encode() or bodies.get(HTTPStatus(fault.status), page)
    response = Turned(fault.status, body).response
    if fault.retry_after:
        response.headers["Retry-After"] = fault.retry_after
    return response


def _done(world: World, request: Request) -> Json:
    if request.path == TOKEN_PATH:
        if request.method != "POST":
            raise Turned(HTTPStatus.NOT_FOUND)
        return access.grant(world, request)
    path = request.path.removeprefix(BASE)
    service = path.partition("/")[0]
    if not request.path.startswith(BASE) or service not in SERVICES:
        raise Turned(HTTPStatus.NOT_FOUND)
    access.check_token(world, request)
    access.check_subscription(world, service)
    if (request.method, path) == ("GET", _HEALTH):
        return {"codeRetour": 0, "libelle": OK}
    return _operated(world, request, path)


def _operated(world: World, request: Request, path: str) -> Json:
    operation = OPERATIONS.get(path)
    if operation is None or request.method != "POST":
        raise Turned(HTTPStatus.NOT_FOUND)
    if not request.is_json:
        raise Turned(HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
    access.check_account(world, request)
    body = _body(request)
    with world.store.transaction():
        flows.catch_up(world)
    with world.store.transaction():
        try:
            return lies.bent(world.store, operation.run(world, body))
        except Refusal as refusal:
            return refusal.body


def _body(request: Request) -> Json:
    try:
        read = json.loads(request.body)
    except ValueError:
        read = None
    if not isinstance(read, dict):
        raise Turned(HTTPStatus.BAD_REQUEST, b"Bad Request\n")
    return read


def _json(body: Json) -> Response:
    return Response(200, json.dumps(body, ensure_ascii=False).encode(), _JSON)
