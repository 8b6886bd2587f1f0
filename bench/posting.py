"""The cost of posting: against one row, against the ORM, on one hot house account, and in batches."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from bench.ledger_world import AT, alternate, answer, customers, one_row, top_up, top_up_by_orm
from ledger import services
from ledger.chart import CHART, PREPAID, RECEIVABLE

if TYPE_CHECKING:
    from collections.abc import Callable

SPREAD = 10_000
_HOUSE = [code for code in CHART if code not in (PREPAID, RECEIVABLE)]


def posting() -> dict[str, Any]:
    """Two legs, a lot and a line, at 4 processes, against Django creating one row."""
    ids = customers(SPREAD)
    speeds = alternate(
        {
            "post": lambda chance: services.post([top_up(chance.choice(ids))], at=AT),
            "create": lambda _chance: one_row(),
        },
        processes=4,
        rounds=7,
    )
    cost = _cost(ids[:50])
    ratio = speeds["post"] / speeds["create"]
    ok = ratio >= 0.75 and cost["statements"] <= 3 and cost["fsyncs"] <= 1.05 and cost["wal_bytes"] <= 1800
    goal = "ratio >= 0.75, statements <= 3, fsyncs <= 1, wal_bytes <= 1800"
    return answer(speeds["post"], "postings/s", reference=speeds["create"], goal=goal, ok=ok, **cost)


def posting_vs_orm() -> dict[str, Any]:
    """The same rows written with select_for_update, F() and bulk_create, at 4 processes."""
    ids = customers(SPREAD)
    speeds = alternate(
        {
            "post": lambda chance: services.post([top_up(chance.choice(ids))], at=AT),
            "orm": lambda chance: top_up_by_orm(chance.choice(ids)),
        },
        processes=4,
        rounds=7,
    )
    ratio = speeds["post"] / speeds["orm"]
    return answer(speeds["post"], "postings/s", reference=speeds["orm"], goal="ratio >= 4", ok=ratio >= 4)


def posting_hot() -> dict[str, Any]:
    """Sixteen writers, 10,000 customers: all on one house account, against spread over the chart."""
    ids = customers(SPREAD)
    speeds = alternate(
        {
            "hot": lambda chance: services.post([top_up(chance.choice(ids), "517100")], at=AT),
            "spread": lambda chance: services.post([top_up(chance.choice(ids), chance.choice(_HOUSE))], at=AT),
        },
        processes=16,
        rounds=7,
    )
    ratio = speeds["hot"] / speeds["spread"]
    return answer(speeds["hot"], "postings/s", reference=speeds["spread"], goal="ratio >= 0.85", ok=ratio >= 0.85)


def posting_batch() -> dict[str, Any]:
    """A thousand transfers in one call, against one by one through the ORM in one transaction."""
    ids = customers(SPREAD)
    batched, single = [], []
    for turn in range(7):
        chosen = ids[turn * 1000 : turn * 1000 + 1000]
        batched.append(_per_second(1000, lambda: services.post([top_up(one) for one in chosen], at=AT)))  # noqa: B023
        single.append(_per_second(100, lambda: _one_by_one(chosen[:100])))  # noqa: B023
    value, reference = sorted(batched)[3], sorted(single)[3]
    ok = value >= 5000 and value / reference >= 20
    return answer(value, "transfers/s", reference=reference, goal=">= 5000 transfers/s and ratio >= 20", ok=ok)


def _one_by_one(ids: list[int]) -> None:
    with transaction.atomic():
        for one in ids:
            top_up_by_orm(one)


def _per_second(count: int, call: Callable[[], object]) -> float:
    start = time.perf_counter()
    call()
    return count / (time.perf_counter() - start)


def _cost(ids: list[int]) -> dict[str, float]:
    """Statements, log flushes and log bytes of one posting, alone; pages are warm, so no page is logged whole."""
    with CaptureQueriesContext(connection) as sent:
        services.post([top_up(ids[0])], at=AT)
    for turn in range(300):
        services.post([top_up(ids[turn % len(ids)])], at=AT)
    before = _log()
    for turn in range(500):
        services.post([top_up(ids[turn % len(ids)])], at=AT)
    after = _log()
    return {
        "statements": len(sent),
        "fsyncs": round((after[0] - before[0]) / 500, 2),
        "wal_bytes": round((after[1] - before[1]) / 500),
    }


def _log() -> tuple[int, int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_force_next_flush()")
        cursor.execute("SELECT sum(fsyncs) FROM pg_stat_io WHERE object = 'wal'")
        (fsyncs,) = cursor.fetchone()
        cursor.execute("SELECT pg_current_wal_insert_lsn() - '0/0'")
        (written,) = cursor.fetchone()
    return int(fsyncs or 0), int(written)


SCENARIOS = {
    "posting": posting,
    "posting_vs_orm": posting_vs_orm,
    "posting_hot": posting_hot,
    "posting_batch": posting_batch,
}
