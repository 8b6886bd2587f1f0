"""The hosted payment page and its 3-D Secure question."""

from __future__ import annotations

import re
from datetime import datetime
from http import HTTPStatus
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from sandbox.pages import words
from sandbox.pages.render import euros, page
from sandbox.store import Json
from sandbox.stripe import attempts, cards, checkout, hosted, intents, mandates
from sandbox.stripe.errors import StripeError
from sandbox.stripe.hosted import CardGiven, Outcome, Visit
from sandbox.wire import Request, Response, see_other
from sandbox.world import World

_EXPIRY = re.compile(r"\s*(0?[1-9]|1[0-2])\s*/\s*(?:20)?([0-9]{2})\s*")
_NETWORKS = (("cartes_bancaires", "CB"), ("visa", "Visa"), ("mastercard", "Mastercard"))


def _language(request: Request, session: Json) -> str:
    locale = session.get("locale")
    if locale in {None, "auto"}:
        return words.language(request.headers.get("accept-language", ""))
    return "fr" if str(locale).startswith("fr") else "en"


def show(world: World, request: Request, identifier: str) -> Response:
    try:
        session = checkout.find(world, identifier)
    except StripeError:
        return not_found(request)
    return _show(world, request, session)


def pay(world: World, request: Request, identifier: str) -> Response:
    """The visitor presents a card: typed in the form, or by one of the test buttons."""
    form = dict(request.fields)
    try:
        session = checkout.find(world, identifier)
    except StripeError:
        return not_found(request)
    if hosted.saves_an_account(session):
        visit = hosted.sign(
            world, identifier, iban=form.get("iban", ""), name=form.get("name", ""), email=form.get("email", "")
        )
        return _after(world, request, visit, form)
    expires = _expiry(form.get("expiry", ""))
    if not {"card", "saved"} & set(form) and not _is_to_come(world, expires):
        return _show(world, request, session, reason="incorrect_expiry", typed=form)
    given = CardGiven(
        form.get("card") or form.get("number", ""),
        form.get("network", ""),
        form.get("name", ""),
        expires or (12, 2034),
        form.get("saved", ""),
    )
    return _after(world, request, hosted.pay(world, identifier, given), form)


def challenge(world: World, request: Request, identifier: str) -> Response:
    """The visitor answers the bank."""
    try:
        visit = hosted.answer_challenge(world, identifier, accepted=dict(request.fields).get("answer") == "accept")
    except StripeError:
        return not_found(request)
    return _after(world, request, visit, {})


def _after(world: World, request: Request, visit: Visit, form: dict[str, str]) -> Response:
    if visit.outcome is Outcome.PAID:
        return see_other(hosted.return_address(visit.session))
    if visit.outcome is Outcome.DECLINED:
        return _show(world, request, visit.session, reason=visit.reason, typed=form)
    return see_other(f"/checkout/{visit.session['id']}")


def _expiry(text: str) -> tuple[int, int] | None:
    read = _EXPIRY.fullmatch(text)
    return (int(read[1]), 2000 + int(read[2])) if read else None


def _is_to_come(world: World, expires: tuple[int, int] | None) -> bool:
    now = datetime.fromtimestamp(world.clock.now(), ZoneInfo("Europe/Paris"))
    return expires is not None and (expires[1], expires[0]) >= (now.year, now.month)


def _show(world: World, request: Request, session: Json, *, reason: str = "", typed: Json | None = None) -> Response:
    language = _language(request, session)
    amount = session["amount_total"]
    facts: dict[str, object] = {
        "session": session,
        "amount": euros(amount, language) if amount else "",
        "lines": [line["description"] for line in session["_line_items"]["data"]],
        "error": words.decline(language, reason) if reason else "",
        "wrong": reason,
        "typed": typed or {},
        "groups": _test_cards(language, hosted.blocked_brands(session)),
        "networks": _NETWORKS,
        "saved": [_saved(method) for method in hosted.saved_cards(world, session)],
        "return_address": hosted.return_address(session),
    }
    if session["status"] != "open":
        return page("closed.html", language, facts)
    if hosted.saves_an_account(session):
        known = words.words(language)
        facts["accounts"] = [(each.iban, known[each.title]) for each in mandates.ACCOUNTS.values()]
        return page("account.html", language, facts, forms_to=_origin(session["success_url"]))
    name = "challenge.html" if hosted.challenged(world, session) else "checkout.html"
    return page(name, language, facts, forms_to=_origin(session["success_url"]))


def _saved(method: Json) -> Json:
    """A saved card as the page offers it."""
    brand = dict(_NETWORKS).get(method["card"]["display_brand"], method["card"]["display_brand"].title())
    return {"id": method["id"], "title": brand, "last4": method["card"]["last4"]}


def _test_cards(language: str, blocked: list[str]) -> list[tuple[str, list[Json]]]:
    """The test cards by what becomes of them: (title of the group, its cards)."""
    groups: dict[str, list[Json]] = {group: [] for group in ("accepted", "refused", "proof", "later", "blocked")}
    for card in cards.CARDS.values():
        shown = {"number": card.number, "title": words.card_title(language, card.title), "last4": card.last4}
        groups["blocked" if cards.is_blocked(card, blocked) else card.group].append(shown)
    known = words.words(language)
    return [(known[f"group_{group}"], found) for group, found in groups.items() if found]


def _origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"


def authenticate(world: World, request: Request, identifier: str) -> Response:
    """The bank's page for a payment confirmed outside the hosted page; it leads back to `return_url`."""
    intent = world.store.get("payment_intent", identifier)
    if intent is None or intent["status"] != "requires_action" or intent["_session"]:
        return not_found(request)
    language = words.language(request.headers.get("accept-language", ""))
    back = str(intent["_return_url"] or "/")
    if request.method == "POST":
        with world.store.transaction():
            _prove(world, identifier, accepted=dict(request.fields).get("answer") == "accept")
        return see_other(f"{back}{'&' if '?' in back else '?'}payment_intent={identifier}")
    facts: dict[str, object] = {"action": f"/authenticate/{identifier}", "amount": euros(intent["amount"], language)}
    return page("challenge.html", language, facts, forms_to=_origin(back) if "://" in back else "")


def _prove(world: World, identifier: str, *, accepted: bool) -> None:
    try:
        attempts.prove(world, intents.find(world, identifier, param="intent"), accepted=accepted)
    except StripeError as error:
        if not error.keeps_its_work:
            raise


def mandate(world: World, request: Request, identifier: str) -> Response:
    """The provider's own copy of a mandate."""
    language = words.language(request.headers.get("accept-language", ""))
    found = world.store.get("mandate", identifier)
    if found is None:
        return not_found(request)
    method = world.store.get("payment_method", found["payment_method"]) or {}
    return page("mandate.html", language, {"mandate": found, "method": method})


def receipt(world: World, request: Request, identifier: str) -> Response:
    """The provider's own receipt of a charge."""
    charge = world.store.get("charge", identifier)
    if charge is None:
        return not_found(request)
    language = words.language(request.headers.get("accept-language", ""))
    card = charge["payment_method_details"]["card"]
    facts: dict[str, object] = {"charge": charge, "amount": euros(charge["amount"], language), "card": card}
    return page("receipt.html", language, facts)


def not_found(request: Request) -> Response:
    language = words.language(request.headers.get("accept-language", ""))
    return page("not_found.html", language, {}, status=HTTPStatus.NOT_FOUND)
