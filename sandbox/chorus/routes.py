"""The operations that are imitated: address and the shape of their body."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus

from sandbox.chorus.errors import Turned
from sandbox.chorus.shapes import Kind, Malformed, Shape, check
from sandbox.store import Json
from sandbox.world import World

Handler = Callable[[World, Json], Json]
SERVICES = frozenset({"factures", "structures", "transverses", "utilisateurs", "engagementsJuridiques"})


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation; `strict` when its fields are all published."""

    shape: Mapping[str, Shape]
    strict: bool
    handler: Handler

    def run(self, world: World, body: Json) -> Json:
        try:
            check(body, self.shape, strict=self.strict)
        except Malformed as error:
            words = f"[SIM] Requête mal formée : {str(error)[:80].lstrip('.')}"
            body = {"codeRetour": HTTPStatus.BAD_REQUEST.value, "libelle": words}
            raise Turned(HTTPStatus.BAD_REQUEST, json.dumps(body).encode()) from error
        return self.handler(world, body)


OPERATIONS: dict[str, Operation] = {}


def operation(
    path: str, shape: Mapping[str, Shape] | None = None, *, strict: bool = False
) -> Callable[[Handler], Handler]:
    """Register the decorated function as the answer to `POST …/cpro/<path>`."""

    def register(handler: Handler) -> Handler:
        OPERATIONS[path] = Operation({"idUtilisateurCourant": Kind.LONG, **(shape or {})}, strict, handler)
        return handler

    return register
