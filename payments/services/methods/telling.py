"""What the customer is written about saved methods."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.urls import reverse

from accounts.notify import notify
from payments.models import Reason

if TYPE_CHECKING:
    from datetime import datetime

    from payments.models import SavedMethod


def tell(method: SavedMethod, kind: str, *, at: datetime) -> None:
    """Write that a method was saved or removed: whoever did it, its owner knows (ASVS 6.3.7)."""
    page = settings.SITE_URL + reverse("payments:methods")
    context = {"method": method, "page": page, "asked": method.reason == Reason.ASKED}
    notify(method.customer, kind, context, key=f"method:{method.public_id}:{kind}", at=at)
