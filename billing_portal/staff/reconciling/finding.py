"""Another customer or another document for a line, as staff ask for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from accounts import selectors as accounts
from accounts.models import Customer
from bank.matching.decoding import Names, decode
from billing_portal.staff.search import find_customers
from invoices import selectors as invoices
from ledger import selectors as books

if TYPE_CHECKING:
    from datetime import date

MOST_FOUND: Final = 5


def found_by(typed: str, *, on: date) -> list[tuple[Customer, tuple[str, ...]]]:
    """The customers whom the words may mean, each with the documents that the words name; five at most."""
    named = _documents(typed, on=on)
    owners = {each.pk: each for each in accounts.customers_numbered((), set(named))} if named else {}
    found = [(owners[owner], tuple(documents)) for owner, documents in named.items() if owner in owners]
    if found:
        return found[:MOST_FOUND]
    return [(each, ()) for each in find_customers(Customer.objects.order_by("name", "pk"), typed)[:MOST_FOUND]]


def _documents(typed: str, *, on: date) -> dict[int, list[str]]:
    """The open documents that these words name, by owner."""
    decoded = decode(typed)
    named: dict[int, list[str]] = {}
    for item in books.named_items(decoded.all(Names.INVOICE)):
        named.setdefault(item.customer_id, []).append(item.document_ref)
    quotes = decoded.all(Names.QUOTE)
    for quote in invoices.open_quotes_numbered(quotes, on=on) if quotes else ():
        named.setdefault(quote.customer_id, []).append(quote.number)
    return named
