"""Ask the provider how a payment stands, and apply the answer. One verb for return page, webhook and sweeper."""

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
from payments.gateways.base import Order, PageState, Refused, Unsure
from payments.models import Method, Payment, PaymentStatus, Purpose, SavedMethod
from payments.services.applying import apply_seen
from payments.services.attempts import paused_until
from payments.services.debits import ask_attempt
from payments.services.putting_off import KEY_LIFE, put_off
from payments.services.registering import known_person, person_of
from payments.transitions import may_move, move

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from payments.gateways.base import Gateway, Page

_ORDER_KEY_LIFE = timedelta(hours=5)
"""PayPal keeps the ids of orders for 6 hours."""
FORGOTTEN = timedelta(days=1)
"""How long after its end a page that the provider has no longer counts as never paid (PayPal forgets orders)."""
_TRIES = 3
_GLANCE = timedelta(seconds=3)


def send(payment_id: int, *, gateway: Gateway, at: datetime) -> Payment:
    """Open the payment page. Three steps, so that no lock is held meanwhile: claim, call, record the answer.

    May be repeated and may race with itself: the key comes from the row, so there is one page.
    """
    _claim(payment_id, at=at)
    failpoint("top_up.claimed")
    return _conclude(_read(payment_id), lambda payment: _open(payment, gateway, at=at), at=at)


def ask(payment_id: int, *, gateway: Gateway, at: datetime, hint: str = "") -> Payment:
    """Ask the provider how a payment stands, and apply it: credit what was received, or close what is over.

    `hint` is a page that an event named; it counts only if it is the page of this very payment. An answer that does
    not come leaves the payment unknown, to be asked about again. Returns the payment as it is then.
    """
    return ask_about(_read(payment_id), gateway=gateway, at=at, hint=hint)


def ask_about(payment: Payment, *, gateway: Gateway, at: datetime, hint: str = "") -> Payment:
    """As `ask`, about a payment that was just read, with its customer and its saved method."""
    if payment.purpose == Purpose.COLLECT:
        return ask_attempt(payment.pk, gateway=gateway, at=at, hint=hint)
    if payment.status == PaymentStatus.CREATED:
        return _forget(payment.pk, at=at)
    if payment.status == PaymentStatus.SUCCEEDED and payment.fee_cents is not None:
        return payment
    found = _conclude(payment, lambda payment: _look(payment, gateway, hint=hint, at=at), at=at)
    return close(found.pk, gateway=gateway, at=at) if _is_card_testing(found, at=at) else found


def _is_card_testing(payment: Payment, *, at: datetime) -> bool:
    """Whether so many cards were refused that this page shall take no other."""
    waits = payment.status == PaymentStatus.OPEN and payment.method == Method.CARD and payment.failure
    return bool(waits) and paused_until(payment.customer, at=at) is not None


def glance(payment: Payment, *, gateway: Gateway, at: datetime) -> Payment:
    """As `ask`, for a page that is reloaded while it says "being checked": at most one question every 3 seconds.

    "Not charged" is never said of an open page without having asked: the customer may come from paying it.
    """
    if payment.status == PaymentStatus.CREATED or not payment.is_live:
        return payment
    lately = payment.asked_at is not None and at - payment.asked_at < _GLANCE
    if lately and payment.status != PaymentStatus.OPEN:
        return payment
    return ask(payment.pk, gateway=gateway, at=at)


def close(payment_id: int, *, gateway: Gateway, at: datetime) -> Payment:
    """Make sure that the page of a payment can no longer be paid. If it was paid before that, it is credited."""
    payment = _read(payment_id)
    if not payment.session_id or not payment.is_live or payment.purpose == Purpose.COLLECT:
        return payment
    return _conclude(payment, lambda payment: gateway.close_page(payment.session_id), at=at)


def _claim(payment_id: int, *, at: datetime) -> None:
    with transaction.atomic():
        payment = locks.lock_payment(payment_id)
        if payment.status == PaymentStatus.CREATED:
            move(payment, PaymentStatus.SENT, at=at)


def _read(payment_id: int) -> Payment:
    return Payment.objects.select_related("customer", "used_method").get(pk=payment_id)


def _conclude(payment: Payment, look: Callable[[Payment], Page | None], *, at: datetime) -> Payment:
    """Call the provider outside any transaction, then write down how it ended."""
    try:
        page = look(payment)
    except Refused as refusal:
        return _refuse(payment, refusal, at=at)
    except Unsure as doubt:
        return _doubt(payment, str(doubt), at=at)
    failpoint("provider.answered")
    if page is None:
        return _nobody_paid(payment, at=at)
    applied = apply_seen(payment, page, at=at)
    failpoint("answer.applied")
    return applied


def _look(payment: Payment, gateway: Gateway, *, hint: str, at: datetime) -> Page | None:
    """The page after our own part of it: an approved one is taken, one whose time is over is closed.

    Some providers wait for us to take the money, and some do not close pages by themselves.
    """
    page = _find(payment, gateway, hint=hint, at=at)
    if page is None or page.reference != str(payment.public_id) or not payment.is_live:
        return page
    if page.state == PageState.APPROVED:
        return _known(lambda: gateway.take_page(page.session_id))
    if page.state == PageState.OPEN and at >= payment.page_expires_at and not gateway.closes_pages:
        return gateway.close_page(page.session_id)
    return page


def _find(payment: Payment, gateway: Gateway, *, hint: str, at: datetime) -> Page | None:
    """The page as the provider has it; None when it has none, and none can come any more.

    Without a page of ours: first the hint, then a search (an answer that was lost, or an error kept under our key),
    then the same call again, but not for ever: a page whose address nobody was given cannot be paid. Unless it is paid
    without being seen, from a saved account: then only the provider's word ends it.
    """
    if payment.session_id and at >= payment.page_expires_at + FORGOTTEN and not gateway.closes_pages:
        return _unless_forgotten(payment.session_id, gateway)
    if payment.session_id or hint:
        return _read_page(payment.session_id or hint, gateway)
    person = known_person(payment.customer, provider=payment.provider)
    reference = str(payment.public_id)
    if person and (found := gateway.find_page(person=person, reference=reference, since=payment.created_at)):
        return found
    if payment.is_paid_unseen:
        if at - payment.created_at > _ORDER_KEY_LIFE:
            raise Unsure("too late to ask with the same key: the provider’s news will say")
    elif payment.asked_count >= _TRIES or at - payment.created_at > KEY_LIFE:
        return None
    return _read_page(_open(payment, gateway, at=at).session_id, gateway)  # a repeated answer may be an old one


def _unless_forgotten(session_id: str, gateway: Gateway) -> Page | None:
    """A page that is long over. Where money is taken only by a call of ours, one that is not there took none."""
    try:
        return gateway.read_page(session_id)
    except Refused:
        return None


def _read_page(session_id: str, gateway: Gateway) -> Page:
    return _known(lambda: gateway.read_page(session_id))


def _known(call: Callable[[], Page]) -> Page:
    """A page that must be there."""
    try:
        return call()
    except Refused as refusal:  # it does not know a page that it told us of: no reason to conclude anything
        raise Unsure(refusal.code) from refusal


def _open(payment: Payment, gateway: Gateway, *, at: datetime) -> Page:
    person = person_of(payment.customer, provider=payment.provider, gateway=gateway, at=at)
    return gateway.open_page(_order(payment, person))


def _order(payment: Payment, person: str) -> Order:
    """Everything comes from the row: the same key must always say the same thing.

    The page closes at a fixed time, so that a call repeated much later is refused instead of opening a second page.
    """
    shown = payment.customer.reference.shown
    with translation.override(payment.language):
        label = gettext("Top-up of account %(number)s") % {"number": shown}
    back = {"public_id": payment.public_id}
    return Order(
        reference=str(payment.public_id),
        person=person,
        amount=payment.amount,
        label=label,
        statement_label=shown,
        language=payment.language,
        success_url=settings.SITE_URL + reverse("payments:progress", kwargs=back),
        cancel_url=settings.SITE_URL + reverse("payments:cancel", kwargs=back),
        expires_at=payment.page_expires_at,
        key=payment.key,
        saves=SavedMethod.objects.filter(payment=payment).exists(),
        saved=payment.used_method.object_id if payment.used_method else "",
    )


@transaction.atomic
def _refuse(seen: Payment, refusal: Refused, *, at: datetime) -> Payment:
    """The provider did not open the page: nothing was charged."""
    payment = locks.lock_seen(seen)
    if may_move(payment, PaymentStatus.REFUSED) and not payment.session_id:
        payment.failure, payment.failure_code = refusal.failure, refusal.code
        move(payment, PaymentStatus.REFUSED, at=at, detail=refusal.code)
    return payment


@transaction.atomic
def _doubt(seen: Payment, reason: str, *, at: datetime) -> Payment:
    """No answer: what happened is not known, and is asked about again.

    Unless somebody else learned more meanwhile: not knowing never replaces knowing.
    """
    payment = locks.lock_seen(seen)
    if (payment.status, payment.session_id) != (seen.status, seen.session_id):
        return payment
    if may_move(payment, PaymentStatus.UNKNOWN):
        move(payment, PaymentStatus.UNKNOWN, at=at, detail=reason)
    if payment.is_live or payment.ask_at is not None:
        put_off(payment, at=at)
        payment.save()
    return payment


@transaction.atomic
def _nobody_paid(seen: Payment, *, at: datetime) -> Payment:
    """The provider was asked and has no page of that payment, or no longer one: nobody can have paid."""
    payment = locks.lock_seen(seen)
    if may_move(payment, PaymentStatus.ABANDONED) and payment.session_id == seen.session_id:
        move(payment, PaymentStatus.ABANDONED, at=at)
    return payment


@transaction.atomic
def _forget(payment_id: int, *, at: datetime) -> Payment:
    """A payment that was never sent, because its process died: there is nothing to ask."""
    payment = locks.lock_payment(payment_id)
    if payment.status == PaymentStatus.CREATED:
        move(payment, PaymentStatus.ABANDONED, at=at)
    return payment
