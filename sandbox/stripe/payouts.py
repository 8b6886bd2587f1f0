"""Payouts: Stripe sends what is available to the company's bank."""

from __future__ import annotations

from sandbox.store import Json
from sandbox.stripe import balance, events
from sandbox.stripe.errors import StripeError, missing
from sandbox.stripe.paging import page
from sandbox.stripe.routes import endpoint
from sandbox.world import World, new_id

_ARRIVES_AFTER = 24 * 3600


_BLANK: Json = {
    "application_fee": None,
    "application_fee_amount": None,
    "currency": "eur",
    "description": "STRIPE PAYOUT",
    "destination": "ba_sandbox",
    "failure_balance_transaction": None,
    "failure_code": None,
    "failure_message": None,
    "livemode": False,
    "method": "standard",
    "original_payout": None,
    "payout_method": None,
    "reconciliation_status": "completed",
    "reversed_by": None,
    "source_type": "card",
    "statement_descriptor": None,
    "status": "paid",
    "trace_id": None,
    "type": "bank_account",
}
"""What such an object says of what is not imitated, or not known yet."""


_TOLD = {
    "pending": ("payout.created",),
    "in_transit": ("payout.created", "payout.updated"),
    "paid": ("payout.created", "payout.paid", "payout.reconciliation_completed"),
}
_NEXT = {
    "pending": ("in_transit", "paid", "failed", "canceled"),
    "in_transit": ("paid", "failed"),
    "paid": ("failed",),  # a bank may send back what Stripe believed to be paid
}
_EVENTS = {
    "in_transit": "payout.updated",
    "paid": "payout.paid",
    "failed": "payout.failed",
    "canceled": "payout.canceled",
}
_BACK = {"failed": "payout_failure", "canceled": "payout_cancel"}


def send(world: World, *, status: str = "paid", fee: int = 0) -> Json:
    """Pay out everything that is available now. `status`: pending, in_transit or paid; `fee` of an instant payout."""
    if status not in _TOLD:
        raise ValueError(f"status is one of {', '.join(_TOLD)}")
    available, _pending = balance.sums(world)
    if available <= 0:
        raise StripeError("Nothing is available to pay out.", code="balance_insufficient")
    now = world.clock.now()
    payout: Json = {
        **_BLANK,
        "id": new_id("po"),
        "object": "payout",
        "amount": available - fee,
        "method": "instant" if fee else "standard",
        "status": status,
        "arrival_date": now + _ARRIVES_AFTER,
        "automatic": True,
        "created": now,
        "metadata": {},
    }
    _mark_paid_out(world, payout["id"])
    left = -payout["amount"]
    movement = balance.book(world, kind="payout", amount=left, fee=fee, source=payout["id"], at_once=True)
    world.store.put(movement | {"_payout": payout["id"]})
    payout |= {"balance_transaction": movement["id"]}
    world.store.put(payout)
    for name in _TOLD[status]:
        events.emit(world, name, payout)
    return payout


def move(world: World, payout: Json, status: str, *, reason: str = "account_closed") -> Json:
    """What becomes of a payout: in_transit, paid, failed or canceled. Of the last two the money comes back."""
    before = payout["status"]
    if status not in _NEXT.get(before, ()):
        raise ValueError(f"a payout that is {before} cannot become {status}")
    payout |= {"status": status}
    if status in _BACK:
        back = balance.book(world, kind=_BACK[status], amount=payout["amount"], source=payout["id"], at_once=True)
        payout |= {"failure_balance_transaction": back["id"]}
    if status == "failed":
        payout |= {"failure_code": reason, "failure_message": "The bank account has been closed."}
    world.store.put(payout)
    events.emit(world, _EVENTS[status], payout, previous={"status": before})
    return payout


def find(world: World, identifier: str) -> Json:
    found = world.store.get("payout", identifier)
    if found is None:
        raise missing("payout", identifier)
    return found


def _mark_paid_out(world: World, payout: str) -> None:
    world.store.change(
        "UPDATE object SET body = json_set(body, '$._payout', ?) WHERE kind = 'balance_transaction'"
        " AND json_extract(body, '$._payout') IS NULL AND json_extract(body, '$.available_on') <= ?",
        (payout, world.clock.now()),
    )


@endpoint("GET", "/v1/payouts/{}", "PayoutRetrieveParams")
def retrieve(world: World, _parameters: Json, identifier: str) -> Json:
    return find(world, identifier)


@endpoint("GET", "/v1/payouts", "PayoutListParams", "created", "status", paged=True)
def list_payouts(world: World, parameters: Json) -> Json:
    return page(world, "payout", parameters, url="/v1/payouts", same=("status",))
