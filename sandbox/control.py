"""The control API, `/_control/…`: clock, faults, webhook modes, and what people outside the product do.

Bodies are JSON or forms. A form (from the sandbox's own pages) is answered by the way back to the page.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from sandbox import clock, faults
from sandbox.store import Json, public
from sandbox.stripe import checkout, disputes, events, hosted, payouts, refunds, webhooks
from sandbox.stripe.errors import StripeError
from sandbox.stripe.hosted import CardGiven, Outcome
from sandbox.wire import Request, Response, json_response, see_other
from sandbox.world import World

Action = Callable[..., Any]
_ACTIONS: list[tuple[str, re.Pattern[str], Action]] = []


def _action(method: str, path: str) -> Callable[[Action], Action]:
    def register(action: Action) -> Action:
        pattern = re.compile("/_control/" + path.replace("{}", "([A-Za-z0-9_]+)"))
        _ACTIONS.append((method, pattern, action))
        return action

    return register


def answer(world: World, request: Request) -> Response:
    for method, pattern, action in _ACTIONS:
        match = pattern.fullmatch(request.path)
        if match and method == request.method:
            return _run(world, request, action, match.groups())
    return json_response({"error": "no such control"}, HTTPStatus.NOT_FOUND)


def _run(world: World, request: Request, action: Action, identifiers: tuple[str, ...]) -> Response:
    try:
        options = request.options() if request.method == "POST" else request.asked
        result = action(world, options, *identifiers)
    except StripeError as error:
        return json_response({"error": error.body}, error.status)
    except (ValueError, TypeError, KeyError) as error:
        return json_response({"error": f"{type(error).__name__}: {error}"}, HTTPStatus.BAD_REQUEST)
    if request.method == "POST" and not request.is_json and "text/html" in request.headers.get("accept", ""):
        return see_other(request.headers.get("referer") or "/")
    return json_response(result)


def _flag(options: Json, name: str, *, default: bool) -> bool:
    value = options.get(name, default)
    return value is True or str(value).lower() in {"1", "true", "on", "yes"}


@_action("GET", "state")
def state(world: World, _options: Json) -> Json:
    """Everything that can be switched, as it is."""
    return {
        "now": world.clock.now(),
        "clock_offset": world.clock.offset,
        "webhooks": _modes(world),
        "faults": faults.waiting(world.store),
        "outstanding": webhooks.outstanding(world),
    }


def _modes(world: World) -> Json:
    found = webhooks.modes(world)
    return {name: getattr(found, name) for name in found.__slots__}


@_action("GET", "totals")
def totals(world: World, options: Json) -> Json:
    """The provider's sums in cents: of everything, or of one customer (`?customer=cus_…`)."""
    customer = str(options.get("customer", ""))
    condition, values = ("json_extract(body, '$.customer') = ?", (customer,)) if customer else ("1", ())
    taken = [charge for charge in world.store.all("charge", condition, values) if charge["status"] == "succeeded"]
    given = [
        refund
        for refund in world.store.all("refund", condition, values)
        if refund["status"] in {"succeeded", "pending"}
    ]
    numbers = {charge["id"] for charge in taken}
    disputed = [
        dispute for dispute in world.store.all("dispute") if dispute["charge"] in numbers and dispute["status"] != "won"
    ]
    own = numbers | {refund["id"] for refund in world.store.all("refund", condition, values)}
    own |= {dispute["id"] for dispute in world.store.all("dispute") if dispute["charge"] in numbers}
    movements = [each for each in world.store.all("balance_transaction") if each["source"] in own]
    captured, refunded = _sum(taken, "amount_captured"), _sum(given, "amount")
    return {
        "captured_cents": captured,
        "refunded_cents": refunded,
        "disputed_cents": _sum(disputed, "amount"),
        "kept_cents": captured - refunded - _sum(disputed, "amount"),
        "fees_cents": _sum(movements, "fee"),
        "net_cents": _sum(movements, "net"),
        "paid_out_cents": _sum(world.store.all("payout"), "amount"),
        "charges": len(taken),
        "refunds": len(given),
        "disputes": len(disputed),
    }


def _sum(things: list[Json], name: str) -> int:
    return sum(int(thing[name]) for thing in things)


@_action("POST", "clock")
def set_clock(world: World, options: Json) -> Json:
    """`at`: make it that moment; `advance`: so many seconds later; `reset`: the real time. Sessions may expire of it."""
    if "at" in options:
        world.clock.set(clock.moment(str(options["at"])))
    elif "advance" in options:
        world.clock.advance(int(options["advance"]))
    elif "reset" in options:
        world.clock.reset()
    else:
        raise ValueError("say at, advance or reset")
    checkout.expire_all_due(world)
    return {"now": world.clock.now(), "written": clock.written(world.clock.now())}


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


@_action("POST", "faults")
def add_fault(world: World, options: Json) -> Json:
    """The next calls fail: kind, times, path, method, seconds, status, retry_after, executed."""
    faults.add(world.store, faults.read_fault(options))
    return {"faults": faults.waiting(world.store)}


@_action("POST", "faults/clear")
def clear_faults(world: World, _options: Json) -> Json:
    faults.clear(world.store)
    return {"faults": []}


@_action("POST", "reset")
def reset(world: World, options: Json) -> Json:
    """No fault, no mode, the real time; with `everything`, no memory either. The keys stay."""
    with world.store.transaction():
        faults.clear(world.store)
        webhooks.reset_modes(world)
        world.clock.reset()
        if _flag(options, "everything", default=False):
            world.store.forget_everything()
    return state(world, {})


@_action("POST", "pay/{}")
def pay(world: World, options: Json, session: str) -> Json:
    """Do what a visitor of the hosted page does: `card`, `authenticate` (accept or refuse), `at`, `webhooks` (false: none)."""
    at = clock.moment(str(options["at"])) if options.get("at") else None
    number = str(options.get("card", "4242424242424242"))
    quiet = not _flag(options, "webhooks", default=True)
    with world.clock.pinned(at), events.kept_quiet(quiet=quiet):
        visit = hosted.pay(world, session, CardGiven(number, str(options.get("network", ""))))
        if visit.outcome is Outcome.CHALLENGE and options.get("authenticate", "accept") != "leave":
            accepted = options.get("authenticate", "accept") == "accept"
            visit = hosted.answer_challenge(world, session, accepted=accepted)
    intent = world.store.get("payment_intent", visit.session["payment_intent"] or "") or {}
    return {
        "outcome": visit.outcome.value,
        "reason": visit.reason,
        "session": public(visit.session),
        "payment_intent": intent.get("id"),
        "charge": intent.get("latest_charge"),
        "return_url": hosted.return_address(visit.session),
    }


@_action("POST", "dispute/{}")
def dispute(world: World, options: Json, charge: str) -> Json:
    """The holder of the card disputes a charge (its id, or that of its payment intent): `reason`, `amount`, `at`."""
    with _moved(world, options), world.store.transaction():
        found = _charge(world, charge)
        opened = disputes.open_dispute(
            world, found, reason=str(options.get("reason", "fraudulent")), amount=int(options.get("amount", 0))
        )
    return public(opened)


@_action("POST", "dispute/{}/close")
def close_dispute(world: World, options: Json, identifier: str) -> Json:
    """The bank decides: `outcome` won or lost."""
    outcome = str(options.get("outcome", "lost"))
    if outcome not in {"won", "lost"}:
        raise ValueError("outcome is won or lost")
    with _moved(world, options), world.store.transaction():
        return public(disputes.close_dispute(world, disputes.find(world, identifier), outcome))


@_action("POST", "refund/{}")
def refund(world: World, options: Json, charge: str) -> Json:
    """A refund made in the provider's own pages, without any word to the product: `amount`, `at`."""
    found = _charge(world, charge)
    parameters: Json = {"charge": found["id"]}
    if options.get("amount"):
        parameters["amount"] = int(options["amount"])
    with _moved(world, options), world.store.transaction():
        return public(refunds.create(world, parameters))


@_action("POST", "refunds/{}/succeed")
def succeed_refund(world: World, options: Json, identifier: str) -> Json:
    with _moved(world, options), world.store.transaction():
        return public(refunds.succeed(world, refunds.find(world, identifier)))


@_action("POST", "refunds/{}/fail")
def fail_refund(world: World, options: Json, identifier: str) -> Json:
    """The card's bank sends the refund back: `reason`, `at`."""
    reason = str(options.get("reason", "lost_or_stolen_card"))
    with _moved(world, options), world.store.transaction():
        return public(refunds.fail(world, refunds.find(world, identifier), reason))


@_action("POST", "payout")
def payout(world: World, options: Json) -> Json:
    """Pay out what is available: `at`."""
    with _moved(world, options), world.store.transaction():
        return public(payouts.send(world))


@_action("GET", "events")
def list_events(world: World, _options: Json) -> Json:
    """The newest hundred events and what became of their sending."""
    return {"events": webhooks.journal(world, 100)}


@_action("POST", "events/{}/send")
def send_event(world: World, options: Json, event: str) -> Json:
    """Send an event again, `copies` times."""
    if world.store.get("event", event) is None:
        raise ValueError("no such event")
    webhooks.send_again(world, event, int(options.get("copies", 1)))
    return {"sent": event}


@_action("POST", "forge")
def forge(world: World, options: Json) -> Json:
    """Send, once and now, an event that never happened, signed by someone who does not know the secret."""
    event: Json = dict(options.get("event", {})) or webhooks.forged_event(world, str(options.get("type", "")))
    return {"answer": webhooks.post(world, event, webhooks.Signing.FORGED), "event": event}


def _moved(world: World, options: Json) -> Any:
    return world.clock.pinned(clock.moment(str(options["at"])) if options.get("at") else None)


def _charge(world: World, identifier: str) -> Json:
    intent = world.store.get("payment_intent", identifier)
    found = world.store.get("charge", intent["latest_charge"] or "" if intent else identifier)
    if found is None:
        raise ValueError("no such charge")
    return found
