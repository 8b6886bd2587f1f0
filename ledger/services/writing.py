"""Write a bundle: one function call on PostgreSQL, raw statements on SQLite."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import connection

from ledger.services import sqlite
from ledger.services.telling import tell_of_use

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ledger.bundle import Bundle
    from ledger.services.sqlite import Answer


class KeyReused(Exception):
    """The idempotency key was already used for something else. Nothing was written."""


@dataclass(frozen=True, slots=True)
class Written:
    """The ids given, in the order of the bundle."""

    txs: list[int]
    lots: list[int]
    items: list[int]


@dataclass(frozen=True, slots=True)
class AlreadyPosted:
    """Some keys of the bundle were known, with the same body. Nothing was written."""

    ids: dict[str, int]


def write(bundle: Bundle) -> Written | AlreadyPosted:
    """Write the bundle, or say which of its keys were posted before. Raises KeyReused when a body differs."""
    answer = _on_postgresql(bundle) if connection.vendor == "postgresql" else sqlite.write(bundle.rows())
    known = answer.get("found")
    if known:
        bodies = {posting.key: posting.body for posting in bundle.postings}
        for key, (_, body) in known.items():
            if body != bodies[key]:
                raise KeyReused(key)
        return AlreadyPosted({key: tx_id for key, (tx_id, _) in known.items()})
    if answer["tx"]:
        tell_of_use(bundle, f"tx:{answer['tx'][-1]}")
    return Written(answer["tx"], answer["lots"] or [], answer["items"] or [])


def lock(customer_ids: Sequence[int]) -> None:
    """Lock these customers for the rest of the transaction, lowest id first; rows that miss are made.

    On SQLite the transaction is IMMEDIATE: it already holds the only write lock.
    """
    ids = list(dict.fromkeys(customer_ids))
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT ledger_lock(%s)", [ids])
    else:
        sqlite.make_missing(ids)


def _on_postgresql(bundle: Bundle) -> Answer:
    with connection.cursor() as cursor:
        cursor.execute("SELECT ledger_post(%s::jsonb)", [json.dumps(bundle.rows(), separators=(",", ":"))])
        (answer,) = cursor.fetchone()
    return json.loads(answer) if isinstance(answer, str) else answer  # type: ignore[no-any-return]
