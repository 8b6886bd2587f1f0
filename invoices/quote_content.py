"""What is frozen of a quote: its lines and VAT as stored, read back as rows, and the canonical form that is hashed."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from core.clock import PARIS
from invoices.models import InvoiceLine, InvoiceVat

if TYPE_CHECKING:
    from collections.abc import Sequence

    from invoices.models import Quote


def frozen_lines(lines: Sequence[InvoiceLine]) -> list[dict[str, Any]]:
    """The lines as they are stored: decimals and days as texts, the same on both engines."""
    return [
        {
            "label": line.label,
            "period_start": line.period_start.isoformat() if line.period_start else None,
            "period_end": line.period_end.isoformat() if line.period_end else None,
            "quantity": _plain(line.quantity),
            "unit_price": _plain(line.unit_price),
            "product_rate": None if line.product_rate is None else _plain(line.product_rate),
            "rate": _plain(line.rate),
            "category": line.category,
            "net_cents": line.net_cents,
        }
        for line in lines
    ]


def frozen_vat(groups: Sequence[InvoiceVat]) -> list[dict[str, Any]]:
    """The VAT of each rate as it is stored."""
    return [
        {
            "category": group.category,
            "rate": _plain(group.rate),
            "base_cents": group.base_cents,
            "vat_cents": group.vat_cents,
            "mention": group.mention,
        }
        for group in groups
    ]


def lines_of(quote: Quote) -> list[InvoiceLine]:
    """Its lines, as an invoice would have them; not saved."""
    return [
        InvoiceLine(
            position=position,
            label=line["label"],
            period_start=_day(line["period_start"]),
            period_end=_day(line["period_end"]),
            quantity=Decimal(line["quantity"]),
            unit_price=Decimal(line["unit_price"]),
            product_rate=None if line["product_rate"] is None else Decimal(line["product_rate"]),
            rate=Decimal(line["rate"]),
            category=line["category"],
            net_cents=line["net_cents"],
        )
        for position, line in enumerate(quote.lines, 1)
    ]


def vat_of(quote: Quote) -> list[InvoiceVat]:
    """Its VAT, as an invoice would have it; not saved."""
    return [InvoiceVat(**{**group, "rate": Decimal(group["rate"])}) for group in quote.vat]


def quote_content(quote: Quote) -> dict[str, Any]:
    """Number, parties, references, lines, VAT, amounts, dates: all that the paper says."""
    copied = ("kind", "number", "seller", "buyer", "subject", "service_code", "engagement_number", "market_number")
    return {
        **{name: getattr(quote, name) for name in copied},
        **{name: getattr(quote, name) for name in ("lines", "vat", "net_cents", "vat_cents", "total_cents")},
        "issue_date": quote.issue_date.isoformat(),
        "valid_until": quote.valid_until.isoformat(),
        "issued_at": quote.issued_at.astimezone(PARIS).isoformat(timespec="microseconds"),
    }


def agreement_content(quote: Quote, text: str) -> dict[str, Any]:
    """What somebody agrees to: these words, about exactly that content."""
    return {"text": text, "quote": quote.number, "content_hash": quote.content_hash}


def _plain(value: Decimal) -> str:
    return f"{value.normalize():f}"


def _day(value: str | None) -> date | None:
    return date.fromisoformat(value) if value else None
