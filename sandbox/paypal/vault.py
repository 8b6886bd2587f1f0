"""Vault v3: saved PayPal accounts, asked for by a setup token or saved by a payment, and taken back by the payer."""

from __future__ import annotations

import string
from http import HTTPStatus

from sandbox.paypal import events
from sandbox.paypal.errors import refused
from sandbox.paypal.routes import Call, endpoint
from sandbox.paypal.shapes import Fields, Flag, Shape, Text, Word
from sandbox.paypal.things import find, link, new_id, save, shown
from sandbox.store import Json
from sandbox.world import World

SETUP, TOKEN = "paypal.setup_token", "paypal.payment_token"
_SETUPS, _TOKENS = "/v3/vault/setup-tokens", "/v3/vault/payment-tokens"
_USAGE: dict[str, Shape] = {
    "description": Text(128),
    "usage_pattern": Word(("IMMEDIATE", "DEFERRED", "SUBSCRIPTION_PREPAID", "RECURRING_POSTPAID", "THRESHOLD_PREPAID")),
    "usage_type": Word(("MERCHANT", "PLATFORM")),
    "customer_type": Word(("CONSUMER", "BUSINESS")),
    "permit_multiple_payment_tokens": Flag(),
}
STORING = Fields({"store_in_vault": Word(("ON_SUCCESS",)), **_USAGE}, ("store_in_vault", "usage_type"))
_CUSTOMER = Fields({"id": Text(22), "merchant_customer_id": Text(64)})
_EXPERIENCE = Fields(
    {
        "brand_name": Text(127),
        "locale": Text(10, 2),
        "return_url": Text(4000, 10),
        "cancel_url": Text(4000, 10),
        "shipping_preference": Word(("GET_FROM_FILE", "NO_SHIPPING", "SET_PROVIDED_ADDRESS")),
        "vault_instruction": Word(("ON_CREATE_PAYMENT_TOKENS", "ON_PAYER_APPROVAL")),
    },
    ("return_url", "cancel_url"),
)
_SETUP_PAYPAL = Fields({**_USAGE, "experience_context": _EXPERIENCE}, ("usage_type", "experience_context"))
_SETUP_SHAPE = Fields(
    {"payment_source": Fields({"paypal": _SETUP_PAYPAL}, ("paypal",)), "customer": _CUSTOMER}, ("payment_source",)
)
_SOURCE = Fields({"id": Text(255), "type": Word(("SETUP_TOKEN",))}, ("id", "type"))
_TOKEN_SHAPE = Fields(
    {"payment_source": Fields({"token": _SOURCE}, ("token",)), "customer": _CUSTOMER}, ("payment_source",)
)


@endpoint("POST", _SETUPS, _SETUP_SHAPE, status=HTTPStatus.CREATED)
def create_setup(world: World, call: Call) -> Json:
    identifier = new_id()
    return save(
        world,
        SETUP,
        {
            "id": identifier,
            "status": "PAYER_ACTION_REQUIRED",
            "customer": {"id": _customer_id(), **call.body.get("customer", {})},
            "payment_source": {"paypal": {"description": call.body["payment_source"]["paypal"].get("description", "")}},
            "links": [
                link(world, f"/agreements/approve?approval_session_id={identifier}", "approve"),
                link(world, f"{_SETUPS}/{identifier}", "self"),
                link(world, _TOKENS, "confirm", "POST"),
            ],
            "_asked": call.body["payment_source"]["paypal"],
        },
    )


@endpoint("GET", f"{_SETUPS}/{{}}")
def retrieve_setup(world: World, _call: Call, identifier: str) -> Json:
    return find(world, SETUP, identifier)


@endpoint("POST", _TOKENS, _TOKEN_SHAPE, status=HTTPStatus.CREATED)
def create_token(world: World, call: Call) -> Json:
    setup = world.store.get(SETUP, call.body["payment_source"]["token"]["id"])
    if setup is None:
        raise refused("INVALID_SETUP_TOKEN", "The setup token does not exist.", "/payment_source/token/id")
    if setup["status"] != "APPROVED":
        raise refused("SETUP_TOKEN_NOT_APPROVED", "The payer has not approved.", "/payment_source/token/id")
    world.store.put(setup | {"status": "VAULTED"})
    return _keep(world, setup["customer"], setup["_payer"], setup["_asked"])


@endpoint("GET", _TOKENS)
def list_tokens(world: World, call: Call) -> Json:
    customer = call.query.get("customer_id", "")
    found = world.store.all(
        TOKEN, "json_extract(body, '$.customer.id') = ? AND NOT json_extract(body, '$._gone')", (customer,)
    )
    return {"customer": {"id": customer}, "payment_tokens": [shown(token) for token in found], "links": []}


@endpoint("GET", f"{_TOKENS}/{{}}")
def retrieve_token(world: World, _call: Call, identifier: str) -> Json:
    return _standing(world, identifier)


@endpoint("DELETE", f"{_TOKENS}/{{}}", status=HTTPStatus.NO_CONTENT)
def delete_token(world: World, _call: Call, identifier: str) -> Json:
    return remove(world, _standing(world, identifier))


def remove(world: World, token: Json, *, by_payer: bool = False) -> Json:
    """The saved account cannot be charged any more."""
    if by_payer:
        events.emit(world, "VAULT.PAYMENT-TOKEN.DELETION-INITIATED", token, "A payment token is to be deleted")
    gone = world.store.put(token | {"_gone": True})
    events.emit(
        world,
        "VAULT.PAYMENT-TOKEN.DELETED",
        {"id": token["id"], "customer": token["customer"]},
        "A payment token was deleted",
    )
    return gone


def _standing(world: World, identifier: str) -> Json:
    token = find(world, TOKEN, identifier)
    return token if not token["_gone"] else find(world, TOKEN, "")


def usable(world: World, identifier: str) -> Json:
    """The saved account that a payment names."""
    token = world.store.get(TOKEN, identifier)
    if token is None or token["_gone"]:
        raise refused("TOKEN_ID_NOT_FOUND", "Specified token not found.", "/payment_source/paypal/vault_id")
    return token


def store_on_success(world: World, order: Json) -> Json:
    """What `payment_source.paypal` says of the account that a payment saved, if it was to save one."""
    asked = order["_asked"].get("attributes", {})
    if "vault" not in asked:
        return {}
    customer = {"id": _customer_id(), **asked.get("customer", {})}
    token = _keep(world, customer, order["payer"], asked["vault"], order=order["id"])
    saved = {"id": token["id"], "status": "VAULTED", "customer": token["customer"], "links": token["links"]}
    return {"attributes": {"vault": saved}}


def _keep(world: World, customer: Json, payer: Json, asked: Json, *, order: str = "") -> Json:
    identifier = new_id(8, string.ascii_lowercase + string.digits)
    names = {"email_address": payer["email_address"], "payer_id": payer["payer_id"], "name": payer["name"]}
    usage = {name: asked[name] for name in _USAGE if name in asked}
    token = save(
        world,
        TOKEN,
        {
            "id": identifier,
            "customer": customer,
            **({"metadata": {"order_id": order}} if order else {}),
            "payment_source": {"paypal": {**usage, **names, "account_id": payer["payer_id"]}},
            "links": [
                link(world, f"{_TOKENS}/{identifier}", "self"),
                link(world, f"{_TOKENS}/{identifier}", "delete", "DELETE"),
            ],
            "_payer": payer,
            "_funding": "accepted",
            "_gone": False,
        },
    )
    events.emit(world, "VAULT.PAYMENT-TOKEN.CREATED", token, "A payment token has been created")
    return token


def _customer_id() -> str:
    return new_id(10, string.ascii_letters)
