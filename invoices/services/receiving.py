"""Write receipts for money received. They are not invoices and show no VAT (CGI art. 283-3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypedDict

from django.db import transaction

from accounts.selectors import current_seller
from core.clock import local_date
from invoices.content import content_hash, receipt_content
from invoices.locks import lock_series
from invoices.models import Receipt
from invoices.numbering import take_numbers
from invoices.parties import copy_buyer, copy_seller
from invoices.states import Series
from ledger import services as ledger
from outbox import services as outbox

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from accounts.models import Customer
    from core.money import Money
    from invoices.locks import HeldSeries


class ReceiptKeyReused(ValueError):
    """That key already names a receipt of another payment or amount."""


class PaidDocument(Protocol):
    """A document that the money paid, and how much of it; the ledger's `Settled` is one."""

    @property
    def document_ref(self) -> str: ...

    @property
    def amount(self) -> Money: ...


class Share(TypedDict):
    """A document and how much of it, as frozen on a receipt."""

    document: str
    amount_cents: int


def issue_receipt(
    customer: Customer,
    *,
    payment_ref: str,
    amount: Money,
    method: str,
    received_at: datetime,
    balance_after: Money,
    settled: Sequence[PaidDocument],
    at: datetime,
    key: str,
) -> Receipt:
    """Write the receipt of one payment, and ask for its PDF. `balance_after` is in the customer's sense.

    The same `key` gives the receipt that exists. Raises ReceiptKeyReused when it names another payment or amount.
    """
    with transaction.atomic(savepoint=False):
        held = lock_series(Series.RECEIPT, local_date(at).year)  # of two with one payment, the second finds the receipt
        if known := Receipt.objects.filter(key=key).first():
            return _same(known, payment_ref, amount)
        receipt = Receipt(
            customer=customer,
            key=key,
            payment_ref=payment_ref,
            amount_cents=amount.cents,
            method=method,
            received_at=received_at,
            balance_after_cents=balance_after.cents,
            settled=[{"document": paid.document_ref, "amount_cents": paid.amount.cents} for paid in settled],
        )
        write_receipt(receipt, at=at, held=held)
    return receipt


def write_receipt(receipt: Receipt, *, at: datetime, held: HeldSeries | None = None) -> None:
    """Number, freeze, save and seal a new receipt, and ask for its PDF. The caller holds the lock of the series."""
    receipt.issue_date, receipt.issued_at = local_date(at), at
    [receipt.number] = take_numbers(Series.RECEIPT, 1, on=receipt.issue_date, held=held)
    _freeze(receipt)
    _seal(receipt, at=at)
    _ask_for_paper(receipt, at=at)


def _freeze(receipt: Receipt) -> None:
    receipt.seller = copy_seller(current_seller(on=receipt.issue_date)).frozen()
    receipt.buyer = copy_buyer(receipt.customer).frozen()
    receipt.content_hash = content_hash(receipt_content(receipt))
    receipt.save(force_insert=True)


def _same(known: Receipt, payment_ref: str, amount: Money) -> Receipt:
    if (known.payment_ref, known.amount_cents) != (payment_ref, amount.cents):
        raise ReceiptKeyReused(f"{known.key} is the key of {known.number}")
    return known


def _seal(receipt: Receipt, *, at: datetime) -> None:
    """The fact, with what closings sum of it. A receipt shows no VAT, so there is none to sum."""
    fact = {"number": receipt.number, "content_hash": receipt.content_hash, "totals": {"gross": receipt.amount_cents}}
    ledger.record("receipt.issued", fact, at=at)


def _ask_for_paper(receipt: Receipt, *, at: datetime) -> None:
    outbox.enqueue(
        "invoices.render",
        {"receipt_id": receipt.pk},
        key=f"invoices.render:{receipt.number}",
        at=at,
        owner=f"customer:{receipt.customer_id}",
    )
