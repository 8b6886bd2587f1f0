"""The endpoints that are imitated: address, the shape of their body, and the status of their answer."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus

from sandbox.paypal.shapes import Fields, check
from sandbox.store import Json
from sandbox.wire import Request
from sandbox.world import World

Handler = Callable[..., Json]
_NOTHING = Fields()


@dataclass(frozen=True, slots=True)
class Call:
    """One API request: its JSON body, its query, and the whole of it for those who need the bytes."""

    request: Request
    body: Json
    query: dict[str, str]

    @property
    def headers(self) -> Mapping[str, str]:
        return self.request.headers


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One operation."""

    method: str
    address: re.Pattern[str]
    shape: Fields
    status: int
    handler: Handler

    def run(self, world: World, call: Call, identifiers: tuple[str, ...]) -> Json:
        check(call.body, self.shape)
        return self.handler(world, call, *identifiers)


ENDPOINTS: list[Endpoint] = []


def endpoint(
    method: str, path: str, shape: Fields = _NOTHING, *, status: int = HTTPStatus.OK
) -> Callable[[Handler], Handler]:
    """Register the decorated function as the answer to `method path`; `{}` in the path is an identifier."""
    pattern = re.compile(re.escape(path).replace(r"\{\}", "([^/]+)"))

    def register(handler: Handler) -> Handler:
        ENDPOINTS.append(Endpoint(method, pattern, shape, int(status), handler))
        return handler

    return register


def find(method: str, path: str) -> tuple[Endpoint, tuple[str, ...]] | None:
    for known in ENDPOINTS:
        if known.method == method and (match := known.address.fullmatch(path)):
            return known, match.groups()
    return None
