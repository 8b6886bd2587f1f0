"""Write down what the provider says about a payment: once, whoever asked, and however often."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.db import transaction

from core.failpoints import failpoint
from ledger import services as ledger
from payments import locks
from payments.gateways.base import PageState
from payments.models import LIVE, Method, Payment, PaymentStatus
from payments.services import attempts
from payments.services.crediting import book_fee, credit
from payments.services.putting_off import put_off
from payments.services.registering import known_person
from payments.transitions import may_move, move, note

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from payments.gateways.base import Page

CURRENCY: Final = "EUR"


@transaction.atomic
def apply(payment_id: int, page: Page, *, at: datetime) -> Payment:
    """Make our row say what the provider's page says, and credit what was received. One transaction.

    Whose payment it is comes from our row; a page that names another customer, reference or currency credits nothing
    and waits for staff. Money that came is credited even on a payment that we had given up.
    """
    return _write_down(locks.lock_payment(payment_id), page, at=at)


@transaction.atomic
def apply_seen(seen: Payment, page: Page, *, at: datetime) -> Payment:
    """As `apply`, for a payment that was read before the provider was asked."""
    return _write_down(locks.lock_seen(seen), page, at=at)


def _write_down(payment: Payment, page: Page, *, at: datetime) -> Payment:
    """The payment is locked."""
    if payment.status == PaymentStatus.SUCCEEDED:
        return _complete(payment, page, at=at)
    if reason := _why_not_ours(payment, page):
        return _hold_back(payment, reason, at=at)
    _remember(payment, page, at=at)
    _STEPS[page.state](payment, page, at)
    failpoint("answer.before_commit")
    return payment


def _why_not_ours(payment: Payment, page: Page) -> str:
    """What makes this page not the page of this payment, or nothing."""
    if page.reference != str(payment.public_id):
        return f"the page names another payment: {page.reference}"
    if page.person != known_person(payment.customer, provider=payment.provider):
        return f"the page belongs to another customer: {page.person}"
    if payment.session_id and page.session_id != payment.session_id:
        return f"another page: {page.session_id}"
    if page.receipt is not None and page.receipt.currency != CURRENCY:
        return f"received in {page.receipt.currency}"
    return ""


def _hold_back(payment: Payment, reason: str, *, at: datetime) -> Payment:
    """Something is wrong with the answer. Nothing is credited; staff see the reason, and the self-check after a day."""
    if may_move(payment, PaymentStatus.UNKNOWN):
        move(payment, PaymentStatus.UNKNOWN, at=at, detail=reason)
    else:
        note(payment, "answer set aside", at=at, detail=reason)
    put_off(payment, at=at)
    payment.save()
    return payment


def _remember(payment: Payment, page: Page, *, at: datetime) -> None:
    """Keep what the answer says about the page: its id, its address, the bank's last refusal."""
    payment.asked_at = at
    if page.url:
        payment.checkout_url = page.url
    if not payment.session_id:
        payment.session_id = page.session_id
        if payment.status == PaymentStatus.SENT:
            move(payment, PaymentStatus.OPEN, at=at)
    if page.decline is not None and page.decline.attempt:
        attempts.note_decline(payment.customer, page.decline.attempt, at=at)
    if page.decline is not None and page.decline.code != payment.failure_code and page.state != PageState.PAID:
        payment.failure, payment.failure_code = page.decline.failure, page.decline.code
        payment.save()
        name = "card declined" if payment.method == Method.CARD else "PayPal declined"
        note(payment, name, at=at, detail=page.decline.code)


def _wait_for_customer(payment: Payment, _page: Page, at: datetime) -> None:
    """The page is open: nothing was charged."""
    if payment.status not in LIVE:
        return
    if may_move(payment, PaymentStatus.OPEN):
        move(payment, PaymentStatus.OPEN, at=at)
    put_off(payment, at=at)
    payment.save()


def _wait_for_bank(payment: Payment, _page: Page, at: datetime) -> None:
    """The customer has done his part. The money is on its way in: it is not asked for a second time."""
    if payment.status not in LIVE:
        return
    if may_move(payment, PaymentStatus.PENDING):
        ledger.hold_incoming(payment.customer_id, payment.amount, key=hold_key(payment), reason="payment", at=at)
        move(payment, PaymentStatus.PENDING, at=at)
    put_off(payment, at=at)
    payment.save()


def _end(payment: Payment, _page: Page, at: datetime) -> None:
    """The page is closed and nothing was paid: refused if a bank said so, else abandoned."""
    if payment.status not in LIVE:
        return
    waited = payment.status == PaymentStatus.PENDING
    if waited:
        ledger.release_hold(hold_key(payment), at=at)
    refused = waited or payment.failure
    move(payment, PaymentStatus.REFUSED if refused else PaymentStatus.ABANDONED, at=at, detail=payment.failure_code)


def _succeed(payment: Payment, page: Page, at: datetime) -> None:
    """Money came: credit what was received, not what was asked."""
    if page.receipt is None:
        raise ValueError(f"{payment.reference}: paid without a receipt")
    held = hold_key(payment) if payment.status == PaymentStatus.PENDING else ""
    credit(payment, page.receipt, closes_hold=held, at=at)
    if payment.fee_cents is None:
        put_off(payment, at=at)
        payment.save()


def _complete(payment: Payment, page: Page, *, at: datetime) -> Payment:
    """A payment that is credited already: only the provider's fee may still be missing."""
    receipt = page.receipt
    if receipt is None or payment.fee_cents is not None or receipt.object_id != payment.intent_id:
        return payment
    if receipt.fee is None:
        put_off(payment, at=at)
    else:
        book_fee(payment, receipt, at=at)
        payment.ask_at = None
    payment.save()
    return payment


def hold_key(payment: Payment) -> str:
    """The name of the incoming hold of a payment that the bank has not decided."""
    return f"payment:{payment.public_id}"


_STEPS: Final[Mapping[PageState, Callable[[Payment, Page, datetime], None]]] = {
    PageState.OPEN: _wait_for_customer,
    PageState.APPROVED: _wait_for_customer,  # only when we do not want its money any more, else it was taken
    PageState.PENDING: _wait_for_bank,
    PageState.CLOSED: _end,
    PageState.PAID: _succeed,
}
