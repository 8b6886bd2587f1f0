"""Wrong links and closings, each refused by the guard that is there for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import connection

from ledger.tests.guard_world import MOMENT, World, attempt
from ledger.tests.removal import remove

if TYPE_CHECKING:
    from collections.abc import Sequence

HASH = "a" * 64


def _one(question: str) -> Sequence[Any]:
    with connection.cursor() as cursor:
        cursor.execute(question)
        row: Sequence[Any] = cursor.fetchone()
    return row


def link(world: World, **changed: Any) -> None:
    """A link of a fact that has none yet, at its place."""
    (position,) = _one("SELECT max(position) + 1 FROM ledger_link")
    world.insert("sealedevent", kind="fresh", payload="{}", recorded_at=MOMENT)
    (event,) = _one("SELECT max(id) FROM ledger_sealedevent")
    values = {"position": position, "tx_id": None, "event_id": event, "hash": HASH}
    world.insert("link", **(values | changed), recorded_at=MOMENT, sealed_at=MOMENT)


def closing(world: World, **changed: Any) -> None:
    """The day after the one that is closed."""
    (last,) = _one("SELECT last_position FROM ledger_closing WHERE kind = 'DAY'")
    cents = {f"{perpetual}{name}_cents": 0 for perpetual in ("", "perpetual_") for name in ("sales", "vat", "received")}
    values: dict[str, Any] = {
        "kind": "DAY", "starts_on": "2026-12-01", "ends_on": "2026-12-01", "first_position": last + 1,
        "last_position": last + 1, "totals": "{}", "head": HASH, "hash": HASH, "signature": "", "closed_at": MOMENT,
    }  # fmt: skip
    world.insert("closing", **(values | cents | changed))


@attempt("ledger_link_follows")
def a_link_after_a_gap(world: World) -> None:
    (position,) = _one("SELECT max(position) FROM ledger_link")
    link(world, position=position + 2)


@attempt("ledger_link_follows")
def a_link_before_the_first(world: World) -> None:
    link(world, position=0)


@attempt("ledger_link_seals_one_fact")
def a_link_of_nothing(world: World) -> None:
    link(world, event_id=None)


@attempt("ledger_link_hashed")
def a_link_without_a_hash(world: World) -> None:
    link(world, hash="")


@attempt("ledger_closing_follows")
def a_closing_that_leaves_a_link_out(world: World) -> None:
    (last,) = _one("SELECT last_position FROM ledger_closing WHERE kind = 'DAY'")
    closing(world, first_position=last + 2, last_position=last + 2)


@attempt("ledger_closing_follows")
def a_closing_that_leaves_a_day_out(world: World) -> None:
    closing(world, starts_on="2026-12-02", ends_on="2026-12-02")


@attempt("ledger_closing_once")
def a_day_closed_twice(world: World) -> None:
    remove("ledger_closing_follows")
    closing(world, starts_on="2026-11-30", ends_on="2026-11-30")


@attempt("ledger_closing_kind_known")
def a_week_closed(world: World) -> None:
    closing(world, kind="WEEK", first_position=1, last_position=1)


@attempt("ledger_closing_in_order")
def a_closing_that_ends_before_it_starts(world: World) -> None:
    closing(world, ends_on="2026-11-30")


@attempt("ledger_closing_covers_links")
def a_closing_that_takes_links_back(world: World) -> None:
    (last,) = _one("SELECT last_position FROM ledger_closing WHERE kind = 'DAY'")
    closing(world, last_position=last - 1)


@attempt("ledger_closing_hashed")
def a_closing_without_a_hash(world: World) -> None:
    closing(world, hash="")
