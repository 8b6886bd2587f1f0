"""Sign somebody in as if they had given their password a moment ago."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allauth.account.internal.flows.login import record_authentication
from django.http import HttpRequest

if TYPE_CHECKING:
    from django.test import Client

    from accounts.models import User


def just_proved(client: Client, user: User) -> Client:
    """That client, signed in, and not asked again who it is."""
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    session = client.session
    request = HttpRequest()
    request.session = session
    record_authentication(request, user, method="password", reauthenticated=True)
    session.save()
    return client
