"""The door of the API: who asks, what for, was it asked before, and what is answered."""

from __future__ import annotations

import base64
import binascii
import hmac
import time
from contextlib import ExitStack
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import unquote

from sandbox import faults
from sandbox.faults import Fault, Kind
from sandbox.store import Json, public
from sandbox.stripe import (
    VERSION,
    balance,
    charges,
    checkout,
    customers,
    disputes,
    events,
    files,
    idempotency,
    intents,
    methods,
    payouts,
    radar,
    refunds,
    setups,
)
from sandbox.stripe.errors import StripeError
from sandbox.stripe.expand import expand
from sandbox.stripe.idempotency import Kept
from sandbox.stripe.parameters import decode, read
from sandbox.stripe.routes import Endpoint, find
from sandbox.wire import Request, Response, json_response
from sandbox.world import ASKED, Asked, World, new_id

SUBJECTS = (
    *(balance, charges, checkout, customers, disputes, events, files, intents, methods, payouts, radar, refunds),
    setups,
)
"""Importing them registers their endpoints."""


def answer(world: World, request: Request) -> Response:
    """Answer one API request, well or as badly as a fault wants it."""
    fault = faults.take(world.store, request)
    unanswered = faults.before(fault)
    if unanswered:
        _note(world, request, fault, status=None, replayed=False)
        return unanswered
    request_id = new_id("req", 14)
    try:
        kept, replayed = _answer(world, request, request_id, fault)
    except StripeError as error:
        kept, replayed = Kept(error.status, {"error": error.body}, request_id), False
    _note(world, request, fault, status=kept.status, replayed=replayed)
    response = json_response(kept.body, kept.status, _headers(request, kept, request_id, replayed=replayed))
    if fault and fault.kind is Kind.STATUS and fault.retry_after:
        response.headers["Retry-After"] = fault.retry_after
    return faults.after(fault, response)


def _note(world: World, request: Request, fault: Fault | None, *, status: int | None, replayed: bool) -> None:
    world.calls.append(
        {
            "method": request.method,
            "path": request.path,
            "status": status,
            "idempotency_key": request.headers.get("idempotency-key"),
            "replayed": replayed,
            "fault": fault.kind.value if fault else None,
        }
    )


def _headers(request: Request, kept: Kept, request_id: str, *, replayed: bool) -> dict[str, str]:
    headers = {"Request-Id": request_id, "Stripe-Version": VERSION}
    if key := request.headers.get("idempotency-key"):
        headers["Idempotency-Key"] = key
    if replayed:
        headers |= {"Idempotent-Replayed": "true", "Original-Request": kept.request_id}
    return headers


def _answer(world: World, request: Request, request_id: str, fault: Fault | None) -> tuple[Kept, bool]:
    """The answer, and whether it was given before to the same idempotency key."""
    _check_key(world, request)
    _check_version(request)
    if fault and fault.kind is Kind.STATUS and fault.status != HTTPStatus.INTERNAL_SERVER_ERROR:
        raise _failure(fault)
    call = _read(request, request_id, fault)
    with ExitStack() as stack:
        if call.key:
            stack.enter_context(idempotency.claimed(world, call.key))
            kept = idempotency.recall(world, call.key, call.fingerprint)
            if kept:
                return kept, True
        typed = read(call.body, call.endpoint.parameters)
        call.endpoint.check_imitated(typed)
        if fault and fault.kind is Kind.SLOW:
            time.sleep(fault.wait)
        return _execute(world, call, typed), False


@dataclass(frozen=True, slots=True)
class _Call:
    """A request that found its endpoint."""

    endpoint: Endpoint
    identifiers: tuple[str, ...]
    body: Json
    key: str
    fingerprint: str
    request_id: str
    fault: Fault | None


def _read(request: Request, request_id: str, fault: Fault | None) -> _Call:
    found = find(request.method, request.path)
    if found is None:
        raise StripeError(
            f"Unrecognized request URL ({request.method}: {request.path}).", status=HTTPStatus.NOT_FOUND, begun=False
        )
    endpoint, identifiers = found
    body = decode(request.fields)
    key = request.headers.get("idempotency-key", "") if request.method == "POST" else ""
    asked = idempotency.fingerprint(request.method, request.path, body)
    return _Call(endpoint, tuple(unquote(text) for text in identifiers), body, key, asked, request_id, fault)


def _execute(world: World, call: _Call, typed: Json) -> Kept:
    """Do the work and keep its answer under the key, both in one transaction: a killed sandbox keeps both or none."""
    token = ASKED.set(Asked(call.request_id, call.key or None))
    try:
        with world.store.transaction():
            kept = _work(world, call, typed)
            if call.key:
                idempotency.keep(world, call.key, call.fingerprint, kept)
    finally:
        ASKED.reset(token)
    return kept


def _work(world: World, call: _Call, typed: Json) -> Kept:
    fails = call.fault if call.fault and call.fault.kind is Kind.STATUS else None
    if fails is None or fails.executed:
        kept = _run(world, call, typed)
    if fails is not None:
        error = _failure(fails)
        kept = Kept(error.status, {"error": error.body}, call.request_id)
    return kept


def _run(world: World, call: _Call, typed: Json) -> Kept:
    """Run the endpoint. An error that had begun is an answer to keep; one that had not is raised and not kept."""
    try:
        with world.store.transaction():
            return _run_or_refuse(world, call, typed)
    except StripeError as error:
        if not error.begun:
            raise
        return Kept(error.status, {"error": error.body}, call.request_id)


def _run_or_refuse(world: World, call: _Call, typed: Json) -> Kept:
    paths = typed.pop("expand", [])
    try:
        thing = public(call.endpoint.run(world, typed, call.identifiers))
    except StripeError as error:
        if error.keeps_its_work:
            return Kept(error.status, {"error": error.body}, call.request_id)
        raise
    return Kept(HTTPStatus.OK, expand(world, thing, paths), call.request_id)


def _failure(fault: Fault) -> StripeError:
    limited = fault.status == HTTPStatus.TOO_MANY_REQUESTS
    return StripeError(
        "Too many requests hit the API too quickly." if limited else "An unknown error occurred.",
        status=fault.status,
        kind="invalid_request_error" if limited else "api_error",
        code="rate_limit" if limited else "",
    )


def _check_key(world: World, request: Request) -> None:
    """The secret key, as a bearer token or as the user name of Basic authentication."""
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "basic":
        try:
            given = base64.b64decode(given, validate=True).decode().partition(":")[0]
        except (binascii.Error, UnicodeDecodeError):
            given = ""
    if not given:
        raise StripeError("You did not provide an API key.", status=HTTPStatus.UNAUTHORIZED, begun=False)
    if not hmac.compare_digest(given.encode(), world.secret_key.encode()):
        shown = f"{given[:8]}{'*' * 8}{given[-4:]}"
        raise StripeError(f"Invalid API Key provided: {shown}", status=HTTPStatus.UNAUTHORIZED, begun=False)


def _check_version(request: Request) -> None:
    given = request.headers.get("stripe-version", VERSION)
    if given != VERSION:
        raise StripeError(f"Invalid Stripe API version: {given}. The sandbox speaks {VERSION}.", begun=False)
