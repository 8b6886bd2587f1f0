"""Controls of the machine: its clock, its faults, the sending of events, and what it remembers."""

from __future__ import annotations

from dataclasses import asdict

from sandbox import clock, faults
from sandbox.bank import control as bank
from sandbox.bank.ledger import close_account
from sandbox.chorus import health as chorus
from sandbox.control.actions import action, flag
from sandbox.paypal import health as paypal
from sandbox.paypal.totals import totals as paypal_totals
from sandbox.store import Json
from sandbox.stripe import accounts, charges, checkout, refunds, webhooks
from sandbox.stripe.totals import sums_of
from sandbox.vies import registers as vies
from sandbox.world import World


@action("GET", "state")
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
    return asdict(webhooks.modes(world))


@action("GET", "totals")
def totals(world: World, options: Json) -> Json:
    """The provider's sums in cents: of everything, or of one customer (`?customer=cus_…`). PayPal's stand apart."""
    return sums_of(world, str(options.get("customer", ""))) | {"paypal": paypal_totals(world)}


@action("GET", "calls")
def list_calls(world: World, _options: Json) -> Json:
    """The latest calls of the API, oldest first, since the start or the last reset of everything."""
    return {"calls": list(world.calls)}


@action("POST", "clock")
def set_clock(world: World, options: Json) -> Json:
    """`at`: make it that moment; `advance`: so many seconds later; `reset`: the real time. Sessions may expire."""
    if "at" in options:
        world.clock.set(clock.moment(str(options["at"])))
    elif "advance" in options:
        world.clock.advance(int(options["advance"]))
    elif "reset" in options:
        world.clock.reset()
    else:
        raise ValueError("say at, advance or reset")
    checkout.expire_all_due(world)
    charges.book_due(world)
    refunds.end_due(world)
    accounts.end_due(world)
    return {"now": world.clock.now(), "written": clock.written(world.clock.now())}


@action("POST", "webhooks")
def set_webhooks(world: World, options: Json) -> Json:
    """Change how events are sent: late, copies, reordered, held, lost, forged, stale."""
    webhooks.change_modes(world, options)
    return _modes(world)


@action("POST", "webhooks/reset")
def reset_webhooks(world: World, _options: Json) -> Json:
    webhooks.reset_modes(world)
    return _modes(world)


@action("POST", "webhooks/release")
def release_webhooks(world: World, _options: Json) -> Json:
    return {"released": webhooks.release(world)}


@action("POST", "fees")
def tell_fees_late(world: World, options: Json) -> Json:
    """`late`: so many seconds pass before a charge has its balance transaction, and so its fee."""
    charges.tell_fees_late(world, int(options.get("late", 0)))
    return {"late": charges.fees_late(world)}


@action("POST", "faults")
def add_fault(world: World, options: Json) -> Json:
    """The next calls fail: kind, times, path, method, seconds, status, retry_after, executed, body, echo."""
    faults.add(world.store, faults.read_fault(options))
    return {"faults": faults.waiting(world.store)}


@action("POST", "faults/clear")
def clear_faults(world: World, _options: Json) -> Json:
    faults.clear(world.store)
    return {"faults": []}


@action("POST", "reset")
def reset(world: World, options: Json) -> Json:
    """No fault, no mode, the real time; with `everything`, no memory either. The keys stay.

    It waits for the event that is on its way, so that nothing of before arrives after.
    """
    with world.sending, world.store.transaction():
        faults.clear(world.store)
        webhooks.reset_modes(world)
        paypal.restore(world)
        vies.restore(world)
        bank.restore(world)
        chorus.restore(world)
        charges.tell_fees_late(world, 0)
        world.clock.reset()
        if flag(options, "everything", default=False):
            world.store.forget_everything()
            close_account(world)
            world.calls.clear()
    return state(world, {})


@action("GET", "events")
def list_events(world: World, _options: Json) -> Json:
    """The newest hundred events and what became of their sending."""
    return {"events": webhooks.journal(world, 100)}


@action("POST", "events/{}/send")
def send_event(world: World, options: Json, event: str) -> Json:
    """Send an event again, `copies` times."""
    if world.store.get("event", event) is None:
        raise ValueError("no such event")
    webhooks.send_again(world, event, int(options.get("copies", 1)))
    return {"sent": event}


@action("POST", "forge")
def forge(world: World, options: Json) -> Json:
    """Send, once and now, an event that never happened, signed by someone who does not know the secret."""
    event: Json = dict(options.get("event", {})) or webhooks.forged_event(world, str(options.get("type", "")))
    return {"answer": webhooks.post(world, event, webhooks.Signing.FORGED), "event": event}
