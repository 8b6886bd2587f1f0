"""Payment methods: the cards of customers."""

from __future__ import annotations

from sandbox.store import Json
from sandbox.stripe import cards, customers, events
from sandbox.stripe.cards import Card
from sandbox.stripe.errors import StripeError, missing, not_imitated
from sandbox.stripe.metadata import merged
from sandbox.stripe.paging import page
from sandbox.stripe.routes import endpoint
from sandbox.world import World, new_id

_USED_UP = (
    "The provided PaymentMethod was previously used with a PaymentIntent without Customer attachment, shared with a "
    "connected account without Customer attachment, or was detached from a Customer. It may not be used again. To use "
    "a PaymentMethod multiple times, you must attach it to a Customer first."
)
_EXPIRES = (12, 2034)


def find(world: World, identifier: str, *, param: str) -> Json:
    """The payment method; `pm_card_visa` and its like make a new one each time, as at Stripe."""
    card = cards.named(identifier)
    if card:
        return make(world, card)
    found = world.store.get("payment_method", identifier)
    if found is None:
        raise missing("PaymentMethod", identifier, param)
    return found


def card_of(method: Json) -> Card:
    """The test card behind a payment method."""
    return cards.CARDS[method["_number"]]


def make(
    world: World, card: Card, *, network: str = "", details: Json | None = None, expires: tuple[int, int] = _EXPIRES
) -> Json:
    """A new payment method for this card; `network` is the brand that its holder chose."""
    blank = {"city": None, "country": None, "line1": None, "line2": None, "postal_code": None, "state": None}
    billing = {"address": blank, "email": None, "name": None, "phone": None, "tax_id": None, **(details or {})}
    return world.store.put(
        {
            "id": new_id("pm"),
            "object": "payment_method",
            "allow_redisplay": "unspecified",
            "billing_details": billing,
            "card": _card(card, network, expires),
            "created": world.clock.now(),
            "customer": None,
            "livemode": False,
            "metadata": {},
            "type": "card",
            "_number": card.number,
            "_saved": False,
            "_used_up": False,
        }
    )


def _card(card: Card, network: str, expires: tuple[int, int]) -> Json:
    return {
        "brand": card.brand,
        "checks": {"address_line1_check": None, "address_postal_code_check": None, "cvc_check": "pass"},
        "country": card.country,
        "display_brand": network or ("other" if card.brand == "unionpay" else _display(card)),
        "exp_month": expires[0],
        "exp_year": expires[1],
        "fingerprint": card.fingerprint,
        "funding": "credit",
        "generated_from": None,
        "last4": card.last4,
        "networks": {"available": list(card.available), "preferred": network or None},
        "regulated_status": "unregulated",
        "three_d_secure_usage": {"supported": True},
        "wallet": None,
    }


def _display(card: Card) -> str:
    return "american_express" if card.brand == "amex" else card.brand


def check_usable(method: Json, customer: str | None) -> None:
    """Refuse a method that may not be charged for this customer."""
    if method["customer"] and method["customer"] != customer:
        raise StripeError(
            f"The payment method `{method['id']}` belongs to a Customer. Please include the Customer in the `customer` "
            "parameter on the PaymentIntent."
            if customer is None
            else "The provided PaymentMethod does not belong to the provided Customer.",
            param="payment_method",
        )
    if method["_used_up"] and not method["customer"]:
        raise StripeError(_USED_UP, param="payment_method")


def save_to(world: World, method: Json, customer: str, *, proven: bool) -> None:
    """Attach the method to the customer; `proven`: its holder passed 3-D Secure while saving it."""
    if method["customer"] != customer:
        method["customer"] = customer
        method["allow_redisplay"] = "limited" if proven else method["allow_redisplay"]
        events.emit(world, "payment_method.attached", method)
    method["_saved"] = method["_saved"] or proven
    world.store.put(method)


@endpoint("POST", "/v1/payment_methods", "PaymentMethodCreateParams", "type", "card", "billing_details", "metadata")
def create(world: World, parameters: Json) -> Json:
    if parameters.get("type") != "card":
        raise not_imitated("payment methods other than cards", "type")
    given = parameters.get("card", {})
    card = cards.named(given["token"]) if "token" in given else cards.find(given.get("number", ""))
    if card is None:
        raise StripeError(
            "Your card number is incorrect.", status=402, kind="card_error", code="incorrect_number", param="number"
        )
    expires = (given.get("exp_month", _EXPIRES[0]), given.get("exp_year", _EXPIRES[1]))
    network = given.get("networks", {}).get("preferred", "")
    method = make(world, card, network=network, details=parameters.get("billing_details"), expires=expires)
    method["metadata"] = merged({}, parameters.get("metadata"))
    return world.store.put(method)


@endpoint("GET", "/v1/payment_methods/{}", "PaymentMethodRetrieveParams")
def retrieve(world: World, _parameters: Json, identifier: str) -> Json:
    return find(world, identifier, param="id")


@endpoint(
    "POST",
    "/v1/payment_methods/{}",
    "PaymentMethodUpdateParams",
    "billing_details",
    "metadata",
    "card",
    "allow_redisplay",
)
def update(world: World, parameters: Json, identifier: str) -> Json:
    method = find(world, identifier, param="id")
    changed = parameters.get("card", {})
    method["card"] |= {name: changed[name] for name in ("exp_month", "exp_year") if name in changed}
    if "networks" in changed:
        _prefer(method["card"], changed["networks"].get("preferred") or None)
    method["billing_details"] |= parameters.get("billing_details", {})
    method["allow_redisplay"] = parameters.get("allow_redisplay", method["allow_redisplay"])
    method["metadata"] = merged(method["metadata"], parameters.get("metadata"))
    world.store.put(method)
    events.emit(world, "payment_method.updated", method)
    return method


def _prefer(card: Json, network: str | None) -> None:
    """The holder chooses a network of the card."""
    if network and network not in card["networks"]["available"]:
        raise StripeError(
            f"The card does not support the network {network}.",
            param="card[networks][preferred]",
            code="parameter_invalid",
        )
    card["networks"]["preferred"] = network
    card["display_brand"] = network or card["brand"]


def offered(world: World, customer: str | None, filters: list[str]) -> list[Json]:
    """The saved cards that a hosted page shows to their holder, the latest first."""
    if not customer:
        return []
    found = world.store.all("payment_method", "json_extract(body, '$.customer') = ?", (customer,))
    return [method for method in found if method["type"] == "card" and method["allow_redisplay"] in filters]


def take_away(world: World, identifier: str) -> Json:
    """Somebody detaches the card in Stripe's own pages."""
    return detach(world, {}, identifier)


def refuse_from_now_on(world: World, identifier: str, *, code: str, advice: str) -> Json:
    """The bank of a saved card refuses every debit with this decline code; an empty one makes it accept again."""
    method = find(world, identifier, param="id")
    return world.store.put(method | {"_decline": code, "_advice": advice})


def renew(world: World, identifier: str, *, expires: tuple[int, int]) -> Json:
    """The card network tells a later expiry."""
    method = find(world, identifier, param="id")
    before = {"card": {name: method["card"][name] for name in ("exp_month", "exp_year")}}
    method["card"] |= {"exp_month": expires[0], "exp_year": expires[1]}
    world.store.put(method)
    events.emit(world, "payment_method.automatically_updated", method, previous=before)
    return method


@endpoint("POST", "/v1/payment_methods/{}/attach", "PaymentMethodAttachParams", "customer")
def attach(world: World, parameters: Json, identifier: str) -> Json:
    """Save a card. Stripe asks the bank first: a card that would be refused does not attach."""
    if "customer" not in parameters:
        raise StripeError("Missing required param: customer.", param="customer", code="parameter_missing", begun=False)
    customer = customers.find(world, parameters["customer"], param="customer")
    method = find(world, identifier, param="id")
    if method["customer"] and method["customer"] != customer["id"]:
        raise StripeError(
            "The payment method you provided has already been attached to a customer.", param="payment_method"
        )
    if method["_used_up"] and not method["customer"]:
        raise StripeError(_USED_UP, param="payment_method")
    card = card_of(method)
    if not card.attaches:
        raise StripeError(
            cards.MESSAGES[card.decline],
            status=402,
            kind="card_error",
            code=cards.error_code(card.decline),
            decline_code=card.decline,
        )
    save_to(world, method, customer["id"], proven=False)
    return method


@endpoint("POST", "/v1/payment_methods/{}/detach", "PaymentMethodDetachParams")
def detach(world: World, _parameters: Json, identifier: str) -> Json:
    """Take the card away from its customer, for good."""
    method = find(world, identifier, param="id")
    if not method["customer"]:
        raise StripeError(
            "The payment method you provided is not attached to a customer so detachment is impossible.",
            param="payment_method",
        )
    before = {"customer": method["customer"]}
    world.store.put(method | {"customer": None, "_used_up": True, "_saved": False})
    events.emit(world, "payment_method.detached", method | {"customer": None}, previous=before)
    return method | {"customer": None}


@endpoint("GET", "/v1/payment_methods", "PaymentMethodListParams", "customer", "type", paged=True)
def list_methods(world: World, parameters: Json) -> Json:
    return page(world, "payment_method", parameters, url="/v1/payment_methods", same=("customer", "type"))


@endpoint("GET", "/v1/customers/{}/payment_methods", "CustomerPaymentMethodListParams", "type", paged=True)
def list_of_customer(world: World, parameters: Json, customer: str) -> Json:
    customers.find(world, customer, param="id")
    asked = parameters | {"customer": customer}
    return page(
        world, "payment_method", asked, url=f"/v1/customers/{customer}/payment_methods", same=("customer", "type")
    )
