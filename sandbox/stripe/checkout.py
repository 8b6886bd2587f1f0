"""Checkout Sessions: the hosted payment page, as the API sees it. What its visitor does is in `hosted`."""

from __future__ import annotations

from urllib.parse import urlsplit

from sandbox.store import Json
from sandbox.stripe import customers, events, intents, mandates, setups
from sandbox.stripe.errors import StripeError, invalid, missing, not_imitated
from sandbox.stripe.metadata import merged
from sandbox.stripe.paging import page
from sandbox.stripe.routes import endpoint
from sandbox.world import World, new_id

_SHORTEST, _LONGEST = 30 * 60, 24 * 3600
_INTENT_DATA = {"description", "metadata", "receipt_email", "setup_future_usage", "statement_descriptor_suffix"}
_SETUP_DATA = {"description", "metadata"}
_SAVED_OPTIONS = {"allow_redisplay_filters"}
_LONGEST_REFERENCE = 200


def find(world: World, identifier: str, *, param: str = "id") -> Json:
    """The session as it stands now; one whose time is over expires on the way."""
    found = world.store.get("checkout.session", identifier)
    if found is None:
        raise missing("checkout.session", identifier, param)
    return expire_if_due(world, found)


@endpoint(
    "POST",
    "/v1/checkout/sessions",
    "checkout.SessionCreateParams",
    "mode",
    "ui_mode",
    "customer",
    "customer_email",
    "client_reference_id",
    "locale",
    "submit_type",
    "currency",
    "allowed_payment_method_types",
    "payment_method_options",
    "line_items",
    "payment_intent_data",
    "setup_intent_data",
    "saved_payment_method_options",
    "metadata",
    "expires_at",
    "success_url",
    "cancel_url",
)
def create(world: World, parameters: Json) -> Json:
    _check(world, parameters)
    now = world.clock.now()
    expires_at = int(parameters.get("expires_at", now + _LONGEST))
    if not now + _SHORTEST <= expires_at <= now + _LONGEST:
        bound = "at least 30 minutes" if expires_at < now + _SHORTEST else "less than 24 hours"
        raise invalid(f"The `expires_at` timestamp must be {bound} from Checkout Session creation.", param="expires_at")
    session = _new(world, parameters, expires_at)
    if parameters["mode"] == "setup":
        given = parameters.get("setup_intent_data", {})
        kind = session["payment_method_types"][0]
        setup = setups.make(world, customer=session["customer"], given=given, session=session["id"], kind=kind)
        session["setup_intent"] = setup["id"]
    return world.store.put(session)


def _check(world: World, parameters: Json) -> None:
    for name in ("mode", "success_url"):
        if name not in parameters:
            raise invalid(f"Missing required param: {name}.", param=name, code="parameter_missing")
    if parameters["mode"] == "subscription":
        raise not_imitated("the mode subscription", "mode")
    if parameters.get("ui_mode", "hosted_page") != "hosted_page":
        raise not_imitated("other modes than the hosted page", "ui_mode")
    kinds = parameters.get("allowed_payment_method_types", ["card"])
    if kinds != ["card"] and (parameters["mode"], kinds) != ("setup", ["sepa_debit"]):
        raise not_imitated("payment methods other than cards, or bank accounts to save", "allowed_payment_method_types")
    mandates.check_prefix(parameters.get("payment_method_options", {}))
    for name in ("success_url", "cancel_url"):
        _check_address(parameters.get(name), name)
    _check_payer(world, parameters)
    _check_mode(parameters)


def _check_payer(world: World, parameters: Json) -> None:
    if len(parameters.get("client_reference_id", "")) > _LONGEST_REFERENCE:
        raise invalid(
            f"client_reference_id is at most {_LONGEST_REFERENCE} characters long.", param="client_reference_id"
        )
    customers.check_email(parameters.get("customer_email"), "customer_email")
    if "customer" in parameters:
        customers.find(world, parameters["customer"], param="customer")
        if "customer_email" in parameters:
            raise invalid("You may only specify one of these parameters: customer, customer_email.", param="customer")


def _check_address(address: str | None, name: str) -> None:
    if address is None:
        return
    parts = urlsplit(address)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise invalid("Not a valid URL", param=name, code="url_invalid")


def _check_mode(parameters: Json) -> None:
    paying = parameters["mode"] == "payment"
    for name, only in (
        ("line_items", paying),
        ("payment_intent_data", paying),
        ("submit_type", paying),
        ("saved_payment_method_options", paying),
        ("setup_intent_data", not paying),
    ):
        if name in parameters and not only:
            raise invalid(f"You can not pass `{name}` in `{parameters['mode']}` mode.", param=name)
    for inner in set(parameters.get("saved_payment_method_options", {})) - _SAVED_OPTIONS:
        name = f"saved_payment_method_options[{inner}]"
        raise not_imitated(name, name)
    for name, known in (("payment_intent_data", _INTENT_DATA), ("setup_intent_data", _SETUP_DATA)):
        for inner in set(parameters.get(name, {})) - known:
            raise not_imitated(f"{name}[{inner}]", f"{name}[{inner}]")
    if paying:
        intents.check_common(parameters.get("payment_intent_data", {}), "payment_intent_data")
        _read_lines(parameters)


def _read_lines(parameters: Json) -> tuple[list[Json], int]:
    """The lines as Stripe lists them, and their total."""
    if not parameters.get("line_items"):
        raise invalid("Missing required param: line_items.", param="line_items", code="parameter_missing")
    lines = [_read_line(line, f"line_items[{place}]") for place, line in enumerate(parameters["line_items"])]
    total = sum(line["amount_total"] for line in lines)
    intents.check_amount(total, "eur", "line_items")
    return lines, total


def _read_line(line: Json, path: str) -> Json:
    price, quantity = line.get("price_data"), line.get("quantity")
    if set(line) - {"price_data", "quantity"} or price is None or "product_data" not in price:
        raise not_imitated("lines without price_data and product_data", path)
    if quantity is None or quantity < 1 or "unit_amount" not in price:
        raise invalid("A line needs a quantity of 1 or more and a unit_amount.", param=path, code="parameter_missing")
    if price["currency"].lower() != "eur":
        raise not_imitated("currencies other than eur", f"{path}[price_data][currency]")
    amount = price["unit_amount"] * quantity
    return {
        "id": new_id("li"),
        "object": "item",
        "amount_discount": 0,
        "amount_subtotal": amount,
        "amount_tax": 0,
        "amount_total": amount,
        "currency": "eur",
        "description": price["product_data"]["name"],
        "quantity": quantity,
    }


_AS_ASKED = ("allowed_payment_method_types", "cancel_url", "client_reference_id", "locale")


def _new(world: World, parameters: Json, expires_at: int) -> Json:
    identifier = new_id("cs_test", 58)
    customer = parameters.get("customer")
    email = parameters.get("customer_email") or (
        customers.find(world, customer, param="customer")["email"] if customer else None
    )
    paying = parameters["mode"] == "payment"
    lines, total = _read_lines(parameters) if paying else ([], None)
    return {
        **_BLANK,
        **{name: parameters.get(name) for name in _AS_ASKED},
        "id": identifier,
        "amount_subtotal": total,
        "amount_total": total,
        "created": world.clock.now(),
        "currency": "eur" if paying else parameters.get("currency"),
        "customer": customer,
        "customer_creation": None if customer else "if_required",
        "customer_details": {**_PERSON, "email": email} if email else None,
        "customer_email": parameters.get("customer_email"),
        "expires_at": expires_at,
        "metadata": merged({}, parameters.get("metadata")),
        "mode": parameters["mode"],
        "payment_method_options": parameters.get("payment_method_options", {}),
        "payment_method_types": parameters.get("allowed_payment_method_types", ["card"]),
        "payment_status": "unpaid" if paying else "no_payment_required",
        "saved_payment_method_options": _saved_options(parameters),
        "submit_type": parameters.get("submit_type"),
        "success_url": parameters["success_url"],
        "total_details": {"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0} if paying else None,
        "url": f"{world.origin}/checkout/{identifier}",
        "_line_items": {
            "object": "list",
            "data": lines,
            "has_more": False,
            "url": f"/v1/checkout/sessions/{identifier}/line_items",
        },
        "_intent_data": parameters.get("payment_intent_data", {}),
    }


def _saved_options(parameters: Json) -> Json | None:
    asked = parameters.get("saved_payment_method_options")
    if asked is None:
        return None
    filters = list(asked.get("allow_redisplay_filters", ["always"]))
    return {"allow_redisplay_filters": filters, "payment_method_remove": None, "payment_method_save": None}


_PERSON: Json = {
    "address": None,
    "business_name": None,
    "email": None,
    "individual_name": None,
    "name": None,
    "phone": None,
    "tax_exempt": "none",
    "tax_ids": None,
}
_BLANK: Json = {
    "object": "checkout.session",
    "adaptive_pricing": {"enabled": False},
    "after_expiration": None,
    "allow_promotion_codes": None,
    "automatic_tax": {"enabled": False, "liability": None, "provider": None, "status": None},
    "billing_address_collection": None,
    "client_secret": None,
    "collected_information": None,
    "consent": None,
    "consent_collection": None,
    "currency_conversion": None,
    "custom_fields": [],
    "custom_text": {
        "after_submit": None,
        "shipping_address": None,
        "submit": None,
        "terms_of_service_acceptance": None,
    },
    "discounts": [],
    "invoice": None,
    "invoice_creation": {"enabled": False, "invoice_data": {}},
    "livemode": False,
    "origin_context": None,
    "payment_intent": None,
    "payment_link": None,
    "payment_method_collection": "if_required",
    "payment_method_configuration_details": None,
    "payment_method_types": ["card"],
    "permissions": None,
    "phone_number_collection": {"enabled": False},
    "recovered_from": None,
    "redirect_on_completion": None,
    "return_url": None,
    "setup_intent": None,
    "shipping_address_collection": None,
    "shipping_cost": None,
    "shipping_options": [],
    "status": "open",
    "subscription": None,
    "ui_mode": "hosted_page",
    "wallet_options": None,
}


@endpoint("GET", "/v1/checkout/sessions/{}", "checkout.SessionRetrieveParams")
def retrieve(world: World, _parameters: Json, identifier: str) -> Json:
    return find(world, identifier)


@endpoint(
    "GET",
    "/v1/checkout/sessions",
    "checkout.SessionListParams",
    "created",
    "customer",
    "payment_intent",
    "status",
    paged=True,
)
def list_sessions(world: World, parameters: Json) -> Json:
    expire_all_due(world)
    same = ("customer", "payment_intent", "status")
    return page(world, "checkout.session", parameters, url="/v1/checkout/sessions", same=same)


@endpoint("GET", "/v1/checkout/sessions/{}/line_items", "checkout.SessionLineItemListParams", paged=True)
def list_lines(world: World, _parameters: Json, identifier: str) -> Json:
    lines: Json = find(world, identifier)["_line_items"]
    return lines


@endpoint("POST", "/v1/checkout/sessions/{}/expire", "checkout.SessionExpireParams")
def expire(world: World, _parameters: Json, identifier: str) -> Json:
    """Close an open session: nobody can pay it any more."""
    session = find(world, identifier)
    if session["status"] != "open":
        raise StripeError(
            'Only Checkout Sessions with a status in ["open"] can be expired. '
            f"This Checkout Session has a status of `{session['status']}`."
        )
    return _expired(world, session)


def expire_if_due(world: World, session: Json) -> Json:
    if session["status"] == "open" and world.clock.now() >= session["expires_at"]:
        with world.store.transaction():
            return _expired(world, session)
    return session


def expire_all_due(world: World) -> None:
    """Expire every open session whose time is over."""
    due = "json_extract(body, '$.status') = 'open' AND json_extract(body, '$.expires_at') <= ?"
    with world.store.transaction():
        for session in world.store.all("checkout.session", due, (world.clock.now(),)):
            _expired(world, session)


def _expired(world: World, session: Json) -> Json:
    """Expire the session; a payment begun and refused in it is given up."""
    world.store.put(session | {"status": "expired", "url": None})
    intent = world.store.get("payment_intent", session["payment_intent"] or "")
    if intent and intent["status"] != "canceled":
        intents.abandon(world, intent, "expired")
    events.emit(world, "checkout.session.expired", session | {"status": "expired", "url": None})
    return session | {"status": "expired", "url": None}
