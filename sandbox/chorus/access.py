"""Who may ask: the PISTE application and its tokens, the technical account and its password, and rights."""

from __future__ import annotations

import base64
import binascii
import hmac
import json
from http import HTTPStatus

from sandbox.chorus.errors import Turned
from sandbox.chorus.routes import SERVICES
from sandbox.clock import moment
from sandbox.store import Json
from sandbox.wire import Request
from sandbox.world import World, letters

LIFE_SECONDS = 3600
PASSWORD_SECONDS = 424 * 86_400
"""A password of a technical account is good for 424 days."""
LOGIN = "TECH_1_12345@cpro.fr"
_TOKEN = "chorus.token"  # noqa: S105  a kind of object
_LIFE, _PASSWORD, _GIVEN = "chorus.token_life", "chorus.password", "chorus.first_password"
_EXPIRES, _CLOSED, _REFUSED = "chorus.password_expires", "chorus.unsubscribed", "chorus.token_refused"
_REALM = {"WWW-Authenticate": 'Bearer realm="DefaultRealm" error="invalid_request"'}
INVALID = b'{"error":"invalid_client","error_description":"The client credentials are invalid"}'


def application(world: World) -> tuple[str, str]:
    """The client id and the secret that PISTE gave, made once for each state file."""
    return _kept(world, "chorus.client_id", 36), _kept(world, "chorus.secret", 36)


def first_password(world: World) -> str:
    """The password of the technical account before anybody changed it."""
    return _kept(world, _GIVEN, 20)


def _kept(world: World, name: str, length: int) -> str:
    kept = world.store.setting(name, "")
    if not kept:
        kept = letters(length)
        world.store.set_setting(name, kept)
    return str(kept)


def grant(world: World, request: Request) -> Json:
    """The answer to a request for a token. A wrong id and a wrong secret are the same bytes."""
    form = dict(request.fields)
    client_id, secret = application(world)
    known = hmac.compare_digest(form.get("client_id", "").encode(), client_id.encode())
    known &= hmac.compare_digest(form.get("client_secret", "").encode(), secret.encode())
    if not known or world.store.setting(_REFUSED, default=False):
        raise Turned(HTTPStatus.BAD_REQUEST, INVALID)
    if form.get("grant_type") != "client_credentials":
        raise Turned(HTTPStatus.BAD_REQUEST, json.dumps({"error": "unsupported_grant_type"}).encode())
    if form.get("scope") != "openid":
        raise Turned(HTTPStatus.BAD_REQUEST, json.dumps({"error": "invalid_scope"}).encode())
    life = int(world.store.setting(_LIFE, LIFE_SECONDS))
    now = world.clock.now()
    token: Json = {"id": letters(64), "object": _TOKEN, "created": now, "_ends": now + life}
    world.store.put(token)
    return {"access_token": token["id"], "token_type": "Bearer", "expires_in": life, "scope": "openid"}


def check_token(world: World, request: Request) -> None:
    """Raise what PISTE answers unless the call carries a token that is still good."""
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    if not given or scheme.lower() != "bearer":
        raise Turned(HTTPStatus.BAD_REQUEST, b"", _REALM)
    token = world.store.get(_TOKEN, given)
    if token is None or world.clock.now() >= token["_ends"] or token.get("_revoked"):
        raise Turned(HTTPStatus.UNAUTHORIZED)


def check_subscription(world: World, service: str) -> None:
    """Raise the 403 of an API whose conditions the application did not accept."""
    if service in unsubscribed(world):
        raise Turned(HTTPStatus.FORBIDDEN, b"{}")


def check_account(world: World, request: Request) -> None:
    """Raise the 401 of a technical account that is unknown, or whose password is wrong or too old."""
    try:
        given = base64.b64decode(request.headers.get("cpro-account", ""), validate=True)
    except binascii.Error:
        raise Turned(HTTPStatus.UNAUTHORIZED) from None
    right = hmac.compare_digest(given, f"{LOGIN}:{password(world)}".encode())
    if not right or world.clock.now() >= password_expires(world):
        raise Turned(HTTPStatus.UNAUTHORIZED)


def password(world: World) -> str:
    return str(world.store.setting(_PASSWORD, "") or first_password(world))


def password_expires(world: World) -> int:
    """When the password stops being good: 424 days from now, unless it was set; somebody renews it in time."""
    return int(world.store.setting(_EXPIRES, 0) or world.clock.now() + PASSWORD_SECONDS)


def rotate(world: World, given: str = "") -> str:
    """A new password for the technical account; the old one is worthless at once."""
    chosen = given or letters(20)
    world.store.set_setting(_PASSWORD, chosen)
    world.store.set_setting(_EXPIRES, world.clock.now() + PASSWORD_SECONDS)
    return chosen


def expire_password(world: World, at: str) -> None:
    """The password is good until `at`; empty: for 424 days from whatever day it is."""
    world.store.set_setting(_EXPIRES, moment(at) if at else 0)


def unsubscribed(world: World) -> list[str]:
    return list(world.store.setting(_CLOSED, []))


def unsubscribe(world: World, services: list[str]) -> None:
    """From now on these APIs, and no others, are not the application's."""
    if unknown := set(services) - SERVICES:
        raise ValueError(f"unknown: {', '.join(sorted(unknown))}; known: {', '.join(sorted(SERVICES))}")
    world.store.set_setting(_CLOSED, services)


def refuse_tokens(world: World, *, refused: bool) -> None:
    """PISTE refuses the application, or takes it again."""
    world.store.set_setting(_REFUSED, refused)


def set_life(world: World, seconds: int) -> None:
    """How long the tokens given from now on are good."""
    world.store.set_setting(_LIFE, seconds)


def revoke_all(world: World) -> int:
    """Make every token that was given worthless; returns how many there were."""
    tokens = world.store.all(_TOKEN)
    for token in tokens:
        world.store.put(token | {"_revoked": True})
    return len(tokens)


def restore(world: World) -> None:
    """The first password, tokens of an hour, every API subscribed."""
    set_life(world, LIFE_SECONDS)
    refuse_tokens(world, refused=False)
    unsubscribe(world, [])
    for name, healthy in ((_PASSWORD, ""), (_EXPIRES, 0)):
        world.store.set_setting(name, healthy)
