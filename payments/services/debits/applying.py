"""Write down how an attempt to debit stands: once, whoever asked or was told, and however often."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.db import transaction

from core.clock import local_date
from core.failpoints import failpoint
from ledger import services as ledger
from payments import locks
from payments.debit_transitions import RETURNED
from payments.gateways.base import ChargeState, DeclineKind, Receipt, Refused
from payments.models import LIVE, Failure, Payment, PaymentStatus, Provider
from payments.services.crediting import book_fee, credit
from payments.services.debits import answering
from payments.services.putting_off import put_off
from payments.services.registering import known_person
from payments.transitions import may_move, move, note

if TYPE_CHECKING:
    from datetime import date, datetime

    from payments.gateways.base import Charge
    from payments.models import Debit

CURRENCY: Final = "EUR"


@transaction.atomic
def apply_charge(payment_id: int, told: Charge, *, at: datetime) -> Payment:
    """Make our rows say what the provider says of a debit, and credit what was received. One transaction.

    Whose it is comes from our row; one that names another customer, reference or currency changes nothing and waits
    for staff. Money that came is credited even on an attempt that we had given up.
    """
    payment, debit = locks.lock_attempt(payment_id)
    if payment.status == PaymentStatus.SUCCEEDED:
        return _complete(payment, told, at=at)
    if reason := _why_not_ours(payment, told):
        return _hold_back(payment, reason, at=at)
    _remember(payment, told, at=at)
    if told.receipt is not None:
        settle(payment, debit, told.receipt, at=at)
    elif told.declined is not None:
        refuse(payment, debit, told.declined, at=at)
    elif told.state == ChargeState.PENDING:
        await_bank(payment, at=at)
    failpoint("collect.before_commit")
    return payment


@transaction.atomic
def settle_attempt(payment_id: int, receipt: Receipt, *, on: date | None = None, at: datetime) -> Payment:
    """The money of an attempt came: credit it, settle what is due, receipt and mail; the debit is collected.

    `on` is the day from which the payer may ask for it back: the day of the receipt unless it is given. Twice is once.
    """
    payment, debit = locks.lock_attempt(payment_id)
    if payment.status != PaymentStatus.SUCCEEDED:
        settle(payment, debit, receipt, on=on, at=at)
    return payment


@transaction.atomic
def refuse_attempt(payment_id: int, kind: DeclineKind, *, failure: Failure, code: str, at: datetime) -> Payment:
    """An attempt was refused before any money came: its hold is released, and the debit goes on as `kind` allows.

    One that has succeeded or ended stays as it is. Twice is once.
    """
    payment, debit = locks.lock_attempt(payment_id)
    if payment.status in LIVE:
        _refuse(payment, debit, kind, failure=failure, code=code, at=at)
    return payment


@transaction.atomic
def send_to_bank(payment_id: int, *, at: datetime) -> Payment:
    """An attempt was given to our bank in a file: its amount is on its way in. Twice is once."""
    payment, _debit = locks.lock_attempt(payment_id)
    if payment.status in LIVE:
        payment.intent_id = payment.intent_id or str(payment.public_id)
        await_bank(payment, at=at)
    return payment


@transaction.atomic
def return_debit(payment_id: int, *, failure: Failure, code: str, tells: bool = True, at: datetime) -> Debit:
    """The bank took back money that had come; the caller has undone it in the ledger, in this transaction.

    `code` is the bank's own word; `tells`: its customer is written to. Twice is once.
    """
    payment, debit = locks.lock_attempt(payment_id)
    if payment.status == PaymentStatus.SUCCEEDED and debit.collected_cents is not None and debit.state != RETURNED:
        payment.failure, payment.failure_code = failure, code[:100]
        payment.save()
        note(payment, "taken back", at=at, detail=code)
        answering.returned(debit, payment, tells=tells, at=at)
    return debit


def settle(payment: Payment, debit: Debit, receipt: Receipt, *, on: date | None = None, at: datetime) -> None:
    """The money came. The caller holds the locks."""
    held = hold_key(payment) if payment.status == PaymentStatus.PENDING else ""
    credit(payment, receipt, closes_hold=held, at=at)
    if payment.fee_cents is None and payment.provider != Provider.BANK:
        put_off(payment, at=at)
        payment.save()
    answering.collected(debit, payment, on=on or local_date(receipt.paid_at), at=at)


def refuse(payment: Payment, debit: Debit, refusal: Refused, *, at: datetime) -> None:
    """Nothing was taken. A refusal that is not a bank's may be tried again. The caller holds the locks."""
    if payment.status not in LIVE:
        return
    kind = getattr(refusal, "kind", DeclineKind.LATER)
    payment.intent_id = payment.intent_id or _tried(payment, refusal)
    _refuse(payment, debit, kind, failure=refusal.failure, code=refusal.code, at=at)


def await_bank(payment: Payment, *, at: datetime) -> None:
    """The bank decides in some days: the amount is on its way in. The caller holds the locks."""
    if payment.status not in LIVE:
        return
    if may_move(payment, PaymentStatus.PENDING):
        ledger.hold_incoming(payment.customer_id, payment.amount, key=hold_key(payment), reason="payment", at=at)
        move(payment, PaymentStatus.PENDING, at=at)
    put_off(payment, at=at)
    payment.save()


@transaction.atomic
def doubt(seen: Payment, reason: str, *, at: datetime) -> Payment:
    """No answer: what happened is not known, and is asked about again. Not knowing never replaces knowing."""
    payment = locks.lock_payment(seen.pk)
    if (payment.status, payment.session_id, payment.intent_id) != (seen.status, seen.session_id, seen.intent_id):
        return payment
    if payment.status != PaymentStatus.PENDING and may_move(payment, PaymentStatus.UNKNOWN):
        move(payment, PaymentStatus.UNKNOWN, at=at, detail=reason)
    if payment.is_live or payment.ask_at is not None:
        put_off(payment, at=at)
        payment.save()
    return payment


@transaction.atomic
def nothing_arrived(payment_id: int, *, at: datetime) -> Payment:
    """The provider was asked and has no such debit, and none can come any more."""
    payment, debit = locks.lock_attempt(payment_id)
    if may_move(payment, PaymentStatus.ABANDONED) and not payment.intent_id:
        move(payment, PaymentStatus.ABANDONED, at=at)
        answering.never_sent(debit, payment, at=at)
    return payment


@transaction.atomic
def refused_by_call(payment_id: int, refusal: Refused, *, at: datetime) -> Payment:
    """The call that was to take the money said no."""
    payment, debit = locks.lock_attempt(payment_id)
    refuse(payment, debit, refusal, at=at)
    return payment


def hold_key(payment: Payment) -> str:
    """The name of the incoming hold of an attempt that the bank has not decided."""
    return f"payment:{payment.public_id}"


def _refuse(payment: Payment, debit: Debit, kind: DeclineKind, *, failure: Failure, code: str, at: datetime) -> None:
    if payment.status == PaymentStatus.PENDING:
        ledger.release_hold(hold_key(payment), at=at)
    payment.failure, payment.failure_code = failure, code[:100]
    move(payment, PaymentStatus.REFUSED, at=at, detail=code)
    answering.refused(debit, payment, kind, at=at)


def _why_not_ours(payment: Payment, told: Charge) -> str:
    """What makes this not the debit of this payment, or nothing."""
    if told.reference != str(payment.public_id):
        return f"the debit names another payment: {told.reference}"
    if told.person != known_person(payment.customer, provider=payment.provider):
        return f"the debit is of another customer: {told.person}"
    known = payment.session_id or payment.intent_id
    if known and told.object_id not in (payment.session_id, payment.intent_id):
        return f"another debit: {told.object_id}"
    if told.receipt is not None and told.receipt.currency != CURRENCY:
        return f"received in {told.receipt.currency}"
    return ""


def _hold_back(payment: Payment, reason: str, *, at: datetime) -> Payment:
    """Something is wrong with the answer. Nothing is credited; staff see the reason, and the self-check after a day."""
    if payment.status != PaymentStatus.PENDING and may_move(payment, PaymentStatus.UNKNOWN):
        move(payment, PaymentStatus.UNKNOWN, at=at, detail=reason)
    else:
        note(payment, "answer set aside", at=at, detail=reason)
    if payment.is_live:
        put_off(payment, at=at)
        payment.save()
    return payment


def _remember(payment: Payment, told: Charge, *, at: datetime) -> None:
    """Keep the provider's id of it. PayPal's order is not the money: that has an id of its own."""
    payment.asked_at = at
    if payment.provider == Provider.PAYPAL:
        payment.session_id = told.object_id
    else:
        payment.intent_id = told.object_id


def _tried(payment: Payment, refusal: Refused) -> str:
    return getattr(refusal, "object_id", "") if payment.provider != Provider.PAYPAL else ""


def _complete(payment: Payment, told: Charge, *, at: datetime) -> Payment:
    """An attempt that is credited already: only the provider's fee may still be missing."""
    receipt = told.receipt
    if receipt is None or payment.fee_cents is not None or receipt.object_id != payment.intent_id:
        return payment
    if receipt.fee is None:
        put_off(payment, at=at)
    else:
        book_fee(payment, receipt, at=at)
        payment.ask_at = None
    payment.save()
    return payment
