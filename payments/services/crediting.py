"""The credit of a payment: ledger, fee, receipt and mail, in the transaction that says it succeeded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.utils import translation
from django.utils.translation import gettext

from accounts.notify import notify
from core.clock import local_date
from core.failpoints import failpoint
from core.formats import money_text
from invoices import services as invoices
from ledger import services as ledger
from ledger.kinds import Journal, Origin
from payments.models import DebitKind, Method, Payment, PaymentStatus, Provider
from payments.services.waking import wake_debits_of, wake_saved_by
from payments.transitions import move, note

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from payments.gateways.base import Receipt

FEES: Final = "627800"


@dataclass(frozen=True, slots=True)
class Books:
    """Where the money of a provider is booked. `name` begins the keys and says where a refund may go."""

    name: str
    clearing: str
    journal: Journal
    origin: Origin


BOOKS: Final[Mapping[str, Books]] = {
    Provider.STRIPE: Books("stripe", "517100", Journal.CARD, Origin.CARD),
    Provider.PAYPAL: Books("paypal", "517200", Journal.PAYPAL, Origin.PAYPAL),
}
_DEBITED: Final[Mapping[str, Books]] = {
    Provider.STRIPE: Books("stripe", "517100", Journal.DIRECT_DEBIT, Origin.DIRECT_DEBIT),
    Provider.BANK: Books("bank", "511300", Journal.DIRECT_DEBIT, Origin.DIRECT_DEBIT),
}
"""SEPA debits have a journal of their own, whoever makes them; what Stripe collects is in its balance all the same."""


def books_of(payment: Payment) -> Books:
    """Where the money of a payment is booked."""
    return (_DEBITED if payment.method == Method.SEPA else BOOKS)[payment.provider]


def credit(payment: Payment, receipt: Receipt, *, closes_hold: str = "", at: datetime) -> None:
    """Credit what was received, pay what is due with it, make the receipt, write to the customer.

    The credit's key is the provider's own id of the money: whoever comes second finds it done. The caller holds the
    lock of the payment. The fee is booked when the provider has said it, else later.
    """
    _fill(payment, receipt)
    books = books_of(payment)
    fee = _fee(payment, receipt)
    received = ledger.receive_money(
        payment.customer_id,
        receipt.received,
        source=ledger.Source(books.origin, receipt.object_id, f"{books.name}:{receipt.object_id}"),
        clearing_account=books.clearing,
        journal=books.journal,
        label=_label(payment),
        piece_ref=receipt.object_id,
        piece_date=local_date(receipt.paid_at),
        key=f"{books.name}:{receipt.object_id}:credit",
        at=at,
        closes_hold=closes_hold,
        actor=f"user:{payment.actor_id}" if payment.actor_id else "",
        also=fee,
    )
    failpoint("credit.booked")
    payment.tx_id = received.tx_id
    payment.received_cents = receipt.received.cents
    _note_fee(payment, receipt, received.also)
    move(payment, PaymentStatus.SUCCEEDED, at=at, detail=receipt.object_id)
    wake_saved_by(payment, at=at)
    wake_debits_of(payment.customer_id, f"paid:{payment.pk}", at=at)
    if payment.differs:
        note(payment, "amount differs", at=at, detail=f"{payment.amount_cents} → {payment.received_cents}")
    _give_receipt(payment, receipt, received, at=at)


def book_fee(payment: Payment, receipt: Receipt, *, at: datetime) -> None:
    """Book what the provider kept, when it says so after the credit. The caller saves the row."""
    _note_fee(payment, receipt, [posted.tx_id for posted in ledger.post(_fee(payment, receipt), at=at)])


def _fee(payment: Payment, receipt: Receipt) -> list[ledger.Posting]:
    """The posting of what the provider kept; none when it kept nothing, or did not say yet."""
    if not receipt.fee:
        return []
    books = books_of(payment)
    return [
        ledger.Posting(
            journal=books.journal,
            label=_label(payment),
            piece_ref=receipt.charge_id or receipt.object_id,
            piece_date=local_date(receipt.paid_at),
            key=f"{books.name}:{receipt.object_id}:fee",
            legs=(ledger.debit(FEES, receipt.fee), ledger.credit(books.clearing, receipt.fee)),
        )
    ]


def _note_fee(payment: Payment, receipt: Receipt, tx_ids: Sequence[int]) -> None:
    payment.fee_tx_id = next(iter(tx_ids), payment.fee_tx_id)
    if receipt.fee is not None:
        payment.fee_cents = receipt.fee.cents


def _fill(payment: Payment, receipt: Receipt) -> None:
    payment.intent_id = receipt.object_id
    payment.charge_id = receipt.charge_id
    payment.card_brand = receipt.card_brand[:32]
    payment.card_last4 = receipt.card_last4[:4]
    payment.failure = payment.failure_code = ""


def _label(payment: Payment) -> str:
    """The line of the books, which are kept in French."""
    with translation.override("fr"):
        if payment.method == Method.PAYPAL:
            return gettext("PayPal payment %(reference)s") % {"reference": payment.reference}
        if payment.method == Method.SEPA:
            return gettext("Direct debit %(reference)s") % {"reference": payment.reference}
        return gettext("Card payment %(reference)s") % {"reference": payment.reference}


def _give_receipt(payment: Payment, receipt: Receipt, received: ledger.Received, *, at: datetime) -> None:
    """A numbered receipt, and one mail for this fact."""
    used = payment.used_method
    method = used.title if used and payment.debit_id else payment.instrument or payment.get_method_display()
    paper = invoices.issue_receipt(
        payment.customer,
        payment_ref=payment.reference,
        amount=receipt.received,
        method=method,
        received_at=receipt.paid_at,
        balance_after=received.balance,
        settled=received.settled,
        at=at,
        key=f"payment:{payment.public_id}",
    )
    with translation.override(payment.customer.language):
        context = {
            "payment": payment,
            "receipt": paper,
            "method": method,
            "settled": received.settled,
            "balance": received.balance,
            "rows": _rows(payment, paper.number, method, received),
        }
    kind = _mail_of(payment)
    notify(payment.customer, kind, context, key=f"payment:{payment.public_id}:succeeded", at=at)


def _mail_of(payment: Payment) -> str:
    if payment.debit is None:
        return "topup.succeeded"
    return "topup.automatic" if payment.debit.kind == DebitKind.TOP_UP else "debit.collected"


def _rows(payment: Payment, number: str, method: str, received: ledger.Received) -> list[dict[str, str]]:
    """The details of the mail, in the customer's language."""
    told = [
        (gettext("By"), method),
        (gettext("Payment"), payment.reference),
        (gettext("Receipt"), number),
        *((part.document_ref, money_text(part.amount)) for part in received.settled),
    ]
    return [{"term": term, "value": value} for term, value in told]
