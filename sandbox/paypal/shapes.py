"""The shape of request bodies, checked as PayPal does. A field that it does not know is refused: that is stricter.

A shape says what a value may be; `check` walks a body along it and collects everything that is wrong.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from sandbox.paypal.errors import Detail, invalid

_MUCH = 2000


@dataclass(frozen=True, slots=True)
class Text:
    """A string of some length, perhaps of some form."""

    most: int = 127
    least: int = 1
    form: str = ""

    def faults(self, value: object, at: str) -> list[Detail]:
        if not isinstance(value, str):
            return [_wrong_type(value, at)]
        if not self.least <= len(value) <= self.most:
            words = "The value of a field is either too short or too long."
            return [Detail("INVALID_STRING_LENGTH", words, at, value[:60])]
        if self.form and not re.fullmatch(self.form, value):
            words = "The value of a field does not conform to the expected format."
            return [Detail("INVALID_PARAMETER_SYNTAX", words, at, value[:60])]
        return []


@dataclass(frozen=True, slots=True)
class Word:
    """One of some words."""

    words: tuple[str, ...]

    def faults(self, value: object, at: str) -> list[Detail]:
        if not isinstance(value, str):
            return [_wrong_type(value, at)]
        if value in self.words:
            return []
        return [Detail("INVALID_PARAMETER_VALUE", "The value of a field is invalid.", at, value[:60])]


@dataclass(frozen=True, slots=True)
class Flag:
    """True or false."""

    def faults(self, value: object, at: str) -> list[Detail]:
        return [] if isinstance(value, bool) else [_wrong_type(value, at)]


@dataclass(frozen=True, slots=True)
class Many:
    """A list."""

    of: Shape
    most: int
    least: int = 1

    def faults(self, value: object, at: str) -> list[Detail]:
        if not isinstance(value, list):
            return [_wrong_type(value, at)]
        if not self.least <= len(value) <= self.most:
            return [
                Detail(
                    "INVALID_ARRAY_LENGTH", "The number of items in an array parameter is too small or too large.", at
                )
            ]
        return [fault for place, each in enumerate(value) for fault in self.of.faults(each, f"{at}/{place}")]


@dataclass(frozen=True, slots=True)
class Fields:
    """An object with these fields; those of `needed` must be there."""

    known: Mapping[str, Shape] = field(default_factory=dict)
    needed: tuple[str, ...] = ()

    def faults(self, value: object, at: str) -> list[Detail]:
        if not isinstance(value, dict):
            return [_wrong_type(value, at)]
        found = [
            Detail("MISSING_REQUIRED_PARAMETER", "A required field is missing.", f"{at}/{name}")
            for name in self.needed
            if name not in value
        ]
        for name, inner in value.items():
            found += self._faults_of(name, inner, f"{at}/{name}")
        return found

    def _faults_of(self, name: str, value: object, at: str) -> list[Detail]:
        if name not in self.known:
            return [Detail("NOT_SUPPORTED", "A field is not known.", at[:_MUCH])]
        return self.known[name].faults(value, at)


@dataclass(frozen=True, slots=True)
class AnyObject:
    """An object whose content is not checked."""

    def faults(self, value: object, at: str) -> list[Detail]:
        return [] if isinstance(value, dict) else [_wrong_type(value, at)]


Shape = Text | Word | Flag | Many | Fields | AnyObject
MONEY = Fields(
    {"currency_code": Text(3, 3, "[A-Z]{3}"), "value": Text(32, 1, r"-?[0-9]+\.[0-9]{2}")}, ("currency_code", "value")
)
"""PayPal also reads `50` and `50.0`; a program that writes cents has no reason to."""


def check(body: object, shape: Shape) -> None:
    """Raise the 400 that says everything wrong with a body."""
    if faults := shape.faults(body, ""):
        raise invalid(faults)


def _wrong_type(value: object, at: str) -> Detail:
    words = "The value of a field does not conform to the expected format."
    return Detail("INVALID_PARAMETER_SYNTAX", words, at or "/", str(value)[:60])
