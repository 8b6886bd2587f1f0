"""Install the guards of the database, and say which ones there are."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from django.apps import apps

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db.backends.base.base import BaseDatabaseWrapper

_SQL = Path(__file__).parent / "sql"
_PARTS = ("guards", "proof_guards", "day_guards")
_SECTION = re.compile(r"^-- [A-Z][\w -]*:(.*)$", re.MULTILINE)
_TRIGGER = re.compile(r"CREATE TRIGGER.*?\nEND;", re.DOTALL)


def install(connection: BaseDatabaseWrapper) -> None:
    """Create triggers and functions on an empty ledger. A migration that rebuilds a table on SQLite calls it again."""
    _create(connection, "guards", ("postgresql_guards.sql", "postgresql_functions.sql"))


def install_proof(connection: BaseDatabaseWrapper) -> None:
    """Create the triggers of the chain of proofs and of the closings. As `install`, for their tables."""
    _create(connection, "proof_guards", ("postgresql_proof_guards.sql",))


def install_days(connection: BaseDatabaseWrapper) -> None:
    """Create the trigger that compares the day of effect with that of recording. As `install`."""
    _create(connection, "day_guards", ("postgresql_day_guards.sql",))


def _create(connection: BaseDatabaseWrapper, part: str, on_postgresql: tuple[str, ...]) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            for name in on_postgresql:
                cursor.execute((_SQL / name).read_text(encoding="utf-8"))
            return
        for name, statement in sqlite_triggers(part):
            cursor.execute(f"DROP TRIGGER IF EXISTS {name}")
            cursor.execute(statement)


def sqlite_triggers(part: str) -> Iterator[tuple[str, str]]:
    """Each trigger of SQLite with its name, `{table}` written out for each table that its section names."""
    parts = _SECTION.split((_SQL / f"sqlite_{part}.sql").read_text(encoding="utf-8"))
    for tables, body in zip(parts[1::2], parts[2::2], strict=True):
        for table in tables.split() or [""]:
            for statement in _TRIGGER.findall(body):
                text = statement.replace("{table}", table)
                yield text.split()[2], text


def expected_triggers(connection: BaseDatabaseWrapper) -> set[str]:
    """The names that the triggers of this engine should have."""
    if connection.vendor == "sqlite":
        return {name for part in _PARTS for name, _ in sqlite_triggers(part)}
    text = "\n".join((_SQL / f"postgresql_{part}.sql").read_text(encoding="utf-8") for part in _PARTS)
    named = set(re.findall(r"^CREATE (?:CONSTRAINT )?TRIGGER (\w+)", text, re.MULTILINE))
    for tables, suffix in re.findall(
        r"ARRAY\[([^]]*)\] LOOP\s+EXECUTE format\('CREATE TRIGGER ledger_%1\$s_(\w+)", text
    ):
        named |= {f"ledger_{table}_{suffix}" for table in re.findall(r"'(\w+)'", tables)}
    return named


def expected_constraints() -> set[str]:
    """The checks and unique keys that the models name."""
    return {
        constraint.name
        for model in apps.get_app_config("ledger").get_models()
        for constraint in model._meta.constraints  # noqa: SLF001 - Django's documented Model._meta
    }


def installed_constraints(connection: BaseDatabaseWrapper) -> set[str]:
    """The names of the checks and unique keys that this database really has."""
    if connection.vendor == "postgresql":
        names = _column(
            connection,
            "SELECT conname FROM pg_constraint WHERE conrelid::regclass::text LIKE 'ledger\\_%'"
            " UNION SELECT indexname FROM pg_indexes WHERE tablename LIKE 'ledger\\_%'",
        )
        return set(names)
    tables = _column(connection, "SELECT sql FROM sqlite_master WHERE tbl_name LIKE 'ledger%' AND sql IS NOT NULL")
    return {name for sql in tables for name in re.findall(r'(?:CONSTRAINT|UNIQUE INDEX) "(\w+)"', sql)}


def installed_triggers(connection: BaseDatabaseWrapper) -> set[str]:
    """The names of the ledger's triggers that this database really has."""
    query = (
        "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgname LIKE 'ledger\\_%'"
        if connection.vendor == "postgresql"
        else "SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'ledger\\_%' ESCAPE '\\'"
    )
    return set(_column(connection, query))


def _column(connection: BaseDatabaseWrapper, query: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return [value for (value,) in cursor.fetchall()]
