"""Take one guard out of the database of a test, inside its transaction: schema changes roll back on both engines."""

from __future__ import annotations

import re

from django.db import connection

KEYS = {
    "ledger_entry_pkey": ("ledger_entry", r', PRIMARY KEY \("tx_id", "seq"\)'),
    "ledger_statementrow_pkey": ("ledger_statementrow", r', PRIMARY KEY \("customer_id", "version"\)'),
    "ledger_customerbalance_pkey": ("ledger_customerbalance", r"PRIMARY KEY"),
    "ledger_account_pkey": ("ledger_account", r"PRIMARY KEY"),
    "ledger_entry_tx_fk": ("ledger_entry", r'REFERENCES "ledger_tx" \("id"\) DEFERRABLE INITIALLY DEFERRED'),
}
"""Keys that have no name of their own on SQLite, and how the table says them there."""


def remove(guard: str) -> None:
    """Drop this trigger, check or key."""
    if connection.vendor == "postgresql":
        _remove_on_postgresql(guard)
    else:
        _remove_on_sqlite(guard)


def _remove_on_postgresql(guard: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # a table with checks pending cannot be altered
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        cursor.execute("SELECT tgrelid::regclass FROM pg_trigger WHERE tgname = %s", [guard])
        if row := cursor.fetchone():
            cursor.execute(f"DROP TRIGGER {guard} ON {row[0]}")
            return
        cursor.execute("SELECT conrelid::regclass FROM pg_constraint WHERE conname = %s", [guard])
        if row := cursor.fetchone():
            cursor.execute(f"ALTER TABLE {row[0]} DROP CONSTRAINT {guard} CASCADE")
            return
        cursor.execute(f"DROP INDEX {guard}")


def _remove_on_sqlite(guard: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT type FROM sqlite_master WHERE name = %s", [guard])
        if row := cursor.fetchone():
            cursor.execute(f"DROP {row[0]} {guard}")
            return
        if guard in KEYS:
            table, pattern = KEYS[guard]
            cursor.execute("SELECT sql FROM sqlite_master WHERE name = %s", [table])
            (sql,) = cursor.fetchone()
            _rebuild(table, re.sub(pattern, "", sql, count=1))
            return
        cursor.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'table' AND sql LIKE %s", [f'%CONSTRAINT "{guard}"%']
        )
        table, sql = cursor.fetchone()
    _rebuild(table, _without_constraint(sql, guard))


def _without_constraint(sql: str, guard: str) -> str:
    """The table's own words, less this constraint: from the comma before it to the parenthesis that closes it."""
    start = sql.index(f', CONSTRAINT "{guard}"')
    depth, place = 0, sql.index("(", start)
    for place in range(place, len(sql)):  # noqa: B020 - scans on from the first parenthesis
        depth += {"(": 1, ")": -1}.get(sql[place], 0)
        if depth == 0:
            break
    return sql[:start] + sql[place + 1 :]


def _rebuild(table: str, sql: str) -> None:
    """Make the table anew in other words, with its rows, indexes and triggers."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT sql FROM sqlite_master WHERE tbl_name = %s AND type <> 'table' AND sql IS NOT NULL", [table]
        )
        kept = [statement for (statement,) in cursor.fetchall()]
        assert f'CREATE TABLE "{table}"' in sql
        cursor.execute("PRAGMA defer_foreign_keys = ON")
        cursor.execute("PRAGMA legacy_alter_table = ON")
        cursor.execute(sql.replace(f'CREATE TABLE "{table}"', f'CREATE TABLE "{table}_new"', 1))
        cursor.execute(f"INSERT INTO {table}_new SELECT * FROM {table}")
        cursor.execute(f"DROP TABLE {table}")
        cursor.execute(f"ALTER TABLE {table}_new RENAME TO {table}")
        for statement in kept:
            cursor.execute(statement)
        cursor.execute("PRAGMA legacy_alter_table = OFF")
