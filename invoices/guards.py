"""Install the guards of documents in the database, and say which ones there are."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from invoices.models import ROUTING_LENGTHS

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

_SQL = Path(__file__).parent / "sql"
_FIRST = "guards"
_PARTS = (
    _FIRST,
    "credit_guards",
    "validation_guards",
    "quote_guards",
    "cancellation_guards",
    "attestation_guards",
    "reference_guards",
)
_TRIGGER = re.compile(r"CREATE (?:OR REPLACE )?TRIGGER (\w+).*?(?:\nEND;|FUNCTION \w+\(\);)", re.DOTALL)
_TABLE = re.compile(r" ON (invoices_\w+)")


def install(connection: BaseDatabaseWrapper) -> None:
    """Create the triggers of the first release (migration 0002), or create them again."""
    _create(connection, _FIRST)


def reinstall(connection: BaseDatabaseWrapper) -> None:
    """Create every trigger, again if need be. A migration that changes one of these tables ends with it.

    A part whose tables a later migration makes is left to that one.
    """
    with connection.cursor() as cursor:
        there = set(connection.introspection.table_names(cursor))
    for part in _PARTS:
        if there.issuperset(_TABLE.findall(_read(f"{connection.vendor}_{part}.sql"))):
            _create(connection, part)


def take_away(connection: BaseDatabaseWrapper) -> None:
    """Drop the triggers before a migration that rebuilds one of these tables on SQLite; it ends with `reinstall`.

    There a trigger that names a table stands in the way of making that table anew. PostgreSQL needs none of this.
    """
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            for name in sorted(installed_triggers(connection)):
                cursor.execute(f"DROP TRIGGER {name}")


def expected_triggers(vendor: str) -> set[str]:
    """The names of all our triggers on that engine."""
    return {trigger[1] for part in _PARTS for trigger in _TRIGGER.finditer(_read(f"{vendor}_{part}.sql"))}


def installed_triggers(connection: BaseDatabaseWrapper) -> set[str]:
    """The names of our triggers that this database really has."""
    query = (
        "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgname LIKE 'invoices\\_%'"
        if connection.vendor == "postgresql"
        else "SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'invoices\\_%' ESCAPE '\\'"
    )
    with connection.cursor() as cursor:
        cursor.execute(query)
        return {name for (name,) in cursor.fetchall()}


def _create(connection: BaseDatabaseWrapper, part: str) -> None:
    script = _read(f"{connection.vendor}_{part}.sql")
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(script)
            return
        cursor.execute("SELECT name FROM pragma_table_info('invoices_invoice')")
        frozen = sorted({name for (name,) in cursor.fetchall()} - set(ROUTING_LENGTHS))
        changed = " OR ".join(f"OLD.{name} IS NOT NEW.{name}" for name in frozen)
        for trigger in _TRIGGER.finditer(script):
            cursor.execute(f"DROP TRIGGER IF EXISTS {trigger[1]}")
            cursor.execute(trigger[0].replace("{changed}", changed))


def _read(name: str) -> str:
    return (_SQL / name).read_text(encoding="utf-8")
