"""What the provider keeps becomes a usable method; its label, its place, the default, the network of a card."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from core.failpoints import failpoint
from payments import locks
from payments.method_transitions import move, note
from payments.models import Method, MethodState, Reason, SavedMethod
from payments.services.mandates.adopting import adopt_mandate
from payments.services.methods.removing import begin_removal
from payments.services.methods.telling import tell
from payments.services.putting_off import put_off
from payments.services.waking import wake_collection_of

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from payments.gateways.base import Gateway, Instrument, SignedMandate


class NotChargeable(Exception):
    """A method that may not be used: it is not saved (yet), it is being removed, or it was refused for good."""


def chargeable(customer_id: int, public_id: UUID) -> SavedMethod:
    """The method to charge. Raises NotChargeable for any that is not usable, and for another customer's."""
    found = SavedMethod.objects.filter(customer_id=customer_id, public_id=public_id, state=MethodState.ACTIVE).first()
    if found is None:
        raise NotChargeable(str(public_id))
    return found


def keep(method: SavedMethod, kept: Instrument, mandate: SignedMandate | None = None, *, at: datetime) -> None:
    """Write down what the provider keeps. The caller holds the customer's lock.

    A brand that we do not take is taken away again at once. The same card or account saved before gives its label, its
    place and its rank to this one and goes: there is one of it, under the latest agreement. A bank account is nothing
    without its mandate.
    """
    if kept.kind == Method.SEPA and (mandate is None or not mandate.is_active):
        put_off(method, at=at)
        method.save()
        return
    if SavedMethod.objects.filter(
        provider=method.provider, object_id=kept.object_id, state=MethodState.REMOVING
    ).exists():  # it was asked to go: first it goes
        put_off(method, at=at)
        method.save()
        return
    describe(method, kept)
    if not kept.is_accepted:
        begin_removal(method, Reason.BRAND, at=at)
        return
    others = [each for each in locks.lock_active_methods(method.customer_id) if each.pk != method.pk]
    twin = next((each for each in others if _is_same(each, kept)), None)
    method.position = twin.position if twin else max((each.position for each in others), default=0) + 1
    method.label = twin.label if twin else ""
    method.is_default = twin.is_default if twin else not any(each.is_default for each in others)
    if twin is not None:
        _replace(twin, kept, at=at)
    move(method, MethodState.ACTIVE, at=at, detail=method.title)
    if mandate is not None:
        adopt_mandate(method, mandate, replaces=twin, at=at)
    wake_collection_of(method.customer_id, f"saved:{method.pk}", at=at)
    failpoint("method.kept")
    tell(method, "method.saved", at=at)


def describe(method: SavedMethod, kept: Instrument) -> None:
    """Copy what the provider says of it. The caller saves the row."""
    method.object_id = kept.object_id
    method.fingerprint = kept.fingerprint[:64]
    method.brand = kept.brand[:32]
    method.networks = list(kept.networks)
    method.last4 = kept.last4[:4]
    method.expires_month, method.expires_year = kept.expires or (None, None)
    method.payer = kept.payer[:254]


@transaction.atomic
def rename(method_id: int, label: str, *, at: datetime) -> SavedMethod:
    """Give it a name of the customer's own; an empty one takes it back."""
    method = locks.lock_method(method_id)
    if method.is_standing and method.label != label:
        method.label, method.updated_at = label, at
        method.save()
        note(method, "renamed", at=at, detail=label)
    return method


@transaction.atomic
def make_default(method_id: int, *, at: datetime) -> SavedMethod:
    """Use this one first from now on. Raises NotChargeable."""
    method = locks.lock_method(method_id)
    if method.state != MethodState.ACTIVE:
        raise NotChargeable(str(method.public_id))
    if not method.is_default:
        SavedMethod.objects.filter(customer_id=method.customer_id, is_default=True).update(is_default=False)
        method.is_default, method.updated_at = True, at
        method.save()
        note(method, "made the default", at=at)
    return method


@transaction.atomic
def reorder(method_id: int, *, up: bool, at: datetime) -> SavedMethod:
    """Move it one place up or down among the usable ones. At the end of the list nothing changes."""
    method = locks.lock_method(method_id)
    order = [each.pk for each in locks.lock_active_methods(method.customer_id)]
    if method.pk in order:
        here = order.index(method.pk)
        there = max(0, here - 1) if up else min(len(order) - 1, here + 1)
        order[here], order[there] = order[there], order[here]
        for place, pk in enumerate(order, 1):
            SavedMethod.objects.filter(pk=pk).update(position=place, updated_at=at)
        note(method, "moved up" if up else "moved down", at=at)
    return method


def choose_network(method_id: int, network: str, *, gateway: Gateway, at: datetime) -> SavedMethod:
    """Pay by that network of a co-badged card from now on. The wish is written first, then the provider is told.

    Raises NotChargeable, Refused (not a network of this card) or Unsure: then the provider's news says what it did.
    """
    with transaction.atomic():
        method = locks.lock_method(method_id)
        if network not in method.networks or not method.may_choose_network:
            raise NotChargeable(str(method.public_id))
        note(method, "network asked", at=at, detail=network)
    kept = gateway.choose_network(method.object_id, network)
    with transaction.atomic():
        method = locks.lock_method(method_id)
        if method.state == MethodState.ACTIVE:
            describe(method, kept)
            method.updated_at = at
            method.save()
            note(method, "network chosen", at=at, detail=kept.brand)
    return method


def _is_same(other: SavedMethod, kept: Instrument) -> bool:
    same_thing = bool(kept.fingerprint) and other.fingerprint == kept.fingerprint
    return other.kind == kept.kind and (same_thing or other.object_id == kept.object_id)


def _replace(twin: SavedMethod, kept: Instrument, *, at: datetime) -> None:
    """The older one goes; where the provider kept the very same object, there is nothing to take away."""
    if twin.object_id == kept.object_id:
        move(twin, MethodState.REMOVED, at=at, reason=Reason.REPLACED)
    else:
        begin_removal(twin, Reason.REPLACED, at=at)
