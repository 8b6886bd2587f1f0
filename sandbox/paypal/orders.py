"""Orders v2: what is to be paid, the payer's approval, and the capture."""

from __future__ import annotations

from http import HTTPStatus
from urllib.parse import urlsplit

from sandbox.paypal import captures, vault
from sandbox.paypal.errors import Detail, PayPalError, invalid, missing, refused
from sandbox.paypal.routes import Call, endpoint
from sandbox.paypal.shapes import MONEY, Fields, Many, Text, Word
from sandbox.paypal.things import cents, find, later_than, link, new_id, save, shown, stamp
from sandbox.store import Json
from sandbox.world import World

KIND = "paypal.order"
CURRENCIES = ("EUR", "USD", "GBP", "CHF")
_PATH = "/v2/checkout/orders"
_UNAPPROVED_SECONDS = 6 * 3600
_APPROVED_SECONDS = 72 * 3600
_WAITING = ("CREATED", "PAYER_ACTION_REQUIRED")
_FUNDINGS = {
    "accepted": ("COMPLETED", ""),
    "pending": ("PENDING", "PENDING_REVIEW"),
    "echeck": ("PENDING", "ECHECK"),
    "capture_declined": ("DECLINED", ""),
}
FUNDINGS = (*_FUNDINGS, "declined")
PAYER_ACTION = "payer_action"
"""What becomes of the money. `declined` refuses to capture (INSTRUMENT_DECLINED); `capture_declined` takes nothing."""

EXPERIENCE = Fields(
    {
        "brand_name": Text(127),
        "locale": Text(10, 2, "[a-z]{2}(-[A-Z][a-z]{3})?(-[A-Z]{2})?"),
        "shipping_preference": Word(("GET_FROM_FILE", "NO_SHIPPING", "SET_PROVIDED_ADDRESS")),
        "return_url": Text(4000, 10),
        "cancel_url": Text(4000, 10),
        "landing_page": Word(("LOGIN", "GUEST_CHECKOUT", "NO_PREFERENCE")),
        "user_action": Word(("CONTINUE", "PAY_NOW")),
        "payment_method_preference": Word(("UNRESTRICTED", "IMMEDIATE_PAYMENT_REQUIRED")),
    }
)
_STORED = Fields(
    {
        "payment_initiator": Word(("CUSTOMER", "MERCHANT")),
        "usage": Word(("FIRST", "SUBSEQUENT", "DERIVED")),
        "usage_pattern": Word(
            ("IMMEDIATE", "DEFERRED", "SUBSCRIPTION_PREPAID", "RECURRING_POSTPAID", "THRESHOLD_PREPAID")
        ),
    }
)
_PAYPAL = Fields(
    {
        "experience_context": EXPERIENCE,
        "email_address": Text(254, 3),
        "vault_id": Text(255),
        "stored_credential": _STORED,
        "attributes": Fields({"vault": vault.STORING, "customer": Fields({"id": Text(22)})}),
    }
)
_ITEM = Fields(
    {
        "name": Text(127),
        "quantity": Text(10, 1, "[1-9][0-9]{0,9}"),
        "unit_amount": MONEY,
        "description": Text(127),
        "category": Word(("DIGITAL_GOODS", "PHYSICAL_GOODS", "DONATION")),
    },
    ("name", "quantity", "unit_amount"),
)
_UNIT = Fields(
    {
        "reference_id": Text(256),
        "custom_id": Text(127),
        "invoice_id": Text(127),
        "description": Text(127),
        "soft_descriptor": Text(22),
        "amount": Fields({**MONEY.known, "breakdown": Fields({"item_total": MONEY})}, MONEY.needed),
        "items": Many(_ITEM, 100),
    },
    ("amount",),
)
_ORDER = Fields(
    {
        "intent": Word(("CAPTURE", "AUTHORIZE")),
        "purchase_units": Many(_UNIT, 10),
        "payment_source": Fields({"paypal": _PAYPAL}),
    },
    ("intent", "purchase_units"),
)
_CAPTURE = Fields({"payment_source": Fields({"paypal": _PAYPAL})})


@endpoint("POST", _PATH, _ORDER, status=HTTPStatus.CREATED)
def create(world: World, call: Call) -> Json:
    _check(call)
    now, identifier = stamp(world), new_id()
    source: Json = call.body.get("payment_source", {})
    units = [{"reference_id": "default", **unit} for unit in call.body["purchase_units"]]
    order = {
        "id": identifier,
        "intent": call.body["intent"],
        "status": "PAYER_ACTION_REQUIRED" if source else "CREATED",
        **({"payment_source": {"paypal": {}}} if source else {}),
        "purchase_units": units,
        "create_time": now,
        "update_time": now,
        "links": _links(world, identifier, paying=bool(source)),
        "_asked": source.get("paypal", {}),
        "_funding": "",
    }
    save(world, KIND, order)
    if "vault_id" in order["_asked"]:
        _take_from_saved(world, find(world, KIND, identifier))
    return _answer(world, identifier, call, ("id", "object", "status", "payment_source", "links"))


def _check(call: Call) -> None:
    """What the shape of the body does not say."""
    if call.body["intent"] != "CAPTURE" or len(call.body["purchase_units"]) > 1:
        raise refused("NOT_IMITATED", "The sandbox imitates orders of one unit with intent CAPTURE.", "/intent")
    amount = call.body["purchase_units"][0]["amount"]
    if amount["currency_code"] not in CURRENCIES:
        raise refused("CURRENCY_NOT_SUPPORTED", "Currency code is not currently supported.", "/amount/currency_code")
    if cents(amount) <= 0:
        raise refused("CANNOT_BE_ZERO_OR_NEGATIVE", "Must be greater than zero.", "/purchase_units/0/amount/value")
    asked = call.body.get("payment_source", {}).get("paypal", {})
    for name in ("return_url", "cancel_url"):
        _check_address(asked.get("experience_context", {}).get(name), name)
    if "vault_id" in asked and not call.headers.get("paypal-request-id"):
        raise invalid([Detail("PAYPAL_REQUEST_ID_REQUIRED", "A PayPal-Request-Id is required to process the payment.")])


def _check_address(address: str | None, name: str) -> None:
    if address is not None and (urlsplit(address).scheme not in {"http", "https"} or not urlsplit(address).hostname):
        at = f"/payment_source/paypal/experience_context/{name}"
        raise invalid([Detail("INVALID_PARAMETER_SYNTAX", "The address is not one.", at, address[:60])])


def _links(world: World, identifier: str, *, paying: bool) -> list[Json]:
    return [
        link(world, f"{_PATH}/{identifier}", "self"),
        link(world, f"/checkoutnow?token={identifier}", "payer-action" if paying else "approve"),
        link(world, f"{_PATH}/{identifier}/capture", "capture", "POST"),
    ]


def _answer(world: World, identifier: str, call: Call, least: tuple[str, ...]) -> Json:
    """The whole order when `Prefer: return=representation` asks for it, else the least."""
    whole = present(world, find(world, KIND, identifier))
    if "return=representation" in call.headers.get("prefer", ""):
        return whole
    return {name: whole[name] for name in least if name in whole}


def present(world: World, order: Json) -> Json:
    """The order with its captures and their refunds as they are now."""
    taken = captures.of_order(world, order["id"])
    if not taken:
        return order
    payments = {"captures": [shown(capture) for capture in taken]}
    if given := captures.refunds_of(world, taken):
        payments["refunds"] = [shown(refund) for refund in given]
    unit = order["purchase_units"][0] | {"payments": payments}
    return order | {"purchase_units": [unit]}


@endpoint("GET", f"{_PATH}/{{}}")
def retrieve(world: World, _call: Call, identifier: str) -> Json:
    return present(world, current(world, identifier))


def current(world: World, identifier: str) -> Json:
    """The order, unless PayPal has forgotten it: 6 hours after it was made, 72 when it was approved."""
    order = find(world, KIND, identifier)
    life = _UNAPPROVED_SECONDS if order["status"] in _WAITING else _APPROVED_SECONDS
    if order["status"] != "COMPLETED" and world.clock.now() - order["created"] >= life:
        raise missing()
    return order


@endpoint("POST", f"{_PATH}/{{}}/capture", _CAPTURE, status=HTTPStatus.CREATED)
def capture(world: World, call: Call, identifier: str) -> Json:
    order = current(world, identifier)
    if order["status"] == "COMPLETED":
        raise refused("ORDER_ALREADY_CAPTURED", "Order already captured. Only one capture per order is allowed.")
    if order["status"] in _WAITING:
        issue = "PAYER_ACTION_REQUIRED" if order["_funding"] else "ORDER_NOT_APPROVED"
        raise refused(issue, "Payer has not yet approved the Order for payment.", links=_redirect(world, identifier))
    take(world, order)
    return _answer(
        world, identifier, call, ("id", "object", "status", "payment_source", "purchase_units", "payer", "links")
    )


def take(world: World, order: Json) -> None:
    """Take the money, as the payer's funds want it."""
    _refuse_paid_twice(world, order)
    if order["_funding"] == "declined":
        world.store.put(
            order | {"status": "PAYER_ACTION_REQUIRED", "update_time": later_than(world, order["update_time"])}
        )
        raise _declined(links=_redirect(world, order["id"]))
    status, reason = _FUNDINGS[order["_funding"]]
    captures.take(world, order, status, reason)
    saved = vault.store_on_success(world, order) if status == "COMPLETED" else {}
    paypal = order["payment_source"]["paypal"] if "payment_source" in order else {}
    source = {"paypal": paypal | saved}
    world.store.put(order | {"status": "COMPLETED", "payment_source": source, "update_time": stamp(world)})


def _declined(links: list[Json]) -> PayPalError:
    words = (
        "The instrument presented was either declined by the processor or bank, or it can’t be used for this payment."
    )
    return refused("INSTRUMENT_DECLINED", words, keeps_its_work=True, links=links)


def _redirect(world: World, identifier: str) -> list[Json]:
    return [link(world, f"/checkoutnow?token={identifier}", "redirect")]


def _refuse_paid_twice(world: World, order: Json) -> None:
    number = order["purchase_units"][0].get("invoice_id")
    same = "json_extract(body, '$.invoice_id') = ? AND json_extract(body, '$.status') != 'DECLINED'"
    if number and world.store.all(captures.KIND, same, (number,), newest=1):
        words = "Duplicate Invoice ID detected. Invoice Id must be unique for each transaction."
        raise refused("DUPLICATE_INVOICE_ID", words, "/purchase_units/0/invoice_id")


def _take_from_saved(world: World, order: Json) -> None:
    """An order paid from a saved account needs no payer: it is captured as it is made, or not made at all."""
    token = vault.usable(world, order["_asked"]["vault_id"])
    if token["_funding"] == PAYER_ACTION:
        raise refused("PAYER_ACTION_REQUIRED", "The payer must agree once more.", links=_redirect(world, order["id"]))
    if token["_funding"] == "declined":
        raise refused("INSTRUMENT_DECLINED", "The saved account cannot be used for this payment.")
    payer = {"payer": token["_payer"], "payment_source": {"paypal": source_of(token["_payer"])}}
    take(world, order | payer | {"_funding": token["_funding"]})


def source_of(payer: Json) -> Json:
    """Who pays, as `payment_source.paypal` says it."""
    names = {"email_address": payer["email_address"], "account_id": payer["payer_id"], "name": payer["name"]}
    return {**names, "account_status": "VERIFIED", "address": payer["address"]}
