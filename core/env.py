"""Settings from the environment: typed, documented, and refused when wrong.

Each reader records itself, so `docs/settings.md` is written from what the program really reads.
A variable NAME may also be given as NAME_FILE, the path of a file that holds the value (container secrets).
"""

from __future__ import annotations

import base64
import binascii
import os
import re
from dataclasses import dataclass, field
from pathlib import Path

_TRUE = {"1", "true", "yes", "on"}
_WHOLE = re.compile(r"-?[0-9]{1,15}")
_FALSE = {"0", "false", "no", "off"}


def is_base64_of(length: int, text: str) -> bool:
    """Whether a text is so many bytes in base64."""
    try:
        return len(base64.b64decode(text, validate=True)) == length
    except binascii.Error:
        return False


class BadSetting(Exception):
    """A setting is missing or wrong. The program must not start; the message says which one and what to write."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One line of docs/settings.md."""

    name: str
    kind: str
    default: str
    help: str


@dataclass(slots=True)
class Environment:
    """Reads the environment once, and remembers what was asked."""

    values: dict[str, str] = field(default_factory=lambda: dict(os.environ))
    asked: list[Setting] = field(default_factory=list)

    def text(self, name: str, default: str = "", *, help: str, choices: tuple[str, ...] = ()) -> str:  # noqa: A002
        """A text; with `choices`, one of them."""
        self._note(name, "text" if not choices else " \\| ".join(choices), default, help)
        value = self._raw(name) or default
        if choices and value not in choices:
            raise BadSetting(f"{name}={value!r} is not known. Write one of: {', '.join(choices)}.")
        return value

    def flag(self, name: str, *, default: bool, help: str) -> bool:  # noqa: A002
        """A yes or no: 1, true, yes, on / 0, false, no, off."""
        self._note(name, "yes or no", "yes" if default else "no", help)
        value = self._raw(name).lower()
        if not value:
            return default
        if value not in _TRUE | _FALSE:
            raise BadSetting(f"{name}={value!r} is neither yes nor no. Write 1 or 0.")
        return value in _TRUE

    def integer(self, name: str, default: int, *, help: str, least: int, most: int) -> int:  # noqa: A002
        """A whole number between two bounds, both allowed."""
        self._note(name, f"{least} to {most}", str(default), help)
        value = self._raw(name)
        if not value:
            return default
        if not _WHOLE.fullmatch(value) or not least <= int(value) <= most:
            raise BadSetting(f"{name}={value!r} must be a whole number from {least} to {most}.")
        return int(value)

    def seconds(self, name: str, default: str, *, help: str) -> list[int]:  # noqa: A002
        """A list of durations in whole seconds, each longer than the one before, separated by commas."""
        return self._durations(name, default, "seconds", help)

    def days(self, name: str, default: str, *, help: str) -> list[int]:  # noqa: A002
        """The same in whole days."""
        return self._durations(name, default, "days", help)

    def _durations(self, name: str, default: str, unit: str, help: str) -> list[int]:  # noqa: A002
        found = self.words(name, default, help=help)
        if not found or not all(_WHOLE.fullmatch(word) and int(word) > 0 for word in found):
            raise BadSetting(f"{name} must be whole numbers of {unit}, by commas.")
        durations = [int(word) for word in found]
        if durations != sorted(set(durations)):
            raise BadSetting(f"{name} must grow from one number to the next.")
        return durations

    def words(self, name: str, default: str = "", *, help: str) -> list[str]:  # noqa: A002
        """A list, separated by commas."""
        self._note(name, "list, by commas", default, help)
        return [word.strip() for word in (self._raw(name) or default).split(",") if word.strip()]

    def secret(self, name: str, *, development: str = "", help: str) -> str:  # noqa: A002
        """A secret: never printed, never logged; the development value is not accepted in production."""
        self._note(name, "secret", "–" if not development else "a development value", help)
        return self._raw(name) or development

    def secrets(self, name: str, *, development: str = "", help: str) -> list[str]:  # noqa: A002
        """Several secrets, by commas: the newest first."""
        told = self.secret(name, development=development, help=help)
        return [word.strip() for word in told.split(",") if word.strip()]

    def _note(self, name: str, kind: str, default: str, help: str) -> None:  # noqa: A002
        self.asked.append(Setting(name, kind, default, " ".join(help.split())))

    def _raw(self, name: str) -> str:
        path = self.values.get(f"{name}_FILE")
        if not path:
            return self.values.get(name, "").strip()
        if name in self.values:
            raise BadSetting(f"Both {name} and {name}_FILE are set. Keep one.")
        try:
            return Path(path).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise BadSetting(f"{name}_FILE={path}: the file cannot be read ({error.strerror}).") from error
