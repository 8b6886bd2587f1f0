"""Why a debit was refused or did not take place, in words for its customer. Never a code, never a suspicion."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext_lazy as _

from payments.models import EndedWhy, Failure, Method, Provider
from payments.sepa.reasons import REASONS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.utils.functional import _StrPromise

    from payments.models import Debit, Payment

_BY_CARD: Final[Mapping[str, _StrPromise]] = {
    Failure.FUNDS: _("There was not enough money on the card."),
    Failure.EXPIRED_CARD: _("The card has expired."),
    Failure.AUTHENTICATION: _("Your bank asks you to confirm the payment."),
    Failure.DETAILS: _("The details of the card are not right any more."),
    Failure.BANK: _("Your bank refused it and gave no reason."),
    Failure.PAYPAL: _("PayPal refused it."),
    Failure.PROVIDER: _("Our payment provider could not make it."),
    Failure.LIMIT: _("It is more than one debit of this account may take. Pay it by bank transfer, or by card."),
}
_BY_ACCOUNT: Final[Mapping[str, _StrPromise]] = {
    Failure.FUNDS: _("There was not enough money on the account."),
    Failure.DETAILS: _("The details of the account are not right any more."),
}
_CANCELLED: Final[Mapping[str, _StrPromise]] = {
    EndedWhy.PAID: _("What it was to collect is paid."),
    EndedWhy.CUSTOMER: _("You chose to pay in another way. What is due is still due."),
    EndedWhy.STAFF: _("We stopped it. What is due is still due; nothing is debited by itself."),
    EndedWhy.METHOD: _("Its payment method cannot be used any more, and there is no other. What is due is still due."),
    EndedWhy.OFF: _("You turned automatic collection off. What is due is still due."),
    EndedWhy.DISPUTED: _("A payment of yours is contested: nothing is debited by itself until that is decided."),
    EndedWhy.SMALL: _("Too little is left for a debit. It is collected with your next invoice."),
    EndedWhy.REFUSED: _("It was refused each time. What is due is still due."),
    EndedWhy.NO_ANSWER: _("Your bank waited for your confirmation. What is due is still due."),
}


def refusal_words(payment: Payment) -> str:
    """Why an attempt was refused; of an account that our bank debits, what its code means."""
    if payment.provider == Provider.BANK and payment.failure_code in REASONS:
        return str(REASONS[payment.failure_code].words)
    by_account = _BY_ACCOUNT.get(payment.failure) if payment.method == Method.SEPA else None
    return str(by_account or _BY_CARD.get(payment.failure, _BY_CARD[Failure.BANK]))


def cancelled_words(debit: Debit) -> str:
    """Why a debit ended without its money."""
    return str(_CANCELLED.get(debit.ended_why, ""))
