"""The agreement under a saved method: which words, when, from where, by whom."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings

from accounts.selectors import current_seller
from core.clock import local_date
from payments.consents import CONSENTS, SAVE
from payments.models import ConsentText

if TYPE_CHECKING:
    from datetime import datetime

    from accounts.models import Seller, User


@dataclass(frozen=True, slots=True)
class Agreement:
    """Somebody agreed: in which language they read, from which address, with which browser."""

    language: str
    actor: User | None = None
    address: str = ""
    agent: str = ""


def shown_consent(language: str, *, at: datetime, name: str = SAVE) -> str:
    """The text in force of that name, as it is shown next to the button."""
    return consent_with(current_seller(on=local_date(at)), language, name=name)


def consent_with(seller: Seller, language: str, *, name: str = SAVE) -> str:
    """As `shown_consent`, for a seller who was read before."""
    days = settings.SEPA_PRENOTIFICATION_DAYS
    return CONSENTS[name][_known(language)].format(seller=seller.name, days=days)


def keep_consent(language: str, *, at: datetime, name: str = SAVE) -> ConsentText:
    """The row of that text, word for word as it was shown; made the first time somebody agrees to it."""
    text = shown_consent(language, at=at, name=name)
    digest = hashlib.sha256(text.encode()).hexdigest()
    row = ConsentText(name=name, language=_known(language), text=text, sha256=digest, created_at=at)
    ConsentText.objects.bulk_create([row], ignore_conflicts=True)
    return ConsentText.objects.get(sha256=digest)


def _known(language: str) -> str:
    return language if language in CONSENTS[SAVE] else "fr"
