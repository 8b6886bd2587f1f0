"""A test client of somebody who has just signed in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allauth.account.internal.flows.login import record_authentication
from allauth.usersessions.models import UserSession
from django.http import HttpRequest
from django.test import Client

if TYPE_CHECKING:
    from accounts.models import User


def open_session(user: User | None, **extra: str) -> Client:
    """As if the password had just been given: the pages about second factors ask for it again. Nobody: signed out."""
    client = Client(raise_request_exception=False, **extra)  # type: ignore[arg-type]
    if user is None:
        return client
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    session = client.session
    request = HttpRequest()
    request.session = session
    record_authentication(request, user, method="password", reauthenticated=True)
    session.save()
    UserSession.objects.create(user=user, session_key=session.session_key, ip="127.0.0.1", user_agent="Chromium")
    return client
