"""Debits of bank accounts by SEPA: one is processing for days, then it comes, or it does not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sandbox.stripe import balance, charges, customers, disputes, events, mandates, methods
from sandbox.stripe.errors import StripeError, invalid
from sandbox.stripe.mandates import Fate

if TYPE_CHECKING:
    from sandbox.store import Json
    from sandbox.world import World

KIND: Final = "sepa_debit"
FEE_CENTS: Final = 35
_DAY: Final = 24 * 3600
_DAYS: Final = {Fate.SUCCEEDS_LATE: 14, Fate.FAILS_LATE: 14}
_USUAL_DAYS: Final = 5
_FAILING: Final = (Fate.FAILS, Fate.FAILS_LATE)


def save(world: World, customer: str, *, iban: str, days: int | None, code: str) -> tuple[Json, Json]:
    """A bank account of a customer and its mandate, as its saving leaves them.

    `days` until its debits are decided, and `code`, why they fail, go before what the test account does by itself.
    """
    account = mandates.find_account(iban)
    if account is None:
        raise invalid("This is no test account.", param="iban")
    customers.find(world, customer, param="customer")
    method = mandates.make_method(world, account, name="Jenny Rosen", email=None)
    method |= {"customer": customer, "_saved": True, "_days": days, "_code": code}
    return world.store.put(method), mandates.make_mandate(world, method, prefix="")


def begin(world: World, intent: Json, method: Json) -> Json:
    """The debit is given to the bank: nothing came yet."""
    mandate = mandates.find(world, intent["_mandate"] or "")
    if mandate["payment_method"] != method["id"] or mandate["status"] != "active":
        raise invalid("The mandate is not active, or of another payment method.", param="mandate")
    details = {**method[KIND], "expected_debit_date": None, "mandate": mandate["id"]}
    charge = charges.wait(world, intent, method, {KIND: details, "type": KIND})
    usual = _DAYS.get(mandates.account_of(method).fate, _USUAL_DAYS)
    days = method.get("_days")
    intent |= {
        "latest_charge": charge["id"],
        "last_payment_error": None,
        "payment_method": method["id"],
        "status": "processing",
        "_ends_at": world.clock.now() + (usual if days is None else days) * _DAY,
    }
    world.store.put(intent)
    events.emit(world, "payment_intent.processing", intent)
    return intent


def end_due(world: World) -> None:
    """The debits that the bank decides by now."""
    with world.store.transaction():
        where = "json_extract(body, '$._ends_at') <= ?"
        for intent in world.store.all("payment_intent", where, (world.clock.now(),)):
            _end(world, intent)


def _end(world: World, intent: Json) -> None:
    method = methods.find(world, intent["payment_method"], param="payment_method")
    charge = charges.find(world, intent["latest_charge"], param="charge")
    intent["_ends_at"] = None
    fate = mandates.account_of(method).fate
    code = method.get("_code") or ("insufficient_funds" if fate in _FAILING else "")
    if code:
        _fail(world, intent, charge, code)
        return
    movement = balance.book(world, kind="payment", amount=charge["amount"], source=charge["id"], fee=FEE_CENTS)
    charges.arrive(world, charge, movement["id"])
    intent |= {"amount_received": intent["amount"], "status": "succeeded"}
    world.store.put(intent)
    events.emit(world, "payment_intent.succeeded", intent)
    if fate is Fate.DISPUTED:
        disputes.open_dispute(world, charge, reason="debit_not_authorized")


def _fail(world: World, intent: Json, charge: Json, code: str) -> None:
    charges.fail_late(world, charge, code)
    refusal = StripeError("The customer's bank refused the debit.", code="payment_intent_payment_attempt_failed")
    intent |= {
        "last_payment_error": refusal.body | {"charge": charge["id"]},
        "payment_method": None,
        "status": "requires_payment_method",
    }
    world.store.put(intent)
    events.emit(world, "payment_intent.payment_failed", intent)
