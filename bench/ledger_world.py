"""What the scenarios of the ledger share: customers, the posting that is measured, and rounds that alternate."""

from __future__ import annotations

import multiprocessing
import os
import random
import statistics
import time
from collections import defaultdict
from datetime import UTC, datetime
from itertools import count
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction
from django.db.models import F

from accounts.models import Customer
from core.clock import local_date
from core.money import Money
from ledger import services
from ledger.bundle import NewLot
from ledger.kinds import MovementKind, Origin
from ledger.models import CustomerBalance, Entry, Lot, SealedEvent, StatementRow, Tx

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from multiprocessing.synchronize import Barrier

AT = datetime(2026, 11, 30, 11, 0, tzinfo=UTC)
DAY = local_date(AT)
_serial = count()


def customers(number: int, *, first: int = 1) -> list[int]:
    """So many customers, with a balance row each, and numbers from the first one on."""
    made = Customer.objects.bulk_create(
        [
            Customer(number=f"C{serial:06d}", kind="PERSON", name=f"Customer {serial}", created_at=AT)
            for serial in range(first, first + number)
        ],
        ignore_conflicts=True,
    )
    numbers = [f"C{first:06d}", f"C{first + number - 1:06d}"]
    ids = list(Customer.objects.filter(number__range=numbers).order_by("pk").values_list("pk", flat=True)[: len(made)])
    with transaction.atomic():
        services.lock_customers(ids)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    return ids


def key() -> str:
    return f"bench:{os.getpid()}:{next(_serial)}"


def top_up(customer_id: int, account: str = "517100") -> services.Posting:
    """The posting of two legs: money in, its lot, and its line on the statement."""
    once, amount = key(), Money(1000)
    return services.Posting(
        journal=services.Journal.CARD,
        kind=MovementKind.TOP_UP,
        label="Card payment",
        piece_ref="pi_1234567890",
        piece_date=DAY,
        legs=(services.debit(account, amount), services.credit("419100", amount, customer_id)),
        key=once,
        customer_id=customer_id,
        lots=(NewLot(customer_id, amount, services.Source(Origin.CARD, once, f"stripe:{once}"), DAY),),
    )


def top_up_by_orm(customer_id: int) -> None:
    """The same rows, written the plain Django way."""
    once = key()
    with transaction.atomic():
        balance = CustomerBalance.objects.select_for_update().get(pk=customer_id)
        if Tx.objects.filter(key=once).exists():
            return
        with connection.cursor() as cursor:
            cursor.execute("SELECT nextval('ledger_tx_id_seq')")
            (tx_id,) = cursor.fetchone()
        Entry.objects.bulk_create(
            [
                Entry(tx_id=tx_id, seq=1, account_id="517100", amount_cents=1000),
                Entry(tx_id=tx_id, seq=2, account_id="419100", customer_id=customer_id, amount_cents=-1000),
            ]
        )
        StatementRow.objects.create(
            customer_id=customer_id, version=balance.version + 1, tx_id=tx_id, net_cents=-1000,
            balance_after_cents=balance.prepaid_cents + balance.receivable_cents - 1000, date=DAY, year=DAY.year,
            kind=MovementKind.TOP_UP, label="Card payment", piece_ref="pi_1234567890",
        )  # fmt: skip
        CustomerBalance.objects.filter(pk=customer_id).update(
            prepaid_cents=F("prepaid_cents") - 1000, version=F("version") + 1
        )
        Lot.objects.create(
            customer_id=customer_id, tx_id=tx_id, origin=Origin.CARD, reference=once, refundable_to=f"stripe:{once}",
            received_on=DAY, amount_cents=1000, remaining_cents=1000,
        )  # fmt: skip
        Tx.objects.create(
            pk=tx_id, journal="CB", kind=MovementKind.TOP_UP, label="Card payment", piece_ref="pi_1234567890",
            piece_date=DAY, effective_on=DAY, recorded_at=AT, customer_id=customer_id, key=once, fingerprint=b"x" * 32,
        )  # fmt: skip


def one_row() -> None:
    """What Django needs to create one row."""
    SealedEvent.objects.create(kind="bench", payload={}, recorded_at=AT)


def alternate(
    ways: dict[str, Callable[[random.Random], object]], *, processes: int, rounds: int, seconds: float = 1.0
) -> dict[str, float]:
    """How many calls a second each way reaches, all processes together: the ways take turns, the median counts."""
    connection.close()
    context = multiprocessing.get_context("fork")
    barrier, results = context.Barrier(processes), context.Queue()
    workers = [
        context.Process(target=_work, args=(ways, barrier, results, rounds, seconds, seed)) for seed in range(processes)
    ]
    for worker in workers:
        worker.start()
    done: dict[tuple[str, int], float] = defaultdict(float)
    for _ in range(processes * rounds * len(ways)):
        name, turn, speed = results.get(timeout=300)
        done[name, turn] += speed
    for worker in workers:
        worker.join()
    return {name: statistics.median(done[name, turn] for turn in range(rounds)) for name in ways}


def _work(  # noqa: PLR0917 - what a process is told
    ways: dict[str, Callable[[random.Random], object]], barrier: Barrier, results: Any, rounds: int, seconds: float,
    seed: int,
) -> None:  # fmt: skip
    chance = random.Random(seed)
    for way in ways.values():
        way(chance)
    for turn in range(rounds):
        for name, way in ways.items():
            barrier.wait()
            results.put((name, turn, _speed(way, chance, seconds)))
    connection.close()


def _speed(way: Callable[[random.Random], object], chance: random.Random, seconds: float) -> float:
    calls, start = 0, time.perf_counter()
    while (spent := time.perf_counter() - start) < seconds:
        way(chance)
        calls += 1
    return calls / spent


def answer(value: float, unit: str, *, reference: float, goal: str, ok: bool, **more: Any) -> dict[str, Any]:
    """The line of a scenario."""
    return {
        "value": round(value, 3), "unit": unit, "reference": round(reference, 3),
        "ratio": round(value / reference, 3) if reference else None, "goal": goal, "ok": ok, **more,
    }  # fmt: skip


def median_ms(call: Callable[[], object], times: int = 15) -> float:
    """The middle of several runs, in milliseconds."""
    spent: list[float] = []
    for _ in range(times):
        start = time.perf_counter()
        call()
        spent.append((time.perf_counter() - start) * 1000)
    return statistics.median(spent)


def pick(ids: Sequence[int]) -> Callable[[random.Random], int]:
    return lambda chance: chance.choice(ids)
