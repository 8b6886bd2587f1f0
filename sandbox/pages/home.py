"""The sandbox's front page: what has happened, and the switches."""

from __future__ import annotations

from dataclasses import asdict

from sandbox import faults, mail
from sandbox.faults import Kind
from sandbox.pages import words
from sandbox.pages.render import euros, moment, page
from sandbox.store import Json
from sandbox.stripe import checkout, webhooks
from sandbox.stripe.totals import sums_of
from sandbox.wire import Request, Response
from sandbox.world import World

_PAYMENTS, _EVENTS = 20, 30
_SUMS = ("captured", "refunded", "disputed", "fees", "net")


def show(world: World, request: Request) -> Response:
    language = words.language(request.headers.get("accept-language", ""))
    checkout.expire_all_due(world)
    sums = sums_of(world)
    known = words.words(language)
    facts: dict[str, object] = {
        "sums": [(known[name], euros(sums[f"{name}_cents"], language)) for name in _SUMS],
        "mail_count": str(mail.count(world)),
        "sessions": _sessions(world, language),
        "payments": [
            _payment(world, intent, language) for intent in world.store.all("payment_intent", newest=_PAYMENTS)
        ],
        "events": [_event(event, language) for event in webhooks.journal(world, _EVENTS)],
        "modes": {name: str(value) for name, value in asdict(webhooks.modes(world)).items()},
        "kinds": [(kind.value, known[f"fault_{kind.value}"]) for kind in Kind],
        "faults": [
            f"{known['fault_' + rule['kind']]} × {rule['times']} {rule['method']} {rule['path']}"
            for rule in faults.waiting(world.store)
        ],
        "now": moment(world.clock.now(), language),
        "product": world.product,
    }
    return page("home.html", language, facts)


def _sessions(world: World, language: str) -> list[Json]:
    found = world.store.all("checkout.session", "json_extract(body, '$.status') = 'open'", newest=_PAYMENTS)
    return [
        {
            "id": session["id"],
            "amount": euros(session["amount_total"] or 0, language),
            "date": moment(session["created"], language),
            "title": ", ".join(line["description"] for line in session["_line_items"]["data"]) or session["mode"],
        }
        for session in found
    ]


def _payment(world: World, intent: Json, language: str) -> Json:
    charge = world.store.get("charge", intent["latest_charge"] or "") or {}
    return {
        "id": intent["id"],
        "amount": euros(intent["amount"], language),
        "status": intent["status"],
        "date": moment(intent["created"], language),
        "description": intent["description"] or "",
        "refunded": euros(charge["amount_refunded"], language) if charge.get("amount_refunded") else "",
        "disputed": charge.get("disputed"),
        "can_change": charge.get("status") == "succeeded" and not charge["refunded"] and not charge["disputed"],
    }


def _event(event: Json, language: str) -> Json:
    known = words.words(language)
    return event | {
        "date": moment(event["created"], language),
        "sendings": [f"{known['sent_' + each['state']]} {each['answer']}".strip() for each in event["sendings"]],
    }
