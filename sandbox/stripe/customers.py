"""Customers."""

from __future__ import annotations

import re

from sandbox.store import Json
from sandbox.stripe import events
from sandbox.stripe.errors import invalid, missing
from sandbox.stripe.metadata import merged
from sandbox.stripe.paging import page
from sandbox.stripe.routes import endpoint
from sandbox.world import World, new_id

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
_PLAIN = (
    "address",
    "business_name",
    "description",
    "email",
    "individual_name",
    "name",
    "phone",
    "preferred_locales",
    "shipping",
    "tax_exempt",
)


def check_email(address: str | None, param: str) -> None:
    if address and not _EMAIL.fullmatch(address):
        raise invalid(f"Invalid email address: {address}", param=param, code="email_invalid")


def find(world: World, identifier: str, *, param: str) -> Json:
    """The customer, or the error that names the parameter which asked for it."""
    found = world.store.get("customer", identifier)
    if found is None or found.get("_deleted"):
        raise missing("customer", identifier, param)
    return found


@endpoint("POST", "/v1/customers", "CustomerCreateParams", *_PLAIN, "metadata")
def create(world: World, parameters: Json) -> Json:
    customer: Json = {
        "id": new_id("cus", 14),
        "object": "customer",
        "address": None,
        "balance": 0,
        "created": world.clock.now(),
        "currency": None,
        "default_source": None,
        "delinquent": False,
        "description": None,
        "email": None,
        "invoice_prefix": new_id("x", 8)[2:].upper(),
        "invoice_settings": {
            "custom_fields": None,
            "default_payment_method": None,
            "footer": None,
            "rendering_options": None,
        },
        "livemode": False,
        "metadata": {},
        "name": None,
        "phone": None,
        "preferred_locales": [],
        "shipping": None,
        "tax_exempt": "none",
        "test_clock": None,
    }
    _write(customer, parameters)
    world.store.put(customer)
    events.emit(world, "customer.created", customer)
    return customer


@endpoint("GET", "/v1/customers/{}", "CustomerRetrieveParams")
def retrieve(world: World, _parameters: Json, identifier: str) -> Json:
    return find(world, identifier, param="id")


@endpoint("POST", "/v1/customers/{}", "CustomerUpdateParams", *_PLAIN, "metadata", "invoice_settings")
def update(world: World, parameters: Json, identifier: str) -> Json:
    customer = find(world, identifier, param="id")
    before = {name: customer.get(name) for name in parameters if name != "expand"}
    customer["invoice_settings"] |= parameters.pop("invoice_settings", {})
    _write(customer, parameters)
    world.store.put(customer)
    events.emit(world, "customer.updated", customer, previous=before)
    return customer


@endpoint("GET", "/v1/customers", "CustomerListParams", "created", "email", paged=True)
def list_customers(world: World, parameters: Json) -> Json:
    return page(world, "customer", parameters, url="/v1/customers", same=("email",))


def _write(customer: Json, parameters: Json) -> None:
    check_email(parameters.get("email"), "email")
    for name in _PLAIN:
        if name in parameters:
            customer[name] = parameters[name] or None
    customer["metadata"] = merged(customer["metadata"], parameters.get("metadata"))
