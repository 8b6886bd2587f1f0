"""Seal what was recorded: each fact gets its link in the chain, soon after it was committed, never inside its posting.

A chain with one head would put all postings in a row; sealing afterwards costs them nothing. What commits late is
sealed in a later turn: the chain follows the order of sealing, and each link says when its fact was recorded.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.db import connection, transaction
from django.db.models import Exists, Max, OuterRef

from ledger.facts import GENESIS, chained, texts_of_events, texts_of_transactions
from ledger.models import Link, SealedEvent, Tx

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import QuerySet

AT_ONCE: Final = 2_000
LATE: Final = 10_000
"""How far behind the newest sealed row a usual turn looks for one that committed late. Closings look everywhere."""
_SEALER = 411_420
"""The advisory lock of the one who seals or closes."""


def seal(*, at: datetime, thorough: bool = False) -> int:
    """Seal the facts that are not sealed yet, oldest first. Returns how many.

    May be repeated and may run twice at once: of two sealers one works, the other finds nothing to do.
    """
    sealed = 0
    while part := _seal_some(at=at, thorough=thorough):
        sealed += part
    return sealed


def is_only_sealer() -> bool:
    """Whether this transaction is the one that seals or closes, until it ends. SQLite has one writer anyway."""
    if connection.vendor != "postgresql":
        return True
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_SEALER])
        return bool(cursor.fetchone()[0])


@transaction.atomic
def _seal_some(*, at: datetime, thorough: bool) -> int:
    if not is_only_sealer():
        return 0
    facts = _unsealed(thorough=thorough)
    texts = {
        "tx": texts_of_transactions([pk for _, name, pk in facts if name == "tx"]),
        "event": texts_of_events([pk for _, name, pk in facts if name == "event"]),
    }
    last = Link.objects.order_by("-position").first()
    position, head = (last.position, last.hash) if last else (0, GENESIS)
    links = []
    for recorded_at, name, pk in facts:
        position, head = position + 1, chained(head, texts[name][pk])
        named = {f"{name}_id": pk}
        links.append(Link(position=position, recorded_at=recorded_at, hash=head, sealed_at=at, **named))
    Link.objects.bulk_create(links)
    return len(links)


def _unsealed(*, thorough: bool) -> list[tuple[datetime, str, int]]:
    """The oldest facts without a link: when recorded, `tx` or `event`, and which."""
    seen = {} if thorough else Link.objects.aggregate(tx=Max("tx_id"), event=Max("event_id"))
    facts = [*_missing("tx", Tx.objects.all(), seen), *_missing("event", SealedEvent.objects.all(), seen)]
    facts.sort(key=lambda fact: (fact[0], fact[1] == "event", fact[2]))
    return facts[:AT_ONCE]


def _missing(
    name: str, rows: QuerySet[Tx] | QuerySet[SealedEvent], seen: dict[str, int | None]
) -> list[tuple[datetime, str, int]]:
    beyond = max((seen.get(name) or 0) - LATE, 0)
    sealed = Link.objects.filter(**{f"{name}_id": OuterRef("pk")})
    found = rows.filter(~Exists(sealed), pk__gt=beyond).order_by("recorded_at", "pk").values_list("recorded_at", "pk")
    return [(recorded_at, name, pk) for recorded_at, pk in found[:AT_ONCE]]
