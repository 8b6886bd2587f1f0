"""What the provider says by itself of a saved method: renewed, changed, gone, taken back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from payments import locks
from payments.method_transitions import may_move, move, note
from payments.models import MandateState, MethodState, Reason, SavedMethod
from payments.services.mandates.adopting import close_mandate_of
from payments.services.methods.keeping import describe
from payments.services.methods.removing import hand_on_default
from payments.services.methods.telling import tell

if TYPE_CHECKING:
    from datetime import datetime

    from payments.gateways.base import Gateway, Instrument


def refresh(method_id: int, *, gateway: Gateway, at: datetime) -> SavedMethod:
    """Read what the provider keeps now, and copy it; one that is gone there is gone here. Raises Unsure."""
    method = SavedMethod.objects.get(pk=method_id)
    if not method.is_standing:
        return method
    return _copy(method_id, gateway.read_instrument(method.object_id), at=at)


@transaction.atomic
def take_back(method_id: int, *, at: datetime) -> SavedMethod:
    """Its owner has begun to take the agreement back at the provider: it is not used any more, from now on."""
    method = locks.lock_method(method_id)
    if may_move(method, MethodState.UNUSABLE):
        move(method, MethodState.UNUSABLE, at=at, reason=Reason.TAKEN_BACK)
        hand_on_default(method.customer_id, at=at)
    return method


@transaction.atomic
def _copy(method_id: int, kept: Instrument | None, *, at: datetime) -> SavedMethod:
    method = locks.lock_method(method_id)
    if not method.is_standing:
        return method
    if kept is None:
        move(method, MethodState.REMOVED, at=at, reason=Reason.PROVIDER)
        close_mandate_of(method, MandateState.REVOKED, reason="removed at the provider", at=at)
        hand_on_default(method.customer_id, at=at)
        tell(method, "method.removed", at=at)
        return method
    before = _said(method)
    describe(method, kept)
    if _said(method) != before:
        method.updated_at = at
        method.save()
        note(method, "changed at the provider", at=at, detail=_said(method))
    return method


def _said(method: SavedMethod) -> str:
    return f"{method.title}, {method.expires_month}/{method.expires_year}"
