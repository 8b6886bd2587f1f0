"""What the pages of paying show, computed from questions alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts import selectors as accounts
from core.clock import local_date
from core.money import NotAnAmount, parse_euros
from invoices import selectors as invoices
from ledger import selectors as ledger
from payments import selectors
from payments.forms import OTHER, TopUpForm, least, most, suggestions, typed, way_of
from payments.models import Failure, Method, Payment, PaymentStatus, Purpose, Refund
from payments.selectors import RefundTruth, Truth
from payments.services.methods import consent_with

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from django.utils.functional import _StrPromise

    from accounts.models import Customer
    from core.money import Money
    from payments.models import SavedMethod

POLL_SECONDS: Final = 5
_ADVICE: Final[Mapping[str, _StrPromise]] = {
    Failure.FUNDS: _("There is not enough money on the card. Try another card, or pay by bank transfer."),
    Failure.EXPIRED_CARD: _("The card has expired. Use another card."),
    Failure.AUTHENTICATION: _("Your bank asks for a confirmation that did not come. Try again, then confirm."),
    Failure.DETAILS: _("The card number, its date or its code do not match. Try again and check them."),
    Failure.BANK: _("Your bank gave no reason. Call it, try another card, or pay by bank transfer."),
    Failure.PAYPAL: _("PayPal could not take the money. Choose other funds there, pay by card or by bank transfer."),
    Failure.PROVIDER: _("The payment page could not be opened. Try again in a moment, or pay by bank transfer."),
}


@dataclass(frozen=True, slots=True)
class AmountChoice:
    """One suggested amount of the form."""

    value: str
    amount: Money
    is_due: bool
    checked: bool


@dataclass(frozen=True, slots=True)
class RefundLine:
    """A refund as its customer reads it."""

    refund: Refund
    truth: RefundTruth


def first_answers(query: Mapping[str, str], *, due: Money, saved: Sequence[SavedMethod]) -> dict[str, str]:
    """What the form starts with: the amount in the address (one that was kept), else what is due, else nothing.

    The method is the customer's default when there is one.
    """
    kept = query.get("amount", "")
    try:
        amount = typed(parse_euros(kept))
    except NotAnAmount:
        amount = typed(suggestions(due)[0]) if due else ""
    chosen = next((each for each in map(typed, suggestions(due)) if each == amount), OTHER)
    default = next((each for each in saved if each.is_default), None)
    method = way_of(default) if default else Method.CARD.value
    return {"amount": amount, "shown": amount, "suggestion": chosen, "method": method}


def form_context(customer: Customer, form: TopUpForm, *, due: Money, language: str, at: datetime) -> dict[str, Any]:
    """Everything around the form: suggestions, limits, what is being checked, and the bank transfer instead."""
    balance = ledger.get_balance(customer.pk).balance
    offered = suggestions(due)
    chosen = form["suggestion"].value() or OTHER
    choices = [
        AmountChoice(typed(each), each, bool(due) and each == offered[0], typed(each) == chosen) for each in offered
    ]
    by = form["method"].value()
    seller = accounts.current_seller(on=local_date(at))
    paying = next((choice.amount for choice in choices if choice.checked), None) if not form.is_bound else None
    return {
        "due": due,
        "due_seen": typed(due) if due else "",
        "once": str(uuid4()),
        "saved_choices": [(way, each, way == by) for way, each in form.saved_methods.items()],
        "by_card": by not in form.saved_methods and by != Method.PAYPAL,
        "by_paypal": by == Method.PAYPAL,
        "paypal": bool(settings.PAYPAL_CLIENT_ID),
        "balance": balance,
        "choices": choices,
        "other_chosen": not any(choice.checked for choice in choices),
        "paying": paying,
        "balance_after": balance + paying if paying else None,
        "least": least(),
        "most": most(),
        "checked_payment": selectors.being_checked(customer),
        "seller": seller,
        "consent": consent_with(seller, language),
        "iban": _in_fours(seller.iban),
        "reference": customer.reference,
    }


def result_context(payment: Payment, *, came_back: bool, follow: bool) -> dict[str, Any]:
    """The one truth about a payment, and what goes with it."""
    truth = selectors.truth(payment)
    context: dict[str, Any] = {
        "payment": payment,
        "truth": truth,
        "came_back": came_back,
        "poll": POLL_SECONDS if follow and truth == Truth.CHECKING and not _takes_days(payment) else 0,
        "unsent": truth == Truth.CHECKING and not payment.session_id and not _is_taken_unseen(payment),
        "advice": _ADVICE.get(payment.failure, ""),
        "page_open": payment.status == PaymentStatus.OPEN,
        "again": f"{reverse('payments:top_up')}?amount={typed(payment.amount)}",
    }
    if truth == Truth.CREDITED:
        # Read before the provider was asked, a payment knows whether there is something to ask for.
        refunds = selectors.refunds_shown(payment) if getattr(payment, "has_refunds", True) else []
        receipts = list(invoices.receipts_for(payment.reference))
        context["refunds"] = [RefundLine(each, selectors.truth_of_refund(each)) for each in refunds]
        context["dispute"] = selectors.latest_dispute_of(payment) if getattr(payment, "has_disputes", True) else None
        context["receipt"] = next((each for each in receipts if each.restores_id is None), None)
        context["receipts"] = receipts
        context["balance"] = ledger.get_balance(payment.customer_id).balance
        context["addresses"] = accounts.billing_addresses(payment.customer)
    return context


def _takes_days(payment: Payment) -> bool:
    """Whether a bank decides in days: nobody waits for that in front of a page."""
    return payment.method == Method.SEPA and payment.status == PaymentStatus.PENDING


def _is_taken_unseen(payment: Payment) -> bool:
    """Whether the money may have been taken without a page: then nobody is told that nothing was charged."""
    return payment.is_paid_unseen or payment.purpose == Purpose.COLLECT


def _in_fours(iban: str) -> str:
    return " ".join(iban[start : start + 4] for start in range(0, len(iban), 4))
