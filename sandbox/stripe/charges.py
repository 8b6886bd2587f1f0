"""Charges: each attempt to take money from a card, taken or refused."""

from __future__ import annotations

from sandbox.store import Json
from sandbox.stripe import balance, cards, events, methods
from sandbox.stripe.errors import missing
from sandbox.stripe.paging import page
from sandbox.stripe.routes import endpoint
from sandbox.world import World, new_id

_FEES_LATE = "stripe.fees_late"


def find(world: World, identifier: str, *, param: str) -> Json:
    found = world.store.get("charge", identifier)
    if found is None:
        raise missing("charge", identifier, param)
    return found


def take(world: World, intent: Json, method: Json, *, proven: bool) -> Json:
    """Take the money: the charge, its movement on the balance (at once, unless fees are told late), and the event."""
    charge = _new(world, intent, method, _by_card(method, intent["amount"], proven=proven))
    late = fees_late(world)
    charge |= {
        "amount_captured": charge["amount"],
        "balance_transaction": None if late else _book(world, charge),
        "_books_at": world.clock.now() + late if late else None,
        "captured": True,
        "outcome": _outcome("authorized", "normal"),
        "paid": True,
        "receipt_url": f"{world.origin}/receipts/{charge['id']}",
        "status": "succeeded",
    }
    world.store.put(charge)
    events.emit(world, "charge.succeeded", charge)
    return charge


def _book(world: World, charge: Json) -> str:
    fee = balance.charge_fee(charge["amount"])
    return str(balance.book(world, kind="charge", amount=charge["amount"], source=charge["id"], fee=fee)["id"])


def fees_late(world: World) -> int:
    """How many seconds after the charge Stripe says what it costs."""
    return int(world.store.setting(_FEES_LATE, 0))


def tell_fees_late(world: World, seconds: int) -> None:
    """From now on the balance transaction of a charge comes so late: Stripe's asynchronous capture."""
    world.store.set_setting(_FEES_LATE, seconds)


def book_due(world: World) -> None:
    """Book the charges whose balance transaction is due, and tell it."""
    with world.store.transaction():
        for charge in world.store.all("charge", "json_extract(body, '$._books_at') <= ?", (world.clock.now(),)):
            charge |= {"balance_transaction": _book(world, charge), "_books_at": None}
            world.store.put(charge)
            events.emit(world, "charge.updated", charge, previous={"balance_transaction": None})


def wait(world: World, intent: Json, method: Json, details: Json) -> Json:
    """A debit of a bank account was given to its bank."""
    charge = _new(world, intent, method, details) | {"captured": True, "status": "pending"}
    world.store.put(charge)
    events.emit(world, "charge.pending", charge)
    return charge


def arrive(world: World, charge: Json, movement: str) -> None:
    """The money of a pending charge came."""
    charge |= {
        "amount_captured": charge["amount"],
        "balance_transaction": movement,
        "outcome": _outcome("authorized", "normal"),
        "paid": True,
        "status": "succeeded",
    }
    world.store.put(charge)
    events.emit(world, "charge.succeeded", charge)


def fail_late(world: World, charge: Json, code: str) -> None:
    """The bank of a pending charge refused."""
    charge |= {"captured": False, "failure_code": code, "failure_message": cards.message(code), "status": "failed"}
    world.store.put(charge)
    events.emit(world, "charge.failed", charge)


def refuse(world: World, intent: Json, method: Json, decline: str) -> Json:
    """Write down that the bank refused."""
    charge = _new(world, intent, method, _by_card(method, intent["amount"], proven=False))
    charge |= {
        "failure_code": cards.error_code(decline),
        "failure_message": cards.message(decline),
        "outcome": _outcome("issuer_declined", "normal") | {"network_status": "declined_by_network", "reason": decline},
    }
    world.store.put(charge)
    events.emit(world, "charge.failed", charge)
    return charge


def _outcome(kind: str, risk: str) -> Json:
    return {
        "advice_code": None,
        "network_advice_code": None,
        "network_decline_code": None,
        "network_status": "approved_by_network",
        "reason": None,
        "risk_level": risk,
        "risk_score": 12,
        "seller_message": "Payment complete." if kind == "authorized" else "The bank refused the payment.",
        "type": kind,
    }


_BLANK: Json = {
    "application": None,
    "application_fee": None,
    "application_fee_amount": None,
    "balance_transaction": None,
    "captured": False,
    "disputed": False,
    "failure_balance_transaction": None,
    "failure_code": None,
    "failure_message": None,
    "livemode": False,
    "on_behalf_of": None,
    "outcome": None,
    "paid": False,
    "receipt_number": None,
    "receipt_url": None,
    "refunded": False,
    "review": None,
    "shipping": None,
    "source": None,
    "source_transfer": None,
    "statement_descriptor": None,
    "status": "failed",
    "transfer": None,
    "transfer_data": None,
    "transfer_group": None,
}
"""What such an object says of what is not imitated, or not known yet."""


def _by_card(method: Json, amount: int, *, proven: bool) -> Json:
    return {"card": _card_details(method, amount, proven=proven), "type": "card"}


def _new(world: World, intent: Json, method: Json, details: Json) -> Json:
    suffix = intent["statement_descriptor_suffix"]
    return {
        **_BLANK,
        "id": new_id("ch"),
        "object": "charge",
        "amount": intent["amount"],
        "amount_captured": 0,
        "amount_refunded": 0,
        "billing_details": method["billing_details"],
        "calculated_statement_descriptor": f"SANDBOX* {suffix}" if suffix else "SANDBOX",
        "created": world.clock.now(),
        "currency": intent["currency"],
        "customer": intent["customer"],
        "description": intent["description"],
        "fraud_details": {},
        "metadata": dict(intent["metadata"]),
        "payment_intent": intent["id"],
        "payment_method": method["id"],
        "payment_method_details": details,
        "radar_options": {},
        "receipt_email": intent["receipt_email"],
        "statement_descriptor_suffix": suffix,
    }


def _card_details(method: Json, amount: int, *, proven: bool) -> Json:
    card = method["card"]
    network = card["networks"]["preferred"] or methods.card_of(method).available[0]
    same = (
        "brand",
        "country",
        "exp_month",
        "exp_year",
        "fingerprint",
        "funding",
        "last4",
        "regulated_status",
        "wallet",
    )
    proof = {
        "authentication_flow": "challenge",
        "electronic_commerce_indicator": "05",
        "exemption_indicator": None,
        "result": "authenticated",
        "result_reason": None,
        "transaction_id": new_id("3ds", 12),
        "version": "2.2.0",
    }
    return {name: card[name] for name in same} | {
        "amount_authorized": amount,
        "authorization_code": None,
        "checks": {"address_line1_check": None, "address_postal_code_check": None, "cvc_check": "pass"},
        "extended_authorization": {"status": "disabled"},
        "incremental_authorization": {"status": "unavailable"},
        "installments": None,
        "mandate": None,
        "multicapture": {"status": "unavailable"},
        "network": network,
        "network_token": {"used": False},
        "network_transaction_id": new_id("ntx", 12)[4:],
        "overcapture": {"maximum_amount_capturable": amount, "status": "unavailable"},
        "three_d_secure": proof if proven else None,
    }


@endpoint("GET", "/v1/charges/{}", "ChargeRetrieveParams")
def retrieve(world: World, _parameters: Json, identifier: str) -> Json:
    return find(world, identifier, param="id")


@endpoint("GET", "/v1/charges", "ChargeListParams", "created", "customer", "payment_intent", paged=True)
def list_charges(world: World, parameters: Json) -> Json:
    return page(world, "charge", parameters, url="/v1/charges", same=("customer", "payment_intent"))
