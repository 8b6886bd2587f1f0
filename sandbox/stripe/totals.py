"""The provider's sums, for whoever wants to compare them with the books."""

from __future__ import annotations

from sandbox.store import Json
from sandbox.world import World

_IN_FLIGHT = {"succeeded", "pending"}


def sums_of(world: World, customer: str = "") -> Json:
    """Cents taken, given back, disputed and kept, the fees and the net on the balance; of one customer, or of all."""
    condition, values = ("json_extract(body, '$.customer') = ?", (customer,)) if customer else ("1", ())
    taken = [each for each in world.store.all("charge", condition, values) if each["status"] == "succeeded"]
    refunds = world.store.all("refund", condition, values)
    charges = {charge["id"] for charge in taken}
    disputes = [each for each in world.store.all("dispute") if each["charge"] in charges]
    own = charges | {each["id"] for each in (*refunds, *disputes)}
    movements = [each for each in world.store.all("balance_transaction") if each["source"] in own]
    given_back = [each for each in refunds if each["status"] in _IN_FLIGHT]
    withdrawn = {each["id"]: _withdrawn(each) for each in disputes}
    captured, refunded, disputed = (
        _sum(taken, "amount_captured"),
        _sum(given_back, "amount"),
        sum(withdrawn.values()),
    )
    return {
        "captured_cents": captured,
        "refunded_cents": refunded,
        "disputed_cents": disputed,
        "kept_cents": captured - refunded - disputed,
        "fees_cents": _sum(movements, "fee"),
        "net_cents": _sum(movements, "net"),
        "charges": len(taken),
        "refunds": len(given_back),
        "disputes": sum(1 for cents in withdrawn.values() if cents),
    } | ({} if customer else {"paid_out_cents": _sum(world.store.all("payout"), "amount")})


def _withdrawn(dispute: Json) -> int:
    """What the holder of the card has, of a dispute: taken, less what came back."""
    return -_sum(dispute["balance_transactions"], "amount")


def _sum(things: list[Json], name: str) -> int:
    return sum(int(thing[name]) for thing in things)
