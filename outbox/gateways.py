"""The mail server: our message in, accepted or refused out. Anything else is tried again."""

from __future__ import annotations

import smtplib
from hashlib import sha256
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives

if TYPE_CHECKING:
    from outbox.models import Message

_FOR_GOOD = 500


class Refused(Exception):
    """The mail server will never take this mail."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def send(message: Message) -> None:
    """Hand the mail over. Raises Refused when no recipient will ever be accepted; other errors are worth a new try."""
    mail = EmailMultiAlternatives(message.subject, message.text, to=message.recipients, headers=_headers(message))
    if message.html:
        mail.attach_alternative(message.html, "text/html")
    try:
        mail.send()
    except smtplib.SMTPRecipientsRefused as refusal:
        codes = [code for code, _ in refusal.recipients.values()]
        if all(code >= _FOR_GOOD for code in codes):
            raise Refused(f"The mail server refused every recipient ({', '.join(map(str, codes))}).") from refusal
        raise


def _headers(message: Message) -> dict[str, str]:
    """The Message-ID comes from the row: a mail that leaves twice after a crash is recognised as the same one."""
    host = urlsplit(settings.SITE_URL).hostname or "localhost"
    name = sha256(message.key.encode()).hexdigest()[:24]
    return {
        "Message-ID": f"<{message.pk}.{name}@{host}>",
        "Content-Language": message.language,
        "Auto-Submitted": "auto-generated",
    }
