"""What must hold of the platform itself."""

from __future__ import annotations

from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from accounts.models import CustomerSeries
from core.checks import Check

_LARGEST_SERIAL = 999_999
_USED_PERCENT = 50
"""Above it there are months left to act: an id column that runs out stops every write at once."""


def migrations() -> list[Check]:
    """The tables are those of this release."""
    executor = MigrationExecutor(connection)
    waiting = [str(migration) for migration, _ in executor.migration_plan(executor.loader.graph.leaf_nodes())]
    return [Check("platform: no migration waits", ok=not waiting, detail=", ".join(waiting) or "none waits")]


def sequences() -> list[Check]:
    """No id column comes near its end, and customer numbers are left."""
    used = [(name, last * 100 // most) for name, last, most in _sequences() if last]
    full = [f"{name} at {percent} %" for name, percent in used if percent > _USED_PERCENT]
    serial = CustomerSeries.objects.values_list("last", flat=True).first() or 0
    left = _LARGEST_SERIAL - serial
    return [
        Check("platform: id columns have room", ok=not full, detail=", ".join(full) or f"{len(used)} sequences in use"),
        Check("platform: customer numbers are left", ok=left > _LARGEST_SERIAL // 10, detail=f"{left} left"),
    ]


def _sequences() -> list[tuple[str, int, int]]:
    """(name, last value, largest value) of each id sequence of the database."""
    if connection.vendor == "postgresql":
        query = "SELECT sequencename, COALESCE(last_value, 0), max_value FROM pg_sequences WHERE schemaname = 'public'"
    else:
        query = "SELECT name, seq, 9223372036854775807 FROM sqlite_sequence"
    with connection.cursor() as cursor:
        cursor.execute(query)
        return list(cursor.fetchall())
