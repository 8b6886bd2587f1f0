"""What the body of a request may hold. A shape is a plain kind, a set of words, a list of one shape, or named fields.

Of the invoice operations, whose fields are all published, an unknown field is refused: that is stricter than the real
one, and finds what is misspelt. The fields of the other services are not published: what is not known passes there.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

from sandbox.chorus.moments import is_moment


class Kind(Enum):
    TEXT = "string"
    LONG = "long"
    NUMBER = "number"
    FLAG = "bool"
    MOMENT = "dt"


Shape = Kind | frozenset[str] | list["Shape"] | Mapping[str, "Shape"]


class Malformed(Exception):
    """A body that does not have its shape; says where."""


def check(value: object, shape: Shape, *, strict: bool, at: str = "") -> None:
    """Raise Malformed unless the value has the shape; null is nothing, and passes."""
    if value is None:
        return
    if isinstance(shape, Mapping):
        _check_fields(value, shape, strict=strict, at=at)
    elif isinstance(shape, list):
        _check_rows(value, shape[0], strict=strict, at=at)
    elif not _is(value, shape):
        raise Malformed(at)


def _check_rows(value: object, shape: Shape, *, strict: bool, at: str) -> None:
    if not isinstance(value, list):
        raise Malformed(at)
    for place, each in enumerate(value):
        check(each, shape, strict=strict, at=f"{at}[{place}]")


def _check_fields(value: object, shape: Mapping[str, Shape], *, strict: bool, at: str) -> None:
    if not isinstance(value, dict):
        raise Malformed(at)
    for name, inner in value.items():
        if name in shape:
            check(inner, shape[name], strict=strict, at=f"{at}.{name}")
        elif strict:
            raise Malformed(f"{at}.{name}")


def _is(value: object, kind: Kind | frozenset[str]) -> bool:
    if isinstance(kind, frozenset):
        return isinstance(value, str) and value in kind
    if kind is Kind.LONG:
        return isinstance(value, int) and not isinstance(value, bool)
    if kind is Kind.NUMBER:
        return isinstance(value, int | float) and not isinstance(value, bool)
    if kind is Kind.FLAG:
        return isinstance(value, bool)
    return isinstance(value, str) and (kind is Kind.TEXT or is_moment(value))
