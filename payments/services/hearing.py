"""Which event of a provider is about what. Each subject lists its events and says where to look."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from payments.models import Provider
from payments.services.about import Found, Subject, payments, payouts, refunds

if TYPE_CHECKING:
    from datetime import datetime

    from payments.gateways.base import Gateway, News

SUBJECTS: Final[tuple[Subject, ...]] = (payments.SUBJECT, payouts.SUBJECT, refunds.SUBJECT)
HEARD: Final = tuple(kind for subject in SUBJECTS for kind in subject.heard[Provider.STRIPE])
"""The events of Stripe that concern us. The webhook endpoint is created with this list."""


def heard_of(provider: str) -> tuple[str, ...]:
    """The events of a provider that concern us."""
    return tuple(kind for subject in SUBJECTS for kind in subject.heard.get(Provider(provider), ()))


def look(news: News, *, provider: str, gateway: Gateway, at: datetime) -> Found:
    """Go and look at what an event is about, and apply what the provider answers now."""
    for subject in SUBJECTS:
        if news.type in subject.heard.get(Provider(provider), ()):
            return subject.look(news, gateway=gateway, at=at)
    return Found(ours=False)
