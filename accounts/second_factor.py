"""Whether this session proved a second factor: a code, a passkey or a recovery code."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ParamSpec

from allauth.account.authentication import get_authentication_records
from allauth.account.decorators import reauthentication_required
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponseBase

P = ParamSpec("P")
_SET_UP_HERE = "accounts_second_factor_set_up"


def has_second_factor(request: HttpRequest) -> bool:
    """The login package asks for it at sign-in when the user has one; a session older than that does not count."""
    proved = request.session.get(_SET_UP_HERE) or any(
        record.get("method") == "mfa" for record in get_authentication_records(request)
    )
    return bool(proved) and is_mfa_enabled(request.user)


def note_set_up(*, request: HttpRequest, authenticator: Authenticator, **_kwargs: Any) -> None:
    """Setting up a code or a passkey proves it: this session needs not sign in again."""
    if authenticator.type != Authenticator.Type.RECOVERY_CODES:
        request.session[_SET_UP_HERE] = True


def proven_lately(view: Callable[P, HttpResponseBase]) -> Callable[P, HttpResponseBase]:
    """Ask again who it is when the last proof is older than ACCOUNT_REAUTHENTICATION_TIMEOUT (ASVS 7.5.1).

    What was sent is not lost: it goes on after the proof. Who has neither password nor second factor signed in by a
    code from a mail, and is not asked.
    """
    asked: Callable[P, HttpResponseBase] = reauthentication_required(view)
    return asked
