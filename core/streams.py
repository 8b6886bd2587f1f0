"""Long answers of the database, a few rows at a time, as of one moment, on both engines."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

from django.db import connection

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_serial = itertools.count(1)
ROWS_AT_ONCE = 2_000


def stream(sql: str, params: Sequence[str | int] = ()) -> Iterator[tuple[Any, ...]]:
    """The rows of one statement, however many, in flat memory; the connection is free for other work between them.

    One statement is one snapshot: what is written meanwhile is not seen. PostgreSQL keeps the answer in a cursor of the
    server (held past its transaction, so that none stays open); SQLite in a temporary table, since an open question
    would forbid this connection to write.
    """
    return _from_cursor(sql, params) if connection.vendor == "postgresql" else _from_table(sql, params)


def _from_cursor(sql: str, params: Sequence[str | int]) -> Iterator[tuple[Any, ...]]:
    with connection.chunked_cursor() as cursor:
        cursor.execute(sql, params)
        while rows := cursor.fetchmany(ROWS_AT_ONCE):
            yield from rows


def _from_table(sql: str, params: Sequence[str | int]) -> Iterator[tuple[Any, ...]]:
    table = f"stream_{next(_serial)}"
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMP TABLE {table} AS {sql}", params)
        try:
            last = 0
            page = f"SELECT * FROM {table} WHERE rowid > %s ORDER BY rowid LIMIT %s"  # noqa: S608 - our own name
            while rows := cursor.execute(page, [last, ROWS_AT_ONCE]).fetchall():
                last += len(rows)
                yield from rows
        finally:
            cursor.execute(f"DROP TABLE {table}")
