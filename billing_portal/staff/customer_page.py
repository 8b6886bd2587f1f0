"""Everything staff see of one customer: what it owes, what moved, what it received, what was written to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from accounts import selectors as accounts
from accounts.standing_words import number_words
from billing_portal.staff.chorusing.panel import public_panel
from core.clock import local_date
from core.money import ZERO
from invoices import selectors as invoices
from invoices.models import Invoice
from invoices.states import InvoiceStatus
from ledger import selectors as ledger
from outbox import selectors as outbox
from outbox.models import Job
from payments import selectors as payments
from payments.method_presenting import saved_rows

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from accounts.models import Customer

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
        "invoices": invoices.invoices_of(customer, on=day).page(1, size=_SHOWN),
        "drafts": Invoice.objects.filter(customer=customer, status=InvoiceStatus.DRAFT).order_by("-pk")[:_SHOWN],
        "quotes": [invoices.quote_page(quote, on=day) for quote in invoices.quotes_of(customer)[:_SHOWN]],
        "receipts": invoices.receipts_of(customer)[:_SHOWN],
        "payments": payments.payments_of(customer)[:_SHOWN],
        "refunds": payments.refunds_of(customer)[:_SHOWN],
        "disputes": payments.disputes_of(customer).select_related("payment")[:_SHOWN],
        "methods": saved_rows(customer, at=at)[:_SHOWN],
        "mandates": payments.every_mandate_of(customer)[:_SHOWN],
        "mails": outbox.messages_of(owner)[:_SHOWN],
        "jobs": Job.objects.filter(owner=owner).order_by("-created_at", "-pk")[:_SHOWN],
        "in_chorus": public_panel(customer, at=at) if customer.is_public else None,
        "is_abroad": customer.country != "FR",
        "number_words": number_words(customer, at=at),
        "vat_checks": accounts.checks_of(customer)[:_SHOWN],
        "places": accounts.latest_places([customer]).get(customer.pk, []),
        "members": accounts.members_of(customer),
        "addresses": accounts.billing_addresses(customer),
        "changes": customer.history.select_related("history_user").order_by("-history_date", "-history_id")[:_SHOWN],
    }


def _query(asked: Mapping[str, str]) -> ledger.StatementQuery:
    return ledger.StatementQuery(before=_version(asked.get("before")), after=_version(asked.get("after")))


def _version(typed: str | None) -> int | None:
    return int(typed) if typed and typed.isascii() and typed.isdigit() else None
