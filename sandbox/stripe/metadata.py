"""Metadata: the customer's own notes on an object, within Stripe's limits."""

from __future__ import annotations

from sandbox.store import Json
from sandbox.stripe.errors import invalid

_MOST_KEYS, _LONGEST_KEY, _LONGEST_VALUE = 50, 40, 500


def merged(known: Json, given: Json | str | None) -> Json:
    """The notes after a request: new ones added, empty ones removed; an empty text removes them all."""
    if given is None:
        return known
    if isinstance(given, str):
        return {}
    for key, value in given.items():
        _check(key, value)
    result = {key: value for key, value in {**known, **given}.items() if value != ""}
    if len(result) > _MOST_KEYS:
        raise invalid(f"You can only specify up to {_MOST_KEYS} metadata keys.", param="metadata")
    return result


def _check(key: str, value: str) -> None:
    if len(key) > _LONGEST_KEY:
        raise invalid(f"Metadata keys can only be up to {_LONGEST_KEY} characters long.", param="metadata")
    if len(value) > _LONGEST_VALUE:
        raise invalid(f"Metadata values can have up to {_LONGEST_VALUE} characters.", param=f"metadata[{key}]")
