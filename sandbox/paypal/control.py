"""The controls of PayPal, `/_control/paypal/…`: webhook modes, and what happens there without the product.

Faults of the API are those of the whole sandbox (`/_control/faults`), with a path such as `/paypal/v2/checkout`.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
from uuid import uuid4

from sandbox.control.actions import action, at_its_time, flag
from sandbox.paypal import approval, captures, disputes, events, orders, reporting, tokens, vault, webhooks
from sandbox.paypal.errors import PayPalError
from sandbox.paypal.things import find, money, new_id, shown, stamp
from sandbox.paypal.totals import totals
from sandbox.store import Json
from sandbox.stripe.webhooks import Signing
from sandbox.world import World

Control = Callable[..., Json]


def _action(method: str, path: str) -> Callable[[Control], Control]:
    """Register a control of PayPal: all or nothing, at the moment that `at` names."""

    def register(control: Control) -> Control:
        @action(method, f"paypal/{path}")
        @wraps(control)
        def run(world: World, options: Json, *identifiers: str) -> Json:
            try:
                with at_its_time(world, options), world.store.transaction():
                    return control(world, options, *identifiers)
            except PayPalError as error:
                raise ValueError(", ".join([error.name, *(detail.issue for detail in error.details)])) from error

        return control

    return register


@_action("GET", "state")
def state(world: World, _options: Json) -> Json:
    """Everything that can be switched, as it is."""
    return {"webhooks": _modes(world), "outstanding": webhooks.outstanding(world), "totals": totals(world)}


def _modes(world: World) -> Json:
    found = webhooks.modes(world)
    return {name: getattr(found, name) for name in found.__slots__}


@_action("POST", "webhooks")
def set_webhooks(world: World, options: Json) -> Json:
    """Change how events are sent: late, copies, reordered, held, lost, forged, stale."""
    webhooks.change_modes(world, options)
    return _modes(world)


@_action("POST", "webhooks/reset")
def reset_webhooks(world: World, _options: Json) -> Json:
    webhooks.reset_modes(world)
    return _modes(world)


@_action("POST", "webhooks/release")
def release_webhooks(world: World, _options: Json) -> Json:
    return {"released": webhooks.release(world)}


@_action("POST", "approve/{}")
def approve(world: World, options: Json, order: str) -> Json:
    """The payer says yes: `funding`, `at`, `webhooks` (false: nothing is told)."""
    with events.kept_quiet(quiet=not flag(options, "webhooks", default=True)):
        approved = approval.approve(world, order, funding=str(options.get("funding", "accepted")))
    return {"order": shown(approved), "return_url": approval.return_address(approved)}


@_action("POST", "capture/{}")
def capture(world: World, options: Json, order: str) -> Json:
    """Take the money of an approved order as if the product had asked, and had not heard the answer."""
    found = orders.current(world, order)
    if found["status"] != "APPROVED":
        raise ValueError(f"the order is {found['status']}")
    with events.kept_quiet(quiet=not flag(options, "webhooks", default=True)):
        orders.take(world, found)
    return shown(orders.present(world, find(world, orders.KIND, order)))


@_action("POST", "captures/{}/complete")
def complete(world: World, _options: Json, identifier: str) -> Json:
    """PayPal has reviewed a pending capture: the money is there."""
    return shown(captures.complete(world, _pending(world, identifier)))


@_action("POST", "captures/{}/deny")
def deny(world: World, options: Json, identifier: str) -> Json:
    """PayPal has reviewed a pending capture: it comes to nothing. `word`: DENIED or DECLINED."""
    word = str(options.get("word", "DENIED"))
    if word not in {"DENIED", "DECLINED"}:
        raise ValueError("word is DENIED or DECLINED")
    return shown(captures.deny(world, _pending(world, identifier), word=word))


def _pending(world: World, identifier: str) -> Json:
    found = find(world, captures.KIND, identifier)
    if found["status"] != "PENDING":
        raise ValueError(f"the capture is {found['status']}")
    return found


@_action("POST", "refund/{}")
def refund(world: World, options: Json, identifier: str) -> Json:
    """A refund made in PayPal's own pages, without any word to the product: `amount` in cents."""
    found = find(world, captures.KIND, identifier)
    currency = found["amount"]["currency_code"]
    asked = {"amount": money(int(options["amount"]), currency)} if options.get("amount") else {}
    return shown(captures.give_back(world, found, asked))


@_action("POST", "refunds/slow")
def slow_refunds(world: World, options: Json) -> Json:
    """Whether refunds are PENDING first: `slow`."""
    slow = flag(options, "slow", default=True)
    captures.slow_refunds(world, slow=slow)
    return {"slow": slow}


@_action("POST", "refunds/{}/end")
def end_refund(world: World, options: Json, identifier: str) -> Json:
    """A pending refund ends: `status` COMPLETED, FAILED or CANCELLED."""
    status = str(options.get("status", "COMPLETED"))
    if status not in {"COMPLETED", "FAILED", "CANCELLED"}:
        raise ValueError("status is COMPLETED, FAILED or CANCELLED")
    return shown(captures.finish_refund(world, find(world, captures.REFUND, identifier), status))


@_action("POST", "dispute/{}")
def dispute(world: World, options: Json, identifier: str) -> Json:
    """The payer disputes a capture: `reason`, `amount` in cents, `chargeback` (through the bank)."""
    opened = disputes.open_dispute(
        world,
        find(world, captures.KIND, identifier),
        reason=str(options.get("reason", "UNAUTHORISED")),
        amount=int(options.get("amount", 0)),
        chargeback=flag(options, "chargeback", default=False),
    )
    return shown(opened)


@_action("POST", "dispute/{}/close")
def close_dispute(world: World, options: Json, identifier: str) -> Json:
    """PayPal decides, or the payer gives up: `outcome` won, lost or cancelled; `fee_back`."""
    outcome = str(options.get("outcome", "lost"))
    if outcome not in disputes.OUTCOMES:
        raise ValueError(f"outcome is one of {', '.join(disputes.OUTCOMES)}")
    fee_back = flag(options, "fee_back", default=False)
    return shown(disputes.close(world, find(world, disputes.KIND, identifier), outcome, fee_back=fee_back))


@_action("POST", "dispute/{}/escalate")
def escalate_dispute(world: World, _options: Json, identifier: str) -> Json:
    """The payer's inquiry becomes a claim."""
    return shown(disputes.escalate(world, find(world, disputes.KIND, identifier)))


@_action("POST", "dispute/{}/say")
def say_dispute(world: World, options: Json, identifier: str) -> Json:
    """Give a dispute any `status`, also one that nobody knows yet."""
    return shown(disputes.say(world, find(world, disputes.KIND, identifier), str(options["status"])))


@_action("POST", "dispute/{}/files")
def files_of_dispute(world: World, _options: Json, identifier: str) -> Json:
    """What the product gave as files, each with its SHA-256."""
    return {"files": find(world, disputes.KIND, identifier).get("_documents", [])}


@_action("POST", "reverse/{}")
def reverse(world: World, options: Json, identifier: str) -> Json:
    """PayPal takes a payment back without any dispute: `amount` in cents."""
    found = find(world, captures.KIND, identifier)
    return captures.reverse(world, found, int(options["amount"]))


@_action("POST", "withdraw")
def withdraw(world: World, options: Json) -> Json:
    """Money goes to the bank: `amount` in cents (all of it without), `pending` (it arrives later)."""
    pending = flag(options, "pending", default=False)
    return shown(reporting.withdraw(world, int(options.get("amount", 0)), pending=pending))


@_action("POST", "withdrawals/{}/end")
def end_withdrawal(world: World, options: Json, identifier: str) -> Json:
    """A withdrawal arrives, or with `returned` comes back."""
    found = find(world, reporting.WITHDRAWAL, identifier)
    return shown(reporting.end_withdrawal(world, found, returned=flag(options, "returned", default=False)))


@_action("POST", "movement")
def move_balance(world: World, options: Json) -> Json:
    """Something else on the balance: `code` (T0100 is a fee), `amount` in signed cents, `currency`."""
    code, currency = str(options.get("code", "T0100")), str(options.get("currency", "EUR"))
    return shown(reporting.add(world, code, int(options["amount"]), currency=currency))


@_action("POST", "reporting")
def tell_late(world: World, options: Json) -> Json:
    """`late`: what happens is reported so many seconds later."""
    reporting.be_late(world, int(options.get("late", 0)))
    return {"late": int(options.get("late", 0))}


@_action("POST", "approve-saving/{}")
def approve_saving(world: World, options: Json, identifier: str) -> Json:
    """The payer agrees that the account is saved: `payer` (an id, for the same one twice)."""
    setup = approval.approve_saving(world, identifier, payer=str(options.get("payer", "")))
    return {"setup_token": shown(setup), "return_url": approval.saving_address(setup, agreed=True)}


@_action("POST", "vault/{}/funding")
def set_funding(world: World, options: Json, identifier: str) -> Json:
    """What becomes of the next payments from a saved account: `funding`, or payer_action (the payer must agree)."""
    funding, known = str(options.get("funding", "declined")), (*orders.FUNDINGS, orders.PAYER_ACTION)
    if funding not in known:
        raise ValueError(f"funding is one of {', '.join(known)}")
    world.store.put(vault.usable(world, identifier) | {"_funding": funding})
    return {"funding": funding}


@_action("POST", "vault/{}/revoke")
def revoke(world: World, _options: Json, identifier: str) -> Json:
    """The payer takes the saved account back, at PayPal."""
    return shown(vault.remove(world, vault.usable(world, identifier), by_payer=True))


@_action("POST", "tokens/revoke")
def revoke_tokens(world: World, _options: Json) -> Json:
    """Every access token that was given is worthless from now on."""
    return {"revoked": tokens.revoke_all(world)}


@_action("POST", "tokens/life")
def token_life(world: World, options: Json) -> Json:
    """How many seconds the tokens given from now on are good: `seconds`."""
    tokens.set_life(world, int(options["seconds"]))
    return {"seconds": int(options["seconds"])}


@_action("GET", "events")
def list_events(world: World, _options: Json) -> Json:
    """The newest hundred events and what became of their sending."""
    return {"events": webhooks.journal(world, 100)}


@_action("POST", "events/{}/send")
def send_event(world: World, options: Json, event: str) -> Json:
    """Send an event again, `copies` times."""
    find(world, events.KIND, event)
    webhooks.send_again(world, event, int(options.get("copies", 1)))
    return {"sent": event}


def forged_event(world: World, name: str) -> Json:
    """The newest capture, told once more by someone who wants to be credited twice."""
    found = world.store.all(captures.KIND, newest=1)
    return {
        "id": f"WH-{new_id()}-{new_id()}",
        "event_version": "1.0",
        "create_time": stamp(world),
        "resource_type": "capture",
        "event_type": name or "PAYMENT.CAPTURE.COMPLETED",
        "summary": "Payment completed",
        "resource": (shown(found[0]) if found else {"id": new_id()}) | {"status": "COMPLETED"},
        "links": [],
    }


@action("POST", "paypal/forge")
def forge(world: World, options: Json) -> Json:
    """Send, once and now, an event that never happened, signed by someone who does not have PayPal's key.

    It calls the product: without the lock.
    """
    event: Json = dict(options.get("event", {})) or forged_event(world, str(options.get("type", "")))
    sent = datetime.fromtimestamp(time.time(), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {"answer": webhooks.post(world, event, Signing.FORGED, str(uuid4()), sent), "event": event}
