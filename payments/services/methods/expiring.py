"""Cards that end soon: their holders are written to in time, each time once. One that has ended is not used first."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from accounts.notify import notify
from core.clock import local_date
from payments import locks, selectors
from payments.method_transitions import note
from payments.models import MethodEvent, MethodState

if TYPE_CHECKING:
    from datetime import date, datetime

    from payments.models import SavedMethod

ENDED: Final = "expired"
ENDS_SOON: Final = "expiry told"


def warn_of_expiry(*, at: datetime) -> int:
    """Write about each card that ends within the days of CARD_EXPIRY_DAYS, and about each that has ended. Once each.

    A turn that comes late says what is true by then: after 31 days were missed, only the warning of 7 days. A card that
    its network renews meanwhile is not written about any more. Returns how many mails that made.
    """
    today = local_date(at)
    until = today + timedelta(days=max(settings.CARD_EXPIRY_DAYS))
    found = [each for each in selectors.methods_running_out(until=until) if _step(each, today) is not None]
    told = set(
        MethodEvent.objects.filter(method__in=found, name__in=[ENDED, ENDS_SOON]).values_list(
            "method", "name", "detail"
        )
    )
    new = [each.pk for each in found if (each.pk, *(_step(each, today) or ("", ""))) not in told]
    return sum(_warn(pk, at=at) for pk in new)


@transaction.atomic
def _warn(method_id: int, *, at: datetime) -> bool:
    """The same for one, under its lock: another turn may have been faster, or its network may have renewed it."""
    method = locks.lock_method(method_id)
    step = _step(method, local_date(at)) if method.state == MethodState.ACTIVE else None
    if step is None or method.events.filter(name=step[0], detail=step[1]).exists():
        return False
    name, detail = step
    note(method, name, at=at, detail=detail)
    following = _use_another_first(method, at=at) if name == ENDED else None
    kind = "method.expired" if name == ENDED else "method.expiring"
    context = {
        "method": method,
        "ends_on": method.good_until,
        "next_method": following,
        "page": settings.SITE_URL + reverse("payments:add_method"),
    }
    notify(method.customer, kind, context, key=f"method:{method.public_id}:{kind}:{detail}", at=at)
    return True


def _step(method: SavedMethod, today: date) -> tuple[str, str] | None:
    """What is to be said of it today: the name of the step and which one it is; nothing while it is good for long."""
    ends_on = method.good_until
    if ends_on is None:
        return None
    if ends_on < today:
        return ENDED, f"{ends_on:%m/%Y}"
    left = (ends_on - today).days
    days = min((each for each in settings.CARD_EXPIRY_DAYS if left <= each), default=None)
    return None if days is None else (ENDS_SOON, f"{ends_on:%m/%Y}, {days} days")


def _use_another_first(method: SavedMethod, *, at: datetime) -> SavedMethod | None:
    """A default that has ended gives its place to the next one in order that is good. Without one it stays.

    It stays in the list and is still tried after the others: its network may have renewed it without telling us.
    """
    if not method.is_default:
        return None
    today = local_date(at)
    others = [each for each in locks.lock_active_methods(method.customer_id) if each.pk != method.pk]
    good = next((each for each in others if each.good_until is None or each.good_until >= today), None)
    if good is not None:
        method.is_default, method.updated_at = False, at
        method.save()
        good.is_default, good.updated_at = True, at
        good.save()
        note(good, "made the default", at=at, detail="the one before has expired")
    return good
