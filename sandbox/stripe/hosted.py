"""What the visitor of the hosted payment page does: pay, prove, be refused, come back."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from sandbox.store import Json
from sandbox.stripe import attempts, cards, checkout, events, intents, mandates, methods, setups
from sandbox.stripe.errors import StripeError
from sandbox.world import World


class Outcome(StrEnum):
    """How an action on the page ends."""

    PAID = "PAID"
    CHALLENGE = "CHALLENGE"  # the bank asks the visitor to prove who they are
    DECLINED = "DECLINED"  # the session stays open
    CLOSED = "CLOSED"  # expired, or already paid: nothing was done


@dataclass(frozen=True, slots=True)
class Visit:
    """The session after the action; `reason` is the code of a refusal."""

    outcome: Outcome
    session: Json
    reason: str = ""


@dataclass(frozen=True, slots=True)
class CardGiven:
    """What the visitor typed, or the saved card that was chosen. `any_brand`: the block on brands lets it pass."""

    number: str
    network: str = ""
    name: str = ""
    expires: tuple[int, int] = (12, 2034)
    saved: str = ""
    any_brand: bool = False


def pay(world: World, identifier: str, given: CardGiven) -> Visit:
    """Try to pay the session (or save the card, in mode `setup`) with this card."""
    with world.store.transaction():
        session = checkout.find(world, identifier)
        if session["status"] != "open" or saves_an_account(session):
            return Visit(Outcome.CLOSED, session)
        if given.saved:
            method = next((each for each in saved_cards(world, session) if each["id"] == given.saved), None)
        else:
            card = cards.find(given.number)
            if card is not None and not given.any_brand and cards.is_blocked(card, blocked_brands(session)):
                return Visit(Outcome.DECLINED, session, "brand_blocked")
            method = _typed(world, session, card, given) if card is not None else None
        if method is None:
            return Visit(Outcome.DECLINED, session, "incorrect_number")
        try:
            _attempt(world, session, method)
        except StripeError as error:
            return Visit(Outcome.DECLINED, checkout.find(world, identifier), _reason(error))
        return _settled(world, identifier)


def _typed(world: World, session: Json, card: cards.Card, given: CardGiven) -> Json:
    network = given.network if given.network in card.available else ""
    details = {"name": given.name or None, "email": (session["customer_details"] or {}).get("email")}
    return methods.make(world, card, network=network, details=details, expires=given.expires)


def sign(world: World, identifier: str, *, iban: str, name: str, email: str) -> Visit:
    """Save a bank account: its holder reads the mandate on the page and accepts it."""
    with world.store.transaction():
        session = checkout.find(world, identifier)
        if session["status"] != "open" or not saves_an_account(session):
            return Visit(Outcome.CLOSED, session)
        account = mandates.find_account(iban)
        if account is None or not name:
            return Visit(Outcome.DECLINED, session, "invalid_bank_account_iban" if account is None else "no_name")
        method = mandates.make_method(world, account, name=name, email=email or None)
        prefix = mandates.check_prefix(session["payment_method_options"])
        mandate = mandates.make_mandate(world, method, prefix=prefix)
        setups.sign(world, setups.find(world, session["setup_intent"]), method, mandate)
        return _settled(world, identifier)


def saves_an_account(session: Json) -> bool:
    """Whether the page asks for an IBAN."""
    return bool(session["payment_method_types"] == ["sepa_debit"])


def saved_cards(world: World, session: Json) -> list[Json]:
    """The saved cards that this page offers to the customer."""
    asked = session["saved_payment_method_options"]
    return methods.offered(world, session["customer"], asked["allow_redisplay_filters"]) if asked else []


def answer_challenge(world: World, identifier: str, *, accepted: bool) -> Visit:
    """The visitor accepted or refused in their bank's app."""
    with world.store.transaction():
        session = checkout.find(world, identifier)
        if session["status"] != "open" or not challenged(world, session):
            return Visit(Outcome.CLOSED, session)
        try:
            if session["mode"] == "setup":
                setups.prove(world, setups.find(world, session["setup_intent"]), accepted=accepted)
            else:
                attempts.prove(world, intents.find(world, session["payment_intent"], param="intent"), accepted=accepted)
        except StripeError as error:
            return Visit(Outcome.DECLINED, session, _reason(error))
        return _settled(world, identifier)


def challenged(world: World, session: Json) -> bool:
    """True while the bank waits for the visitor's proof."""
    return _intent(world, session).get("status") == "requires_action"


def return_address(session: Json) -> str:
    """Where the page sends a visitor who has paid."""
    return str(session["success_url"]).replace("{CHECKOUT_SESSION_ID}", session["id"])


def blocked_brands(session: Json) -> list[str]:
    """The brands that this session does not take."""
    restrictions = session["payment_method_options"].get("card", {}).get("restrictions", {})
    return list(restrictions.get("brands_blocked", []))


def _reason(error: StripeError) -> str:
    return str(error.body.get("decline_code") or error.body.get("code") or "generic_decline")


def _intent(world: World, session: Json) -> Json:
    kind = "setup_intent" if session["mode"] == "setup" else "payment_intent"
    return world.store.get(kind, session[kind] or "") or {}


def _attempt(world: World, session: Json, method: Json) -> None:
    if session["mode"] == "setup":
        setups.attempt(world, setups.find(world, session["setup_intent"]), method)
        return
    intent = _intent(world, session)
    if not intent:
        given = session["_intent_data"] | {"session": session["id"]}
        if session["allowed_payment_method_types"]:
            given["allowed_payment_method_types"] = session["allowed_payment_method_types"]
        intent = intents.make(world, amount=session["amount_total"], customer=session["customer"], given=given)
        world.store.put(session | {"payment_intent": intent["id"]})
    attempts.attempt(world, intent, method)


def _settled(world: World, identifier: str) -> Visit:
    session = checkout.find(world, identifier)
    intent = _intent(world, session)
    if intent["status"] != "succeeded":
        return Visit(Outcome.CHALLENGE, session)
    paying = session["mode"] == "payment"
    session |= {"status": "complete", "url": None, "payment_status": "paid" if paying else "no_payment_required"}
    if paying:
        session["customer_details"] = _person(world, session, intent)
    world.store.put(session)
    events.emit(world, "checkout.session.completed", session)
    return Visit(Outcome.PAID, session)


def _person(world: World, session: Json, intent: Json) -> Json:
    billing = methods.find(world, intent["payment_method"], param="payment_method")["billing_details"]
    known = session["customer_details"] or dict.fromkeys(("business_name", "individual_name", "phone", "tax_ids"))
    return {
        "tax_exempt": "none",
        **known,
        "address": billing["address"],
        "email": billing["email"],
        "name": billing["name"],
    }
