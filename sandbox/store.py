"""What the sandbox remembers, in one SQLite file: provider objects, idempotent answers, deliveries, mails, settings.

One connection and one lock: requests that touch the state follow one another, as if the provider were a single queue.
Calls to the product are never made with the lock held.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

Json = dict[str, Any]

_SCHEMA = """
CREATE TABLE IF NOT EXISTS setting (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS object (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, created INTEGER NOT NULL,
    body TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS object_by_kind ON object (kind, created, seq);
CREATE INDEX IF NOT EXISTS object_by_customer ON object (kind, json_extract(body, '$.customer'));
CREATE INDEX IF NOT EXISTS object_by_intent ON object (kind, json_extract(body, '$.payment_intent'));
CREATE INDEX IF NOT EXISTS object_by_charge ON object (kind, json_extract(body, '$.charge'));
CREATE INDEX IF NOT EXISTS object_by_status ON object (kind, json_extract(body, '$.status'));
CREATE INDEX IF NOT EXISTS object_to_book ON object (kind, json_extract(body, '$._books_at'))
    WHERE json_extract(body, '$._books_at') IS NOT NULL;
CREATE INDEX IF NOT EXISTS object_to_end ON object (kind, json_extract(body, '$._ends_at'))
    WHERE json_extract(body, '$._ends_at') IS NOT NULL;
CREATE TABLE IF NOT EXISTS answer (
    key TEXT PRIMARY KEY, fingerprint TEXT NOT NULL, status INTEGER NOT NULL, body TEXT NOT NULL,
    request_id TEXT NOT NULL, created INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS delivery (
    id INTEGER PRIMARY KEY AUTOINCREMENT, event TEXT NOT NULL, state TEXT NOT NULL, due REAL NOT NULL,
    place REAL NOT NULL, signing TEXT NOT NULL, attempts INTEGER NOT NULL DEFAULT 0, answer TEXT NOT NULL DEFAULT ''
);
CREATE INDEX IF NOT EXISTS delivery_due ON delivery (state, due, place);
CREATE INDEX IF NOT EXISTS delivery_by_event ON delivery (event);
CREATE TABLE IF NOT EXISTS paypal_delivery (
    id INTEGER PRIMARY KEY AUTOINCREMENT, event TEXT NOT NULL, state TEXT NOT NULL, due REAL NOT NULL,
    place REAL NOT NULL, signing TEXT NOT NULL, transmission TEXT NOT NULL, sent TEXT NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0, answer TEXT NOT NULL DEFAULT ''
);
CREATE INDEX IF NOT EXISTS paypal_delivery_due ON paypal_delivery (state, due, place);
CREATE INDEX IF NOT EXISTS paypal_delivery_by_event ON paypal_delivery (event);
CREATE INDEX IF NOT EXISTS object_by_number ON object (kind, json_extract(body, '$.number'));
CREATE INDEX IF NOT EXISTS object_by_order ON object (kind, json_extract(body, '$._order'));
CREATE TABLE IF NOT EXISTS mail (
    id INTEGER PRIMARY KEY AUTOINCREMENT, received INTEGER NOT NULL, sender TEXT NOT NULL, recipients TEXT NOT NULL,
    raw BLOB NOT NULL
);
"""
_TABLES = ("object", "answer", "delivery", "paypal_delivery", "mail")


class Store:
    """The state file. Every write is inside `transaction()`, which is also the lock."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = threading.RLock()
        self._depth = 0
        self._database = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._database.row_factory = sqlite3.Row
        self._database.execute("PRAGMA journal_mode=WAL")
        self._database.execute("PRAGMA synchronous=NORMAL")  # a killed process loses nothing; only a power cut may
        self._database.execute("PRAGMA busy_timeout=5000")
        self._database.executescript(_SCHEMA)

    def close(self) -> None:
        with self._lock:
            self._database.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing; an inner one is a savepoint of the outer."""
        with self._lock:
            name = f"level_{self._depth}"
            self._database.execute(f"SAVEPOINT {name}" if self._depth else "BEGIN IMMEDIATE")
            self._depth += 1
            try:
                yield
            except BaseException:
                self._depth -= 1
                self._undo(name)
                raise
            self._depth -= 1
            self._database.execute(f"RELEASE {name}" if self._depth else "COMMIT")

    def _undo(self, name: str) -> None:
        if self._depth:
            self._database.execute(f"ROLLBACK TO {name}")
            self._database.execute(f"RELEASE {name}")
        else:
            self._database.execute("ROLLBACK")

    def rows(self, sql: str, parameters: Sequence[object] | Mapping[str, object] = ()) -> list[sqlite3.Row]:
        with self._lock:
            return self._database.execute(sql, parameters).fetchall()

    def change(self, sql: str, parameters: Sequence[object] = ()) -> int:
        """Run one writing statement; returns the id of the row it made."""
        with self.transaction():
            return int(self._database.execute(sql, parameters).lastrowid or 0)

    def setting(self, name: str, default: Any) -> Any:
        found = self.rows("SELECT value FROM setting WHERE name = ?", (name,))
        return json.loads(found[0]["value"]) if found else default

    def set_setting(self, name: str, value: object) -> None:
        self.change("INSERT OR REPLACE INTO setting (name, value) VALUES (?, ?)", (name, json.dumps(value)))

    def put(self, thing: Json) -> Json:
        """Keep a provider object, new or changed. Keys that start with `_` are ours and never leave the sandbox."""
        self.change(
            "INSERT INTO object (id, kind, created, body) VALUES (?, ?, ?, ?)"
            " ON CONFLICT (id) DO UPDATE SET body = excluded.body",
            (thing["id"], thing["object"], thing["created"], json.dumps(thing)),
        )
        return thing

    def get(self, kind: str, identifier: str) -> Json | None:
        found = self.rows("SELECT body FROM object WHERE id = ? AND kind = ?", (identifier, kind))
        return self._read(found[0]) if found else None

    def all(self, kind: str, where: str = "1", parameters: Sequence[object] = (), *, newest: int = -1) -> list[Json]:
        """Objects of one kind, newest first, at most `newest` of them (-1: all)."""
        sql = f"SELECT body FROM object WHERE kind = ? AND ({where}) ORDER BY created DESC, seq DESC LIMIT ?"  # noqa: S608  ours
        return [self._read(row) for row in self.rows(sql, (kind, *parameters, newest))]

    def having(self, kind: str, field: str, *values: object) -> list[Json]:
        """Objects of one kind whose `status` or `number` is one of these, oldest first, found by its index."""
        marks = ", ".join("?" for _ in values)
        sql = (
            f"SELECT body FROM object INDEXED BY object_by_{field}"  # noqa: S608  ours
            f" WHERE kind = ? AND json_extract(body, '$.{field}') IN ({marks}) ORDER BY seq"
        )
        return [self._read(row) for row in self.rows(sql, (kind, *values))]

    @staticmethod
    def _read(row: sqlite3.Row) -> Json:
        thing: Json = json.loads(row["body"])
        return thing

    def forget_everything(self) -> None:
        """Empty every table but the settings: the keys that the product was given stay good."""
        with self.transaction():
            for table in _TABLES:
                self._database.execute(f"DELETE FROM {table}")  # noqa: S608  names above


def public(thing: Json) -> Json:
    """The object as the provider shows it."""
    return {name: value for name, value in thing.items() if not name.startswith("_")}
