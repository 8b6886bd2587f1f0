"""What the payer does at PayPal: approve with some funds, decline, or leave."""

from __future__ import annotations

from urllib.parse import urlencode

from sandbox.paypal import events, orders, vault
from sandbox.paypal.things import find, later_than, new_id
from sandbox.store import Json
from sandbox.world import World

_PAYER_ID = "QYR5Z8XDVJNXQ"
_PAYER: Json = {
    "name": {"given_name": "Camille", "surname": "Martin"},
    "email_address": "camille.martin@example.fr",
    "payer_id": _PAYER_ID,
    "address": {"country_code": "FR"},
}


def approve(world: World, identifier: str, *, funding: str = "accepted") -> Json:
    """The payer says yes to an order. Raises ValueError when it no longer waits for that."""
    if funding not in orders.FUNDINGS:
        raise ValueError(f"funding is one of {', '.join(orders.FUNDINGS)}")
    with world.store.transaction():
        order = orders.current(world, identifier)
        if order["status"] not in {"CREATED", "PAYER_ACTION_REQUIRED", "APPROVED"}:
            raise ValueError(f"the order is {order['status']}")
        approved = order | {
            "status": "APPROVED",
            "payer": _PAYER,
            "payment_source": {"paypal": orders.source_of(_PAYER)},
            "update_time": later_than(world, order["update_time"]),
            "_funding": funding,
        }
        world.store.put(approved)
        events.emit(world, "CHECKOUT.ORDER.APPROVED", approved, "An order has been approved by buyer")
    return approved


def return_address(order: Json) -> str:
    """Where the payer goes after saying yes."""
    return _with(_experience(order).get("return_url", ""), {"token": order["id"], "PayerID": _PAYER_ID})


def cancel_address(order: Json) -> str:
    """Where the payer goes after saying no."""
    return _with(_experience(order).get("cancel_url", ""), {"token": order["id"]})


def approve_saving(world: World, identifier: str, *, payer: str = "") -> Json:
    """The payer agrees that the merchant saves the account. Another payer each time, unless `payer` names one."""
    with world.store.transaction():
        setup = find(world, vault.SETUP, identifier)
        if setup["status"] != "PAYER_ACTION_REQUIRED":
            raise ValueError(f"the setup token is {setup['status']}")
        approved = setup | {"status": "APPROVED", "_payer": _PAYER | {"payer_id": payer or new_id(13)}}
        world.store.put(approved)
    return approved


def saving_address(setup: Json, *, agreed: bool) -> str:
    """Where the payer goes after answering."""
    name = "return_url" if agreed else "cancel_url"
    return _with(_experience(setup).get(name, ""), {"approval_token_id": setup["id"]})


def _experience(thing: Json) -> Json:
    experience: Json = thing["_asked"].get("experience_context", {})
    return experience


def _with(address: str, query: dict[str, str]) -> str:
    if not address:
        return ""
    return f"{address}{'&' if '?' in address else '?'}{urlencode(query)}"
