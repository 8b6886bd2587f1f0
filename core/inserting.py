"""Insert rows that may exist already, in one statement: of two writers exactly one is told that the row is his."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from django.db import connection

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import Model

Row = TypeVar("Row", bound="Model")
_AT_ONCE = 500


def insert_new(rows: Sequence[Row], *, unique: Sequence[str]) -> list[Row]:
    """Insert those of the rows whose `unique` fields no row has yet. Returns these, with their ids, in order.

    One statement for each 500 rows: `bulk_create(ignore_conflicts=True)` does not say which rows it inserted.
    """
    fresh: list[Row] = []
    for start in range(0, len(rows), _AT_ONCE):
        fresh += _insert(rows[start : start + _AT_ONCE], unique)
    return fresh


def _insert(rows: Sequence[Row], unique: Sequence[str]) -> list[Row]:
    options = type(rows[0])._meta  # noqa: SLF001 - Django documents it
    fields = [field for field in options.concrete_fields if not field.primary_key]
    keys = [field for field in fields if field.name in unique]
    quote = connection.ops.quote_name
    columns, conflict = (", ".join(quote(str(field.column)) for field in some) for some in (fields, keys))
    line = f"({', '.join(['%s'] * len(fields))})"
    sql = (
        f"INSERT INTO {quote(options.db_table)} ({columns}) VALUES {', '.join([line] * len(rows))} "  # noqa: S608
        f"ON CONFLICT ({conflict}) DO NOTHING RETURNING {quote(str(options.pk.column))}, {conflict}"
    )
    values: list[Any] = [
        field.get_db_prep_save(field.pre_save(row, add=True), connection) for row in rows for field in fields
    ]
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        inserted = {tuple(key): pk for pk, *key in cursor.fetchall()}
    return [row for row in rows if _named(row, inserted.pop(tuple(getattr(row, key.attname) for key in keys), None))]


def _named(row: Model, pk: int | None) -> bool:
    """Give a row that was inserted its id."""
    if pk is None:
        return False
    row.pk, row._state.adding, row._state.db = pk, False, connection.alias  # noqa: SLF001 - as bulk_create does
    return True
