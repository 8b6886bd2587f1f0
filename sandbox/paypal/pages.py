"""The payer's pages: approve an order, or the saving of an account. No script, in French or English."""

from __future__ import annotations

from functools import cache
from http import HTTPStatus
from pathlib import Path
from urllib.parse import urlsplit

from django.template import Context, Engine

from sandbox.pages import words
from sandbox.pages.render import euros
from sandbox.paypal import PREFIX, approval, orders, vault
from sandbox.paypal.errors import PayPalError
from sandbox.paypal.things import cents, find
from sandbox.store import Json
from sandbox.wire import Request, Response, see_other
from sandbox.world import World

_FOLDERS = (Path(__file__).parent / "html", Path(words.__file__).parent / "html")
_FRENCH = {
    "title": "Payer avec PayPal",
    "saving_title": "Enregistrer votre compte PayPal",
    "to_pay": "À payer",
    "for": "Pour",
    "saving": "Le marchand pourra débiter ce compte PayPal sans vous le redemander à chaque fois.",
    "funds": "Ce que deviendra le paiement",
    "accepted": "Accepté aussitôt",
    "pending": "Mis en attente : PayPal l’examine",
    "echeck": "Mis en attente : prélèvement bancaire",
    "declined": "Moyen de paiement refusé",
    "capture_declined": "Accepté, puis refusé pour de bon",
    "agree": "Accepter et payer",
    "agree_saving": "Accepter",
    "agree_leave": "Accepter, puis fermer la fenêtre",
    "refuse": "Refuser et revenir au site",
    "leave": "Fermer la fenêtre sans répondre",
    "closed_title": "La fenêtre de PayPal est fermée",
    "closed": "Vous ne revenez pas au site. Rien d’autre ne se passe ici.",
    "over_title": "Il n’y a plus rien à approuver",
    "over": "Ce paiement a déjà été répondu, ou PayPal l’a oublié.",
}
_ENGLISH = {
    "title": "Pay with PayPal",
    "saving_title": "Save your PayPal account",
    "to_pay": "To pay",
    "for": "For",
    "saving": "The merchant will be able to debit this PayPal account without asking you each time.",
    "funds": "What becomes of the payment",
    "accepted": "Accepted at once",
    "pending": "Held: PayPal reviews it",
    "echeck": "Held: bank debit",
    "declined": "Funds refused",
    "capture_declined": "Accepted, then refused for good",
    "agree": "Agree and pay",
    "agree_saving": "Agree",
    "agree_leave": "Agree, then close the window",
    "refuse": "Refuse and go back to the site",
    "leave": "Close the window without answering",
    "closed_title": "The PayPal window is closed",
    "closed": "You do not go back to the site. Nothing else happens here.",
    "over_title": "There is nothing to approve any more",
    "over": "This payment was answered already, or PayPal has forgotten it.",
}


def answer(world: World, request: Request) -> Response:
    try:
        if request.path == f"{PREFIX}/checkoutnow":
            return _checkout(world, request)
        if request.path == f"{PREFIX}/agreements/approve":
            return _saving(world, request)
    except PayPalError:
        return _page(request, "over.html", status=HTTPStatus.NOT_FOUND)
    return _page(request, "over.html", status=HTTPStatus.NOT_FOUND)


def _checkout(world: World, request: Request) -> Response:
    """The page of an order, and (POST) the payer's answer."""
    order = orders.current(world, request.asked.get("token", ""))
    if order["status"] == "COMPLETED":
        return _page(request, "over.html", locale=_locale(order))
    if request.method == "POST":
        return _answered(world, request, order)
    unit = order["purchase_units"][0]
    facts: dict[str, object] = {
        "order": order,
        "amount": _amount(unit["amount"], _language(request, _locale(order))),
        "about": unit.get("description", ""),
        "brand": order["_asked"].get("experience_context", {}).get("brand_name", ""),
    }
    return _page(request, "order.html", facts, locale=_locale(order), forms_to=approval.return_address(order))


def _answered(world: World, request: Request, order: Json) -> Response:
    form = dict(request.fields)
    said = form.get("answer", "")
    if said == "refuse":
        return see_other(approval.cancel_address(order))
    if said in {"agree", "agree_leave"}:
        order = approval.approve(world, order["id"], funding=form.get("funding", "accepted"))
    if said == "agree":
        return see_other(approval.return_address(order))
    return _page(request, "left.html", locale=_locale(order))


def _saving(world: World, request: Request) -> Response:
    """The page that asks to save an account, and (POST) the payer's answer."""
    setup = find(world, vault.SETUP, request.asked.get("approval_session_id", ""))
    if setup["status"] != "PAYER_ACTION_REQUIRED":
        return _page(request, "over.html", locale=_locale(setup))
    if request.method != "POST":
        return _page(
            request, "saving.html", locale=_locale(setup), forms_to=approval.saving_address(setup, agreed=True)
        )
    said = dict(request.fields).get("answer", "")
    if said == "refuse":
        return see_other(approval.saving_address(setup, agreed=False))
    if said in {"agree", "agree_leave"}:
        setup = approval.approve_saving(world, setup["id"])
    if said == "agree":
        return see_other(approval.saving_address(setup, agreed=True))
    return _page(request, "left.html", locale=_locale(setup))


def _amount(amount: Json, language: str) -> str:
    if amount["currency_code"] == "EUR":
        return euros(cents(amount), language)
    return f"{amount['value']} {amount['currency_code']}"


def _locale(thing: Json) -> str:
    return str(thing["_asked"].get("experience_context", {}).get("locale", ""))


def _language(request: Request, locale: str) -> str:
    if locale:
        return "fr" if locale.startswith("fr") else "en"
    return words.language(request.headers.get("accept-language", ""))


@cache
def _engine() -> Engine:
    return Engine(dirs=[str(folder) for folder in _FOLDERS], autoescape=True)


def _page(
    request: Request,
    name: str,
    facts: dict[str, object] | None = None,
    *,
    locale: str = "",
    forms_to: str = "",
    status: int = HTTPStatus.OK,
) -> Response:
    """A page that may lead to one more origin, the merchant's."""
    language = _language(request, locale)
    said = words.words(language) | {"paypal": _FRENCH if language == "fr" else _ENGLISH}
    context = Context({"t": said, "p": said["paypal"], **(facts or {})}, use_l10n=False, use_tz=False)
    parts = urlsplit(forms_to)
    origin = f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""
    policy = (
        "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; frame-ancestors 'none'; "
        f"form-action 'self' {origin}"
    )
    headers = {
        "Content-Security-Policy": policy.strip(),
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(status, _engine().get_template(f"paypal_{name}").render(context).encode(), headers=headers)
