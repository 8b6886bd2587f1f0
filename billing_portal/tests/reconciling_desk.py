"""The page of reconciliation as people use it in tests: open a line, press a button, read the answer."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse

from accounts.models import User
from bank.models import LineWork

PAGE = reverse("staff:reconcile")


def clerk(group: str, name: str = "") -> Client:
    """A client of somebody of that group, signed in."""
    email = f"{name or group}@example.org"
    user = User.objects.create_user(email, "a-long-password-for-tests", is_staff=True, first_name=name.title())
    user.groups.add(Group.objects.get(name=group))
    client = Client()
    client.force_login(user)
    client.user = user  # type: ignore[attr-defined]
    return client


def text(answer: Any) -> str:
    return str(answer.content.decode())


def opened(client: Client, work: LineWork, **query: str) -> str:
    """The page with that line open."""
    return text(client.get(PAGE, {"line": work.pk, **query}))


def press(client: Client, verb: str, work: LineWork, *, lot: str = "a-choisir", **data: Any) -> Any:
    """Send a form beside a line, with the version that the database has now unless another one is given."""
    work.refresh_from_db()
    address = reverse(f"staff:reconcile_{verb}", args=[work.pk])
    return client.post(f"{address}?lot={lot}", {"version": work.version, **data}, follow=True)
