"""One attempt to pay a payment intent with a card: taken, refused, or waiting for 3-D Secure."""

from __future__ import annotations

from http import HTTPStatus

from sandbox.store import Json, public
from sandbox.stripe import accounts, cards, charges, disputes, events, methods
from sandbox.stripe.cards import Authentication, Card
from sandbox.stripe.errors import StripeError
from sandbox.world import World

_NOT_PROVEN = (
    "We are unable to authenticate your payment method. Please choose a different payment method and try again."
)


def attempt(world: World, intent: Json, method: Json, *, off_session: bool = False, proven: bool = False) -> Json:
    """Try to take the money. Returns the payment intent; a refusal is raised, and stays written down."""
    methods.check_usable(method, intent["customer"])
    if method["type"] == accounts.KIND:
        return accounts.begin(world, intent, method)
    card = methods.card_of(method)
    if _needs_proof(card, method) and not proven:
        if not off_session:
            return _ask_for_proof(world, intent, method)
        raise _refused(world, intent, method, "authentication_required")
    decline = method.get("_decline", card.decline)
    if decline:
        raise _refused(world, intent, method, decline)
    return _succeed(world, intent, method, proven=proven)


def prove(world: World, intent: Json, *, accepted: bool) -> Json:
    """The holder answered the 3-D Secure question. A refusal is raised as a card error."""
    if intent["status"] != "requires_action":
        raise StripeError("This payment waits for no authentication.", code="payment_intent_unexpected_state")
    method = methods.find(world, intent["payment_method"], param="payment_method")
    intent["next_action"] = None
    if accepted:
        return attempt(world, intent, method, proven=True)
    raise _failed(world, intent, method, {"code": "payment_intent_authentication_failure", "message": _NOT_PROVEN}, "")


def _needs_proof(card: Card, method: Json) -> bool:
    if card.authentication is Authentication.UNLESS_SAVED:
        return not method["_saved"]
    return card.authentication is Authentication.ALWAYS


def _ask_for_proof(world: World, intent: Json, method: Json) -> Json:
    address = f"{world.origin}/authenticate/{intent['id']}"
    intent |= {
        "status": "requires_action",
        "payment_method": method["id"],
        "last_payment_error": None,
        "next_action": {
            "redirect_to_url": {"return_url": intent["_return_url"], "url": address},
            "type": "redirect_to_url",
        },
    }
    world.store.put(intent)
    events.emit(world, "payment_intent.requires_action", intent)
    return intent


def _refused(world: World, intent: Json, method: Json, decline: str) -> StripeError:
    charge = charges.refuse(world, intent, method, decline)
    intent["latest_charge"] = charge["id"]
    error = {"code": cards.error_code(decline), "decline_code": decline, "message": cards.message(decline)}
    advice = method.get("_advice") or cards.advice(decline)
    return _failed(world, intent, method, error | {"advice_code": advice}, charge["id"])


def _failed(world: World, intent: Json, method: Json, error: Json, charge: str) -> StripeError:
    error = {name: value for name, value in error.items() if value}
    shown = error | ({"charge": charge} if charge else {}) | {"payment_method": public(method)}
    kind = "card_error" if charge else "invalid_request_error"
    intent |= {
        "status": "requires_payment_method",
        "payment_method": None,
        "next_action": None,
        "last_payment_error": shown | {"type": kind},
    }
    if not intent["customer"]:
        world.store.put(method | {"_used_up": True})
    world.store.put(intent)
    events.emit(world, "payment_intent.payment_failed", intent)
    message, code = str(shown.pop("message")), str(shown.pop("code"))
    return StripeError(
        message, status=HTTPStatus.PAYMENT_REQUIRED, kind=kind, code=code, payment_intent=public(intent), **shown
    )


def _succeed(world: World, intent: Json, method: Json, *, proven: bool) -> Json:
    if intent["setup_future_usage"] and intent["customer"]:
        methods.save_to(world, method, intent["customer"], proven=intent["setup_future_usage"] == "off_session")
    elif not method["customer"]:
        world.store.put(method | {"_used_up": True})
    charge = charges.take(world, intent, method, proven=proven)
    intent |= {
        "amount_received": intent["amount"],
        "last_payment_error": None,
        "latest_charge": charge["id"],
        "next_action": None,
        "payment_method": method["id"],
        "status": "succeeded",
    }
    world.store.put(intent)
    events.emit(world, "payment_intent.succeeded", intent)
    reason = methods.card_of(method).dispute
    if reason:
        disputes.open_dispute(world, charge, reason=reason)
    return intent
