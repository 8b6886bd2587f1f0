"""Ask the provider how a method that is being saved stands, and write the answer down. One verb, whoever asks."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext

from core.failpoints import failpoint
from payments import locks
from payments.gateways.base import Refused, SavingOrder, SavingPage, SavingState, Unsure
from payments.method_transitions import may_move, move
from payments.models import BEING_SAVED, LIVE, Method, MethodState, PaymentStatus, SavedMethod
from payments.services.methods.keeping import keep
from payments.services.methods.removing import forget
from payments.services.putting_off import KEY_LIFE, put_off
from payments.services.registering import known_person, person_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from payments.gateways.base import Gateway, Instrument
    from payments.models import Payment

_TRIES = 3
_GLANCE = timedelta(seconds=3)
_LATEST = timedelta(days=1)
"""A provider that says of a paid page, a day later, that it saved nothing has saved nothing."""


def ask_method(method_id: int, *, gateway: Gateway, at: datetime) -> SavedMethod:
    """Ask the provider about a method that is being saved or removed, and write down what it says.

    An answer that does not come leaves it unknown (or still being removed), to be asked about again. May be repeated
    and may race with itself. Returns the method as it is then.
    """
    method = SavedMethod.objects.select_related("customer", "payment").get(pk=method_id)
    if method.state == MethodState.REMOVING:
        return forget(method_id, gateway=gateway, at=at)
    if method.payment is not None:
        return _ask_payment(method, method.payment, gateway=gateway, at=at)
    if method.state not in BEING_SAVED:
        return method
    return _conclude(method, lambda: _look(method, gateway, at=at), at=at)


def close_saving(method_id: int, *, gateway: Gateway, at: datetime) -> SavedMethod:
    """Make sure that a saving page saves nothing any more. What was saved before that is kept."""
    method = SavedMethod.objects.select_related("customer", "payment").get(pk=method_id)
    if not method.session_id or method.state not in BEING_SAVED:
        return method
    return _conclude(method, lambda: gateway.close_saving(method.session_id), at=at)


def glance_method(method: SavedMethod, *, gateway: Gateway, at: datetime) -> SavedMethod:
    """As `ask_method`, for a page that is reloaded: one question every 3 seconds at most, none when all is known."""
    waits = method.state in BEING_SAVED and (method.payment is None or method.payment.status not in LIVE)
    lately = method.asked_at is not None and at - method.asked_at < _GLANCE
    if not waits or (lately and method.state == MethodState.UNKNOWN):
        return method
    return ask_method(method.pk, gateway=gateway, at=at)


def glance_saved_by(payment: Payment, *, gateway: Gateway, at: datetime) -> None:
    """The same for what a payment was to save, while its page is looked at."""
    method = SavedMethod.objects.select_related("payment").filter(payment=payment, object_id="").first()
    if method is not None and payment.status == PaymentStatus.SUCCEEDED:
        glance_method(method, gateway=gateway, at=at)


@transaction.atomic
def apply_saving(method_id: int, page: SavingPage, *, at: datetime) -> SavedMethod:
    """Make our row say what the provider's page says. Whose method it is comes from our row."""
    method = locks.lock_method(method_id)
    if method.state not in BEING_SAVED:
        return method
    known = known_person(method.customer, provider=method.provider)
    if page.person and page.person != known:
        return _hold_back(method, f"the page belongs to another customer: {page.person}", at=at)
    method.session_id, method.page_url = page.session_id, page.url or method.page_url
    method.failure_code = page.code[:100]
    if page.state == SavingState.SAVED and page.instrument is not None:
        keep(method, page.instrument, page.mandate, at=at)
    elif page.state == SavingState.CLOSED:
        move(method, MethodState.ABANDONED, at=at, detail=page.code)
    else:
        _wait(method, at=at)
    return method


def _conclude(method: SavedMethod, look: Callable[[], SavingPage | None], *, at: datetime) -> SavedMethod:
    """Call the provider outside any transaction, then write down how it ended."""
    try:
        page = look()
    except Refused as refusal:
        return _abandon(method.pk, refusal.code, at=at)
    except Unsure as doubt:
        return _doubt(method, str(doubt), at=at)
    failpoint("method.answered")
    if page is None:
        return _abandon(method.pk, "no page was ever opened", at=at)
    return apply_saving(method.pk, page, at=at)


def _look(method: SavedMethod, gateway: Gateway, *, at: datetime) -> SavingPage | None:
    """The page after our own part of it: what was agreed is saved, what is over is closed."""
    page = _find(method, gateway, at=at)
    if page is None:
        return None
    over = at >= method.page_expires_at
    if page.state == SavingState.APPROVED and not over:
        return _known(lambda: gateway.finish_saving(page.session_id, key=f"{method.key}-finish"))
    if page.state in (SavingState.OPEN, SavingState.APPROVED) and over and not gateway.closes_pages:
        return gateway.close_saving(page.session_id)
    return page


def _find(method: SavedMethod, gateway: Gateway, *, at: datetime) -> SavingPage | None:
    """The page as the provider has it; else a search, else the same call again while its key is remembered."""
    if method.session_id:
        return _read(method, gateway, at=at)
    person = known_person(method.customer, provider=method.provider)
    reference = str(method.public_id)
    if person and (found := gateway.find_saving(person=person, reference=reference, since=method.created_at)):
        return found
    if method.asked_count >= _TRIES or at - method.created_at > KEY_LIFE:
        return None
    person = person_of(method.customer, provider=method.provider, gateway=gateway, at=at)
    return gateway.open_saving(_order(method, person))


def _read(method: SavedMethod, gateway: Gateway, *, at: datetime) -> SavingPage:
    """A page that must be there, until its time is over: some providers forget it then."""
    if at >= method.page_expires_at:
        return gateway.read_saving(method.session_id)
    return _known(lambda: gateway.read_saving(method.session_id))


def _known(call: Callable[[], SavingPage]) -> SavingPage:
    try:
        return call()
    except Refused as refusal:
        raise Unsure(refusal.code) from refusal


def _order(method: SavedMethod, person: str) -> SavingOrder:
    """Everything comes from the row: the same key must always say the same thing."""
    with translation.override(method.language):
        label = gettext("Payment method of account %(number)s") % {"number": method.customer.reference.shown}
    back = settings.SITE_URL + reverse("payments:method", kwargs={"public_id": method.public_id})
    return SavingOrder(
        reference=str(method.public_id),
        person=person,
        language=method.language,
        label=label,
        success_url=back,
        cancel_url=f"{back}?cancelled=1",
        expires_at=method.page_expires_at,
        key=method.key,
        kind=Method(method.kind),
        mandate_prefix=f"{method.customer.number}-",
    )


def _ask_payment(method: SavedMethod, payment: Payment, *, gateway: Gateway, at: datetime) -> SavedMethod:
    """What the payment saved on the way: asked when it succeeded, nothing when it ended otherwise."""
    if method.object_id:
        return method
    if payment.status in LIVE:
        return _still_waits(method.pk, at=at)
    if payment.status != PaymentStatus.SUCCEEDED:
        return _abandon(method.pk, f"the payment is {payment.status}", at=at)
    try:
        kept = gateway.saved_by(payment.session_id)
    except (Refused, Unsure) as doubt:
        return _doubt(method, str(doubt), at=at)
    return _saved_on_the_way(method.pk, kept, at=at)


@transaction.atomic
def _saved_on_the_way(method_id: int, kept: Instrument | None, *, at: datetime) -> SavedMethod:
    method = locks.lock_method(method_id)
    if method.object_id:
        return method
    if kept is not None:
        keep(method, kept, at=at)
    elif method.state in BEING_SAVED and at - method.created_at > _LATEST:
        move(method, MethodState.ABANDONED, at=at, detail="the provider saved nothing")
    elif method.state in BEING_SAVED:
        put_off(method, at=at)
        method.save()
    return method


@transaction.atomic
def _still_waits(method_id: int, *, at: datetime) -> SavedMethod:
    method = locks.lock_method(method_id)
    if method.state in BEING_SAVED:
        put_off(method, at=at)
        method.save()
    return method


def _wait(method: SavedMethod, *, at: datetime) -> None:
    """The page is open: nothing is saved yet."""
    put_off(method, at=at)
    if may_move(method, MethodState.PENDING):
        move(method, MethodState.PENDING, at=at)
    method.save()


def _hold_back(method: SavedMethod, reason: str, *, at: datetime) -> SavedMethod:
    put_off(method, at=at)
    method.save()
    if may_move(method, MethodState.UNKNOWN):
        move(method, MethodState.UNKNOWN, at=at, detail=reason)
    return method


@transaction.atomic
def _abandon(method_id: int, detail: str, *, at: datetime) -> SavedMethod:
    method = locks.lock_method(method_id)
    if may_move(method, MethodState.ABANDONED):
        move(method, MethodState.ABANDONED, at=at, detail=detail)
    return method


@transaction.atomic
def _doubt(seen: SavedMethod, reason: str, *, at: datetime) -> SavedMethod:
    """No answer. Unless somebody else learned more meanwhile: not knowing never replaces knowing."""
    method = locks.lock_method(seen.pk)
    if (method.state, method.session_id) != (seen.state, seen.session_id) or method.state not in BEING_SAVED:
        return method
    return _hold_back(method, reason, at=at)
