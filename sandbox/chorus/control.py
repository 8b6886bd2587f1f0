"""The controls of Chorus Pro, `/_control/chorus/…`: its directory, its pace, and what becomes of deposits and invoices.

Silence, errors and garbage are faults of the whole sandbox (`/_control/faults`), with a path such as `/chorus/cpro/`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from sandbox.chorus import PREFIX, access, directory, fates, flows, invoices, lies, pace
from sandbox.chorus.errors import Refusal
from sandbox.control.actions import action, at_its_time, flag
from sandbox.store import Json
from sandbox.world import World

Control = Callable[..., Json]


def _action(method: str, path: str) -> Callable[[Control], Control]:
    """Register a control of Chorus Pro: all or nothing, at the moment that `at` names, with everything due done."""

    def register(control: Control) -> Control:
        @action(method, f"chorus/{path}")
        @wraps(control)
        def run(world: World, options: Json, *identifiers: str) -> Json:
            try:
                with at_its_time(world, options), world.store.transaction():
                    flows.catch_up(world)
                    return control(world, options, *identifiers)
            except Refusal as refusal:
                raise ValueError(refusal.message) from refusal

        return control

    return register


@_action("GET", "state")
def state(world: World, _options: Json) -> Json:
    """Everything that can be switched, as it is."""
    store = world.store
    return {
        "pace": pace.step(store),
        "late_reports": pace.late_reports(store),
        "fates": fates.decided(store),
        "lie": lies.told(store),
        "unsubscribed": access.unsubscribed(world),
        "forbidden": directory.forbidden(store),
        "password_expires": access.password_expires(world),
    }


@_action("GET", "deposits")
def deposits(world: World, _options: Json) -> Json:
    """Every deposit that was taken, oldest first."""
    found = reversed(world.store.all(flows.FLOW))
    return {"deposits": [_deposit(world, flow) for flow in found]}


def _deposit(world: World, flow: Json) -> Json:
    names = ("number", "name", "syntax", "size", "sha256", "invoice")
    told = {name: flow[name] for name in names}
    return {"flow": flow["id"], "state": flows.state_of(world, flow), "deposited": flow["created"], **told}


@_action("GET", "invoices")
def list_invoices(world: World, _options: Json) -> Json:
    """Every integrated invoice with its history, oldest first."""
    found = reversed(world.store.all(invoices.INVOICE))
    return {"invoices": [_invoice(invoice) for invoice in found]}


def _invoice(invoice: Json) -> Json:
    names = ("id", "flow", "status", "comment", "history", "actions", "attachments", "rejection_handled")
    facts = ("number", "kind", "seller", "buyer", "service", "engagement", "market", "total", "to_pay")
    return {**{name: invoice[name] for name in names}, **{name: invoice["facts"][name] for name in facts}}


@_action("GET", "calls")
def calls(world: World, _options: Json) -> Json:
    """The latest calls of PISTE and of the API, oldest first."""
    return {"calls": [call for call in world.calls if call["path"].startswith(f"{PREFIX}/")]}


@_action("POST", "pace")
def set_pace(world: World, options: Json) -> Json:
    """Seconds between two steps of flows and invoices: `seconds` (0: all at once)."""
    pace.set_step(world.store, float(options["seconds"]))
    return state(world, {})


@_action("POST", "reports")
def be_late(world: World, options: Json) -> Json:
    """A flow cannot be found the first `late` times that its report is asked for."""
    pace.set_late_reports(world.store, int(options.get("late", 0)))
    return state(world, {})


@_action("POST", "fates/{}")
def decide(world: World, options: Json, key: str) -> Json:
    """What becomes of the deposits of an invoice number, or of the `next` one: kind, text, seconds, times."""
    fates.tell(world.store, key, fates.told({name: value for name, value in options.items() if name != "at"}))
    return state(world, {})


@_action("POST", "flows/{}")
def decide_flow(world: World, options: Json, number: str) -> Json:
    """Change the fate of a flow that has not ended: `kind`, `text`, `seconds`. Without kind it is judged as others."""
    flow = flows.find(world, number)
    if flow is None:
        raise ValueError("no such flow")
    changed = flows.decide(world, flow, fates.told(options))
    flows.catch_up(world)
    return _deposit(world, flows.find(world, number) or changed)


@_action("POST", "status")
def set_status(world: World, options: Json) -> Json:
    """Give an invoice (`id`, or `number`) any `status`, also one that nobody knows yet: `comment`, `at`."""
    invoice = _found(world, options)
    comment = str(options.get("comment", ""))
    return _invoice(invoices.enter(world, invoice, str(options["status"]), comment=comment, by="agent"))


def _found(world: World, options: Json) -> Json:
    if options.get("id"):
        found = invoices.find(world, options["id"])
    else:
        found = next(iter(reversed(invoices.numbered(world, str(options["number"])))), None)
    if found is None:
        raise ValueError("no such invoice")
    return found


@_action("POST", "structures/{}")
def change_structure(world: World, options: Json, siret: str) -> Json:
    """Add a body, or change it.

    Options: `name`, `public`, `active`, `attached` (our account may act for it), `service_required`,
    `engagement_required`, `either_required`, `tells_no_payment`, `services` (`code`, `name`, `active`, `engagement`),
    `engagements` (number: cents that remain), `street`, `postcode`, `town`.
    """
    return directory.change(world.store, siret, options)


@_action("POST", "structures/{}/close")
def close_structure(world: World, _options: Json, siret: str) -> Json:
    """The body is no longer active."""
    return directory.change(world.store, siret, {"active": False})


@_action("POST", "structures/{}/attach")
def attach(world: World, options: Json, siret: str) -> Json:
    """Our account may act for that supplier; with `attached` false, no more."""
    attached = flag(options, "attached", default=True)
    return directory.change(world.store, siret, {"attached": attached, "public": False})


@_action("POST", "structures/{}/services")
def change_service(world: World, options: Json, siret: str) -> Json:
    """Add a service, or change it: `code`, `name`, `active`, `engagement`."""
    return directory.change_service(world.store, siret, options)


@_action("POST", "structures/{}/engagements")
def change_engagement(world: World, options: Json, siret: str) -> Json:
    """A known engagement: `number`, `cents` that remain."""
    body = directory.find(world.store, siret)
    if body is None:
        raise ValueError("no such structure")
    known = {**body["engagements"], str(options["number"]): int(options.get("cents", 0))}
    return directory.change(world.store, siret, {"engagements": known})


@_action("POST", "structures/{}/forbid")
def forbid(world: World, options: Json, siret: str) -> Json:
    """Our account has no right on that structure; with `forbidden` false it has again."""
    others = [each for each in directory.forbidden(world.store) if each != siret]
    forbidden = flag(options, "forbidden", default=True)
    directory.forbid(world.store, [*others, siret] if forbidden else others)
    return state(world, {})


@_action("POST", "password")
def rotate_password(world: World, options: Json) -> Json:
    """The technical account gets another `password` (made up without one); with `expires` alone, it ends then."""
    if "expires" in options:
        access.expire_password(world, str(options["expires"]))
    if "expires" not in options or options.get("password"):
        access.rotate(world, str(options.get("password", "")))
    return {"login": access.LOGIN, "password": access.password(world), "expires": access.password_expires(world)}


@_action("POST", "subscriptions")
def unsubscribe(world: World, options: Json) -> Json:
    """The application has no right on these APIs: `without`, such as ["structures"]."""
    access.unsubscribe(world, [str(each) for each in options.get("without", [])])
    return state(world, {})


@_action("POST", "tokens")
def set_tokens(world: World, options: Json) -> Json:
    """`life` (seconds) of the tokens to come; `refused`: PISTE gives none; `revoke`: none is good any more."""
    if "life" in options:
        access.set_life(world, int(options["life"]))
    if "refused" in options:
        access.refuse_tokens(world, refused=flag(options, "refused", default=False))
    revoked = access.revoke_all(world) if flag(options, "revoke", default=False) else 0
    return {**state(world, {}), "revoked": revoked}


@_action("POST", "lie")
def lie(world: World, options: Json) -> Json:
    """Answers are not what they should be: `kind` is unknown_status or extra_fields; none: they are right."""
    lies.set_lie(world.store, str(options.get("kind", "")))
    return state(world, {})
