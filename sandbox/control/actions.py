"""How a control is written, found and answered."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from http import HTTPStatus

from sandbox import clock
from sandbox.store import Json
from sandbox.stripe.errors import StripeError
from sandbox.wire import Request, Response, json_response, see_other
from sandbox.world import World

Action = Callable[..., Json]
_ACTIONS: list[tuple[str, re.Pattern[str], Action]] = []


def action(method: str, path: str) -> Callable[[Action], Action]:
    """Register the decorated function as the answer to `/_control/<path>`; `{}` in the path is an identifier."""

    def register(function: Action) -> Action:
        pattern = re.compile("/_control/" + path.replace("{}", "([A-Za-z0-9_-]+)"))
        _ACTIONS.append((method, pattern, function))
        return function

    return register


def answer(world: World, request: Request) -> Response:
    """Do what a control request asks. Another site's page may not: its origin is refused."""
    if request.headers.get("origin", world.origin).rpartition(":")[2] != world.origin.rpartition(":")[2]:
        return json_response({"error": "asked from another site"}, HTTPStatus.FORBIDDEN)
    for method, pattern, function in _ACTIONS:
        match = pattern.fullmatch(request.path)
        if match and method == request.method:
            return _run(world, request, function, match.groups())
    return json_response({"error": "no such control"}, HTTPStatus.NOT_FOUND)


def _run(world: World, request: Request, function: Action, identifiers: tuple[str, ...]) -> Response:
    try:
        options = request.options() if request.method == "POST" else request.asked
        result = function(world, options, *identifiers)
    except StripeError as error:
        return json_response({"error": error.body}, error.status)
    except (ValueError, TypeError) as error:
        return json_response({"error": str(error)}, HTTPStatus.BAD_REQUEST)
    if request.method == "POST" and not request.is_json and "text/html" in request.headers.get("accept", ""):
        return see_other("/")
    return json_response(result)


def flag(options: Json, name: str, *, default: bool) -> bool:
    """A yes or no of a form or of JSON."""
    value = options.get(name, default)
    return value is True or str(value).lower() in {"1", "true", "on", "yes"}


def at_its_time(world: World, options: Json) -> AbstractContextManager[None]:
    """Inside, it is the moment that the option `at` names, if it is given."""
    return world.clock.pinned(clock.moment(str(options["at"])) if options.get("at") else None)
