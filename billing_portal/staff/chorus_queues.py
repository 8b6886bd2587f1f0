"""What waits for a person about the connection to Chorus Pro."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _

from billing_portal.staff.queues import Queue, size
from chorus import selectors as chorus

if TYPE_CHECKING:
    from datetime import datetime


def connection_queues(*, at: datetime) -> list[Queue]:
    """A key that is refused, or a password that ends within 30 days."""
    return [
        Queue(
            _("Connection to Chorus Pro to look at"),
            _("a key is refused, or the password of the technical account ends soon: invoices to public bodies wait"),
            *size(chorus.connections_to_mend(at=at), "checked_at"),
            timedelta(days=1),
            _("Look"),
            reverse("staff:chorus_connection"),
            at,
        )
    ]
