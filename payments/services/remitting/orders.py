"""What a file says of each debit: from the attempt, its mandate and its customer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.conf import settings
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext

from accounts.selectors import current_seller
from core.clock import PARIS
from payments.models import Sequence
from payments.sepa.pain008 import Address, Creditor, DebitOrder
from payments.target import add_target_days, next_target_day

if TYPE_CHECKING:
    from datetime import date, datetime

    from accounts.models import Customer
    from payments.models import Mandate, Payment

SEQUENCE: Final = Sequence.RECURRENT
"""Since 20 November 2016 the first debit of a mandate may be sent as a recurrent one (SEPA core rulebook, AT-21)."""


def creditor_on(day: date, *, ics: str) -> Creditor:
    """Us, as the file names us: the seller in force on that day, by the identifier that its mandates name.

    Raises NoSeller.
    """
    seller = current_seller(on=day)
    return Creditor(seller.name, seller.iban.replace(" ", ""), seller.bic.replace(" ", ""), ics)


def first_day(on: date, *, at: datetime) -> date:
    """The first day on which our bank still debits what it is given on that day: later after its cut-off hour."""
    given = next_target_day(on)
    if given == on and at.astimezone(PARIS).hour >= settings.SEPA_CUT_OFF_HOUR:
        given = add_target_days(given, 1)
    return add_target_days(given, settings.SEPA_LEAD_DAYS)


def end_to_end_of(payment: Payment) -> str:
    """The name of an attempt in every answer of the bank: the debit's reference and the number of the attempt."""
    debit = payment.debit
    if debit is None:
        raise ValueError(f"{payment.reference} is no attempt of a debit")
    return f"{debit.reference}-{debit.attempts.filter(pk__lte=payment.pk).count()}"


def order_of(payment: Payment, mandate: Mandate, *, earliest: date) -> DebitOrder:
    """The debit as the file has it: on the day that was announced, or on the first that the bank still takes."""
    debit = payment.debit
    if debit is None or mandate.signed_on is None:
        raise ValueError(f"{payment.reference} has no debit, or a mandate that nobody signed")
    return DebitOrder(
        end_to_end=end_to_end_of(payment),
        amount_cents=payment.amount_cents,
        mandate=mandate.reference,
        signed_on=mandate.signed_on,
        debtor=mandate.debtor_name,
        iban=str(mandate.iban),
        bic=mandate.bic,
        label=_label(payment),
        sequence=SEQUENCE,
        collect_on=next_target_day(max(debit.collect_on, earliest)),
        address=_address(payment.customer),
    )


def _label(payment: Payment) -> str:
    """What the payer reads on his statement: our name is beside it, so his number and what it is for."""
    debit = payment.debit
    with translation.override(payment.customer.language):
        day = date_format(debit.due_on, "SHORT_DATE_FORMAT") if debit else ""
        words = {"number": payment.customer.reference.shown, "day": day, "reference": payment.reference}
        return gettext("Customer %(number)s, due %(day)s, %(reference)s") % words


def _address(customer: Customer) -> Address | None:
    """In parts, or not at all: banks take no half of an address."""
    if not (customer.address_line1 and customer.city and customer.country):
        return None
    return Address(customer.address_line1, customer.postcode, customer.city, customer.country)
