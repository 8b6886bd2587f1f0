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


def send(world: World) -> Json:
    """Pay out everything that is available now."""
    available, _pending = balance.sums(world)
    if available <= 0:
        raise StripeError("Nothing is available to pay out.", code="balance_insufficient")
    now = world.clock.now()
    payout: Json = {
        **_BLANK,
        "id": new_id("po"),
        "object": "payout",
        "amount": available,
        "arrival_date": now + _ARRIVES_AFTER,
        "automatic": True,
        "created": now,
        "metadata": {},
    }
    _mark_paid_out(world, payout["id"])
    movement = balance.book(world, kind="payout", amount=-available, source=payout["id"], at_once=True)
    world.store.put(movement | {"_payout": payout["id"]})
    world.store.put(payout | {"balance_transaction": movement["id"]})
    for name in ("payout.created", "payout.paid", "payout.reconciliation_completed"):
        events.emit(world, name, payout | {"balance_transaction": movement["id"]})
    return payout | {"balance_transaction": movement["id"]}


def _mark_paid_out(world: World, payout: str) -> None:
    world.store.change(
        "UPDATE object SET body = json_set(body, '$._payout', ?) WHERE kind = 'balance_transaction'"
        " AND json_extract(body, '$._payout') IS NULL AND json_extract(body, '$.available_on') <= ?",
        (payout, world.clock.now()),
    )


@endpoint("GET", "/v1/payouts/{}", "PayoutRetrieveParams")
def retrieve(world: World, _parameters: Json, identifier: str) -> Json:
    found = world.store.get("payout", identifier)
    if found is None:
        raise missing("payout", identifier)
    return found


@endpoint("GET", "/v1/payouts", "PayoutListParams", "created", "status", paged=True)
def list_payouts(world: World, parameters: Json) -> Json:
    return page(world, "payout", parameters, url="/v1/payouts", same=("status",))
