"""The account that the bank keeps for us: what was booked on which day. Lines of later days are not shown yet."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from sandbox.store import Json
from sandbox.world import World, new_id

ENTRY = "bank.entry"
_PARIS = ZoneInfo("Europe/Paris")
_ACCOUNT = "bank.account"
_OPENING_CENTS = 1_000_000


def today(world: World) -> date:
    """The day in Paris, by the sandbox's clock."""
    return datetime.fromtimestamp(world.clock.now(), _PARIS).date()


def account_of(world: World) -> str:
    """Our account: the one of the last file or transfer."""
    return str(world.store.setting(_ACCOUNT, ""))


def open_account(world: World, iban: str) -> None:
    world.store.set_setting(_ACCOUNT, iban)


def close_account(world: World) -> None:
    """No account is known any more."""
    world.store.set_setting(_ACCOUNT, "")


def book(world: World, account: str, day: date, cents: int, **facts: object) -> Json:
    """Write a line: positive comes in. `facts`: code, name, iban, text, end_to_end, mandate, reason, charges, parts."""
    line: Json = {
        "id": new_id("be", 16),
        "object": ENTRY,
        "created": world.clock.now(),
        "account": account,
        "day": day.isoformat(),
        "cents": cents,
        **facts,
    }
    return world.store.put(line)


def lines(world: World, account: str, since: date, until: date) -> list[Json]:
    """What was booked between these days, both counted, and not later than today: oldest first."""
    last = min(until, today(world))
    where = "json_extract(body, '$.account') = ? AND json_extract(body, '$.day') BETWEEN ? AND ?"
    found = world.store.all(ENTRY, where, (account, since.isoformat(), last.isoformat()))
    found.reverse()  # lines of one day stay in the order in which they were written
    return sorted(found, key=lambda line: str(line["day"]))


def balance_before(world: World, account: str, day: date) -> int:
    """Cents at the beginning of that day."""
    where = "json_extract(body, '$.account') = ? AND json_extract(body, '$.day') < ?"
    before = world.store.all(ENTRY, where, (account, min(day, today(world)).isoformat()))
    return _OPENING_CENTS + sum(int(line["cents"]) for line in before)
