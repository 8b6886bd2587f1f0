"""Remove a method: from the first moment it may not be used, and the provider is asked until it has let it go."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction

from core.failpoints import failpoint
from payments import locks
from payments.gateways.base import Unsure
from payments.method_transitions import may_move, move
from payments.models import MandateState, MethodState, Reason, SavedMethod
from payments.services.mandates.adopting import close_mandate_of
from payments.services.methods.telling import tell
from payments.services.putting_off import put_off
from payments.services.waking import wake_debits_of, wake_method

if TYPE_CHECKING:
    from datetime import datetime

    from payments.gateways.base import Gateway


def remove(method_id: int, *, gateway: Gateway, at: datetime) -> SavedMethod:
    """Remove a method, as its owner asks: intention, commit, call, commit. Twice is once.

    Returns it REMOVED, or REMOVING when the provider did not answer: it is asked again, and not used meanwhile.
    """
    with transaction.atomic():
        method = locks.lock_method(method_id)
        if may_move(method, MethodState.REMOVING) and method.is_standing:
            begin_removal(method, Reason.ASKED, at=at)
            close_mandate_of(method, MandateState.REVOKED, at=at)
            hand_on_default(method.customer_id, at=at)
            wake_debits_of(method.customer_id, f"removed:{method.pk}", at=at)
            tell(method, "method.removed", at=at)
    failpoint("method.removal_asked")
    return forget(method_id, gateway=gateway, at=at)


def forget(method_id: int, *, gateway: Gateway, at: datetime) -> SavedMethod:
    """Have the provider let go of a method that is being removed."""
    method = SavedMethod.objects.get(pk=method_id)
    if method.state != MethodState.REMOVING:
        return method
    try:
        gateway.forget(method.object_id)
    except Unsure:
        return _ask_later(method_id, at=at)
    failpoint("method.forgotten")
    return _forgotten(method_id, at=at)


def begin_removal(method: SavedMethod, reason: Reason, *, at: datetime) -> None:
    """It may not be used from now on; a job has the provider let it go. The caller holds the customer's lock."""
    method.asked_count = 0
    method.ask_at = at + timedelta(seconds=settings.PAYMENT_SILENCE_SECONDS)
    move(method, MethodState.REMOVING, at=at, reason=reason)
    wake_method(method, "forget", at=at)


def hand_on_default(customer_id: int, *, at: datetime) -> None:
    """When the default is gone the next in order takes its place. The caller is in a transaction."""
    active = locks.lock_active_methods(customer_id)
    if active and not any(each.is_default for each in active):
        active[0].is_default, active[0].updated_at = True, at
        active[0].save()


@transaction.atomic
def _ask_later(method_id: int, *, at: datetime) -> SavedMethod:
    method = locks.lock_method(method_id)
    if method.state == MethodState.REMOVING:
        put_off(method, at=at)
        method.save()
    return method


@transaction.atomic
def _forgotten(method_id: int, *, at: datetime) -> SavedMethod:
    method = locks.lock_method(method_id)
    if method.state == MethodState.REMOVING:
        move(method, MethodState.REMOVED, at=at)
    return method
