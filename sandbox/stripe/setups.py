"""Setup intents: saving a card for later, without a payment. Made by Checkout Sessions in mode `setup`."""

from __future__ import annotations

from sandbox.store import Json, public
from sandbox.stripe import cards, events, methods
from sandbox.stripe.cards import Authentication
from sandbox.stripe.errors import StripeError, missing
from sandbox.stripe.metadata import merged
from sandbox.stripe.paging import page
from sandbox.stripe.routes import endpoint
from sandbox.world import World, letters, new_id

_CANCELLABLE = {"requires_payment_method", "requires_confirmation", "requires_action"}


def find(world: World, identifier: str) -> Json:
    found = world.store.get("setup_intent", identifier)
    if found is None:
        raise missing("setup_intent", identifier, "intent")
    return found


def make(world: World, *, customer: str | None, given: Json, session: str, kind: str = "card") -> Json:
    identifier = new_id("seti")
    setup: Json = {
        "id": identifier,
        "object": "setup_intent",
        "application": None,
        "automatic_payment_methods": None,
        "cancellation_reason": None,
        "client_secret": f"{identifier}_secret_{letters(25)}",
        "created": world.clock.now(),
        "customer": customer,
        "description": given.get("description"),
        "last_setup_error": None,
        "latest_attempt": None,
        "livemode": False,
        "mandate": None,
        "metadata": merged({}, given.get("metadata")),
        "next_action": None,
        "on_behalf_of": None,
        "payment_method": None,
        "payment_method_options": {"card": {"request_three_d_secure": "automatic"}} if kind == "card" else {},
        "payment_method_types": [kind],
        "single_use_mandate": None,
        "status": "requires_payment_method",
        "usage": "off_session",
        "_session": session,
    }
    world.store.put(setup)
    events.emit(world, "setup_intent.created", setup)
    return setup


def attempt(world: World, setup: Json, method: Json, *, proven: bool = False) -> Json:
    """Save the card, after asking its holder to prove who they are if the card wants it. A refusal is raised."""
    card = methods.card_of(method)
    if not card.attaches:
        raise _failed(world, setup, method, cards.error_code(card.decline), cards.MESSAGES[card.decline], card.decline)
    if card.authentication is not Authentication.NEVER and not proven:
        setup |= {"status": "requires_action", "payment_method": method["id"]}
        setup["next_action"] = {
            "redirect_to_url": {"return_url": None, "url": f"{world.origin}/checkout/{setup['_session']}"},
            "type": "redirect_to_url",
        }
        world.store.put(setup)
        events.emit(world, "setup_intent.requires_action", setup)
        return setup
    if setup["customer"]:
        methods.save_to(world, method, setup["customer"], proven=True)
    setup |= {"status": "succeeded", "payment_method": method["id"], "next_action": None, "last_setup_error": None}
    world.store.put(setup)
    events.emit(world, "setup_intent.succeeded", setup)
    return setup


def sign(world: World, setup: Json, method: Json, mandate: Json) -> Json:
    """Save a bank account under the mandate that its holder has just signed."""
    if setup["customer"]:
        methods.save_to(world, method, setup["customer"], proven=True)
    setup |= {"status": "succeeded", "payment_method": method["id"], "mandate": mandate["id"]}
    world.store.put(setup)
    events.emit(world, "setup_intent.succeeded", setup)
    return setup


def prove(world: World, setup: Json, *, accepted: bool) -> Json:
    """The holder answered the 3-D Secure question."""
    method = methods.find(world, setup["payment_method"], param="payment_method")
    if accepted:
        return attempt(world, setup, method, proven=True)
    message = (
        "We are unable to authenticate your payment method. Please choose a different payment method and try again."
    )
    raise _failed(world, setup, method, "setup_intent_authentication_failure", message, "")


def _failed(world: World, setup: Json, method: Json, code: str, message: str, decline: str) -> StripeError:  # noqa: PLR0917
    error = {"code": code, "message": message, "type": "card_error"} | ({"decline_code": decline} if decline else {})
    setup |= {
        "status": "requires_payment_method",
        "payment_method": None,
        "next_action": None,
        "last_setup_error": error | {"payment_method": public(method)},
    }
    world.store.put(setup)
    events.emit(world, "setup_intent.setup_failed", setup)
    refused = StripeError(message, status=402, kind="card_error", code=code, setup_intent=public(setup))
    if decline:
        refused.body["decline_code"] = decline
    return refused


@endpoint("GET", "/v1/setup_intents/{}", "SetupIntentRetrieveParams")
def retrieve(world: World, _parameters: Json, identifier: str) -> Json:
    return find(world, identifier)


@endpoint("GET", "/v1/setup_intents", "SetupIntentListParams", "created", "customer", paged=True)
def list_setups(world: World, parameters: Json) -> Json:
    return page(world, "setup_intent", parameters, url="/v1/setup_intents", same=("customer",))


@endpoint("POST", "/v1/setup_intents/{}/cancel", "SetupIntentCancelParams", "cancellation_reason")
def cancel(world: World, parameters: Json, identifier: str) -> Json:
    setup = find(world, identifier)
    if setup["status"] not in _CANCELLABLE:
        raise StripeError(
            f"You cannot cancel this SetupIntent because it has a status of {setup['status']}.",
            code="setup_intent_unexpected_state",
            setup_intent=public(setup),
        )
    setup |= {"status": "canceled", "cancellation_reason": parameters.get("cancellation_reason"), "next_action": None}
    world.store.put(setup)
    events.emit(world, "setup_intent.canceled", setup)
    return setup
