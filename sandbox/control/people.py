"""Controls of the people outside: who pays, disputes, refunds, and decides at the bank."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sandbox.control.actions import action, at_its_time, flag
from sandbox.store import Json, public
from sandbox.stripe import (
    accounts,
    balance,
    disputes,
    events,
    files,
    hosted,
    mandates,
    methods,
    payouts,
    radar,
    refunds,
)
from sandbox.stripe.hosted import CardGiven, Outcome
from sandbox.world import World


@action("POST", "pay/{}")
def pay(world: World, options: Json, session: str) -> Json:
    """Do what a visitor of the hosted page does.

    Options: `card` (a number), `method` (a saved card that the page offers), `network`, `any_brand`, `authenticate`
    (accept, refuse, or leave the question open), `at` (when), `webhooks` (false: the product is not told).
    """
    number = str(options.get("card", "4242424242424242"))
    quiet = not flag(options, "webhooks", default=True)
    with at_its_time(world, options), events.kept_quiet(quiet=quiet):
        given = CardGiven(
            number,
            str(options.get("network", "")),
            saved=str(options.get("method", "")),
            any_brand=flag(options, "any_brand", default=False),
        )
        visit = hosted.pay(world, session, given)
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


@action("POST", "sign/{}")
def sign(world: World, options: Json, session: str) -> Json:
    """Save a bank account on the hosted page: `iban` (a test one), `name`, `email`, `at`, `webhooks`."""
    quiet = not flag(options, "webhooks", default=True)
    with at_its_time(world, options), events.kept_quiet(quiet=quiet):
        visit = hosted.sign(
            world,
            session,
            iban=str(options.get("iban", "FR1420041010050500013M02606")),
            name=str(options.get("name", "Claire Martin")),
            email=str(options.get("email", "claire@example.org")),
        )
    setup = world.store.get("setup_intent", visit.session["setup_intent"] or "") or {}
    return {"outcome": visit.outcome.value, "reason": visit.reason, "mandate": setup.get("mandate")}


@action("POST", "mandates/{}/inactivate")
def inactivate_mandate(world: World, options: Json, identifier: str) -> Json:
    """The bank of the holder ends a mandate: `at`, `webhooks` (false: the product is not told)."""
    with _quietly(world, options), world.store.transaction():
        return public(mandates.inactivate(world, identifier))


@action("POST", "methods/{}/detach")
def detach_method(world: World, options: Json, identifier: str) -> Json:
    """A saved card is taken away in the provider's own pages: `at`."""
    with at_its_time(world, options), world.store.transaction():
        return public(methods.take_away(world, identifier))


@action("POST", "bank-accounts")
def save_account(world: World, options: Json) -> Json:
    """A customer's bank account with its mandate: `customer`, `iban`, `days` until its debits come, `code` if not."""
    with world.store.transaction():
        account, mandate = accounts.save(
            world,
            str(options["customer"]),
            iban=str(options.get("iban", "FR1420041010050500013M02606")),
            days=int(options["days"]) if "days" in options else None,
            code=str(options.get("code", "")),
        )
    return public(account) | {"mandate": mandate["id"]}


@action("POST", "methods/{}/decline")
def decline_method(world: World, options: Json, identifier: str) -> Json:
    """The bank of a saved card refuses from now on: `code` (a decline code; empty: it accepts again), `advice`."""
    with world.store.transaction():
        code, advice = str(options.get("code", "")), str(options.get("advice", ""))
        return public(methods.refuse_from_now_on(world, identifier, code=code, advice=advice))


@action("POST", "methods/{}/renew")
def renew_method(world: World, options: Json, identifier: str) -> Json:
    """The card network tells a later expiry: `month`, `year`."""
    expires = (int(options.get("month", 12)), int(options.get("year", 2040)))
    with at_its_time(world, options), world.store.transaction():
        return public(methods.renew(world, identifier, expires=expires))


@action("POST", "dispute/{}")
def dispute(world: World, options: Json, charge: str) -> Json:
    """The holder of the card disputes a charge (its id, or that of its payment intent).

    Options: `reason`, `amount`, `inquiry` (the bank only asks), `at`, `webhooks` (false: the product is not told).
    """
    with _quietly(world, options):
        opened = disputes.open_dispute(
            world,
            _charge(world, charge),
            reason=str(options.get("reason", "fraudulent")),
            amount=int(options.get("amount", 0)),
            inquiry=flag(options, "inquiry", default=False),
        )
    return public(opened)


@action("POST", "dispute/{}/escalate")
def escalate_dispute(world: World, options: Json, identifier: str) -> Json:
    """The bank's inquiry becomes a dispute: `at`, `webhooks`."""
    with _quietly(world, options):
        return public(disputes.escalate(world, disputes.find(world, identifier)))


@action("POST", "dispute/{}/say")
def say_dispute(world: World, options: Json, identifier: str) -> Json:
    """Give a dispute any `status`, also one that nobody knows yet."""
    with _quietly(world, options):
        return public(disputes.say(world, disputes.find(world, identifier), str(options["status"])))


@action("POST", "dispute/{}/close")
def close_dispute(world: World, options: Json, identifier: str) -> Json:
    """The bank decides: `outcome` won, lost or warning_closed; `fee_back`; `at`, `webhooks`."""
    outcome = str(options.get("outcome", "lost"))
    if outcome not in disputes.OUTCOMES:
        raise ValueError(f"outcome is one of {', '.join(disputes.OUTCOMES)}")
    fee_back = flag(options, "fee_back", default=False)
    with _quietly(world, options):
        return public(disputes.close_dispute(world, disputes.find(world, identifier), outcome, fee_back=fee_back))


@action("POST", "dispute/{}/files")
def files_of_dispute(world: World, _options: Json, identifier: str) -> Json:
    """What the product gave as files, each with its SHA-256."""
    evidence = disputes.find(world, identifier)["evidence"]
    found = [files.find(world, value) for name, value in evidence.items() if name in disputes.FILES]
    return {"files": [public(file) | {"sha256": file["_sha256"]} for file in found]}


@action("POST", "fraud-warning/{}")
def warn_of_fraud(world: World, options: Json, charge: str) -> Json:
    """The bank of a card warns of a payment (its charge or its intent): `fraud`, `at`, `webhooks`."""
    with _quietly(world, options):
        fraud = str(options.get("fraud", "unauthorized_use_of_card"))
        return public(radar.warn(world, _charge(world, charge), fraud=fraud))


@action("POST", "refund/{}")
def refund(world: World, options: Json, charge: str) -> Json:
    """A refund made in the provider's own pages, without any word to the product: `amount`, `at`."""
    found = _charge(world, charge)
    parameters: Json = {"charge": found["id"]}
    if options.get("amount"):
        parameters["amount"] = int(options["amount"])
    with at_its_time(world, options), world.store.transaction():
        return public(refunds.create(world, parameters))


@action("POST", "refunds/{}/succeed")
def succeed_refund(world: World, options: Json, identifier: str) -> Json:
    with at_its_time(world, options), world.store.transaction():
        return public(refunds.succeed(world, refunds.find(world, identifier)))


@action("POST", "refunds/{}/fail")
def fail_refund(world: World, options: Json, identifier: str) -> Json:
    """The card's bank sends the refund back: `reason`, `at`."""
    reason = str(options.get("reason", "lost_or_stolen_card"))
    with at_its_time(world, options), world.store.transaction():
        return public(refunds.fail(world, refunds.find(world, identifier), reason))


@action("POST", "payout")
def payout(world: World, options: Json) -> Json:
    """Pay out what is available: `status` (pending, in_transit or paid), `fee`, `at`, `webhooks` (false: not told)."""
    with _quietly(world, options):
        sent = payouts.send(world, status=str(options.get("status", "paid")), fee=int(options.get("fee", 0)))
        return public(sent)


@action("POST", "available")
def make_available(world: World, _options: Json) -> Json:
    """Nobody waits three days: all that is pending is available now."""
    return {"available": balance.make_available(world)}


@action("POST", "payouts/{}/move")
def move_payout(world: World, options: Json, identifier: str) -> Json:
    """What becomes of a payout: `status` in_transit, paid, failed or canceled; `reason`, `at`."""
    status, reason = str(options.get("status", "paid")), str(options.get("reason", "account_closed"))
    with at_its_time(world, options), world.store.transaction():
        return public(payouts.move(world, payouts.find(world, identifier), status, reason=reason))


@action("POST", "movement")
def move_balance(world: World, options: Json) -> Json:
    """Something else on the balance, such as a monthly fee: `kind`, `amount` (signed), `currency`, `category`, `at`."""
    with at_its_time(world, options), world.store.transaction():
        movement = balance.book(
            world,
            kind=str(options.get("kind", "stripe_fee")),
            amount=int(options["amount"]),
            source=None,
            category=str(options.get("category", "")),
            currency=str(options.get("currency", "eur")),
            at_once=True,
        )
    return public(movement)


@contextmanager
def _quietly(world: World, options: Json) -> Iterator[None]:
    """All or nothing, at the moment of `at`; without a word to the product if `webhooks` is false."""
    quiet = not flag(options, "webhooks", default=True)
    with at_its_time(world, options), events.kept_quiet(quiet=quiet), world.store.transaction():
        yield


def _charge(world: World, identifier: str) -> Json:
    intent = world.store.get("payment_intent", identifier)
    found = world.store.get("charge", intent["latest_charge"] or "" if intent else identifier)
    if found is None:
        raise ValueError("no such charge")
    return found
