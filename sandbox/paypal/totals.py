"""PayPal's own sums, in cents."""

from __future__ import annotations

from sandbox.paypal import captures, reporting
from sandbox.paypal.things import cents
from sandbox.store import Json
from sandbox.world import World


def totals(world: World) -> Json:
    """What was captured, went back, was taken back by disputes, was kept as fees, and was sent to the bank."""
    movements = world.store.all(captures.MOVEMENT)
    taken = [each for each in movements if each["kind"] == "capture"]
    given = [each for each in movements if each["kind"] == "refund"]
    waiting = world.store.all(captures.KIND, "json_extract(body, '$.status') = 'PENDING'")
    own = [each for each in movements if each["kind"] in ("capture", "refund", "reversal")]
    captured, refunded = _sum(taken, "amount"), -_sum(given, "amount")
    reversed_ = -_sum([each for each in movements if each["kind"] == "reversal"], "amount")
    return {
        "captured_cents": captured,
        "refunded_cents": refunded,
        "disputed_cents": reversed_,
        "kept_cents": captured - refunded - reversed_,
        "fees_cents": _sum(own, "fee"),
        "net_cents": captured - refunded - reversed_ - _sum(own, "fee"),
        "paid_out_cents": reporting.paid_out(world),
        "balance_cents": reporting.balance(world),
        "pending_cents": sum(cents(capture["amount"]) for capture in waiting),
        "captures": len(taken),
        "refunds": len(given),
        "disputes": len(world.store.all("paypal.dispute")),
    }


def _sum(movements: list[Json], name: str) -> int:
    return sum(int(each[name]) for each in movements)
