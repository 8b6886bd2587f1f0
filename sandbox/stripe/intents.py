"""Payment intents: what is to be paid, and how far it has come."""

from __future__ import annotations

from sandbox.store import Json, public
from sandbox.stripe import attempts, customers, events, methods
from sandbox.stripe.errors import StripeError, invalid, missing, not_imitated
from sandbox.stripe.metadata import merged
from sandbox.stripe.paging import page
from sandbox.stripe.routes import endpoint
from sandbox.world import World, letters, new_id

LEAST_CENTS, MOST_CENTS = 50, 99_999_999
_LONGEST_SUFFIX = 22
_CONFIRMABLE = {"requires_payment_method", "requires_confirmation", "requires_action"}
_CANCELLABLE = ("requires_payment_method", "requires_capture", "requires_confirmation", "requires_action", "processing")
_COMMON = ("description", "receipt_email", "setup_future_usage", "statement_descriptor_suffix")


def check_amount(amount: int, currency: str, param: str = "amount") -> None:
    """Refuse what Stripe refuses: less than 0.50 €, more than eight digits, and here every other currency."""
    if currency.lower() != "eur":
        raise not_imitated("currencies other than eur", "currency")
    if amount < LEAST_CENTS:
        raise invalid("Amount must be at least €0.50 eur", param=param, code="amount_too_small")
    if amount > MOST_CENTS:
        raise invalid("Amount must be no more than €999,999.99", param=param, code="amount_too_large")


def check_common(given: Json, where: str = "") -> None:
    """The limits of what a payment intent and the part of a session that describes one have in common."""
    suffix = given.get("statement_descriptor_suffix", "")
    name = f"{where}[statement_descriptor_suffix]" if where else "statement_descriptor_suffix"
    if len(suffix) > _LONGEST_SUFFIX or any(letter in suffix for letter in "<>\\'\"*"):
        raise invalid(
            f"The statement descriptor suffix must be at most {_LONGEST_SUFFIX} characters and without < > \\ ' \" *.",
            param=name,
        )


def find(world: World, identifier: str, *, param: str) -> Json:
    found = world.store.get("payment_intent", identifier)
    if found is None:
        raise missing("payment_intent", identifier, param)
    return found


_BLANK: Json = {
    "application": None,
    "application_fee_amount": None,
    "canceled_at": None,
    "cancellation_reason": None,
    "capture_method": "automatic_async",
    "confirmation_method": "automatic",
    "currency": "eur",
    "last_payment_error": None,
    "latest_charge": None,
    "livemode": False,
    "next_action": None,
    "on_behalf_of": None,
    "payment_method": None,
    "payment_method_configuration_details": None,
    "payment_record": None,
    "processing": None,
    "review": None,
    "shipping": None,
    "source": None,
    "statement_descriptor": None,
    "status": "requires_payment_method",
    "transfer_data": None,
    "transfer_group": None,
    "_return_url": None,
}
"""What such an object says of what is not imitated, or not known yet."""


def make(world: World, *, amount: int, customer: str | None, given: Json) -> Json:
    """A new payment intent, its event told. `given` holds what the request said about it."""
    identifier = new_id("pi")
    intent: Json = {
        **_BLANK,
        "id": identifier,
        "object": "payment_intent",
        "allowed_payment_method_types": given.get("allowed_payment_method_types"),
        "amount": amount,
        "amount_capturable": 0,
        "amount_details": {"tip": {}},
        "amount_received": 0,
        "automatic_payment_methods": given.get("automatic_payment_methods"),
        "client_secret": f"{identifier}_secret_{letters(25)}",
        "created": world.clock.now(),
        "customer": customer,
        "metadata": merged({}, given.get("metadata")),
        "payment_method_options": {
            "card": {"installments": None, "network": None, "request_three_d_secure": "automatic"}
        },
        "payment_method_types": given.get("allowed_payment_method_types") or ["card"],
        "_mandate": given.get("mandate"),
        "_session": given.get("session"),
    }
    intent |= {name: given.get(name) or None for name in _COMMON}
    world.store.put(intent)
    events.emit(world, "payment_intent.created", intent)
    return intent


@endpoint(
    "POST",
    "/v1/payment_intents",
    "PaymentIntentCreateParams",
    "amount",
    "currency",
    "customer",
    "payment_method",
    "confirm",
    "off_session",
    "metadata",
    "return_url",
    "allowed_payment_method_types",
    "mandate",
    "automatic_payment_methods",
    *_COMMON,
)
def create(world: World, parameters: Json) -> Json:
    _check_new(parameters)
    customer = parameters.get("customer")
    if customer:
        customers.find(world, customer, param="customer")
    method = None
    if "payment_method" in parameters:
        method = methods.find(world, parameters["payment_method"], param="payment_method")
        methods.check_usable(method, customer)
    intent = make(world, amount=parameters["amount"], customer=customer, given=parameters)
    if method:
        world.store.put(intent | {"payment_method": method["id"], "status": "requires_confirmation"})
        intent = find(world, intent["id"], param="id")
    if not parameters.get("confirm"):
        return intent
    return confirm(
        world, {name: parameters[name] for name in ("off_session", "return_url") if name in parameters}, intent["id"]
    )


def _check_new(parameters: Json) -> None:
    check_amount(parameters["amount"], parameters["currency"])
    check_common(parameters)
    types = parameters.get("allowed_payment_method_types", ["card"])
    if types not in (["card"], ["sepa_debit"]):
        raise not_imitated("payment methods other than cards and SEPA debits", "allowed_payment_method_types")
    if "off_session" in parameters and not parameters.get("confirm"):
        raise invalid("You can only set `off_session` if `confirm` is true.", param="off_session")
    if parameters.get("confirm") and "payment_method" not in parameters:
        raise invalid(
            "You cannot confirm this PaymentIntent because it's missing a payment method.",
            param="payment_method",
            code="payment_intent_unexpected_state",
        )


@endpoint(
    "POST",
    "/v1/payment_intents/{}/confirm",
    "PaymentIntentConfirmParams",
    "payment_method",
    "off_session",
    "return_url",
)
def confirm(world: World, parameters: Json, identifier: str) -> Json:
    intent = find(world, identifier, param="intent")
    _check_state(intent, "confirm", intent["status"] in _CONFIRMABLE)
    named = parameters.get("payment_method", intent["payment_method"])
    if not named:
        raise _unexpected(intent, "You cannot confirm this PaymentIntent because it's missing a payment method.")
    intent["_return_url"] = parameters.get("return_url", intent["_return_url"])
    off_session = str(parameters.get("off_session", False)).lower() not in {"false", ""}
    return attempts.attempt(world, intent, methods.find(world, named, param="payment_method"), off_session=off_session)


@endpoint("POST", "/v1/payment_intents/{}/cancel", "PaymentIntentCancelParams", "cancellation_reason")
def cancel(world: World, parameters: Json, identifier: str) -> Json:
    intent = find(world, identifier, param="intent")
    _check_state(intent, "cancel", intent["status"] in _CANCELLABLE)
    return abandon(world, intent, parameters.get("cancellation_reason"))


def abandon(world: World, intent: Json, reason: str | None) -> Json:
    """The intent will never be paid."""
    intent |= {
        "status": "canceled",
        "canceled_at": world.clock.now(),
        "cancellation_reason": reason,
        "next_action": None,
    }
    world.store.put(intent)
    events.emit(world, "payment_intent.canceled", intent)
    return intent


def _check_state(intent: Json, verb: str, allowed: bool) -> None:  # noqa: FBT001  the one fact
    if intent["_session"]:
        raise _unexpected(intent, f"You cannot {verb} this PaymentIntent because it was created by a Checkout Session.")
    if not allowed:
        raise _unexpected(
            intent, f"You cannot {verb} this PaymentIntent because it has a status of {intent['status']}."
        )


def _unexpected(intent: Json, message: str) -> StripeError:
    return StripeError(message, code="payment_intent_unexpected_state", payment_intent=public(intent))


@endpoint("GET", "/v1/payment_intents/{}", "PaymentIntentRetrieveParams")
def retrieve(world: World, _parameters: Json, identifier: str) -> Json:
    return find(world, identifier, param="intent")


@endpoint("GET", "/v1/payment_intents", "PaymentIntentListParams", "created", "customer", paged=True)
def list_intents(world: World, parameters: Json) -> Json:
    return page(world, "payment_intent", parameters, url="/v1/payment_intents", same=("customer",))
