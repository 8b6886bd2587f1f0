"""Which event of a provider is about what. Each subject lists its events and says where to look."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from payments.models import Provider
from payments.services.about import Found, Subject, disputes, methods, payments, payouts, refunds

if TYPE_CHECKING:
    from datetime import datetime

    from payments.gateways.base import Gateway, News

SUBJECTS: Final[tuple[Subject, ...]] = (
    payments.SUBJECT,
    methods.SUBJECT,
    disputes.SUBJECT,
    payouts.SUBJECT,
    refunds.SUBJECT,
)


def heard_of(provider: str) -> tuple[str, ...]:
    """The events of a provider that concern us, each once."""
    kinds = (kind for subject in SUBJECTS for kind in subject.heard.get(Provider(provider), ()))
    return tuple(dict.fromkeys(kinds))


HEARD: Final = heard_of(Provider.STRIPE)
"""The events of Stripe that concern us. The webhook endpoint is created with this list."""


def look(news: News, *, provider: str, gateway: Gateway, at: datetime) -> Found:
    """Go and look at what an event is about, and apply what the provider answers now.

    One kind of event may be about several things (a page that pays, a page that saves): the first to know it looks.
    """
    for subject in SUBJECTS:
        if news.type in subject.heard.get(Provider(provider), ()):
            found = subject.look(news, gateway=gateway, at=at)
            if found.ours:
                return found
    return Found(ours=False)
