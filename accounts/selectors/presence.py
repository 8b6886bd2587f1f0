"""Who was signed in for a customer, as far as it is recorded: sessions that were not ended."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from allauth.usersessions.models import UserSession

from accounts.models import Membership

if TYPE_CHECKING:
    from datetime import datetime

    from accounts.models import Customer


@dataclass(frozen=True, slots=True)
class SignIn:
    """Somebody signed in: who, when, from where, with which browser, and when they were last seen."""

    email: str
    at: datetime
    last_seen_at: datetime
    address: str
    agent: str


def sign_ins_of(customer: Customer) -> list[SignIn]:
    """The recorded sign-ins of everybody who has access to a customer, oldest first. One query."""
    members = Membership.objects.filter(customer=customer).values("user")
    rows = UserSession.objects.filter(user__in=members).select_related("user").order_by("created_at", "pk")
    return [SignIn(row.user.email, row.created_at, row.last_seen_at, row.ip or "", row.user_agent) for row in rows]
