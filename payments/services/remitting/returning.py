"""Money that a bank takes back: undone in the books, its receipt cancelled; and what follows for the account."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext

from core.clock import at_noon
from core.money import ZERO
from invoices import services as invoices
from invoices.states import CancelCause
from ledger import selectors as books
from ledger import services as ledger
from payments import locks, selectors
from payments.gateways.base import DeclineKind
from payments.method_transitions import move as move_method
from payments.models import CollectingRule, Failure, MandateState, MethodState, Reason
from payments.sepa.reasons import After, reason_of
from payments.services import collecting
from payments.services.mandates import end_mandate
from payments.services.methods.removing import hand_on_default

if TYPE_CHECKING:
    from datetime import datetime

    from payments.models import BankDebit, Mandate, Payment
    from payments.services.remitting.answering import BankWord

_BANK_FEES: Final = "627100"
_MOST_SHORT: Final = 2
"""An account that lacked money so many times in a row is not debited again until its holder acts."""
_KINDS: Final = {After.AGAIN: DeclineKind.LATER, After.OURS: DeclineKind.LATER}


def kind_after(code: str, mandate: Mandate) -> DeclineKind:
    """What a refusal allows: the account again in some days, or never by itself."""
    if _is_short_again(code, mandate):
        return DeclineKind.NEVER
    return _KINDS.get(reason_of(code).after, DeclineKind.NEVER)


def failure_of(code: str) -> Failure:
    """The class of a reason, for pages and mails that need no more."""
    reason = reason_of(code)
    if reason.funds:
        return Failure.FUNDS
    return Failure.DETAILS if reason.after is After.END else Failure.BANK


def give_back(word: BankWord, debit: BankDebit, payment: Payment, *, at: datetime) -> int:
    """Undo what the debit paid, newest first, and book the money and the charges out of our account.

    What was refunded before is missing, and becomes something to pay. Returns the ledger's transaction. The effect is
    on the first open day: a return of a closed month is booked, and declared, when it happens.
    """
    out = ledger.reverse_money(
        books.lot_of(payment.tx_id or 0).id,
        word.amount,
        clearing_account=word.bank_account,
        piece=ledger.Piece(
            ledger.Journal.BANK,
            _label(word),
            word.bank_reference or word.end_to_end,
            word.booked_on,
            key=f"bank:{word.end_to_end}:return",
            effective_on=books.first_open_day(word.booked_on),
        ),
        at=at,
    )
    if word.charges > ZERO:
        ledger.post([_charges(word)], at=at)
    for reopened in out.reopened:
        grace = timedelta(days=settings.REMINDER_GRACE_DAYS)
        ledger.restart_reminders(reopened.document_ref, on=word.booked_on + grace)
    reversal = invoices.Reversal(
        tx_id=out.tx_id,
        amount=word.amount,
        cause=CancelCause.DEBIT_RETURNED,
        reversed_at=at_noon(word.booked_on),
        balance_after=out.balance,
        reopened=out.reopened,
        missing=out.missing,
        reference=word.end_to_end,
    )
    invoices.cancel_receipt(payment.reference, reversal, at=at)
    return out.tx_id


def follow(code: str, debit: BankDebit, *, at: datetime) -> None:
    """What a reason means for the mandate, the account, and automatic collection."""
    after = reason_of(code).after
    if after is After.END:
        end_mandate(debit.mandate_id, MandateState.REFUSED, reason=code, at=at)
    elif after is After.ASK or _is_short_again(code, debit.mandate):
        _set_account_aside(debit, code, at=at)
    elif after is After.STOP:
        rule = CollectingRule.objects.select_related("customer").filter(customer=debit.payment.customer_id).first()
        if rule is not None:
            collecting.turn_off(rule.customer, at=at)


def _is_short_again(code: str, mandate: Mandate) -> bool:
    """Whether this is the second time in a row; the answer itself is written down before."""
    return reason_of(code).funds and selectors.times_short_of_money(mandate) >= _MOST_SHORT


def _set_account_aside(debit: BankDebit, code: str, *, at: datetime) -> None:
    method = locks.lock_method(debit.payment.used_method_id or 0)
    if method.state == MethodState.ACTIVE:
        move_method(method, MethodState.UNUSABLE, at=at, reason=Reason.BANK, detail=code)
        hand_on_default(method.customer_id, at=at)


def _charges(word: BankWord) -> ledger.Posting:
    return ledger.Posting(
        journal=ledger.Journal.BANK,
        label=_label(word),
        piece_ref=word.bank_reference or word.end_to_end,
        piece_date=word.booked_on,
        key=f"bank:{word.end_to_end}:return:charges",
        effective_on=books.first_open_day(word.booked_on),
        legs=(ledger.debit(_BANK_FEES, word.charges), ledger.credit(word.bank_account, word.charges)),
    )


def _label(word: BankWord) -> str:
    """The line of the books, which are kept in French."""
    with translation.override("fr"):
        words = {"reference": word.end_to_end, "reason": word.reason}
        return gettext("Direct debit returned %(reference)s %(reason)s") % words
