"""Install the guards of the database, and say which ones there are."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db.backends.base.base import BaseDatabaseWrapper

_SQL = Path(__file__).parent / "sql"
_SECTION = re.compile(r"^-- [A-Z][\w -]*:(.*)$", re.MULTILINE)
_TRIGGER = re.compile(r"CREATE TRIGGER.*?\nEND;", re.DOTALL)


def install(connection: BaseDatabaseWrapper) -> None:
    """Create triggers and functions on an empty ledger. A migration that rebuilds a table on SQLite calls it again."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            for name in ("postgresql_guards.sql", "postgresql_functions.sql"):
                cursor.execute((_SQL / name).read_text(encoding="utf-8"))
            return
        for name, statement in sqlite_triggers():
            cursor.execute(f"DROP TRIGGER IF EXISTS {name}")
            cursor.execute(statement)


def sqlite_triggers() -> Iterator[tuple[str, str]]:
    """Each trigger of SQLite with its name, `{table}` written out for each table that its section names."""
    parts = _SECTION.split((_SQL / "sqlite_guards.sql").read_text(encoding="utf-8"))
    for tables, body in zip(parts[1::2], parts[2::2], strict=True):
        for table in tables.split() or [""]:
            for statement in _TRIGGER.findall(body):
                text = statement.replace("{table}", table)
                yield text.split()[2], text


def installed_triggers(connection: BaseDatabaseWrapper) -> set[str]:
    """The names of the ledger's triggers that this database really has."""
    query = (
        "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgname LIKE 'ledger\\_%'"
        if connection.vendor == "postgresql"
        else "SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'ledger\\_%' ESCAPE '\\'"
    )
    with connection.cursor() as cursor:
        cursor.execute(query)
        return {name for (name,) in cursor.fetchall()}
