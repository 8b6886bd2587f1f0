"""What waits for a person about payments that linger and about the money that providers hold."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _

from billing_portal.staff.queues import Queue, listed, moments, size
from payments import selectors, services

if TYPE_CHECKING:
    from datetime import datetime


def till(at: datetime) -> list[Queue]:
    """Payments first, then what providers hold, then their silence."""
    return [*_payments(at), *_money(at), *_silence(at)]


def _payments(at: datetime) -> list[Queue]:
    return [
        Queue(
            _("Payments that received another amount"),
            _("what was received is credited; look why, and note it"),
            *size(selectors.payments_that_differ(), "decided_at"),
            timedelta(days=2),
            _("Look"),
            listed("payments_payment", attention="differs"),
            at,
        ),
        Queue(
            _("Payments that nobody decides"),
            _("asked about each day and still open: ask the provider’s people"),
            *size(selectors.stuck_payments(at=at), "created_at"),
            timedelta(0),
            _("Look"),
            listed("payments_payment", attention="stuck"),
            at,
        ),
    ]


def _money(at: datetime) -> list[Queue]:
    return [
        Queue(
            _("Movements that nobody explains"),
            _("a provider moved our money and nothing of ours says why: two people decide"),
            *size(services.movements_to_treat(at=at), "recorded_at"),
            timedelta(days=2),
            _("Look"),
            listed("payments_providermovement", attention="waiting"),
            at,
        ),
        Queue(
            _("Providers that hold something else than our books say"),
            _("for two hours or more; the proof names what explains it"),
            *moments(selectors.gaps_since(at=at)),
            timedelta(days=1),
            _("See the proof"),
            reverse("staff:proof"),
            at,
        ),
    ]


def _silence(at: datetime) -> list[Queue]:
    return [
        Queue(
            _("Providers that tell nothing"),
            _("payments succeeded and no event came: is the webhook still switched on there?"),
            *moments(selectors.silent_since(at=at)),
            timedelta(0),
            _("Look"),
            listed("payments_webhookevent"),
            at,
        ),
        Queue(
            _("Lists of providers that could not be read"),
            _("several turns were missed; nothing is lost, but nothing is known either"),
            *moments(selectors.unread_since(at=at)),
            timedelta(hours=12),
            _("Look at health"),
            reverse("staff:health"),
            at,
        ),
    ]
