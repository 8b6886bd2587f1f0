"""Refunds: money on its way back to the card."""

from __future__ import annotations

from sandbox.store import Json
from sandbox.stripe import balance, cards, charges, events, intents
from sandbox.stripe.cards import RefundFate
from sandbox.stripe.errors import StripeError, invalid, missing
from sandbox.stripe.metadata import merged
from sandbox.stripe.paging import page
from sandbox.stripe.routes import endpoint
from sandbox.world import World, new_id

_ENDS_AFTER = 10 * 60


def _euros(cents: int) -> str:
    return f"€{cents // 100:,}.{cents % 100:02}"


def find(world: World, identifier: str) -> Json:
    found = world.store.get("refund", identifier)
    if found is None:
        raise missing("refund", identifier)
    return found


@endpoint("POST", "/v1/refunds", "RefundCreateParams", "amount", "charge", "payment_intent", "reason", "metadata")
def create(world: World, parameters: Json) -> Json:
    if ("charge" in parameters) == ("payment_intent" in parameters):
        raise invalid(
            "One of the following params should be provided for this request: payment_intent or charge.", param="charge"
        )
    charge = _charge(world, parameters)
    amount = int(parameters.get("amount", charge["amount_captured"] - charge["amount_refunded"]))
    _check(charge, amount)
    return give_back(
        world, charge, amount, reason=parameters.get("reason"), metadata=merged({}, parameters.get("metadata"))
    )


def _charge(world: World, parameters: Json) -> Json:
    if "charge" in parameters:
        return charges.find(world, parameters["charge"], param="charge")
    intent = intents.find(world, parameters["payment_intent"], param="payment_intent")
    if not intent["latest_charge"]:
        raise StripeError(f"This PaymentIntent ({intent['id']}) does not have a successful charge to refund.")
    return charges.find(world, intent["latest_charge"], param="charge")


def _check(charge: Json, amount: int) -> None:
    left = charge["amount_captured"] - charge["amount_refunded"]
    if charge["status"] != "succeeded":
        raise StripeError("This charge did not succeed: there is nothing to refund.", param="charge")
    if charge["disputed"]:
        raise StripeError(
            f"Charge {charge['id']} has been charged back; cannot issue a refund.",
            code="charge_disputed",
            param="charge",
        )
    if left <= 0:
        raise StripeError(
            f"Charge {charge['id']} has already been refunded.", code="charge_already_refunded", param="charge"
        )
    if amount <= 0:
        raise invalid("Invalid positive integer", param="amount", code="parameter_invalid_integer")
    if amount > left:
        raise StripeError(
            f"Refund amount ({_euros(amount)}) is greater than unrefunded amount on charge ({_euros(left)})",
            code="amount_too_large",
            param="amount",
        )


def give_back(world: World, charge: Json, amount: int, *, reason: str | None, metadata: Json) -> Json:
    """Make the refund: its movement, the charge's new sums, and the events."""
    refund = _new(world, charge, amount, reason, metadata)
    fate = cards.CARDS[_number(world, charge)].refund
    refund["status"] = "pending" if fate is RefundFate.LATE else "succeeded"
    refund["_fate"] = fate.value
    refund["_ends_at"] = None if fate is RefundFate.AT_ONCE else world.clock.now() + _ENDS_AFTER
    refund["balance_transaction"] = balance.book(world, kind="refund", amount=-amount, source=refund["id"])["id"]
    world.store.put(refund)
    before = {"amount_refunded": charge["amount_refunded"], "refunded": charge["refunded"]}
    refunded = charge["amount_refunded"] + amount
    charge |= {"amount_refunded": refunded, "refunded": refunded == charge["amount_captured"]}
    world.store.put(charge)
    events.emit(world, "charge.refunded", charge, previous=before)
    events.emit(world, "refund.created", refund)
    if refund["status"] == "succeeded":
        events.emit(world, "refund.updated", refund)
    return refund


def _number(world: World, charge: Json) -> str:
    method = world.store.get("payment_method", charge["payment_method"]) or {}
    return str(method["_number"])


def _new(world: World, charge: Json, amount: int, reason: str | None, metadata: Json) -> Json:
    return {
        "id": new_id("re"),
        "object": "refund",
        "amount": amount,
        "balance_transaction": None,
        "charge": charge["id"],
        "created": world.clock.now(),
        "currency": charge["currency"],
        "customer": charge["customer"],
        "customer_account": None,
        "destination_details": {
            "card": {"reference_status": "pending", "reference_type": None, "type": "refund"},
            "type": "card",
        },
        "failure_balance_transaction": None,
        "metadata": metadata,
        "payment_intent": charge["payment_intent"],
        "payment_method": charge["payment_method"],
        "pending_reason": None,
        "reason": reason,
        "receipt_number": None,
        "source_transfer_reversal": None,
        "status": "pending",
        "transfer_reversal": None,
    }


def end_due(world: World) -> None:
    """Refunds to the cards whose refunds are slow: they arrive or come back some time later."""
    with world.store.transaction():
        for refund in world.store.all("refund", "json_extract(body, '$._ends_at') <= ?", (world.clock.now(),)):
            if refund["_fate"] == RefundFate.FAILS.value:
                fail(world, refund, "unknown")
            else:
                succeed(world, refund)


def succeed(world: World, refund: Json) -> Json:
    """A pending refund arrives."""
    if refund["status"] != "pending":
        raise StripeError(f"This refund is {refund['status']}, not pending.")
    refund |= {"status": "succeeded", "_ends_at": None}
    world.store.put(refund)
    events.emit(world, "refund.updated", refund, previous={"status": "pending"})
    return refund


def fail(world: World, refund: Json, reason: str) -> Json:
    """The card's bank sends the refund back: the money returns to the balance and the charge can be refunded again."""
    if refund["status"] == "failed":
        raise StripeError("This refund has already failed.")
    before = {"status": refund["status"]}
    movement = balance.book(world, kind="refund_failure", amount=refund["amount"], source=refund["id"], at_once=True)
    refund |= {"status": "failed", "failure_reason": reason, "failure_balance_transaction": movement["id"]}
    refund["_ends_at"] = None
    world.store.put(refund)
    charge = charges.find(world, refund["charge"], param="charge")
    world.store.put(charge | {"amount_refunded": charge["amount_refunded"] - refund["amount"], "refunded": False})
    events.emit(world, "refund.failed", refund, previous=before)
    events.emit(world, "charge.refund.updated", refund, previous=before)
    return refund


@endpoint("GET", "/v1/refunds/{}", "RefundRetrieveParams")
def retrieve(world: World, _parameters: Json, identifier: str) -> Json:
    return find(world, identifier)


@endpoint("GET", "/v1/refunds", "RefundListParams", "created", "charge", "payment_intent", paged=True)
def list_refunds(world: World, parameters: Json) -> Json:
    return page(world, "refund", parameters, url="/v1/refunds", same=("charge", "payment_intent"))
