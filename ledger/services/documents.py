"""Documents in the books: invoices and other items to pay, credit notes, write-offs."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Sum

from core.clock import local_date
from core.money import ZERO, Money
from ledger.bundle import Bundle, NewItem, NewVatMovement, Posting, credit, debit, fingerprint
from ledger.chart import RECEIVABLE
from ledger.kinds import ItemKind, Journal, MovementKind
from ledger.models import Allocation, StatementRow, Tx
from ledger.planning import Naming, VatState
from ledger.services.books import ItemState, open_books
from ledger.services.posting import repeatable
from ledger.services.settling import Heading, settlement
from ledger.services.writing import KeyReused, Written, write

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from ledger.planning import Payment
    from ledger.services.books import Book

MOST_DOCUMENTS = 200


@dataclass(frozen=True, slots=True)
class CreditLeg:
    """What a document credits: revenue or VAT."""

    account: str
    amount: Money


@dataclass(frozen=True, slots=True)
class Release:
    """VAT of one rate that waits for the money (VAT on encaissements): 445870 → 445711.

    `share` says which one of the document's releases a credit note lowers, from 1, where accounts alone do not.
    """

    waiting_account: str
    due_account: str
    vat: Money
    share: int = 0


@dataclass(frozen=True, slots=True)
class NewDocument:
    """Something to pay, and what it credits. `names_itself`: the money at hand pays it before any older item."""

    customer_id: int
    document_ref: str
    total: Money
    due_date: date
    legs: tuple[CreditLeg, ...]
    label: str
    issue_date: date
    key: str
    kind: ItemKind | str = ItemKind.INVOICE
    settles_by_itself: bool = True
    releases: tuple[Release, ...] = ()
    names_itself: bool = False
    closes_hold: str = ""
    journal: Journal = Journal.SALES
    actor: str = ""
    effective_on: date | None = None

    @property
    def body(self) -> str:
        legs = [(leg.account, leg.amount.cents) for leg in self.legs]
        return fingerprint("document", self.customer_id, self.document_ref, self.total.cents, self.kind, legs)


@dataclass(frozen=True, slots=True)
class Booked:
    """A document in the books. `paid` is what was settled at issue with the money at hand."""

    document_ref: str
    tx_id: int
    replayed: bool
    paid: Money
    balance: Money


@repeatable
def book_documents(documents: Sequence[NewDocument], *, at: datetime) -> list[Booked]:
    """Debit the customers with these documents (at most 200), and pay them with what is available: VE, then OD.

    All or none; those whose key is known are left as they were, and answered as the first time.
    """
    if len(documents) > MOST_DOCUMENTS:
        raise ValueError(f"{len(documents)} documents at once: at most {MOST_DOCUMENTS}")
    books = open_books([document.customer_id for document in documents])
    known = _known(documents)
    fresh = [document for document in documents if document.key not in known]
    made = _book(fresh, books, at) if fresh else {}
    return [made.get(document.key) or _booked_before(known[document.key], document) for document in documents]


def _book(documents: Sequence[NewDocument], books: dict[int, Book], at: datetime) -> dict[str, Booked]:
    today = local_date(at)
    numbered = list(enumerate(documents, start=1))
    released = [d.closes_hold for d in documents if d.closes_hold and books[d.customer_id].release(d.closes_hold)]
    balances: dict[str, Money] = {}
    for place, document in numbered:
        book = books[document.customer_id]
        book.add_item(_item_state(-place, document))
        balances[document.key] = book.balance
    postings = [_sale(document, today, -place) for place, document in numbered]
    paid: dict[str, int] = defaultdict(int)
    by_customer: dict[int, list[tuple[int, NewDocument]]] = defaultdict(list)
    for place, document in numbered:
        by_customer[document.customer_id].append((-place, document))
    for customer_id, own in by_customer.items():
        book = books[customer_id]
        naming = Naming(frozenset(document.document_ref for _, document in own if document.names_itself))
        for document, payments in _by_document(own, book.settle(naming)):
            paid[document.key] = sum(
                p.cents for p in payments if book.items[p.item_id].document_ref == document.document_ref
            )
            postings += settlement(book, _heading(document, today).also("settle"), paid=payments)
    written = write(Bundle(postings, at, released=released))
    assert isinstance(written, Written)  # noqa: S101 - the keys were looked for under the customers' locks
    return {
        document.key: Booked(
            document.document_ref, tx_id, replayed=False, paid=Money(paid[document.key]), balance=balances[document.key]
        )
        for tx_id, document in zip(written.txs, documents, strict=False)
    }


def _by_document(
    own: Sequence[tuple[int, NewDocument]], payments: Sequence[Payment]
) -> list[tuple[NewDocument, list[Payment]]]:
    """The payments of each new document; what pays an older item goes with the first."""
    places = {item_id: place for place, (item_id, _) in enumerate(own)}
    grouped: dict[int, list[Payment]] = defaultdict(list)
    for payment in payments:
        grouped[places.get(payment.item_id, 0)].append(payment)
    return [(own[place][1], grouped[place]) for place in sorted(grouped)]


def _item_state(item_id: int, document: NewDocument) -> ItemState:
    shares = [
        VatState(seq, release.waiting_account, release.due_account, release.vat.cents, 0)
        for seq, release in enumerate(document.releases, start=1)
    ]
    return ItemState(
        item_id,
        document.document_ref,
        document.kind,
        document.due_date,
        document.total.cents,
        document.settles_by_itself,
        shares=shares,
    )


def _heading(document: NewDocument, today: date) -> Heading:
    return Heading(
        document.document_ref,
        document.issue_date,
        document.effective_on or today,
        document.key,
        document.body,
        document.actor,
    )


def _sale(document: NewDocument, today: date, item_id: int) -> Posting:
    return Posting(
        **_heading(document, today).fields,
        journal=document.journal,
        kind=MovementKind.CORRECTION if document.journal == Journal.OPENING else MovementKind.INVOICE,
        label=document.label,
        legs=(
            debit(RECEIVABLE, document.total, document.customer_id),
            *(credit(leg.account, leg.amount) for leg in document.legs),
        ),
        customer_id=document.customer_id,
        items=(
            NewItem(
                document.customer_id,
                document.document_ref,
                document.total,
                document.issue_date,
                document.due_date,
                ItemKind(document.kind),
                document.settles_by_itself,
                tuple((release.waiting_account, release.due_account) for release in document.releases),
            ),
        ),
        vat=tuple(
            NewVatMovement(item_id, seq, vat_cents=release.vat.cents)
            for seq, release in enumerate(document.releases, start=1)
        ),
    )


def _known(documents: Sequence[NewDocument]) -> dict[str, Tx]:
    bodies = {document.key: document.body for document in documents}
    known = {tx.key: tx for tx in Tx.objects.filter(key__in=bodies)}
    for key, tx in known.items():
        if bytes(tx.fingerprint).hex() != bodies[key]:
            raise KeyReused(key)
    return known


def _booked_before(tx: Tx, document: NewDocument) -> Booked:
    """The first result, read back from what it wrote."""
    rows = Allocation.objects.filter(tx__key=f"{tx.key}#settle", item__document_ref=document.document_ref)
    paid = rows.aggregate(cents=Sum("amount_cents"))["cents"]
    line = StatementRow.objects.get(tx=tx, customer=document.customer_id)
    return Booked(
        document.document_ref,
        tx.pk,
        replayed=True,
        paid=Money(paid) if paid else ZERO,
        balance=Money(-line.balance_after_cents),
    )
