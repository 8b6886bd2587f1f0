"""What is frozen of a document, in one canonical form, and its SHA-256: recomputed later, it proves nothing changed.

The routing references of an invoice are not part of it: a buyer may ask for others, and a new rendition carries them.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from core.clock import PARIS
from invoices.models import BUYER_TEXTS

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime
    from decimal import Decimal

    from invoices.models import Attestation, Invoice, InvoiceLine, InvoiceVat, Receipt, ReceiptCancellation


def invoice_content(invoice: Invoice, lines: Iterable[InvoiceLine], vat: Iterable[InvoiceVat]) -> dict[str, Any]:
    """Number, parties, texts, lines, VAT with its evidence, amounts, dates, VAT basis and what was paid at issue.

    Of a credit note also the invoice and the lines it takes back, why, and what became of the money; of a corrected
    invoice the one that it replaces. Read with `original`, `replaces`, and each line's `original`.
    """
    content = {
        "kind": invoice.kind,
        "number": invoice.number,
        "seller": invoice.seller,
        "buyer": invoice.buyer,
        "subject": invoice.subject,
        "currency": invoice.currency,
        "issue_date": _day(invoice.issue_date),
        "issued_at": _moment(invoice.issued_at),
        "due_date": _day(invoice.due_date),
        "lines": [_line(line) for line in lines],
        "vat": [_vat(group) for group in vat],
        "net_cents": invoice.net_cents,
        "vat_cents": invoice.vat_cents,
        "total_cents": invoice.total_cents,
        "paid_at_issue_cents": invoice.paid_at_issue_cents,
        "vat_on_debits": invoice.vat_on_debits,
    }
    for name in BUYER_TEXTS:  # documents of before have none
        if text := getattr(invoice, name):
            content[name] = text
    if invoice.vat_evidence:
        content["vat_evidence"] = invoice.vat_evidence
    if invoice.original is not None:
        content |= _taken_back(invoice, invoice.original)
    if invoice.replaces is not None:
        content["replaces"] = _named(invoice.replaces)
    return content


def receipt_content(receipt: Receipt) -> dict[str, Any]:
    """Number, parties, amount, method, moment, balance and what was paid; of money that came back also from what.

    Read with `restores`.
    """
    content = {
        "number": receipt.number,
        "seller": receipt.seller,
        "buyer": receipt.buyer,
        "payment_ref": receipt.payment_ref,
        "amount_cents": receipt.amount_cents,
        "method": receipt.method,
        "received_at": _moment(receipt.received_at),
        "balance_after_cents": receipt.balance_after_cents,
        "settled": receipt.settled,
        "issue_date": _day(receipt.issue_date),
        "issued_at": _moment(receipt.issued_at),
    }
    if receipt.restores is not None:
        content["restores"] = _paper(receipt.restores)
    return content


def cancellation_content(cancellation: ReceiptCancellation) -> dict[str, Any]:
    """Number, parties, the receipt and how much of it, why, when, what it no longer pays, the balance.

    Read with `receipt`.
    """
    return {
        "number": cancellation.number,
        "seller": cancellation.seller,
        "buyer": cancellation.buyer,
        "receipt": _paper(cancellation.receipt),
        "amount_cents": cancellation.amount_cents,
        "cause": cancellation.cause,
        "reference": cancellation.reference,
        "reversed_at": _moment(cancellation.reversed_at),
        "reopened": cancellation.reopened,
        "missing_cents": cancellation.missing_cents,
        "balance_after_cents": cancellation.balance_after_cents,
        "issue_date": _day(cancellation.issue_date),
        "issued_at": _moment(cancellation.issued_at),
    }


def attestation_content(attestation: Attestation) -> dict[str, Any]:
    """Number, parties, what is certified, figures, what may still be taken back, the moment, where it is checked."""
    return {
        "public_id": str(attestation.public_id),
        "number": attestation.number,
        "kind": attestation.kind,
        "seller": attestation.seller,
        "buyer": attestation.buyer,
        "year": attestation.year,
        "amount_cents": attestation.amount_cents,
        "figures": attestation.figures,
        "contested_cents": attestation.contested_cents,
        "revocable_cents": attestation.revocable_cents,
        "last_invoice": attestation.last_invoice,
        "site": attestation.site,
        "issue_date": _day(attestation.issue_date),
        "issued_at": _moment(attestation.issued_at),
    }


def content_hash(content: dict[str, Any]) -> str:
    """SHA-256 of the canonical JSON: sorted keys, no spaces, UTF-8."""
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _taken_back(note: Invoice, original: Invoice) -> dict[str, Any]:
    return {
        "original": _named(original),
        "reason": note.reason,
        "freed_cents": note.freed_cents,
        "freed_money": note.freed_money,
    }


def _named(invoice: Invoice) -> dict[str, Any]:
    return {
        "number": invoice.number,
        "issue_date": _day(invoice.issue_date),
        "content_hash": invoice.content_hash,
    }


def _paper(paper: Receipt | ReceiptCancellation) -> dict[str, Any]:
    return {"number": paper.number, "issue_date": _day(paper.issue_date), "content_hash": paper.content_hash}


def _line(line: InvoiceLine) -> dict[str, Any]:
    content = {
        "label": line.label,
        "period_start": _day(line.period_start),
        "period_end": _day(line.period_end),
        "quantity": _plain(line.quantity),
        "unit_price": _plain(line.unit_price),
        "rate": _plain(line.rate),
        "category": line.category,
        "net_cents": line.net_cents,
    }
    if line.original is not None:
        content["original"] = line.original.position
    return content


def _vat(group: InvoiceVat) -> dict[str, Any]:
    content = {
        "category": group.category,
        "rate": _plain(group.rate),
        "base_cents": group.base_cents,
        "vat_cents": group.vat_cents,
        "mention": group.mention,
        "reason_code": group.reason_code,
        "revenue_account": group.revenue_account,
        "vat_account": group.vat_account,
    }
    if group.treatment:  # documents of before have neither
        content |= {"treatment": group.treatment, "country": group.country}
    return content


def _plain(value: Decimal) -> str:
    """The shortest way to write a decimal: the two engines give back different numbers of zeros."""
    return f"{value.normalize():f}"


def _day(value: date | None) -> str | None:
    return value.isoformat() if value else None


def _moment(value: datetime | None) -> str | None:
    return value.astimezone(PARIS).isoformat(timespec="microseconds") if value else None
