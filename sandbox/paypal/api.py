"""The door of the API: who asks, what for, was it asked before, and what is answered."""

from __future__ import annotations

import json
import time
from http import HTTPStatus
from urllib.parse import unquote

from sandbox import faults
from sandbox.faults import Fault, Kind
from sandbox.paypal import PREFIX, captures, disputes, events, idempotency, orders, reporting, tokens, vault, verifying
from sandbox.paypal.errors import Detail, PayPalError, TokenError, failure, invalid, missing
from sandbox.paypal.idempotency import Kept
from sandbox.paypal.routes import Call, Endpoint, find
from sandbox.paypal.things import new_id, shown
from sandbox.store import Json
from sandbox.wire import Request, Response, json_response
from sandbox.world import World

SUBJECTS = (captures, disputes, events, orders, reporting, vault, verifying)
"""Importing them registers their endpoints."""
_TOKEN_PATH = "/v1/oauth2/token"  # noqa: S105  an address
_ERROR = "error"


def answer(world: World, request: Request) -> Response:
    """Answer one API request, well or as badly as a fault wants it."""
    fault = faults.take(world.store, request)
    unanswered = faults.before(fault)
    if unanswered:
        return unanswered
    debug_id = new_id(13, "0123456789abcdef")
    try:
        status, body = _answer(world, request, fault, debug_id)
    except PayPalError as error:
        status, body = error.status, error.body(debug_id)
    except TokenError as error:
        status, body = error.status, error.body
    response = json_response(body, status, {"PayPal-Debug-Id": debug_id})
    if status == HTTPStatus.NO_CONTENT:
        response.body = b""
    if fault and fault.kind is Kind.STATUS and fault.retry_after:
        response.headers["Retry-After"] = fault.retry_after
    return faults.after(fault, response)


def _answer(world: World, request: Request, fault: Fault | None, debug_id: str) -> tuple[int, Json]:
    fails = fault if fault and fault.kind is Kind.STATUS else None
    if fails and not fails.executed:
        raise failure(fails.status)
    if fault and fault.kind is Kind.SLOW:
        time.sleep(fault.wait)
    path = request.path.removeprefix(PREFIX)
    if (request.method, path) == ("POST", _TOKEN_PATH):
        done: tuple[int, Json] = HTTPStatus.OK, tokens.grant(world, request)
    else:
        tokens.check(world, request)
        done = _called(world, request, path, debug_id)
    if fails:
        raise failure(fails.status)
    return done


def _called(world: World, request: Request, path: str, debug_id: str) -> tuple[int, Json]:
    found = find(request.method, path)
    if found is None:
        raise missing()
    endpoint, identifiers = found
    call = Call(request, _body(request), request.asked)
    key = idempotency.key_of(request.method, path, request.headers.get("paypal-request-id", ""))
    with idempotency.claimed(world, key):
        kept = idempotency.recall(world, key, call.body)
        if kept:
            return _again(world, kept)
        with world.store.transaction():
            ended, body = _run(world, endpoint, call, tuple(unquote(text) for text in identifiers), debug_id)
            if ended.status < HTTPStatus.BAD_REQUEST or ended.status == HTTPStatus.UNPROCESSABLE_ENTITY:
                idempotency.keep(world, key, call.body, ended)
    return ended.status, body


def _run(
    world: World, endpoint: Endpoint, call: Call, identifiers: tuple[str, ...], debug_id: str
) -> tuple[Kept, Json]:
    """Do the work; an error undoes it, unless it is one that leaves something behind."""
    try:
        with world.store.transaction():
            thing = _work(world, endpoint, call, identifiers)
    except PayPalError as error:
        body = error.body(debug_id)
        return Kept(error.status, _ERROR, body), body
    if isinstance(thing, PayPalError):
        body = thing.body(debug_id)
        return Kept(thing.status, _ERROR, body), body
    return Kept(endpoint.status, str(thing.get("object", "")), {"id": thing.get("id", "")}), shown(thing)


def _work(world: World, endpoint: Endpoint, call: Call, identifiers: tuple[str, ...]) -> Json | PayPalError:
    try:
        return endpoint.run(world, call, identifiers)
    except PayPalError as error:
        if error.keeps_its_work:
            return error
        raise


def _again(world: World, kept: Kept) -> tuple[int, Json]:
    """What became of a request that was made before: the object as it is now, or the same error."""
    if kept.kind == _ERROR:
        return kept.status, kept.content
    thing = world.store.get(kept.kind, kept.content["id"])
    if thing is None:
        return kept.status, kept.content
    return HTTPStatus.OK, shown(orders.present(world, thing) if kept.kind == orders.KIND else thing)


def _body(request: Request) -> Json:
    """The JSON of a POST. Bodies of other methods are not looked at: the old SDK sends `null` with each GET."""
    kind = request.headers.get("content-type", "")
    if request.method != "POST" or kind.startswith("multipart/"):
        return {}
    if not kind.startswith("application/json"):
        raise PayPalError(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "UNSUPPORTED_MEDIA_TYPE")
    try:
        read = json.loads(request.body or b"{}")
    except ValueError:
        raise _malformed() from None
    if not isinstance(read, dict):
        raise _malformed()
    return read


def _malformed() -> PayPalError:
    return invalid([Detail("MALFORMED_REQUEST_JSON", "The request JSON is not well formed.")])
