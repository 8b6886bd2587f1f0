"""How the connection to Chorus Pro stands."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.db.models import Q

from chorus import wiring
from chorus.models import Connection
from core.clock import local_date

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import QuerySet

_SOON: Final = timedelta(days=30)


def connection() -> Connection | None:
    """What the last test found, of the environment that the settings lead to; None before the first. One query."""
    return Connection.objects.filter(environment=wiring.environment()).first()


def connections_to_mend(*, at: datetime) -> QuerySet[Connection]:
    """The connection, when staff must do something about it: a problem, or a password that ends within 30 days."""
    ends = Q(password_expires_on__lte=local_date(at) + _SOON)
    return Connection.objects.filter(~Q(problem="") | ends, environment=wiring.environment()).order_by("pk")
