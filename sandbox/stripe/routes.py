"""The endpoints imitated: their address, the SDK's type of their parameters, and those that have an effect here."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from sandbox.store import Json
from sandbox.stripe.errors import not_imitated
from sandbox.world import World

Handler = Callable[..., Json]
PAGING = frozenset({"limit", "starting_after", "ending_before"})
_ALWAYS = frozenset({"expand"})


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One operation. `imitated`: the parameters that it honours; others that Stripe knows are refused by name."""

    method: str
    address: re.Pattern[str]
    parameters: str
    imitated: frozenset[str]
    handler: Handler

    def run(self, world: World, parameters: Json, identifiers: tuple[str, ...]) -> Json:
        return self.handler(world, parameters, *identifiers)

    def check_imitated(self, parameters: Json) -> None:
        for name in parameters:
            if name not in self.imitated:
                raise not_imitated(f"the parameter {name} of this request", name)


ENDPOINTS: list[Endpoint] = []


def endpoint(
    method: str, path: str, parameters: str, *imitated: str, paged: bool = False
) -> Callable[[Handler], Handler]:
    """Register the decorated function as the answer to `method path`; `{}` in the path is an identifier."""
    pattern = re.compile(re.escape(path).replace(r"\{\}", "([^/]+)"))
    names = frozenset(imitated) | _ALWAYS | (PAGING if paged else frozenset())

    def register(handler: Handler) -> Handler:
        ENDPOINTS.append(Endpoint(method, pattern, parameters, names, handler))
        return handler

    return register


def find(method: str, path: str) -> tuple[Endpoint, tuple[str, ...]] | None:
    for known in ENDPOINTS:
        if known.method == method and (match := known.address.fullmatch(path)):
            return known, match.groups()
    return None
