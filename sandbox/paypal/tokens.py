"""OAuth 2: a token for the client's id and secret, good for some hours, and its check on every call."""

from __future__ import annotations

import base64
import binascii
import hmac
from http import HTTPStatus

from sandbox.paypal.errors import TokenError
from sandbox.paypal.things import new_id, save
from sandbox.store import Json
from sandbox.wire import Request
from sandbox.world import World, letters

LIFE_SECONDS = 32_400
_KIND = "paypal.token"


def credentials(world: World) -> tuple[str, str]:
    """The client's id and secret, made once for each state file."""
    return _kept(world, "paypal.client_id", "A"), _kept(world, "paypal.secret", "E")


def _kept(world: World, name: str, prefix: str) -> str:
    kept = world.store.setting(name, "")
    if not kept:
        kept = prefix + letters(79)
        world.store.set_setting(name, kept)
    return str(kept)


def grant(world: World, request: Request) -> Json:
    """The answer to `POST /v1/oauth2/token`."""
    if not _is_client(world, request.headers.get("authorization", "")):
        raise TokenError(HTTPStatus.UNAUTHORIZED, "invalid_client", "Client Authentication failed")
    kind = dict(request.fields).get("grant_type", "")
    if kind != "client_credentials":
        raise TokenError(
            HTTPStatus.BAD_REQUEST, "unsupported_grant_type", f"Grant Type {kind or 'null'} is not supported"
        )
    life = int(world.store.setting("paypal.token_life", LIFE_SECONDS))
    token = save(world, _KIND, {"id": "A21AA" + letters(92), "_ends": world.clock.now() + life})
    return {
        "scope": "https://uri.paypal.com/services/payments/realtimepayment https://uri.paypal.com/services/vault/payment-tokens/readwrite",
        "access_token": token["id"],
        "token_type": "Bearer",
        "app_id": "APP-80W284485P519543T",
        "expires_in": life,
        "nonce": f"{new_id(20)}Z",
    }


def _is_client(world: World, header: str) -> bool:
    scheme, _, given = header.partition(" ")
    try:
        pair = base64.b64decode(given, validate=True)
    except binascii.Error:
        return False
    return scheme.lower() == "basic" and hmac.compare_digest(pair, ":".join(credentials(world)).encode())


def check(world: World, request: Request) -> None:
    """Raise the 401 unless the call carries a token that is known and still good."""
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    if not given or scheme.lower() != "bearer":
        raise TokenError(
            HTTPStatus.UNAUTHORIZED, "invalid_token", "Authorization header does not have valid access token"
        )
    token = world.store.get(_KIND, given)
    if token is None:
        raise TokenError(HTTPStatus.UNAUTHORIZED, "invalid_token", "Token signature verification failed")
    if world.clock.now() >= token["_ends"] or token.get("_revoked"):
        raise TokenError(HTTPStatus.UNAUTHORIZED, "invalid_token", "The token has expired or is otherwise invalid")


def revoke_all(world: World) -> int:
    """Make every token that was given worthless at once; returns how many there were."""
    tokens = world.store.all(_KIND)
    for token in tokens:
        world.store.put(token | {"_revoked": True})
    return len(tokens)


def set_life(world: World, seconds: int) -> None:
    """How long the tokens given from now on are good."""
    world.store.set_setting("paypal.token_life", seconds)
