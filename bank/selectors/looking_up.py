"""Look up all that lines name, for many lines at once: a fixed number of queries, whatever their number."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Final

from django.db.models import Count

from accounts import selectors as accounts
from bank.matching.decoding import Names
from bank.matching.known import Known, KnownCustomer, KnownItem, KnownQuote
from bank.matching.rules import Rules
from bank.models import RuleSet, Share
from bank.selectors.announced import announced_open
from bank.words import RuleState
from invoices import selectors as invoices
from ledger import selectors as books

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import date

    from bank.matching.judging import Facts

_MOST_OF_AN_AMOUNT: Final = 3
_SHORTEST_NAME: Final = 4


def active_rules() -> tuple[RuleSet, Rules]:
    """The rules in use, and their row. One query."""
    row = RuleSet.objects.get(state=RuleState.ACTIVE)
    return row, Rules(row.points, row.limits)


def look_up(lines: Sequence[Facts], *, on: date) -> Known:
    """What is known of all that these lines name: customers, documents, quotes, payers, names, amounts."""
    known = Known()
    numbers = {names: _named(lines, names) for names in Names}
    _items(known, numbers[Names.INVOICE])
    for quote in invoices.open_quotes_numbered(numbers[Names.QUOTE], on=on) if numbers[Names.QUOTE] else ():
        known.quotes[quote.number] = KnownQuote(quote.number, quote.customer_id, quote.total_cents)
    known.payers = _payers({line.payer for line in lines if line.payer is not None})
    plain = [line for line in lines if not line.decoded.mentions]
    names = {line.payer_name for line in plain if len(line.payer_name) >= _SHORTEST_NAME}
    known.named = accounts.customers_called(names)
    _amounts(known, {line.cents for line in plain})
    _customers(known, numbers[Names.CUSTOMER])
    return known


def _named(lines: Sequence[Facts], names: Names) -> set[str]:
    return {number for line in lines for number in line.decoded.all(names)}


def _items(known: Known, numbers: Collection[str]) -> None:
    for item in books.named_items(numbers):
        known.items[item.document_ref] = KnownItem(item.document_ref, item.customer_id, item.open_cents)


def _payers(accounts_of: Collection[int]) -> dict[int, Counter[int]]:
    """For whom these accounts paid before, by decisions that stand: an account may pay for several."""
    found: dict[int, Counter[int]] = defaultdict(Counter)
    shares = Share.objects.filter(party_account__in=list(accounts_of), customer__isnull=False)
    standing = shares.filter(decision__undone__isnull=True).values_list("party_account", "customer")
    for party, customer, times in standing.annotate(times=Count("pk")):
        found[party][customer] = times
    return dict(found)


def _amounts(known: Known, amounts: Collection[int]) -> None:
    """Documents that ask for exactly that amount, where few do: hosting has many of 12 €."""
    found: dict[int, list[KnownItem]] = defaultdict(list)
    for item in books.items_of_amounts(amounts, most=_MOST_OF_AN_AMOUNT) if amounts else ():
        found[item.open_cents].append(KnownItem(item.document_ref, item.customer_id, item.open_cents))
    known.by_amount = dict(found)


def _customers(known: Known, numbers: Collection[str]) -> None:
    """The customers of all these, and what each owes."""
    owners = {item.customer_id for item in known.items.values()}
    owners |= {quote.customer_id for quote in known.quotes.values()}
    owners |= {customer for payer in known.payers.values() for customer in payer}
    owners |= {customer for several in known.named.values() for customer in several}
    owners |= {item.customer_id for items in known.by_amount.values() for item in items}
    for row in accounts.customers_numbered(numbers, owners):
        customer = KnownCustomer(row.pk, row.number, row.name, row.is_public)
        known.by_id[row.pk] = customer
        known.customers[row.number] = customer
    for customer_id, announced in announced_open(list(known.by_id)).items():
        known.announced[customer_id] = [each.amount_cents for each in announced]
    for customer_id, items in books.open_items_of(list(known.by_id)).items():
        known.open_of[customer_id] = [
            KnownItem(item.document_ref, customer_id, item.open.cents) for item in items if not item.disputed
        ]
