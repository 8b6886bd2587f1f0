"""The invoices of a customer as a list: filtered, counted by state, each with what is left to pay."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Count, Exists, F, OuterRef, Q, Sum

from core.money import ZERO, Money
from invoices import beside
from invoices.models import Invoice, InvoiceLine
from invoices.selectors.credits import credited_totals
from invoices.states import DocumentKind, InvoiceStatus, Settlement
from ledger import selectors as ledger

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from django.db.models import QuerySet

    from accounts.models import Customer


@dataclass(frozen=True, slots=True)
class InvoiceQuery:
    """What a reader asks for. An empty field filters nothing."""

    state: Settlement | str = ""
    year: int | None = None
    search: str = ""


@dataclass(frozen=True, slots=True)
class InvoiceRow:
    """An invoice and where its payment stands on the day of the question."""

    invoice: Invoice
    state: Settlement
    open: Money
    due_on: date | None = None

    @property
    def credit(self) -> Money:
        """What a credit note takes back, as a list shows it among what is asked: with a minus."""
        return Money(-self.invoice.total_cents)

    @property
    def is_partly_paid(self) -> bool:
        return 0 < self.open.cents < self.invoice.total_cents

    @property
    def tag(self) -> beside.Tag | None:
        """Where it is with its buyer, for those who receive it by a channel of their own."""
        return beside.tag_of(self.invoice)


@dataclass(frozen=True, slots=True)
class Counts:
    """How many invoices match the search, in all and by state."""

    all: int
    due: int
    late: int
    credit_notes: int
    credited: int
    waiting: int = 0

    @property
    def paid(self) -> int:
        return self.all - self.due - self.late - self.waiting - self.credit_notes - self.credited

    def of(self, state: Settlement | str) -> int:
        """The count for one tab; an empty state is all of them."""
        counts = {
            Settlement.PAID: self.paid,
            Settlement.DUE: self.due,
            Settlement.LATE: self.late,
            Settlement.WAITING: self.waiting,
            Settlement.CREDIT_NOTE: self.credit_notes,
            Settlement.CREDITED: self.credited,
        }
        return counts[Settlement(state)] if state else self.all


@dataclass(frozen=True, slots=True)
class _Standing:
    """The open documents of a customer, by whether they are late or not with their buyer yet; and those taken back."""

    open: dict[str, Money]
    due: dict[str, date]
    late: frozenset[str]
    credited: frozenset[str]
    waiting: frozenset[str]

    def state_of(self, invoice: Invoice) -> Settlement:
        number = str(invoice.number)
        if invoice.is_credit_note:
            return Settlement.CREDIT_NOTE
        if number in self.waiting:
            return Settlement.WAITING
        if number in self.open:
            return Settlement.LATE if number in self.late else Settlement.DUE
        return Settlement.CREDITED if number in self.credited else Settlement.PAID

    def filter(self, state: Settlement | str) -> Q:
        numbers = {
            Settlement.LATE: self.late,
            Settlement.WAITING: self.waiting,
            Settlement.DUE: set(self.open) - self.late - self.waiting,
            Settlement.CREDITED: self.credited,
        }
        if state == Settlement.PAID:
            return Q(kind=DocumentKind.INVOICE) & ~Q(number__in={*self.open, *self.credited})
        if state == Settlement.CREDIT_NOTE:
            return Q(kind=DocumentKind.CREDIT_NOTE)
        return Q(number__in=numbers[Settlement(state)]) if state else Q()


class InvoiceList:
    """The answer to a query: counts at once, pages of rows, newest first. 3 queries (public body: 4), and 1 a page."""

    def __init__(self, customer: Customer, query: InvoiceQuery, *, on: date) -> None:
        self._standing = _standing(customer, on=on)
        matching = _matching(customer, query)
        self._rows = (
            beside.with_beside(matching)
            .filter(self._standing.filter(query.state))
            .order_by("-issue_date", "-issued_at", "-pk")
        )
        self.counts = _count(matching, self._standing)
        self._total = self.counts.of(query.state)

    def page(self, number: int, *, size: int) -> list[InvoiceRow]:
        """The rows of one page, counted from 1."""
        return [self._row(invoice) for invoice in self._rows[(number - 1) * size : number * size]]

    @property
    def everything(self) -> QuerySet[Invoice]:
        """All that the query keeps, of every page, in the same order."""
        return self._rows

    def __len__(self) -> int:
        return self._total

    def _row(self, invoice: Invoice) -> InvoiceRow:
        number = str(invoice.number)
        due_on = self._standing.due.get(number, invoice.due_date)
        return InvoiceRow(invoice, self._standing.state_of(invoice), self._standing.open.get(number, ZERO), due_on)


def invoices_of(customer: Customer, query: InvoiceQuery | None = None, *, on: date) -> InvoiceList:
    """The issued invoices of a customer, newest first, with their state on that day (Europe/Paris)."""
    return InvoiceList(customer, query or InvoiceQuery(), on=on)


def invoice_states(invoices: Sequence[Invoice], *, on: date) -> dict[str, Settlement]:
    """Paid, due, late, taken back or a credit note on that day, by number. Two queries."""
    dues = ledger.dues_of([str(invoice.number) for invoice in invoices])
    taken = credited_totals(invoices)
    return {
        str(invoice.number): state_with(invoice, dues.get(str(invoice.number)), taken.get(invoice.pk, ZERO), on=on)
        for invoice in invoices
    }


def state_with(invoice: Invoice, due: ledger.Due | None, taken: Money, *, on: date) -> Settlement:
    """Where a document stands, by what the ledger says of it; None: nothing."""
    left, due_on = (due.open, due.due_date) if due else (ZERO, None)
    return invoice_state(invoice, left, taken=taken, on=on, due_on=due_on)


def invoice_state(invoice: Invoice, left: Money, *, taken: Money, on: date, due_on: date | None = None) -> Settlement:
    """Where a document stands on that day, with that much left to pay and that much taken back by credit notes.

    `due_on`: until when the ledger says that it is to be paid, where that may be later than what is printed.
    """
    if invoice.is_credit_note:
        return Settlement.CREDIT_NOTE
    if left and beside.is_waiting(invoice):
        return Settlement.WAITING
    if left:
        return Settlement.LATE if (last := due_on or invoice.due_date) and last < on else Settlement.DUE
    return Settlement.CREDITED if taken.cents == invoice.total_cents else Settlement.PAID


def invoice_years(customer: Customer) -> list[int]:
    """The years in which the customer has invoices, the last one first. One query."""
    return [day.year for day in _issued(customer).dates("issue_date", "year", order="DESC")]


def _issued(customer: Customer) -> QuerySet[Invoice]:
    return Invoice.objects.filter(customer=customer, status=InvoiceStatus.ISSUED)


def _matching(customer: Customer, query: InvoiceQuery) -> QuerySet[Invoice]:
    found = _issued(customer)
    if query.year:
        found = found.filter(issue_date__year=query.year)
    if query.search:
        lines = InvoiceLine.objects.filter(invoice=OuterRef("pk"), label__icontains=query.search)
        found = found.filter(Q(number__icontains=query.search) | Q(subject__icontains=query.search) | Q(Exists(lines)))
    return found


def _standing(customer: Customer, *, on: date) -> _Standing:
    items = ledger.open_items(customer.pk)
    taken = Sum("credit_notes__total_cents", filter=Q(credit_notes__status=InvoiceStatus.ISSUED))
    credited = _issued(customer).filter(credit_notes__isnull=False).annotate(taken=taken).filter(taken=F("total_cents"))
    opened = {item.document_ref: item.open for item in items}
    waiting = _waiting(customer, opened) if customer.is_public else frozenset()
    return _Standing(
        opened,
        {item.document_ref: item.due_date for item in items},
        frozenset(item.document_ref for item in items if item.due_date < on) - waiting,
        frozenset(map(str, credited.order_by().values_list("number", flat=True))),
        waiting,
    )


def _waiting(customer: Customer, opened: dict[str, Money]) -> frozenset[str]:
    found = _issued(customer).filter(beside.waits(), number__in=opened)
    return frozenset(map(str, found.order_by().values_list("number", flat=True)))


def _count(matching: QuerySet[Invoice], standing: _Standing) -> Counts:
    found = matching.aggregate(
        all=Count("pk"),
        due=Count("pk", filter=standing.filter(Settlement.DUE)),
        late=Count("pk", filter=standing.filter(Settlement.LATE)),
        waiting=Count("pk", filter=standing.filter(Settlement.WAITING)),
        credit_notes=Count("pk", filter=standing.filter(Settlement.CREDIT_NOTE)),
        credited=Count("pk", filter=standing.filter(Settlement.CREDITED)),
    )
    return Counts(**found)
