"""How the login package talks to us: its mails pass through the outbox, its addresses are ours, its words too."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from hashlib import sha256
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import quote

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts import login_mails
from core import clock

if TYPE_CHECKING:
    from django.http import HttpRequest

    from accounts.models import User

_WRONG = _("Incorrect e-mail address or password.")
_WRONG_CODE = _("This code is not the right one. Look at the last one, or ask for another.")


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Mails of the login package pass through the outbox; one message answers every refusal to let somebody in."""

    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": _WRONG,
        "account_inactive": _WRONG,
        "invalid_login": _WRONG,
        "incorrect_password": _("Incorrect password."),
        "incorrect_code": _WRONG_CODE,
        "too_many_login_attempts": _("Too many attempts. Wait five minutes, then try again."),
        "rate_limited": _("Too many attempts. Wait five minutes, then try again."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Accounts are opened by an order or by staff, and members by an owner: nobody signs up by themselves."""
        return False

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """A code or a link, through the outbox."""
        login_mails.send_letter(template_prefix, email, context, at=clock.now())

    def send_notification_mail(
        self, template_prefix: str, user: User, context: dict[str, Any] | None = None, email: str | None = None
    ) -> None:
        """A security notice, through the outbox."""
        known = {
            "ip": self.get_client_ip(self.request),
            "user_agent": self.get_http_user_agent(self.request),
            **(context or {}),
        }
        address = email or EmailAddress.objects.get_primary_email(user) or user.email
        login_mails.send_notice(template_prefix, user, address, known, at=clock.now())

    def get_reset_password_from_key_url(self, key: str) -> str:
        """At our public address, whatever host name the request came with."""
        path = reverse("account_reset_password_from_key", kwargs={"uidb36": "UID", "key": "KEY"})
        return f"{settings.SITE_URL}{path.replace('UID-KEY', quote(key))}"

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("accounts:security")

    def get_email_verification_redirect_url(self, email_address: EmailAddress) -> str:
        """Back to the security page for somebody who changes an address, to the portal for somebody who comes in."""
        if self.request.user.is_authenticated:
            return reverse("accounts:security")
        return str(super().get_email_verification_redirect_url(email_address))


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Secrets of second factors are stored encrypted, under keys derived from SECRET_KEY and SECRET_KEY_FALLBACKS.

    A copy of the database alone makes no valid code. A SECRET_KEY that is replaced stays in SECRET_KEY_FALLBACKS.
    """

    error_messages: ClassVar[dict[str, Any]] = {**DefaultMFAAdapter.error_messages, "incorrect_code": _WRONG_CODE}

    def encrypt(self, text: str) -> str:
        return _cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _cipher().decrypt(encrypted_text.encode()).decode()

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """What a device shows when it makes or uses a passkey."""
        return {**super().get_public_key_credential_rp_entity(), "name": settings.SITE_NAME}


def _cipher() -> MultiFernet:
    secrets = [str(each) for each in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)]
    return MultiFernet(
        [Fernet(urlsafe_b64encode(sha256(f"second factor:{each}".encode()).digest())) for each in secrets]
    )
