"""Write drafts: lines with their amounts, and totals that may still change."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext

from accounts.identity import plain_line
from core.clock import local_date
from core.money import Money
from invoices.models import LABEL_LENGTH, ROUTING_LENGTHS, Invoice, InvoiceLine
from invoices.pricing import price
from invoices.tax import standard_rate
from invoices.totals import line_net

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from accounts.models import Customer

LINES_AT_MOST = 10_000
_QUANTITY = re.compile(r"-?[0-9]{1,8}(\.[0-9]{1,4})?")
_PRICE = re.compile(r"[0-9]{1,8}(\.[0-9]{1,6})?")
_RATE = re.compile(r"[0-9]{1,2}(\.[0-9]{1,2})?")
_MOST = Money(10**12)
_PARTS = 4


class BadLine(ValueError):
    """A line cannot be billed as it is written; the message says why and what to write."""


class BadReference(ValueError):
    """A reference of the buyer is too long for the column it has on invoices."""


@dataclass(frozen=True, slots=True)
class NewLine:
    """A line to bill: label, quantity, unit price before VAT in euros, the product's French rate in %, its period.

    No rate is the standard one. A discount is a negative quantity at a positive price (EN 16931, BR-27).
    """

    label: str
    quantity: Decimal
    unit_price: Decimal
    rate: Decimal | None = None
    period_start: date | None = None
    period_end: date | None = None


@transaction.atomic
def draft(
    customer: Customer,
    lines: Sequence[NewLine],
    *,
    at: datetime,
    subject: str = "",
    service_code: str | None = None,
    engagement_number: str | None = None,
    market_number: str | None = None,
    planned_on: date | None = None,
) -> Invoice:
    """Write an invoice that can still change: no number, nothing owed. Amounts are cents, VAT as of the day of `at`.

    A reference that is not given is the customer's own; the engagement number of a public body is chosen at issue.
    `planned_on` is when it is meant to be issued. Raises BadLine, BadReference, VatNotDecided; then nothing is written.
    """
    if not 1 <= len(lines) <= LINES_AT_MOST:
        raise BadLine(gettext("An invoice has 1 to %(most)s lines.") % {"most": LINES_AT_MOST})
    invoice = Invoice(
        customer=customer,
        subject=plain_line(subject)[:LABEL_LENGTH],
        service_code=_reference("service_code", service_code, customer.service_code),
        engagement_number=_reference(
            "engagement_number", engagement_number, "" if customer.is_public else customer.engagement_number
        ),
        market_number=_reference("market_number", market_number, customer.market_number),
        planned_on=planned_on,
        created_at=at,
    )
    standard = standard_rate(on=local_date(at))
    rows = [_row(invoice, position, line, standard) for position, line in enumerate(lines, 1)]
    priced = price(customer, rows, at=at)
    invoice.net_cents, invoice.vat_cents = priced.totals.net.cents, priced.totals.vat.cents
    invoice.total_cents = priced.totals.total.cents
    invoice.save()
    InvoiceLine.objects.bulk_create(rows)
    return invoice


def read_line(typed: str) -> NewLine:
    """Read `label;quantity;unit price before VAT;VAT rate` as a person types it, with a comma or a point.

    Everything before the last three semicolons is the label; an empty rate is the standard one. Raises BadLine.
    """
    parts = [part.strip() for part in typed.rsplit(";", _PARTS - 1)]
    if len(parts) != _PARTS:
        raise BadLine(
            gettext("Write a line as label;quantity;unit price before VAT;VAT rate. This is not one: %(line)s")
            % {"line": typed}
        )
    label, quantity, unit_price, rate = parts
    return NewLine(
        label=label,
        quantity=_decimal(quantity, _QUANTITY, gettext("quantity (4 decimals at most)")),
        unit_price=_decimal(unit_price, _PRICE, gettext("unit price before VAT (6 decimals at most)")),
        rate=_decimal(rate, _RATE, gettext("VAT rate (2 decimals at most)")) if rate else None,
    )


def _decimal(typed: str, form: re.Pattern[str], what: str) -> Decimal:
    text = re.sub(r"[\s\u00a0\u202f]", "", typed).replace("\u2212", "-").replace(",", ".").removesuffix("%")
    if not form.fullmatch(text):
        raise BadLine(gettext("This is not a %(what)s: %(typed)s") % {"what": what, "typed": typed or "-"})
    return Decimal(text)


def _row(invoice: Invoice, position: int, line: NewLine, standard: Decimal) -> InvoiceLine:
    label = plain_line(line.label)
    _check(line, label)
    net = line_net(line.quantity, line.unit_price)
    if abs(net.cents) > _MOST.cents:
        raise BadLine(gettext("The amount of this line is too large: %(label)s") % {"label": label})
    return InvoiceLine(
        invoice=invoice,
        position=position,
        label=label,
        period_start=line.period_start,
        period_end=line.period_end,
        quantity=line.quantity,
        unit_price=line.unit_price,
        product_rate=line.rate,
        rate=standard if line.rate is None else line.rate,
        net_cents=net.cents,
    )


def _check(line: NewLine, label: str) -> None:
    if not label:
        raise BadLine(gettext("A line says what is sold: its label is empty."))
    if len(label) > LABEL_LENGTH:
        raise BadLine(gettext("A label has %(most)s characters at most.") % {"most": LABEL_LENGTH})
    if not line.quantity:
        raise BadLine(gettext("The quantity of a line is not zero: %(label)s") % {"label": label})
    if line.unit_price <= 0:
        raise BadLine(
            gettext("A unit price is above zero; a discount is a negative quantity: %(label)s") % {"label": label}
        )
    _check_digits(line, label)
    if (line.period_start is None) != (line.period_end is None):
        raise BadLine(gettext("A period has a first and a last day: %(label)s") % {"label": label})
    if line.period_start and line.period_end and line.period_end < line.period_start:
        raise BadLine(gettext("A period ends on or after its first day: %(label)s") % {"label": label})


def _check_digits(line: NewLine, label: str) -> None:
    """Refuse what the columns would round or cannot hold, rather than bill something else."""
    for value, form in ((line.quantity, _QUANTITY), (line.unit_price, _PRICE), (line.rate, _RATE)):
        if value is not None and not (value.is_finite() and form.fullmatch(f"{value.normalize():f}")):
            raise BadLine(
                gettext("A quantity has 4 decimals at most, a price 6, a rate 2, and 8 digits before: %(label)s")
                % {"label": label}
            )


def _reference(field: str, given: str | None, default: str) -> str:
    text = plain_line(default if given is None else given)
    most = ROUTING_LENGTHS[field]
    if len(text) > most:
        raise BadReference(gettext("%(text)s is longer than %(most)s characters.") % {"text": text[:60], "most": most})
    return text
