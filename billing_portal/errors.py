"""Pages for what went wrong on our side: what happened, whether money moved, what to do, and a number to give us."""

from __future__ import annotations

import logging
import secrets
import sys
from typing import TYPE_CHECKING

from django.db import InterfaceError, OperationalError
from django.http import HttpResponse
from django.template.loader import render_to_string

from accounts.permissions import public

if TYPE_CHECKING:
    from django.http import HttpRequest

logger = logging.getLogger(__name__)

_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # no 0 O 1 I: people read it on the telephone
_RETRY_SECONDS = 120


@public
def server_error(request: HttpRequest) -> HttpResponse:
    """The page of last resort. It asks nothing of the database, of the session, nor of the context processors."""
    incident = new_incident()
    failure = sys.exc_info()[1]
    logger.error("incident %s on %s", incident, request.path, exc_info=failure)
    away = isinstance(failure, OperationalError | InterfaceError)
    template, status = ("503.html", 503) if away else ("500.html", 500)
    response = HttpResponse(render_to_string(template, {"incident": incident}), status=status)
    if away:
        response["Retry-After"] = str(_RETRY_SECONDS)
    return response


def new_incident() -> str:
    """A number for one incident, `7K2M-94QX`: shown to the person, and written in the log beside the cause."""
    letters = "".join(secrets.choice(_ALPHABET) for _ in range(8))
    return f"{letters[:4]}-{letters[4:]}"
