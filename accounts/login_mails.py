"""What the login package has to say by mail, in our words: codes and links that let people in, and security notices."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.notify import notify_user

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from django.utils.functional import Promise

    from outbox.models import Message

_LETTERS = {
    "account/email/login_code": "account.login_code",
    "account/email/email_confirmation": "account.email_code",
    "account/email/email_confirmation_signup": "account.email_code",
    "account/email/password_reset_key": "account.password_reset",
}
_NOTICES: dict[str, Promise] = {
    "account/email/password_changed": _("Your password was changed"),
    "account/email/password_reset": _("Your password was changed"),
    "account/email/password_set": _("A password was set"),
    "account/email/email_changed": _("Your e-mail address was changed"),
    "account/email/email_deleted": _("An e-mail address was removed"),
    "account/email/email_confirm": _("Your e-mail address was confirmed"),
    "mfa/email/totp_activated": _("Sign-in with an application’s code was turned on"),
    "mfa/email/totp_deactivated": _("Sign-in with an application’s code was turned off"),
    "mfa/email/recovery_codes_generated": _("New recovery codes were made"),
    "mfa/email/webauthn_added": _("A passkey was added"),
    "mfa/email/webauthn_removed": _("A passkey was removed"),
}


def send_letter(template: str, address: str, context: Mapping[str, Any], *, at: datetime) -> Message | None:
    """A code or a link, to the address that is being proved. No mail to strangers: nothing when nobody has it."""
    kind = _LETTERS.get(template)
    user = context.get("user") or User.objects.filter(email=address.lower()).first()
    if kind is None or user is None:
        return None
    known = {"code": context.get("code", ""), "link": context.get("password_reset_url", "")}
    return notify_user(user, kind, known, key=_key(kind, user, at), at=at, address=address, confidential=True)


def send_notice(template: str, user: User, address: str, context: Mapping[str, Any], *, at: datetime) -> Message:
    """Something about how a person signs in has changed; they are told at once, wherever it came from."""
    known = {
        "what": _NOTICES.get(template, _("Something about how you sign in was changed")),
        "ip": context.get("ip", ""),
        "browser": context.get("user_agent", ""),
        "at": at,
    }
    return notify_user(user, "account.notice", known, key=_key(template, user, at), at=at, address=address)


def _key(kind: str, user: User, at: datetime) -> str:
    return f"{kind}:{user.pk}:{at.isoformat()}"
