"""Install the guards of approvals, evidence and texts on invoices in the database, and say which ones there are."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

_SQL = Path(__file__).parent / "sql"
_FIRST, _EVIDENCE, _TEXTS, _ENGAGEMENTS = "guards", "evidence_guards", "text_guards", "engagement_guards"
_PARTS = (_FIRST, _EVIDENCE, _TEXTS, _ENGAGEMENTS)
_TRIGGER = re.compile(r"CREATE (?:OR REPLACE )?TRIGGER (\w+).*?(?:\nEND;|FUNCTION \w+\(\);)", re.DOTALL)


def install(connection: BaseDatabaseWrapper) -> None:
    """Create the triggers of approvals. A migration that rebuilds one of these tables on SQLite calls it again."""
    _create(connection, _FIRST)


def install_evidence(connection: BaseDatabaseWrapper) -> None:
    """Create the triggers of evidence for VAT, again if need be."""
    _create(connection, _EVIDENCE)


def install_texts(connection: BaseDatabaseWrapper) -> None:
    """Create the triggers of texts on invoices, again if need be."""
    _create(connection, _TEXTS)


def install_engagements(connection: BaseDatabaseWrapper) -> None:
    """Create the triggers of engagements, again if need be."""
    _create(connection, _ENGAGEMENTS)


def expected_triggers(vendor: str) -> set[str]:
    """The names of all our triggers on that engine."""
    return {trigger[1] for part in _PARTS for trigger in _TRIGGER.finditer(_read(vendor, part))}


def installed_triggers(connection: BaseDatabaseWrapper) -> set[str]:
    """The names of our triggers that this database really has."""
    query = (
        "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgname LIKE 'accounts\\_%'"
        if connection.vendor == "postgresql"
        else "SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'accounts\\_%' ESCAPE '\\'"
    )
    with connection.cursor() as cursor:
        cursor.execute(query)
        return {name for (name,) in cursor.fetchall()}


def _create(connection: BaseDatabaseWrapper, part: str) -> None:
    text = _read(connection.vendor, part)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(text)
            return
        for trigger in _TRIGGER.finditer(text):
            cursor.execute(f"DROP TRIGGER IF EXISTS {trigger[1]}")
            cursor.execute(trigger[0])


def _read(vendor: str, part: str) -> str:
    return (_SQL / f"{vendor}_{part}.sql").read_text(encoding="utf-8")
