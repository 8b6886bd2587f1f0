"""Install the guards of submissions and their timeline, and say which ones there are."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

_SQL = Path(__file__).parent / "sql"
_TRIGGER = re.compile(r"CREATE TRIGGER (\w+).*?(?:\nEND;|FUNCTION \w+\(\);)", re.DOTALL)


FIRST, ACTIONS, CASHING = "", "action_", "cashing_"
_PARTS = (FIRST, ACTIONS, CASHING)


def install(connection: BaseDatabaseWrapper, part: str = "") -> None:
    """Create the triggers of a part. A migration that rebuilds one of their tables on SQLite calls it again."""
    text = _read(connection.vendor, part)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(text)
            return
        for trigger in _TRIGGER.finditer(text):
            cursor.execute(f"DROP TRIGGER IF EXISTS {trigger[1]}")
            cursor.execute(trigger[0])


def expected_triggers(vendor: str) -> set[str]:
    """The names that `install` creates on that engine."""
    return {trigger[1] for part in _PARTS for trigger in _TRIGGER.finditer(_read(vendor, part))}


def installed_triggers(connection: BaseDatabaseWrapper) -> set[str]:
    """The names of our triggers that this database really has."""
    query = (
        "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgname LIKE 'chorus\\_%'"
        if connection.vendor == "postgresql"
        else "SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'chorus\\_%' ESCAPE '\\'"
    )
    with connection.cursor() as cursor:
        cursor.execute(query)
        return {name for (name,) in cursor.fetchall()}


def _read(vendor: str, part: str) -> str:
    return (_SQL / f"{vendor}_{part}guards.sql").read_text(encoding="utf-8")
