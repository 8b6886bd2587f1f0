"""Write down, of each payment of a business or a public body of France, how much belongs to which rate of VAT.

Services taxed when they are paid must report each payment by rate (CGI art. 290 A; status 212, "encaissée").
Events are kept for documents on debits too: the option may change, and what was paid cannot be told afterwards.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from django.db import transaction

from accounts.models import CustomerKind
from chorus.apportioning import parts_of
from chorus.cdar import CDAR_CASHED
from chorus.locks import lock_cashing_cursor
from chorus.models import LifecycleEvent, PaymentEvent, Source
from core.formats import money_text
from core.money import Money
from invoices.models import Invoice, InvoiceVat
from ledger import selectors as ledger
from ledger import services as books

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from django.db.models import QuerySet

    from chorus.apportioning import Vat
    from ledger.selectors import Allocated

CASHED, TAKEN_BACK = "ENCAISSEE", "ENCAISSEMENT_ANNULE"
KIND: Final = "chorus.payment_event"
_FRANCE: Final = ("FR", "GP", "MQ", "RE")
"""The mainland, and the departments overseas that are of its territory for VAT (CGI art. 294)."""
_AT_ONCE: Final = 500
_SETTLED: Final = timedelta(minutes=15)
"""An allocation that is older was committed, and so was all before it: no transaction may last so long."""


def reported(documents: QuerySet[Invoice]) -> QuerySet[Invoice]:
    """Of these, the invoices whose payments are reported by rate: those to businesses and public bodies of France."""
    found = documents.filter(kind="INVOICE", status="ISSUED", buyer__country__in=_FRANCE)
    return found.exclude(buyer__kind=CustomerKind.PERSON)


def record_payments(*, at: datetime) -> int:
    """Write the events of all allocations that have none. Returns how many rows.

    May be repeated and may run twice at once: an allocation has its events once. What is younger than a quarter of an
    hour is looked at again in the next turn, since an earlier allocation may be committed later.
    """
    after, made, through = -1, 0, True
    while True:
        last, rows, through = _record_some(after, through=through, at=at)
        made += rows
        if last is None:
            return made
        after = last


@transaction.atomic
def _record_some(after: int, *, through: bool, at: datetime) -> tuple[int | None, int, bool]:
    """One part: the last allocation looked at (None: nothing is left), the rows, and whether the cursor may go on."""
    cursor = lock_cashing_cursor()
    found = ledger.allocated_after(max(after, cursor.through), most=_AT_ONCE)
    if not found:
        return None, 0, through
    rows = _write(sorted({each.document_ref for each in found}), at=at)
    for each in found if through else ():
        if at - each.recorded_at < _SETTLED:
            through = False
            break
        cursor.through = each.id
    cursor.save()
    return found[-1].id, rows, through


def _write(document_refs: Sequence[str], *, at: datetime) -> int:
    """The events that these documents lack, sealed, and their steps on the timeline."""
    invoices = {
        invoice.number: invoice for invoice in reported(Invoice.objects.filter(number__in=document_refs)).order_by("pk")
    }
    allocated = ledger.allocated_to([number for number in invoices if number])
    groups, notes = _totals(invoices.values()), _notes(allocated)
    known = set(PaymentEvent.objects.filter(invoice__in=invoices.values()).values_list("allocation_id", flat=True))
    events: list[PaymentEvent] = []
    steps: list[LifecycleEvent] = []
    for number, facts in sorted(allocated.items()):
        invoice = invoices[number]
        parts = [(each, cut) for each, cut in parts_of(facts, groups[invoice.pk], notes) if each.id not in known]
        events += [_event(invoice, each, vat, cents, at=at) for each, cut in parts for vat, cents in cut.items()]
        steps += _steps(invoice, parts, at=at)
    PaymentEvent.objects.bulk_create(events)
    LifecycleEvent.objects.bulk_create(steps, ignore_conflicts=True)
    books.record_many(KIND, [_payload(event) for event in events], at=at)
    return len(events)


def _totals(invoices: Iterable[Invoice]) -> dict[int, dict[Vat, int]]:
    """Of each document, the total with VAT of each category and rate, in one order."""
    found: dict[int, dict[Vat, int]] = defaultdict(dict)
    for row in InvoiceVat.objects.filter(invoice__in=list(invoices)).order_by("invoice_id", "category", "rate"):
        found[row.invoice_id][row.category, Decimal(row.rate)] = row.base_cents + row.vat_cents
    return found


def _notes(allocated: Mapping[str, Sequence[Allocated]]) -> dict[str, dict[Vat, int]]:
    """The same of the credit notes that reduced them, by number."""
    numbers = {each.source_ref for facts in allocated.values() for each in facts if not each.is_money}
    notes = {note.pk: note.number or "" for note in Invoice.objects.filter(number__in=numbers, kind="CREDIT_NOTE")}
    totals = _totals(Invoice(pk=pk) for pk in notes)
    return {number: totals[pk] for pk, number in notes.items()}


def _event(invoice: Invoice, each: Allocated, vat: Vat, cents: int, *, at: datetime) -> PaymentEvent:
    category, rate = vat
    return PaymentEvent(
        invoice=invoice,
        allocation_id=each.id,
        category=category,
        rate=rate,
        amount_cents=cents,
        on=each.on,
        recorded_at=at,
    )


def _payload(event: PaymentEvent) -> dict[str, object]:
    return {
        "invoice": event.invoice.number,
        "allocation": event.allocation_id,
        "category": event.category,
        "rate": f"{event.rate:.2f}",
        "amount_cents": event.amount_cents,
        "on": event.on.isoformat(),
    }


def _steps(
    invoice: Invoice, parts: Iterable[tuple[Allocated, dict[Vat, int]]], *, at: datetime
) -> list[LifecycleEvent]:
    """One step on the timeline for each transaction in which money came or went."""
    sums: dict[tuple[int, datetime], int] = defaultdict(int)
    for each, _cut in parts:
        if each.is_money:
            sums[each.tx_id, each.recorded_at] += each.amount.cents
    return [
        LifecycleEvent(
            invoice=invoice,
            source=Source.PORTAL,
            code=CASHED if cents > 0 else TAKEN_BACK,
            cdar=CDAR_CASHED,
            at=recorded_at,
            comment=_told(cents),
            recorded_at=at,
        )
        for (_tx, recorded_at), cents in sums.items()
        if cents
    ]


def _told(cents: int) -> str:
    """The timeline is read in French by the State and by buyers: the amount is written so."""
    return money_text(Money(cents), language="fr")
