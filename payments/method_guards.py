"""The history of saved methods and the texts of consent are added to, never changed: said by the database itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.backends.base.base import BaseDatabaseWrapper

FROZEN: Final = ("payments_methodevent", "payments_consenttext")
FROZEN_LATER: Final = (
    "payments_mandateevent",
    "payments_debitevent",
    "payments_collectingevent",
    "payments_remittanceevent",
    "payments_bankanswer",
)
FROZEN_REVIEWS: Final = ("payments_answerreview",)
_SAYS: Final = "rows of this table are never changed"
_FUNCTION: Final = f"""
CREATE OR REPLACE FUNCTION payments_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '%: {_SAYS}', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation'; END $$
"""


def install(connection: BaseDatabaseWrapper, tables: Sequence[str] = FROZEN) -> None:
    """Create the triggers. A migration that rebuilds one of these tables on SQLite calls it again."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(_FUNCTION)
        for table in tables:
            for verb in ("UPDATE", "DELETE"):
                for statement in _statements(connection.vendor, table, verb):
                    cursor.execute(statement)


def expected_triggers() -> set[str]:
    """The names that `install` creates."""
    return {_name(table, verb) for table in (*FROZEN, *FROZEN_LATER, *FROZEN_REVIEWS) for verb in ("UPDATE", "DELETE")}


def _name(table: str, verb: str) -> str:
    return f"{table}_no_{verb.lower()}"


def _statements(vendor: str, table: str, verb: str) -> tuple[str, str]:
    name = _name(table, verb)
    if vendor == "postgresql":
        return (
            f"DROP TRIGGER IF EXISTS {name} ON {table}",
            f"CREATE TRIGGER {name} BEFORE {verb} ON {table} FOR EACH ROW EXECUTE FUNCTION payments_frozen()",
        )
    return (
        f"DROP TRIGGER IF EXISTS {name}",
        f"CREATE TRIGGER {name} BEFORE {verb} ON {table} BEGIN SELECT RAISE(ABORT, '{table}: {_SAYS}'); END",
    )
