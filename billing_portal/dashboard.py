"""The first page of a customer: what is owed, until when, how it is paid, and where the documents are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_safe

from accounts.permissions import Permission, may, require_permission
from accounts.selectors import current_seller
from bank.selectors import waited_for
from bank.tracking import on_their_way
from billing_portal.balance_chart import balance_chart, first_day
from billing_portal.standing import Claim, Situation, standing
from chorus.selectors.waiting import documents_wait, waiting_for
from chorus.selectors.wanted import Wanted, engagement_asked, wanted_from, wanted_of
from core.clock import local_date
from core.formats import in_fours
from core.money import ZERO, Money
from core.templatetags.ui import day, money
from invoices.beside import with_beside
from invoices.models import Invoice
from invoices.selectors import invoice_state, with_taken
from invoices.states import InvoiceStatus
from ledger import selectors as ledger
from ledger.presenting import line
from payments.selectors import being_checked, checks_for, document_name

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime

    from django.http import HttpResponse

    from accounts.models import Customer, Seller
    from accounts.permissions import CustomerRequest
    from bank.tracking import Tracked
    from invoices.states import Settlement
    from ledger.selectors import Movement, OpenItemView

LATEST_MOVEMENTS = 5
LATEST_INVOICES = 3
_REMEMBERED = 24
"""Invoices read to link what is owed to its page: two years of monthly ones."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One of the four answers under the sentence."""

    term: str
    value: object
    note: object = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A movement as the page writes it; a document leads to its page."""

    movement: Movement
    label: str
    detail: str
    href: str


@dataclass(frozen=True, slots=True)
class Document:
    """An invoice as the page writes it, or a credit note, whose total is below zero.

    The last four say the same of each, of its customer: a transfer is expected, the outcome of a payment is unknown,
    a document waits for it in Chorus Pro, its administration requires engagement numbers.
    """

    number: str
    href: str
    issue_date: date
    total: Money
    state: str
    kind: str
    is_credit_note: bool
    expects: bool
    checks: bool
    waits: bool
    asks: bool


@require_permission(Permission.SEE)
@require_safe
def dashboard(request: CustomerRequest) -> HttpResponse:
    """Where the account stands today."""
    may_pay = may(request.membership, Permission.PAY)
    page = overview(request.customer, at=request.now, may_pay=may_pay)
    return render(request, "dashboard.html", page)


def overview(customer: Customer, *, at: datetime, may_pay: bool) -> dict[str, Any]:
    """Everything that the page says. At most six queries; one more for a payment of unknown outcome, two for transfers.

    A public body: one more when documents wait for it, three when it must give engagement numbers.
    """
    today = local_date(at)
    balance = ledger.get_balance(customer.pk)
    items = ledger.open_items(customer.pk)
    documents = _documents(customer, {item.document_ref: item for item in items}, today)
    payment = being_checked(customer) if not documents or documents[0].checks else None
    links = {document.number: document.href for document in documents}
    situation = Situation(
        today=today,
        balance=balance.balance,
        to_pay=max(sum((item.open for item in items if not item.disputed), ZERO) - balance.incoming, ZERO),
        claims=[Claim(document_name(item), item.open, item.due_date, item.disputed) for item in items],
        checking=payment.amount if payment else None,
        can_pay=may_pay,
        pays_by_transfer=customer.is_public,
        links=links,
    )
    movements = ledger.statement_page(customer.pk, size=LATEST_MOVEMENTS).rows
    newest = movements[0] if movements else None
    series = ledger.balance_series(customer.pk, first_day(today), today, newest=newest) if newest else []
    return {
        "standing": standing(situation),
        "payment": payment,
        "facts": _facts(situation, documents),
        "lines": [_line(movement, links) for movement in movements],
        "documents": documents[:LATEST_INVOICES],
        "chart": balance_chart(series, today=today),
        "reference": customer.reference,
        "to_complete": waiting_for(customer) if any(each.waits for each in documents) else [],
        "wanted": _wanted(customer, documents, today),
        "announced": _on_their_way(customer, documents, at=at),
        "transfer": _transfer(current_seller(on=today)),
    }


def _on_their_way(customer: Customer, documents: Sequence[Document], *, at: datetime) -> list[Tracked]:
    """The transfers that were announced. The question about the documents has answered whether there are any."""
    return on_their_way(customer, at=at) if not documents or documents[0].expects else []


def _wanted(customer: Customer, documents: Sequence[Document], today: date) -> Wanted | None:
    """The engagement number that the next invoice lacks. The question about the documents has answered if any may."""
    if not documents:
        return wanted_of(customer, on=today)
    return next(iter(wanted_from([customer] if documents[0].asks else [], on=today)), None)


def _documents(customer: Customer, open_items: Mapping[str, OpenItemView], today: date) -> list[Document]:
    """The last invoices and credit notes; `open_items` is what is still to pay, by number. One query."""
    issued = with_taken(Invoice.objects.filter(customer=customer, status=InvoiceStatus.ISSUED))
    issued = with_beside(issued.annotate(expects=waited_for("customer"), checks=checks_for("customer")))
    if customer.is_public:
        issued = issued.annotate(waits=documents_wait("customer"), asks=engagement_asked("customer__"))
    return [
        _document(invoice, _state(invoice, open_items.get(str(invoice.number)), today))
        for invoice in issued.order_by("-issue_date", "-issued_at", "-pk")[:_REMEMBERED]
    ]


def _state(invoice: Any, item: OpenItemView | None, today: date) -> Settlement:
    left, due_on = (item.open, item.due_date) if item else (ZERO, None)
    return invoice_state(invoice, left, taken=Money(invoice.taken_cents), on=today, due_on=due_on)


def _document(invoice: Invoice, state: Settlement) -> Document:
    if invoice.number is None or invoice.issue_date is None:
        raise TypeError(f"{invoice} is not issued")
    return Document(
        invoice.number,
        reverse("invoices:detail", args=[invoice.public_id]),
        invoice.issue_date,
        Money(-invoice.total_cents if invoice.is_credit_note else invoice.total_cents),
        str(state.label),
        state.tag,
        invoice.is_credit_note,
        *(bool(getattr(invoice, told, False)) for told in ("expects", "checks", "waits", "asks")),
    )


def _line(movement: Movement, links: Mapping[str, str]) -> Line:
    words = line(movement)
    return Line(movement, words.title, words.detail, links.get(movement.piece_ref, ""))


def _facts(situation: Situation, documents: Sequence[Document]) -> list[Fact]:
    return [
        Fact(_("Balance"), money(situation.balance, _owed(situation)), _of_balance(situation.balance)),
        _next_due(situation),
        Fact(_("Method debited"), pgettext("masculine", "None"), _("By card or transfer, when you choose")),
        _latest_invoice(documents),
    ]


def _owed(situation: Situation) -> str:
    late = any(claim.due_date < situation.today and not claim.disputed for claim in situation.claims)
    return "owed" if late and situation.balance < ZERO else ""


def _of_balance(balance: Money) -> str:
    if balance > ZERO:
        return _("Available for your next invoices")
    return _("Owed on your invoices") if balance < ZERO else _("Nothing owed, nothing ahead")


def _next_due(situation: Situation) -> Fact:
    dates = [claim.due_date for claim in situation.claims if not claim.disputed]
    if not dates:
        return Fact(_("Next due date"), pgettext("feminine", "None"), _("No invoice is waiting"))
    first = min(dates)
    days = (first - situation.today).days
    if days < 0:
        note = ngettext("passed {days} day ago", "passed {days} days ago", -days).format(days=-days)
    elif days == 0:
        note = _("today")
    else:
        note = ngettext("in {days} day", "in {days} days", days).format(days=days)
    return Fact(_("Next due date"), day(first), note)


def _latest_invoice(documents: Sequence[Document]) -> Fact:
    latest = next((document for document in documents if not document.is_credit_note), None)
    if latest is None:
        return Fact(_("Latest invoice"), pgettext("feminine", "None"), _("It comes a few hours after an order"))
    link = format_html('<a class="ref" href="{}">{}</a>', latest.href, latest.number)
    return Fact(_("Latest invoice"), link, format_html("{}, {}", money(latest.total), latest.state))


def _transfer(seller: Seller) -> dict[str, str]:
    return {"iban": in_fours(seller.iban), "bic": seller.bic, "holder": seller.bank_holder}
