"""Correct the billing details of an invoice: a credit note for all of it, and the same invoice with the right details.

Issued is immutable, so a wrong name or address is corrected by two documents. The books end as they began: the money
that had paid the first invoice pays the second one, before any older item.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext

from accounts.models import Customer
from accounts.selectors import current_seller
from core.clock import local_date
from core.money import ZERO
from invoices.evidence import gather
from invoices.locks import lock_invoices
from invoices.models import BUYER_TEXTS, ROUTING_LENGTHS, Invoice, InvoiceLine
from invoices.parties import copy_buyer, copy_seller
from invoices.selectors.corrections import Correction, correction_of, why_not_correct, why_not_with
from invoices.services.crediting import Request, copied, issue_credit_note
from invoices.services.issuing import enter_books
from invoices.states import CorrectionRefused, FreedMoney
from ledger import services as ledger

if TYPE_CHECKING:
    from datetime import datetime

__all__ = ["CannotCorrect", "Correction", "correct_buyer"]


class CannotCorrect(ValueError):
    """An invoice is not corrected that way; `reason` says why. Nothing was written."""

    def __init__(self, reason: CorrectionRefused) -> None:
        self.reason = reason
        super().__init__(str(reason.label))


def correct_buyer(original: Invoice, *, at: datetime, actor: str = "", by_staff: bool = False) -> Correction:
    """Replace an issued invoice by the same one addressed to its customer as they are now, dated the day of `at`.

    In one transaction: a credit note for all of it, and a new invoice with the same lines, prices, rates, accounts and
    VAT basis, which the freed money pays before anything else. It is due when the first one was, or today if that is
    past. Customers have as many days as the seller says (`correction_days`); staff have no limit.

    Twice is once. Raises CannotCorrect, DateBeforeLast, NoSeller.
    """
    with transaction.atomic():
        ledger.lock_customers([original.customer_id])
        invoice = lock_invoices([original.pk])[original.pk]
        if known := correction_of(invoice):
            return known
        customer = Customer.objects.get(pk=invoice.customer_id)
        day = local_date(at)
        if reason := why_not_correct(invoice, on=day, by_staff=by_staff) or why_not_with(invoice, customer, on=day):
            raise CannotCorrect(reason)
        with translation.override(customer.language):
            why = gettext("Correction of the billing details")
        request = Request(why, f"correction:{invoice.number}", FreedMoney.CORRECTED, actor)
        note = issue_credit_note(invoice, None, request, at=at)
        return Correction(note, _issue_again(invoice, customer, actor=actor, at=at))


def _issue_again(original: Invoice, customer: Customer, *, actor: str, at: datetime) -> Invoice:
    """The same invoice for the same customer as they are now. Nothing is priced again."""
    if original.due_date is None:
        raise TypeError(f"{original} is not issued")
    day = local_date(at)
    kept = ("subject", "net_cents", "vat_cents", "total_cents", "vat_on_debits", *BUYER_TEXTS, *ROUTING_LENGTHS)
    invoice = Invoice.objects.create(
        customer=customer,
        replaces=original,
        actor=actor,
        seller=copy_seller(current_seller(on=day)).frozen(),
        buyer=copy_buyer(customer).frozen(),
        vat_evidence=gather([customer], on=day).of(customer.pk, selling=ZERO).frozen(),
        created_at=at,
        **{name: getattr(original, name) for name in kept},
    )
    lines = InvoiceLine.objects.bulk_create(copied(line, invoice) for line in original.lines.order_by("position"))
    vat = [copied(group, invoice) for group in original.vat.order_by("-rate", "category")]
    invoice.due_date = max(original.due_date, day)
    enter_books([invoice], {invoice.pk: lines}, {invoice.pk: vat}, at=at)
    return invoice
