"""Accept a quote: its invoice is issued in the same transaction, once, for exactly what was offered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext

from core.clock import local_date
from core.formats import money_text
from core.money import Money
from invoices.content import content_hash
from invoices.locks import lock_quote
from invoices.quote_content import agreement_content, lines_of
from invoices.services.drafting import NewLine, draft
from invoices.services.issuing import issue
from invoices.services.quoting import check_open, write_ending
from invoices.states import QuoteStatus
from ledger import services as ledger

if TYPE_CHECKING:
    from datetime import datetime

    from accounts.models import User
    from invoices.models import Invoice, Quote

_AGENT_LENGTH = 300


class QuoteChanged(ValueError):
    """The invoice would not be of the amount offered: the VAT of the customer, or of the law, is another by now."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """Who accepts, from which address and with which browser, and the words shown beside the button (C. civ. 1366)."""

    by: User
    address: str
    agent: str
    text: str


def accept(quote: Quote, agreement: Agreement, *, at: datetime) -> Invoice:
    """The customer accepts: issue the invoice of the quote, dated the day of `at`, and keep the evidence.

    Twice is once. In one transaction, under the locks *customer → quote → invoices → series*: an invoice of the same
    lines, issued as any other, and the ending of the quote with who, when, from where, and the hash of the words and
    of the content.

    Raises QuoteClosed, QuoteChanged, and whatever `issue_many` raises; then nothing was issued.
    """
    with transaction.atomic():
        locked = _lock(quote)
        if locked.invoice is not None:
            return locked.invoice
        locked.decided_by, locked.decided_from = agreement.by, agreement.address or None
        locked.decided_with, locked.agreed_text = agreement.agent[:_AGENT_LENGTH], agreement.text
        locked.agreed_hash = content_hash(agreement_content(locked, agreement.text))
        return _invoice(locked, at=at, actor=f"user:{agreement.by.pk}")


def accept_by_money(quote: Quote, *, payment_ref: str, at: datetime) -> Invoice:
    """Money came that names the quote: issue its invoice, which the money then pays. Promise and errors as `accept`.

    `payment_ref` says which money. Call it before the money is settled, so that the invoice is there to be named.
    """
    with transaction.atomic():
        locked = _lock(quote)
        if locked.invoice is not None:
            return locked.invoice
        locked.payment_ref = payment_ref
        return _invoice(locked, at=at, actor=payment_ref)


def _lock(quote: Quote) -> Quote:
    ledger.lock_customers([quote.customer_id])
    return lock_quote(quote.pk)


def _invoice(quote: Quote, *, at: datetime, actor: str) -> Invoice:
    check_open(quote, on=local_date(at))
    written = draft(
        quote.customer,
        [
            NewLine(each.label, each.quantity, each.unit_price, each.product_rate, each.period_start, each.period_end)
            for each in lines_of(quote)
        ],
        at=at,
        subject=quote.subject,
        service_code=quote.service_code,
        engagement_number=quote.engagement_number,
        market_number=quote.market_number,
    )
    written.actor = actor[:100]
    written.save(update_fields=["actor"])
    invoice = issue(written, at=at)
    if (invoice.net_cents, invoice.total_cents) != (quote.net_cents, quote.total_cents):
        words = gettext(
            "The invoice would be of %(now)s, and %(number)s says %(then)s: the VAT changed since. Nothing was issued. "
            "Write to us: we send you a new one."
        )
        amounts = {"now": money_text(Money(invoice.total_cents)), "then": money_text(Money(quote.total_cents))}
        raise QuoteChanged(words % {"number": quote.number, **amounts})
    quote.invoice = invoice
    write_ending(quote, QuoteStatus.ACCEPTED, at=at)
    return invoice
