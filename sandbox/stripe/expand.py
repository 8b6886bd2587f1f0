"""Expansion: an id in an answer is replaced by the object it names, where Stripe allows it."""

from __future__ import annotations

from typing import Any

from sandbox.store import Json, public
from sandbox.stripe.balance import with_status
from sandbox.stripe.errors import StripeError
from sandbox.world import World

_MAX_DEPTH = 4
_KIND_OF_FIELD = {
    "customer": "customer",
    "payment_intent": "payment_intent",
    "setup_intent": "setup_intent",
    "latest_charge": "charge",
    "charge": "charge",
    "balance_transaction": "balance_transaction",
    "failure_balance_transaction": "balance_transaction",
    "payment_method": "payment_method",
    "mandate": "mandate",
}
_EXPANDABLE = {
    "payment_intent": {"customer", "latest_charge", "payment_method"},
    "setup_intent": {"customer", "mandate", "payment_method"},
    "charge": {"customer", "payment_intent", "balance_transaction", "failure_balance_transaction"},
    "checkout.session": {"customer", "payment_intent", "setup_intent", "line_items"},
    "refund": {"charge", "payment_intent", "balance_transaction", "failure_balance_transaction"},
    "dispute": {"charge", "payment_intent"},
    "radar.early_fraud_warning": {"charge", "payment_intent"},
    "mandate": {"payment_method"},
    "payment_method": {"customer"},
    "balance_transaction": {"source"},
    "payout": {"balance_transaction", "failure_balance_transaction"},
}
_KIND_OF_PREFIX = {"ch": "charge", "re": "refund", "du": "dispute", "po": "payout"}


def expand(world: World, answer: Json, paths: list[str]) -> Json:
    """The answer with each path expanded; `data.` leads into the objects of a list."""
    for path in paths:
        steps = path.split(".")
        if len(steps) > _MAX_DEPTH + (answer.get("object") == "list"):
            raise _cannot(path, f"You cannot expand more than {_MAX_DEPTH} levels of a property")
        _expand(world, answer, steps, path)
    return answer


def _expand(world: World, thing: Json, steps: list[str], path: str) -> None:
    name, rest = steps[0], steps[1:]
    if thing.get("object") == "list":
        if name != "data" or not rest:
            raise _cannot(path)
        for inner in thing["data"]:
            _expand(world, inner, rest, path)
        return
    if name not in _EXPANDABLE.get(str(thing.get("object")), set()):
        raise _cannot(path)
    thing[name] = _object(world, thing, name)
    if rest and thing[name] is not None:
        _expand(world, thing[name], rest, path)


def _object(world: World, thing: Json, name: str) -> Any:
    value = thing.get(name)
    if name == "line_items":
        stored = world.store.get("checkout.session", thing["id"]) or {}
        return stored.get("_line_items")
    if not isinstance(value, str):
        return value  # expanded by an earlier path, or nothing there
    kind = _KIND_OF_PREFIX.get(value.split("_", 1)[0], "") if name == "source" else _KIND_OF_FIELD[name]
    found = world.store.get(kind, value)
    if found and kind == "balance_transaction":
        found = with_status(world, found)
    return public(found) if found else value


def _cannot(path: str, message: str = "This property cannot be expanded") -> StripeError:
    return StripeError(f"{message} ({path}).", param="expand", begun=False)
