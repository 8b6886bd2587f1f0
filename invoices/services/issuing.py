"""Issue invoices: number, freeze, book, all in one transaction; then they never change."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from django.db import transaction

from accounts.models import Customer, TextKind
from accounts.selectors import current_seller, texts_on
from core.clock import days_after, local_date
from core.failpoints import failpoint
from core.money import Money
from invoices.content import content_hash, invoice_content
from invoices.evidence import gather
from invoices.locks import lock_invoices
from invoices.models import Invoice, InvoiceLine, InvoiceVat
from invoices.numbering import take_numbers
from invoices.pricing import NothingToBill, Priced, price_for
from invoices.services.engaging import take_engagements
from invoices.states import DocumentKind, InvoiceStatus, Series
from invoices.transitions import move
from invoices.writing import write_issued
from ledger import services as ledger
from outbox import services as outbox

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

__all__ = ["ISSUED_AT_ONCE", "NothingToBill", "TooMany", "issue", "issue_many"]

ISSUED_AT_ONCE = 200
VAT_WAITING = "445870"
_LINES_AT_ONCE = 500  # a statement of cases takes time with the square of its rows
_EVENTS = {DocumentKind.INVOICE: "invoice.issued", DocumentKind.CREDIT_NOTE: "credit_note.issued"}


class TooMany(ValueError):
    """More invoices than one commit takes."""


def issue(invoice: Invoice, *, at: datetime) -> Invoice:
    """Issue one draft. Promise and errors as `issue_many`."""
    return issue_many([invoice], at=at)[0]


def issue_many(invoices: Sequence[Invoice], *, at: datetime) -> list[Invoice]:
    """Issue drafts, 200 at most, dated the day of `at` in Europe/Paris; all of them, or none. Returns them in order.

    In one transaction each takes the next number of its series, freezes both parties, lines, VAT and amounts, debits
    the account, is settled by what is available (never for a public body), and asks for its PDF and its mail. That of a
    public body without an engagement number takes the one that holds on the day and covers it, when there is one. What
    is already issued comes back as it is.

    Raises TooMany, DateBeforeLast, VatNotDecided, NothingToBill, NoSeller, Invoice.DoesNotExist.
    """
    wanted = list(dict.fromkeys(invoice.pk for invoice in invoices))
    if len(wanted) > ISSUED_AT_ONCE:
        raise TooMany(f"{len(wanted)} invoices, {ISSUED_AT_ONCE} at most in one commit")
    with transaction.atomic():
        ledger.lock_customers(sorted({invoice.customer_id for invoice in invoices}))
        known = lock_invoices(wanted)
        if missing := set(wanted) - set(known):
            raise Invoice.DoesNotExist(f"no invoice {min(missing)}")
        drafts = [known[pk] for pk in wanted if not known[pk].is_issued and not known[pk].is_credit_note]
        if drafts:
            _issue(drafts, at=at)
    return [known[invoice.pk] for invoice in invoices]


def _issue(drafts: list[Invoice], *, at: datetime) -> None:
    lines = _lines_of(drafts)
    priced = _price_all(drafts, lines, on=local_date(at))
    texts = texts_on({invoice.customer_id for invoice in drafts}, on=local_date(at))
    for invoice in drafts:
        _freeze(invoice, priced[invoice.pk])
        invoice.order_number = texts.get((invoice.customer_id, TextKind.ORDER_NUMBER), "")
        invoice.free_text = texts.get((invoice.customer_id, TextKind.FREE_TEXT), "")
    take_engagements(drafts, on=local_date(at))
    enter_books(drafts, lines, {invoice.pk: priced[invoice.pk].vat_rows(invoice) for invoice in drafts}, at=at)


def enter_books(
    drafts: list[Invoice], lines: dict[int, list[InvoiceLine]], vat: dict[int, list[InvoiceVat]], *, at: datetime
) -> None:
    """Number, date and book drafts that say all the rest already; then they never change.

    Only inside the transaction that holds the locks of their customers and their own. Raises DateBeforeLast.
    """
    numbers = take_numbers(Series.INVOICE, len(drafts), on=local_date(at))
    failpoint("invoices-numbered")
    for invoice, number in zip(drafts, numbers, strict=True):
        invoice.number, invoice.issue_date, invoice.issued_at = number, local_date(at), at
        invoice.planned_on = None  # a plan is of drafts alone
    InvoiceVat.objects.bulk_create([row for rows in vat.values() for row in rows])
    booked = ledger.book_documents([_document(invoice, vat[invoice.pk]) for invoice in drafts], at=at)
    for invoice, entry in zip(drafts, booked, strict=True):
        invoice.ledger_tx_id = entry.tx_id
        invoice.paid_at_issue_cents = entry.paid.cents
        invoice.content_hash = content_hash(invoice_content(invoice, lines[invoice.pk], vat[invoice.pk]))
        move(invoice, InvoiceStatus.ISSUED)
    write_issued(drafts)
    tell(drafts, vat, at=at)


def _lines_of(drafts: Sequence[Invoice]) -> dict[int, list[InvoiceLine]]:
    found: dict[int, list[InvoiceLine]] = defaultdict(list)
    for line in InvoiceLine.objects.filter(invoice__in=drafts).order_by("invoice", "position"):
        found[line.invoice_id].append(line)
    return found


def _price_all(drafts: Sequence[Invoice], lines: dict[int, list[InvoiceLine]], *, on: date) -> dict[int, Priced]:
    """Decide the VAT again, as of the day of issue and of who the buyers are now; write it on lines that change."""
    seller = current_seller(on=on)
    customers = Customer.objects.in_bulk({invoice.customer_id for invoice in drafts})
    before = {line.pk: (line.rate, line.category) for rows in lines.values() for line in rows}
    gathered = gather(list(customers.values()), on=on)
    priced = {
        invoice.pk: price_for(seller, customers[invoice.customer_id], lines[invoice.pk], on=on, gathered=gathered)
        for invoice in drafts
    }
    changed = [line for rows in lines.values() for line in rows if (line.rate, line.category) != before[line.pk]]
    InvoiceLine.objects.bulk_update(changed, ["rate", "category"], batch_size=_LINES_AT_ONCE)
    for invoice in drafts:
        days = priced[invoice.pk].buyer.days_from_receipt or seller.payment_days
        invoice.due_date = days_after(on, days)
        invoice.vat_on_debits = seller.vat_on_debits
    return priced


def _freeze(invoice: Invoice, priced: Priced) -> None:
    invoice.seller, invoice.buyer = priced.seller.frozen(), priced.buyer.frozen()
    invoice.vat_evidence = priced.evidence.frozen()
    invoice.net_cents = priced.totals.net.cents
    invoice.vat_cents = priced.totals.vat.cents
    invoice.total_cents = priced.totals.total.cents


def _document(invoice: Invoice, vat: Sequence[InvoiceVat]) -> ledger.NewDocument:
    """The entry in the sales journal: D 411000; C revenue, C VAT (or VAT waiting for the money, CGI art. 269-2 c)."""
    if invoice.number is None or invoice.issue_date is None or invoice.due_date is None:
        raise TypeError(f"{invoice} is not numbered and dated yet")
    return ledger.NewDocument(
        customer_id=invoice.customer_id,
        document_ref=invoice.number,
        total=Money(invoice.total_cents),
        due_date=invoice.due_date,
        legs=tuple(_legs(vat, on_debits=invoice.vat_on_debits)),
        label=f"Facture {invoice.number}",
        issue_date=invoice.issue_date,
        key=f"invoice:{invoice.number}",
        settles_by_itself=invoice.buyer["kind"] != "PUBLIC",
        releases=() if invoice.vat_on_debits else tuple(_releases(vat)),
        names_itself=invoice.replaces is not None,
        closes_hold=correction_hold(invoice.replaces) if invoice.replaces else "",
        actor=invoice.actor,
    )


def correction_hold(original: Invoice) -> str:
    """The hold that keeps the money of an invoice for the one that replaces it, within one transaction."""
    return f"correction:{original.number}"


def _legs(vat: Sequence[InvoiceVat], *, on_debits: bool) -> list[ledger.CreditLeg]:
    credited: dict[str, int] = defaultdict(int)
    for group in vat:
        credited[group.revenue_account] += group.base_cents
        if group.vat_cents:
            credited[group.vat_account if on_debits else VAT_WAITING] += group.vat_cents
    return [ledger.CreditLeg(account, Money(cents)) for account, cents in credited.items()]


def _releases(vat: Sequence[InvoiceVat]) -> list[ledger.Release]:
    return [ledger.Release(VAT_WAITING, group.vat_account, Money(group.vat_cents)) for group in vat if group.vat_cents]


def tell(issued: Sequence[Invoice], vat: dict[int, list[InvoiceVat]], *, at: datetime) -> None:
    """Seal the fact, ask for each PDF, and for the mails: rendering either would keep the series locked."""
    for kind, event in _EVENTS.items():
        facts = [_fact(invoice, vat[invoice.pk]) for invoice in issued if invoice.kind == kind]
        if facts:
            ledger.record_many(event, facts, at=at)
    renders = [
        outbox.NewJob(
            "invoices.render",
            key=f"invoices.render:{invoice.number}",
            payload={"invoice_id": invoice.pk},
            owner=f"customer:{invoice.customer_id}",
        )
        for invoice in issued
    ]
    announce = outbox.NewJob(
        "invoices.announce",
        key=f"invoices.announce:{issued[0].number}",
        payload={"invoice_ids": [invoice.pk for invoice in issued]},
    )
    outbox.enqueue_many([*renders, announce], at=at)


def _fact(invoice: Invoice, vat: Sequence[InvoiceVat]) -> dict[str, object]:
    """What is sealed of a document. Its totals, by category and rate, are summed by the closings (docs/closings.md)."""
    totals = {"net": invoice.net_cents, "vat": invoice.vat_cents, "gross": invoice.total_cents}
    for group in vat:
        which = f"{group.category} {group.rate.normalize():f}"
        totals |= {f"base {which}": group.base_cents, f"vat {which}": group.vat_cents}
    return {
        "number": invoice.number,
        "total_cents": invoice.total_cents,
        "content_hash": invoice.content_hash,
        "totals": totals,
    }
