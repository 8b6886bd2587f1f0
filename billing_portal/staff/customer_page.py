"""Everything staff see of one customer: what it owes, what moved, what it received, what was written to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from accounts import selectors as accounts
from core.clock import local_date
from core.money import ZERO
from invoices.models import Invoice, Receipt
from invoices.states import InvoiceStatus
from ledger import selectors as ledger
from outbox import selectors as outbox
from outbox.models import Job
from payments import selectors as payments

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from accounts.models import Customer
    from core.money import Money

_SHOWN = 10
_MOVEMENTS = 20


def customer_page(customer: Customer, asked: Mapping[str, str], *, at: datetime) -> dict[str, Any]:
    """Context of the page; `asked` are the cursors of the movements (`before`, `after`)."""
    owner = f"customer:{customer.pk}"
    day = local_date(at)
    overdue = ledger.overdue_items(customer.pk, on=day)
    return {
        "customer": customer,
        "now": at,
        "balance": ledger.get_balance(customer.pk),
        "overdue": overdue,
        "late": sum((item.open for item in overdue), ZERO),
        "statement": ledger.statement_page(customer.pk, query=_query(asked), size=_MOVEMENTS),
        "invoices": _invoices(customer, on=day),
        "drafts": Invoice.objects.filter(customer=customer, status=InvoiceStatus.DRAFT).order_by("-pk")[:_SHOWN],
        "receipts": Receipt.objects.filter(customer=customer).order_by("-issue_date", "-number")[:_SHOWN],
        "payments": payments.payments_of(customer)[:_SHOWN],
        "mails": outbox.messages_of(owner)[:_SHOWN],
        "jobs": Job.objects.filter(owner=owner).order_by("-created_at", "-pk")[:_SHOWN],
        "members": accounts.members_of(customer),
        "addresses": accounts.billing_addresses(customer),
        "changes": customer.history.select_related("history_user").order_by("-history_date", "-history_id")[:_SHOWN],
    }


@dataclass(frozen=True, slots=True)
class InvoiceRow:
    """An invoice and where it stands: the kind of its tag, and its words."""

    invoice: Invoice
    kind: str
    words: str


def _invoices(customer: Customer, *, on: date) -> list[InvoiceRow]:
    """The latest issued invoices, with what is still to pay of each. Two queries."""
    issued = Invoice.objects.filter(customer=customer, status=InvoiceStatus.ISSUED)
    latest = list(issued.order_by("-issue_date", "-number")[:_SHOWN])
    still_open = ledger.open_amounts([str(invoice.number) for invoice in latest])
    return [InvoiceRow(each, *_standing(each, still_open.get(str(each.number), ZERO), on=on)) for each in latest]


def _standing(invoice: Invoice, still_open: Money, *, on: date) -> tuple[str, str]:
    if not still_open:
        return "ok", _("Paid")
    if invoice.due_date is not None and invoice.due_date < on:
        return "late", _("Late")
    return "due", _("To be paid")


def _query(asked: Mapping[str, str]) -> ledger.StatementQuery:
    return ledger.StatementQuery(before=_version(asked.get("before")), after=_version(asked.get("after")))


def _version(typed: str | None) -> int | None:
    return int(typed) if typed and typed.isascii() and typed.isdigit() else None
