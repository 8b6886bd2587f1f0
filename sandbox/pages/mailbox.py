"""The mailbox, as pages and as JSON."""

from __future__ import annotations

import re
from html import escape

from sandbox import mail
from sandbox.mail import Mail
from sandbox.pages import words
from sandbox.pages.payment import not_found
from sandbox.pages.render import moment, page
from sandbox.wire import Request, Response, json_response
from sandbox.world import World

_PAGE = 100
_MAIL_POLICY = (
    "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:"
)
_LINK = re.compile(r"(https?://[^\s<>\"']+[^\s<>\"'.,;:!?)\]])")


def show_list(world: World, request: Request) -> Response:
    language = words.language(request.headers.get("accept-language", ""))
    before = request.asked.get("before", "0")
    found = mail.newest(world, _PAGE + 1, before=_number(before, 0))
    facts: dict[str, object] = {
        "mails": [_line(each, language) for each in found[:_PAGE]],
        "older": str(found[_PAGE - 1].id) if len(found) > _PAGE else "",
        "later": before != "0",
        "count": str(mail.count(world)),
    }
    return page("mailbox.html", language, facts)


def _number(text: str, default: int) -> int:
    return int(text) if re.fullmatch(r"[0-9]{1,15}", text) else default


def _line(each: Mail, language: str) -> dict[str, str]:
    return {
        "id": str(each.id),
        "subject": each.subject,
        "from": str(each.message.get("From", each.sender)),
        "to": ", ".join(each.recipients),
        "date": moment(each.received, language),
    }


def show_one(world: World, request: Request, identifier: str) -> Response:
    language = words.language(request.headers.get("accept-language", ""))
    found = mail.find(world, int(identifier))
    if found is None:
        return not_found(request)
    facts: dict[str, object] = {
        "mail": _line(found, language),
        "text": _pieces(found.text),
        "has_html": bool(found.html),
        "headers": [(name, str(value)) for name, value in found.message.items()],
    }
    return page("mail.html", language, facts)


def _pieces(text: str) -> list[tuple[bool, str]]:
    """The text in order, as (is a link, piece)."""
    return [(place % 2 == 1, piece) for place, piece in enumerate(_LINK.split(text)) if piece]


def show_html(world: World, request: Request, identifier: str) -> Response:
    """The HTML part alone, for the frame of its page: no script, nothing fetched, links in a new tab."""
    found = mail.find(world, int(identifier))
    if found is None or not found.html:
        return not_found(request)
    base = '<base target="_blank">'
    title = f"<title>{escape(found.subject)}</title>"
    html = found.html if "<title" in found.html.lower() else title + found.html
    body = re.sub(r"(?i)(<head[^>]*>)", r"\1" + base, html, count=1) if "<head" in html.lower() else base + html
    return Response(200, body.encode(), headers={"Content-Security-Policy": _MAIL_POLICY, "Cache-Control": "no-store"})


def as_json(world: World, request: Request) -> Response:
    """The newest mails, `?to=` one address, `?limit=` of them (100)."""
    limit = request.asked.get("limit", "100")
    found = mail.newest(world, _number(limit, _PAGE), to=request.asked.get("to", ""))
    return json_response({"count": mail.count(world), "mails": [each.as_json() for each in found]})
