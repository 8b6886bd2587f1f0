"""Captures: money taken from a payer, at once or after a review; what PayPal keeps of it; and what goes back."""

from __future__ import annotations

from http import HTTPStatus

from sandbox.paypal import events
from sandbox.paypal.errors import refused
from sandbox.paypal.routes import Call, endpoint
from sandbox.paypal.shapes import MONEY, Fields, Text
from sandbox.paypal.things import cents, find, link, money, new_id, save, shown, stamp
from sandbox.store import Json
from sandbox.world import World

KIND, REFUND, MOVEMENT = "paypal.capture", "paypal.refund", "paypal.movement"
REFUNDABLE = ("COMPLETED", "PARTIALLY_REFUNDED")
TAKEN = (*REFUNDABLE, "REFUNDED")
_FEE_TENTHS_OF_PERCENT, _FEE_FIXED_CENTS = 29, 35
_REFUND_SECONDS = 180 * 24 * 3600
_SLOW_REFUNDS = "paypal.slow_refunds"
_REFUND_SHAPE = Fields(
    {"amount": MONEY, "invoice_id": Text(127), "custom_id": Text(127), "note_to_payer": Text(255)},
)
_CAPTURES, _REFUNDS = "/v2/payments/captures", "/v2/payments/refunds"


def fee_of(amount: int) -> int:
    """2.9 % and 35 cents, half a cent up."""
    return (amount * _FEE_TENTHS_OF_PERCENT + 500) // 1000 + _FEE_FIXED_CENTS


def take(world: World, order: Json, status: str, reason: str = "") -> Json:
    """Make the capture of an order: COMPLETED, PENDING for a reason, or DECLINED. Tells the product."""
    unit = order["purchase_units"][0]
    identifier = new_id()
    capture = save(
        world,
        KIND,
        {
            "id": identifier,
            "status": status,
            **({"status_details": {"reason": reason}} if reason else {}),
            "amount": unit["amount"],
            "final_capture": True,
            "seller_protection": {"status": "ELIGIBLE", "dispute_categories": ["ITEM_NOT_RECEIVED"]},
            **{name: unit[name] for name in ("invoice_id", "custom_id") if name in unit},
            "links": [
                link(world, f"{_CAPTURES}/{identifier}", "self"),
                link(world, f"{_CAPTURES}/{identifier}/refund", "refund", "POST"),
                link(world, f"/v2/checkout/orders/{order['id']}", "up"),
            ],
            "create_time": stamp(world),
            "update_time": stamp(world),
            "supplementary_data": {"related_ids": {"order_id": order["id"]}},
            "_order": order["id"],
            "_refunded": 0,
            "_reversed": 0,
        },
    )
    if status == "COMPLETED":
        return complete(world, capture)
    word = {"PENDING": "PENDING", "DECLINED": "DECLINED"}[status]
    events.emit(world, f"PAYMENT.CAPTURE.{word}", capture, f"Payment {word.lower()} for {_written(capture)}")
    return capture


def complete(world: World, capture: Json) -> Json:
    """The money is there: PayPal keeps its fee, the rest is the merchant's."""
    amount, currency = cents(capture["amount"]), capture["amount"]["currency_code"]
    fee = fee_of(amount)
    done = {name: value for name, value in capture.items() if name != "status_details"} | {
        "status": "COMPLETED",
        "update_time": stamp(world),
        "seller_receivable_breakdown": {
            "gross_amount": money(amount, currency),
            "paypal_fee": money(fee, currency),
            "net_amount": money(amount - fee, currency),
        },
    }
    world.store.put(done)
    move(world, "capture", capture["id"], amount, fee)
    events.emit(world, "PAYMENT.CAPTURE.COMPLETED", done, f"Payment completed for {_written(done)}")
    return done


def deny(world: World, capture: Json, *, word: str = "DENIED") -> Json:
    """A pending capture comes to nothing. PayPal tells it as DENIED or as DECLINED."""
    denied = {name: value for name, value in capture.items() if name != "status_details"}
    denied |= {"status": "DECLINED", "update_time": stamp(world)}
    world.store.put(denied)
    events.emit(world, f"PAYMENT.CAPTURE.{word}", denied, f"Payment denied for {_written(denied)}")
    return denied


def move(world: World, kind: str, source: str, amount: int, fee: int = 0) -> None:
    """Write one movement of the merchant's balance: `amount` is signed and before the fee."""
    save(world, MOVEMENT, {"id": f"movement-{new_id()}", "kind": kind, "source": source, "amount": amount, "fee": fee})


def _written(thing: Json) -> str:
    return f"{thing['amount']['value']} {thing['amount']['currency_code']}"


def of_order(world: World, order: str) -> list[Json]:
    return world.store.all(KIND, "json_extract(body, '$._order') = ?", (order,))


def refunds_of(world: World, taken: list[Json]) -> list[Json]:
    """The refunds of these captures, oldest first."""
    same = "json_extract(body, '$._capture') = ?"
    found = [refund for capture in taken for refund in world.store.all(REFUND, same, (capture["id"],))]
    return [refund for refund in found if not refund.get("_reversal")]


@endpoint("GET", f"{_CAPTURES}/{{}}")
def retrieve(world: World, _call: Call, identifier: str) -> Json:
    return find(world, KIND, identifier)


@endpoint("POST", f"{_CAPTURES}/{{}}/refund", _REFUND_SHAPE, status=HTTPStatus.CREATED)
def create_refund(world: World, call: Call, identifier: str) -> Json:
    capture = find(world, KIND, identifier)
    refund = give_back(world, capture, call.body, slow=bool(world.store.setting(_SLOW_REFUNDS, 0)))
    if "return=representation" in call.headers.get("prefer", ""):
        return refund
    return {name: refund[name] for name in ("id", "object", "status", "links")}


def give_back(world: World, capture: Json, asked: Json, *, slow: bool = False) -> Json:
    """Refund some or all of a capture; never more than is left of it."""
    amount = _refundable(world, capture, asked)
    identifier, currency = new_id(), capture["amount"]["currency_code"]
    back = capture["_refunded"] + amount
    refund = save(
        world,
        REFUND,
        {
            "id": identifier,
            "status": "PENDING" if slow else "COMPLETED",
            **({"status_details": {"reason": "ECHECK"}} if slow else {}),
            "amount": money(amount, currency),
            **{name: asked[name] for name in ("invoice_id", "custom_id", "note_to_payer") if name in asked},
            "seller_payable_breakdown": {
                "gross_amount": money(amount, currency),
                "paypal_fee": money(0, currency),
                "net_amount": money(amount, currency),
                "total_refunded_amount": money(back, currency),
            },
            "create_time": stamp(world),
            "update_time": stamp(world),
            "links": _refund_links(world, identifier, capture["id"]),
            "_capture": capture["id"],
        },
    )
    _set_refunded(world, capture, back)
    return refund if slow else _refund_done(world, refund)


def _refundable(world: World, capture: Json, asked: Json) -> int:
    """How many cents go back, if they may."""
    left = cents(capture["amount"]) - capture["_refunded"] - capture["_reversed"]
    if capture["status"] == "REFUNDED" or (capture["status"] in REFUNDABLE and left <= 0):
        raise refused("CAPTURE_FULLY_REFUNDED", "The capture has already been fully refunded.")
    if capture["status"] not in REFUNDABLE:
        raise refused("CAPTURE_STATUS_NOT_VALID", "The status of the capture does not allow a refund.")
    if world.clock.now() - capture["created"] > _REFUND_SECONDS:
        raise refused("REFUND_TIME_LIMIT_EXCEEDED", "You are over the time limit to perform a refund on this capture.")
    if "amount" not in asked:
        return int(left)
    if asked["amount"]["currency_code"] != capture["amount"]["currency_code"]:
        raise refused("REFUND_CAPTURE_CURRENCY_MISMATCH", "Refund must be in the same currency as the capture.")
    amount = cents(asked["amount"])
    if amount <= 0:
        raise refused("CANNOT_BE_ZERO_OR_NEGATIVE", "Must be greater than zero.", "/amount/value")
    if amount > left:
        raise refused("REFUND_AMOUNT_EXCEEDED", "The refund amount must be less than or equal to the capture amount.")
    return amount


def _refund_links(world: World, identifier: str, capture: str) -> list[Json]:
    return [link(world, f"{_REFUNDS}/{identifier}", "self"), link(world, f"{_CAPTURES}/{capture}", "up")]


def _set_refunded(world: World, capture: Json, back: int) -> None:
    status = "REFUNDED" if back >= cents(capture["amount"]) else "PARTIALLY_REFUNDED" if back else "COMPLETED"
    world.store.put(capture | {"_refunded": back, "status": status, "update_time": stamp(world)})


def _refund_done(world: World, refund: Json) -> Json:
    move(world, "refund", refund["id"], -cents(refund["amount"]))
    events.emit(world, "PAYMENT.CAPTURE.REFUNDED", refund, f"A {_written(refund)} capture payment was refunded")
    return refund


def finish_refund(world: World, refund: Json, status: str) -> Json:
    """A pending refund ends: COMPLETED, FAILED or CANCELLED. One that fails gives the money back to the merchant."""
    if refund["status"] != "PENDING":
        raise ValueError(f"the refund is {refund['status']}")
    ended = {name: value for name, value in refund.items() if name != "status_details"}
    ended |= {"status": status, "update_time": stamp(world)}
    world.store.put(ended)
    if status == "COMPLETED":
        return _refund_done(world, ended)
    capture = find(world, KIND, refund["_capture"])
    _set_refunded(world, capture, capture["_refunded"] - cents(refund["amount"]))
    return ended


def slow_refunds(world: World, *, slow: bool) -> None:
    """Whether refunds asked for from now on are PENDING first."""
    world.store.set_setting(_SLOW_REFUNDS, int(slow))


def reverse(world: World, capture: Json, amount: int, fee: int = 0) -> Json:
    """Money is taken back from the merchant (a dispute). Told, and found again, in the shape of a refund."""
    identifier, currency = new_id(), capture["amount"]["currency_code"]
    world.store.put(capture | {"_reversed": capture["_reversed"] + amount, "update_time": stamp(world)})
    move(world, "reversal", capture["id"], -amount, fee)
    told = save(
        world,
        REFUND,
        {
            "id": identifier,
            "status": "COMPLETED",
            "amount": money(amount, currency),
            **{name: capture[name] for name in ("invoice_id", "custom_id") if name in capture},
            "note_to_payer": "Payment reversed",
            "seller_payable_breakdown": {
                "gross_amount": money(amount, currency),
                "paypal_fee": money(fee, currency),
                "net_amount": money(amount + fee, currency),
            },
            "create_time": stamp(world),
            "update_time": stamp(world),
            "links": _refund_links(world, identifier, capture["id"]),
            "_capture": capture["id"],
            "_reversal": True,
        },
    )
    events.emit(world, "PAYMENT.CAPTURE.REVERSED", told, f"A {_written(told)} capture payment was reversed")
    return shown(told)


def unreverse(world: World, capture: Json, amount: int, fee: int = 0) -> None:
    """The dispute was won: the money comes back to the merchant, and perhaps the fee."""
    world.store.put(capture | {"_reversed": capture["_reversed"] - amount, "update_time": stamp(world)})
    move(world, "reversal", capture["id"], amount, -fee)


@endpoint("GET", f"{_REFUNDS}/{{}}")
def retrieve_refund(world: World, _call: Call, identifier: str) -> Json:
    return find(world, REFUND, identifier)
