"""The triggers of an app: read from its SQL files, installed by its migrations, counted by its self-check."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from django.db.backends.base.base import BaseDatabaseWrapper

_TRIGGER = re.compile(r"CREATE TRIGGER (\w+).*?(?:\nEND;|FUNCTION \w+\(\);)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Guards:
    """The triggers of one app: its `label`, with which their names begin, and the parts that came one by one.

    The part `x_` is `sql/postgresql_x_guards.sql` and `sql/sqlite_x_guards.sql` in the folder of the app.
    """

    label: str
    folder: Path
    parts: tuple[str, ...]

    def install(self, connection: BaseDatabaseWrapper, part: str = "") -> None:
        """Create the triggers of a part. A migration that rebuilds one of their tables on SQLite calls it again."""
        text = self._read(connection.vendor, part)
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                cursor.execute(text)
                return
            for trigger in _TRIGGER.finditer(text):
                cursor.execute(f"DROP TRIGGER IF EXISTS {trigger[1]}")
                cursor.execute(trigger[0])

    def expected(self, vendor: str) -> set[str]:
        """The names that `install` creates on that engine."""
        return {trigger[1] for part in self.parts for trigger in _TRIGGER.finditer(self._read(vendor, part))}

    def installed(self, connection: BaseDatabaseWrapper) -> set[str]:
        """The names of our triggers that this database really has."""
        query = (
            "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal"
            if connection.vendor == "postgresql"
            else "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        )
        with connection.cursor() as cursor:
            cursor.execute(query)
            return {name for (name,) in cursor.fetchall() if name.startswith(f"{self.label}_")}

    def _read(self, vendor: str, part: str) -> str:
        return (self.folder / "sql" / f"{vendor}_{part}guards.sql").read_text(encoding="utf-8")
