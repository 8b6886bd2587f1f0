"""How a person can sign in, and where they are signed in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session

if TYPE_CHECKING:
    from datetime import datetime

    from accounts.models import User

_FEW_CODES = 3
_BROWSERS = (("Edg", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrom", "Chrome"), ("Safari/", "Safari"))
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)


@dataclass(frozen=True, slots=True)
class WaysIn:
    """What lets a person in."""

    has_password: bool
    code_since: datetime | None
    passkeys: tuple[Authenticator, ...]
    recovery_codes_left: int | None

    @property
    def has_second_factor(self) -> bool:
        return self.code_since is not None or bool(self.passkeys)

    @property
    def few_codes_left(self) -> bool:
        return self.recovery_codes_left is not None and self.recovery_codes_left <= _FEW_CODES


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A browser that is signed in."""

    browser: str
    ip: str
    since: datetime
    is_current: bool


def ways_in(user: User) -> WaysIn:
    """What lets this person in. One query."""
    found = list(Authenticator.objects.filter(user=user).order_by("pk"))
    code = next((each for each in found if each.type == Authenticator.Type.TOTP), None)
    recovery = next((each for each in found if each.type == Authenticator.Type.RECOVERY_CODES), None)
    return WaysIn(
        has_password=user.has_usable_password(),
        code_since=code.created_at if code else None,
        passkeys=tuple(each for each in found if each.type == Authenticator.Type.WEBAUTHN),
        recovery_codes_left=len(recovery.wrap().get_unused_codes()) if recovery else None,
    )


def open_sessions(user: User, *, at: datetime, current: str) -> list[OpenSession]:
    """Browsers that are signed in, the one asking first, then the latest. Two queries."""
    known = list(UserSession.objects.filter(user=user).order_by("-created_at", "-pk"))
    alive = set(
        Session.objects.filter(session_key__in=[each.session_key for each in known], expire_date__gt=at).values_list(
            "session_key", flat=True
        )
    )
    sessions = [
        OpenSession(
            browser_name(each.user_agent), str(each.ip), each.created_at, is_current=each.session_key == current
        )
        for each in known
        if each.session_key in alive
    ]
    return sorted(sessions, key=lambda each: not each.is_current)


def browser_name(user_agent: str) -> str:
    """`Firefox, Linux`: what a person recognises in what a browser says of itself; else its first words."""
    known = [next((name for sign, name in signs if sign in user_agent), "") for signs in (_BROWSERS, _SYSTEMS)]
    return ", ".join(filter(None, known)) or user_agent[:40]
