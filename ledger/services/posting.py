"""`post()`, the one door to the books; and what makes verbs repeatable."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from django.db import IntegrityError, connection, transaction

from core.clock import local_date
from ledger.bundle import Bundle
from ledger.models import Tx
from ledger.services.writing import AlreadyPosted, KeyReused, Written, write

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date, datetime

    from ledger.bundle import NewHold, Posting

_KEY_CONSTRAINT = "ledger_tx_key_once"
P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class PostedTx:
    tx_id: int
    replayed: bool


class TakesEffectLater(ValueError):
    """An entry would take effect after its recording, which makes it valid (LPF art. A47 A-1, ValidDate)."""


def repeatable(verb: Callable[P, R]) -> Callable[P, R]:
    """Run the verb in a transaction of its own (a savepoint when there is one already).

    When somebody else posted the same key meanwhile, run it once more: it then finds the first result.
    """

    @functools.wraps(verb)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            with transaction.atomic():
                return verb(*args, **kwargs)
        except IntegrityError as error:
            if _KEY_CONSTRAINT not in str(error):
                raise
        with transaction.atomic():
            return verb(*args, **kwargs)

    return run


def post(
    postings: Sequence[Posting], *, at: datetime, placed: Sequence[NewHold] = (), released: Sequence[str] = ()
) -> list[PostedTx]:
    """Write these transactions, all or none, in one call; those whose key is known are left as they were.

    One statement on PostgreSQL, however many legs and transactions; inside a transaction, three with its savepoint.
    House accounts are never locked; customers are locked lowest id first. Raises KeyReused when a known key has
    another body, TakesEffectLater
    when one would take effect after the day of `at`.
    """
    _check_days(postings, today=local_date(at))
    bundle = Bundle(postings, at, placed, released)
    answer = _write_alone(bundle) if _calls_are_atomic() else _write_inside(bundle)
    if not isinstance(answer, AlreadyPosted):
        return [PostedTx(tx_id, replayed=False) for tx_id in answer.txs]
    missing = [posting for posting in postings if posting.key not in answer.ids]
    fresh = dict(zip((posting.key for posting in missing), post(missing, at=at) if missing else [], strict=True))
    return [fresh.get(posting.key) or PostedTx(answer.ids[posting.key], replayed=True) for posting in postings]


def _check_days(postings: Sequence[Posting], *, today: date) -> None:
    for posting in postings:
        if posting.effective_on is not None and posting.effective_on > today:
            raise TakesEffectLater(f"{posting.key} takes effect on {posting.effective_on}, after {today}")


def _calls_are_atomic() -> bool:
    """Whether a single call commits by itself: the function of PostgreSQL, out of any transaction."""
    return connection.vendor == "postgresql" and not connection.in_atomic_block


def _write_alone(bundle: Bundle) -> Written | AlreadyPosted:
    try:
        return write(bundle)
    except IntegrityError as error:
        if _KEY_CONSTRAINT not in str(error):
            raise
        return write(bundle)


_write_inside = repeatable(write)


def find(key: str, fingerprint: str) -> Tx | None:
    """The transaction posted under this key. Raises KeyReused when it was posted for something else."""
    tx = Tx.objects.filter(key=key).first()
    if tx is not None and bytes(tx.fingerprint).hex() != fingerprint:
        raise KeyReused(key)
    return tx
