"""Reading and checking the body of a request against the SDK's own parameter types, as strictly as Stripe does.

Stripe's SDK carries a TypedDict for each request, generated from the specification of its API version. Walking it turns
the text of a form into typed values and refuses what Stripe refuses: unknown and missing parameters, wrong types, words
outside a list.
"""

from __future__ import annotations

import re
import sys
import types
import typing
from collections.abc import Callable, Iterable
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Any, Literal, NotRequired, Union, get_args, get_origin

import stripe.params
import stripe.params.checkout
import stripe.params.radar
from stripe._request_options import RequestOptions
from stripe._stripe_context import StripeContext
from typing_extensions import get_type_hints, is_typeddict

from sandbox.store import Json
from sandbox.stripe.errors import StripeError, invalid

Hint = Any
_KEY = re.compile(r"\[([^\[\]]*)\]")
_MAX_DEPTH = 8
_NOT_OF_THE_BODY = set(RequestOptions.__annotations__)
_BOOLEANS = {"true": True, "false": False}
_LONGEST_INTEGER = 18


def decode(fields: Iterable[tuple[str, str]]) -> Json:
    """Turn `a[b][0][c]=v` into nested dicts; lists stay dicts of "0", "1"… until their type is known."""
    body: Json = {}
    for name, value in fields:
        first = name.split("[", 1)[0]
        keys = [first, *_KEY.findall(name[len(first) :])]
        if len(keys) > _MAX_DEPTH or not first:
            raise invalid(f"Invalid parameter name: {name}", param=name)
        _place(body, keys, value, name)
    return body


def _place(body: Json, keys: list[str], value: str, name: str) -> None:
    here = body
    for key in keys[:-1]:
        here = here.setdefault(key or str(len(here)), {})
        if not isinstance(here, dict):
            raise invalid(f"Invalid object: {name}", param=name)
    last = keys[-1] or str(len(here))
    if isinstance(here.get(last), dict):
        raise invalid(f"Invalid object: {name}", param=name)
    here[last] = value


def read(body: Json, type_name: str) -> Json:
    """Check the decoded body against the named type of `stripe.params` and return it with typed values."""
    package, _, name = type_name.rpartition(".")
    module = getattr(stripe.params, package) if package else stripe.params
    typed: Json = _read_object(body, getattr(module, name), "")
    return typed


@cache
def _hints(typed_dict: type) -> dict[str, Hint]:
    names = {**vars(typing), **vars(sys.modules[typed_dict.__module__]), "StripeContext": StripeContext}
    hints = get_type_hints(typed_dict, globalns=names, include_extras=True)
    return {name: hint for name, hint in hints.items() if name not in _NOT_OF_THE_BODY}


def _within(path: str, key: str) -> str:
    return f"{path}[{key}]" if path else key


def _read_object(value: object, typed_dict: type, path: str) -> Json:
    if not isinstance(value, dict):
        raise invalid("Invalid object", param=path)
    hints = _hints(typed_dict)
    for key in value:
        if key not in hints:
            raise _unknown(key, _within(path, key))
    for key, hint in hints.items():
        if not _is_optional(hint) and key not in value:
            name = _within(path, key)
            raise invalid(f"Missing required param: {name}.", param=name, code="parameter_missing")
    return {key: _read_value(inner, hints[key], _within(path, key)) for key, inner in value.items()}


def _shape(hint: Hint) -> Any:
    """What kind of type this is: Union, Literal, list, dict… None for a plain one."""
    return get_origin(hint)


def _is_optional(hint: Hint) -> bool:
    return _shape(hint) in {NotRequired, typing.NotRequired}


def _unknown(key: str, path: str) -> StripeError:
    if path == "payment_method_types":
        return invalid(
            "The `payment_method_types` parameter is no longer supported. Use `allowed_payment_method_types` instead.",
            param=path,
            code="payment_method_types_no_longer_supported",
        )
    return invalid(f"Received unknown parameter: {path}", param=path, code="parameter_unknown")


def _read_value(value: object, hint: Hint, path: str) -> Any:
    if is_typeddict(hint):
        return _read_object(value, hint, path)
    if _shape(hint) is None:
        return _read_plain(value, hint, path)
    return _READERS.get(_shape(hint), _read_nothing)(value, get_args(hint), path)


def _read_nothing(_value: object, _arguments: tuple[Hint, ...], path: str) -> Any:
    """A type of the SDK's own convenience, which no form can carry."""
    raise invalid("Invalid object", param=path)


def _read_union(value: object, arguments: tuple[Hint, ...], path: str) -> Any:
    words = tuple(word for hint in arguments if _shape(hint) is Literal for word in get_args(hint))
    choices = [hint for hint in arguments if _shape(hint) is not Literal and hint is not type(None)]
    listed = bool(set(words) - {""})
    if listed:  # the SDK leaves its lists of words open; Stripe does not
        choices = [hint for hint in choices if hint is not str]
    if isinstance(value, str) and (value in words or (listed and not choices)):
        return _read_word(value, words, path)
    return _read_first(value, choices, path)


def _read_first(value: object, choices: list[Hint], path: str) -> Any:
    """The first type that fits; if none does, the error that goes deepest says most."""
    errors = [invalid("Invalid value", param=path)]
    for hint in choices:
        try:
            return _read_value(value, hint, path)
        except StripeError as error:
            errors.append(error)
    raise max(
        errors, key=lambda error: len(str(error.body.get("param", ""))), default=invalid("Invalid value", param=path)
    )


def _read_word(value: object, words: tuple[str, ...], path: str) -> str:
    if value in words:
        return str(value)
    *first, last = sorted(word for word in words if word)
    listed = f"{', '.join(first)}, or {last}" if first else last
    raise invalid(f"Invalid {path}: must be one of {listed}", param=path)


def _read_list(value: object, arguments: tuple[Hint, ...], path: str) -> list[Any]:
    if not isinstance(value, dict) or not all(key.isdigit() for key in value):
        raise invalid("Invalid array", param=path)
    places = sorted(value, key=int)
    return [_read_value(value[place], arguments[0], _within(path, place)) for place in places]


def _read_map(value: object, arguments: tuple[Hint, ...], path: str) -> Json:
    if not isinstance(value, dict):
        raise invalid("Invalid object", param=path)
    return {key: _read_plain(inner, arguments[1], _within(path, key), empty=True) for key, inner in value.items()}


def _read_plain(value: object, hint: Hint, path: str, *, empty: bool = False) -> Any:
    if hint is Any:  # a file: what it is, in JSON
        return value
    if not isinstance(value, str):
        raise invalid(f"Invalid {'string' if hint is str else getattr(hint, '__name__', 'value')}: {path}", param=path)
    if hint is int:
        return _read_integer(value, path)
    if hint is bool:
        return _read_boolean(value, path)
    if hint in {float, Decimal}:
        return _read_decimal(value, path)
    if hint is str and (value or empty):
        return value
    raise invalid(
        f"You passed an empty string for '{path}'. We assume empty values are an attempt to unset a parameter; however "
        f"'{path}' cannot be unset. You should remove '{path}' from your request or supply a non-empty value.",
        param=path,
        code="parameter_invalid_empty",
    )


def _read_integer(value: str, path: str) -> int:
    if re.fullmatch(r"-?[0-9]+", value) and len(value) <= _LONGEST_INTEGER:
        return int(value)
    raise invalid(f"Invalid integer: {value}", param=path, code="parameter_invalid_integer")


def _read_boolean(value: str, path: str) -> bool:
    if value in _BOOLEANS:
        return _BOOLEANS[value]
    raise invalid(f"Invalid boolean: {value}", param=path)


def _read_decimal(value: str, path: str) -> str:
    try:
        Decimal(value)
    except InvalidOperation:
        raise invalid(f"Invalid decimal: {value}", param=path) from None
    return value


_READERS: dict[Hint, Callable[[object, tuple[Hint, ...], str], Any]] = {
    NotRequired: lambda value, arguments, path: _read_value(value, arguments[0], path),
    typing.NotRequired: lambda value, arguments, path: _read_value(value, arguments[0], path),
    Union: _read_union,
    types.UnionType: _read_union,
    Literal: _read_word,
    list: _read_list,
    dict: _read_map,
}
