"""The audit trail of one document (CGI art. 289, VII-1°): from what was ordered to the money, on one page and as JSON.

Everything is read from rows that never change, or is compared with them: the order and its lines, the VAT and its
accounts, the entry and its seal, each payment down to the provider's or bank's own identifier, credit notes, receipts,
stored files, mails. One question gathers it; the page and the file show the same answer.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from core.money import Money
from invoices import archive, selectors
from invoices.content import content_hash, invoice_content
from invoices.models import Invoice, Quote, Receipt, ReceiptCancellation, Rendition
from ledger import selectors as ledger
from outbox.models import Message
from payments.models import Payment, PaymentEvent

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ledger.selectors import DocumentTrail, TrailPart, TrailTx

_LIST = (list, tuple)


def audit_trail(number: str) -> dict[str, Any]:
    """The trail of an issued invoice or credit note, in values of JSON. Raises Invoice.DoesNotExist."""
    invoice = selectors.invoice_by_number(number)
    of_books = _original_of(invoice)
    trail = ledger.document_trail(str(of_books.number))
    told = {
        "document": _document(invoice),
        "order": _order(invoice),
        "lines": list(invoice.lines.order_by("position").values(*_LINE)),
        "vat": list(invoice.vat.order_by("-rate", "category").values(*_VAT)),
        "entry": _entry(invoice, trail),
        "settled_by": [_part(part) for part in trail.parts],
        "open_cents": trail.open.cents,
        "disputed": trail.disputed,
        "receipts": [_receipt(each) for each in selectors.receipts_that_paid(of_books)],
        "receipts_cancelled": [_cancellation(each) for each in selectors.cancellations_that_reopened(of_books)],
        "credit_notes": list(_notes(of_books)),
        "references": list(invoice.reference_changes.order_by("pk").values("before", "after", "actor", "at")),
        "files": [_file(each) for each in invoice.renditions.order_by("created_at", "pk")],
        "mails": list(_mails(invoice)),
    }
    return {name: _plain(value) for name, value in told.items()}


_LINE = (
    *("position", "label", "period_start", "period_end", "quantity", "unit_price", "rate", "category", "net_cents"),
)
_VAT = ("category", "rate", "base_cents", "vat_cents", "mention", "reason_code", "revenue_account", "vat_account")


def _original_of(invoice: Invoice) -> Invoice:
    """The document that asks for money: a credit note reduces the one it names."""
    return invoice.original or invoice


def _document(invoice: Invoice) -> dict[str, Any]:
    """What was issued, and whether its content is still the one that was hashed."""
    lines = list(invoice.lines.select_related("original").order_by("position"))
    vat = list(invoice.vat.order_by("-rate", "category"))
    columns = ("net_cents", "vat_cents", "total_cents", "paid_at_issue_cents", "issue_date", "due_date", "issued_at")
    return {
        "number": invoice.number,
        "kind": invoice.kind,
        **{name: getattr(invoice, name) for name in columns},
        "vat_on_debits": invoice.vat_on_debits,
        "seller": invoice.seller,
        "buyer": invoice.buyer,
        "corrects": str(invoice.original or ""),
        "replaces": str(invoice.replaces or ""),
        "content_hash": invoice.content_hash,
        "content_is_as_frozen": content_hash(invoice_content(invoice, lines, vat)) == invoice.content_hash,
    }


def _order(invoice: Invoice) -> dict[str, Any]:
    names = ("subject", "service_code", "engagement_number", "market_number")
    offered = Quote.objects.filter(invoice=invoice).values_list("number", flat=True).first() or ""
    return {"drafted_at": invoice.created_at, "quote": offered, **{name: getattr(invoice, name) for name in names}}


def _entry(invoice: Invoice, trail: DocumentTrail) -> dict[str, Any]:
    tx = ledger.transactions([invoice.ledger_tx_id]).get(invoice.ledger_tx_id) if invoice.ledger_tx_id else None
    return _tx(tx or trail.tx)


def _tx(tx: TrailTx) -> dict[str, Any]:
    return {**asdict(tx), "legs": [{"account": account, "cents": cents} for account, cents in tx.legs]}


def _part(part: TrailPart) -> dict[str, Any]:
    told = {
        "kind": part.kind,
        "amount_cents": part.amount.cents,
        "source": part.source_ref,
        "settlement": _tx(part.tx),
    }
    if part.money is None:
        return {**told, "money": None, "payment": None}
    money = part.money
    arrival = {"origin": money.origin, "reference": money.reference, "amount_cents": money.amount.cents}
    return {**told, "money": {**arrival, "entry": _tx(money.tx)}, "payment": _payment(money.tx.id)}


def _payment(tx_id: int) -> dict[str, Any] | None:
    """The payment that brought the money, with its history; none for a transfer or a direct debit."""
    payment = Payment.objects.filter(tx_id=tx_id).first()
    if payment is None:
        return None
    steps = PaymentEvent.objects.filter(payment=payment).order_by("pk")
    names = ("provider", "method", "status", "intent_id", "charge_id", "received_cents", "fee_cents", "instrument")
    return {
        "reference": payment.reference,
        **{name: getattr(payment, name) for name in names},
        "history": list(steps.values("name", "at", "detail")),
    }


def _receipt(receipt: Receipt) -> dict[str, Any]:
    names = ("number", "issue_date", "amount_cents", "method", "payment_ref", "content_hash")
    return {name: getattr(receipt, name) for name in names}


def _cancellation(cancellation: ReceiptCancellation) -> dict[str, Any]:
    names = ("number", "issue_date", "amount_cents", "cause", "reference", "reversed_at", "reopened", "content_hash")
    return {name: getattr(cancellation, name) for name in names}


def _notes(invoice: Invoice) -> Iterable[Mapping[str, Any]]:
    notes = Invoice.objects.filter(original=invoice, number__isnull=False).order_by("issue_date", "number")
    return notes.values("number", "issue_date", "total_cents", "content_hash")


def _file(rendition: Rendition) -> dict[str, Any]:
    names = ("kind", "sha256", "size", "created_at", "routing")
    return {**{name: getattr(rendition, name) for name in names}, "whole": archive.is_whole(rendition.sha256)}


def _mails(invoice: Invoice) -> Iterable[Mapping[str, Any]]:
    """The mails about this document, without their texts."""
    about = Message.objects.filter(
        owner=f"customer:{invoice.customer_id}", key__contains=f":{invoice.number}:", confidential=False
    )
    return about.order_by("pk").values("kind", "recipients", "subject", "state", "created_at", "sent_at")


def _plain(value: Any) -> Any:
    """Dates, amounts and decimals as JSON writes them."""
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items()}
    if isinstance(value, _LIST):
        return [_plain(each) for each in value]
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return value.cents if isinstance(value, Money) else value
