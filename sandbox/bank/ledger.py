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
_TOLD = ("text", "structured", "name", "iban", "end_to_end")


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


def transfer(world: World, options: Json) -> Json:
    """A transfer arrives, or leaves when `cents` is negative. Raises ValueError without an account of ours."""
    account = str(options.get("account", "")) or account_of(world)
    if not account:
        raise ValueError("account: our IBAN, the first time")
    day, cents = day_of(world, options), int(options["cents"])
    facts = {name: str(options[name]) for name in _TOLD if options.get(name)}
    open_account(world, account)
    return book(world, account, day, cents, code=("PMNT", "RCDT" if cents > 0 else "ICDT", "ESCT"), **facts)


def day_of(world: World, options: Json) -> date:
    """The `day` of a control, else today."""
    return date.fromisoformat(str(options["day"])) if options.get("day") else today(world)


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
