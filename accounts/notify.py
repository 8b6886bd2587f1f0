"""Write to people: a mail is rendered in their language from `templates/mail/<kind>.*` and posted in the outbox."""

from __future__ import annotations

import re
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction
from django.template import Context
from django.template.loader import get_template
from django.urls import reverse
from django.utils import translation

from accounts.selectors import billing_addresses, current_seller
from core.clock import local_date
from outbox import services as outbox

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from accounts.models import Customer, User
    from outbox.models import Message

_MACHINE_TAGS = re.compile(r"</?(?:data|time)\b[^>]*>")
_BLANK_LINES = re.compile(r"\n{3,}")


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail as it will be sent."""

    subject: str
    text: str
    html: str


def notify(
    customer: Customer,
    kind: str,
    context: Mapping[str, Any],
    *,
    key: str,
    at: datetime,
    not_before: datetime | None = None,
) -> list[Message]:
    """Write to the customer's billing e-mails, or else to its owners; one message for each address.

    `key` names the fact: the same fact never writes twice to one address. Cancellable until it is sent. The template
    finds `customer`, `seller`, `site_url` and `site_name` besides `context`.
    """
    with translation.override(customer.language):
        letter = _write(kind, {"customer": customer, **context}, at=at)
    with transaction.atomic(savepoint=False):
        return [
            _post(
                letter,
                kind,
                key=key,
                address=address,
                language=customer.language,
                owner=f"customer:{customer.pk}",
                at=at,
                not_before=not_before,
            )
            for address in billing_addresses(customer)
        ]


def notify_user(
    user: User,
    kind: str,
    context: Mapping[str, Any],
    *,
    key: str,
    at: datetime,
    address: str = "",
    confidential: bool = False,
) -> Message:
    """Write to one person, in their language, about their own access. Promise as `notify`.

    `address` is where to write when it is not (yet) the one they sign in with.
    `confidential`: the text holds a code or a link that lets people in; staff never see it, and it is erased once sent.
    """
    with translation.override(user.language):
        letter = _write(kind, {"person": user, **context}, at=at)
    return _post(
        letter,
        kind,
        key=key,
        address=address or user.email,
        language=user.language,
        owner=f"user:{user.pk}",
        at=at,
        confidential=confidential,
    )


def notify_staff(kind: str, context: Mapping[str, Any], *, key: str, at: datetime) -> list[Message]:
    """Write to the addresses of STAFF_ALERTS, in French; to nobody when there are none. Promise as `notify`."""
    if not settings.STAFF_ALERTS:
        return []
    with translation.override("fr"):
        letter = _write(kind, context, at=at)
    return [
        _post(letter, kind, key=key, address=address, language="fr", owner="staff", at=at)
        for address in settings.STAFF_ALERTS
    ]


def withdraw(key: str, addresses: list[str], *, at: datetime) -> int:
    """Keep the mails of a fact from leaving. Returns how many had not left yet."""
    return sum(outbox.cancel_message(_key(key, address), at=at) for address in addresses)


def withdraw_fact(key: str, *, at: datetime) -> bool:
    """Keep all the mails of a fact from leaving, to whatever address. False when somebody was, or may be, told."""
    return outbox.cancel_messages(f"{key}@", at=at)


def _write(kind: str, context: Mapping[str, Any], *, at: datetime) -> Letter:
    known = {
        **context,
        "seller": current_seller(on=local_date(at)),
        "site_url": settings.SITE_URL,
        "site_name": settings.SITE_NAME,
        "settings_url": settings.SITE_URL + reverse("accounts:profile"),
        "security_url": settings.SITE_URL + reverse("accounts:security"),
    }
    return Letter(
        subject=_plain(f"mail/{kind}.subject.txt", known),
        text=_plain(f"mail/{kind}.txt", known),
        html=get_template(f"mail/{kind}.html").render(known),
    )


def _plain(name: str, context: Mapping[str, Any]) -> str:
    """Text for people: nothing escaped, and no machine tag around amounts and dates."""
    text = get_template(name).template.render(Context(dict(context), autoescape=False))  # type: ignore[attr-defined]
    return _BLANK_LINES.sub("\n\n", _MACHINE_TAGS.sub("", text)).strip() + "\n"


def _post(letter: Letter, kind: str, *, key: str, address: str, **columns: Any) -> Message:
    return outbox.post_message(
        kind=kind,
        key=_key(key, address),
        recipients=[address],
        subject=letter.subject,
        text=letter.text,
        html=letter.html,
        **columns,
    )


def _key(key: str, address: str) -> str:
    return f"{key}@{sha256(address.lower().encode()).hexdigest()[:16]}"
