"""What a person sees of the sandbox: its front page, the mailbox, and the hosted payment page."""

from __future__ import annotations

import re
from collections.abc import Callable

from sandbox.pages import home, mailbox, payment
from sandbox.pages.render import style
from sandbox.wire import Request, Response
from sandbox.world import World

Page = Callable[..., Response]
_PAGES: tuple[tuple[str, str, Page], ...] = (
    ("GET", r"/", home.show),
    ("GET", r"/mailbox/?", mailbox.show_list),
    ("GET", r"/mailbox\.json", mailbox.as_json),
    ("GET", r"/mailbox/([0-9]{1,15})", mailbox.show_one),
    ("GET", r"/mailbox/([0-9]{1,15})/html", mailbox.show_html),
    ("GET", r"/checkout/([A-Za-z0-9_]+)", payment.show),
    ("POST", r"/checkout/([A-Za-z0-9_]+)", payment.pay),
    ("GET", r"/mandates/([A-Za-z0-9_]+)", payment.mandate),
    ("POST", r"/checkout/([A-Za-z0-9_]+)/challenge", payment.challenge),
    ("GET", r"/authenticate/([A-Za-z0-9_]+)", payment.authenticate),
    ("POST", r"/authenticate/([A-Za-z0-9_]+)", payment.authenticate),
    ("GET", r"/receipts/([A-Za-z0-9_]+)", payment.receipt),
)


def answer(world: World, request: Request) -> Response:
    if request.path == "/style.css":
        return style()
    method = "GET" if request.method == "HEAD" else request.method
    for known, pattern, show in _PAGES:
        match = re.fullmatch(pattern, request.path)
        if match and known == method:
            return show(world, request, *match.groups())
    return payment.not_found(request)
