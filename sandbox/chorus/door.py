"""What comes to Chorus Pro at the sandbox's address: PISTE's token, the API, and the agent's page."""

from __future__ import annotations

from uuid import uuid4

from sandbox.chorus import PREFIX, access, api, pages
from sandbox.wire import Request, Response
from sandbox.world import World

_API = (f"{PREFIX}/api/", f"{PREFIX}/cpro/")
MOST_BYTES = 20_000_000
"""A file of 10 MB in base64, and one that is too large, which Chorus Pro says itself."""


def concerns(path: str) -> bool:
    """Whether a request is Chorus Pro's to answer."""
    return path == PREFIX or path.startswith(f"{PREFIX}/")


def takes(path: str) -> int:
    """How many bytes a request to this address may bring, when it is more than others may."""
    return MOST_BYTES if path.startswith(_API) else 0


def correlation() -> dict[str, str]:
    """The header that every answer has, those too that are given before anything is read."""
    return {api.CORRELATION: str(uuid4())}


def answer(world: World, request: Request) -> Response:
    """The answer of Chorus Pro."""
    if request.path.startswith(_API):
        return api.answer(world, request)
    return pages.answer(world, request)


def settings(world: World) -> dict[str, str]:
    """The settings that point the product at this Chorus Pro."""
    client_id, secret = access.application(world)
    return {
        "PISTE_TOKEN_URL": f"{world.origin}{api.TOKEN_PATH}",
        "PISTE_API_BASE": f"{world.origin}{api.BASE}",
        "PISTE_CLIENT_ID": client_id,
        "PISTE_SECRET": secret,
        "CHORUS_LOGIN": access.LOGIN,
        "CHORUS_PASSWORD": access.first_password(world),
        "CHORUS_ENVIRONMENT": "SIMULATOR",
    }
