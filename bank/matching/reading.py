"""What a text names among the things that exist: customers, open and paid documents, quotes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bank.matching.decoding import Names

if TYPE_CHECKING:
    from bank.matching.decoding import Decoded, Mention
    from bank.matching.known import Known, KnownItem, KnownQuote


@dataclass(slots=True)
class Reading:
    """Ids of customers named by a checked number or an unchecked one; documents named, once each.

    `is_torn`: one mention may be several things that exist, and nothing says which. `items_are_checked`: every
    document is written whole.
    """

    checked: list[int] = field(default_factory=list)
    unchecked: list[int] = field(default_factory=list)
    items: list[KnownItem] = field(default_factory=list)
    quotes: list[KnownQuote] = field(default_factory=list)
    items_are_checked: bool = True
    is_torn: bool = False

    @property
    def customers(self) -> list[int]:
        """Everybody whom the text names, by a number or by a document, once each."""
        owners = [item.customer_id for item in self.items] + [quote.customer_id for quote in self.quotes]
        return list(dict.fromkeys([*self.checked, *self.unchecked, *owners]))

    @property
    def quote(self) -> str:
        """The number of the only quote that it names; "" without one, or with several."""
        return self.quotes[0].number if len(self.quotes) == 1 else ""

    @property
    def quote_owner(self) -> int | None:
        return self.quotes[0].customer_id if self.quote else None

    @property
    def quote_cents(self) -> int:
        return self.quotes[0].total_cents if self.quote else 0


def read(decoded: Decoded, known: Known) -> Reading:
    """Keep of a decoded text what exists."""
    reading = Reading()
    for mention in decoded.mentions:
        if mention.names == Names.CUSTOMER:
            _read_customer(mention, known, reading)
    for mention in decoded.mentions:
        if mention.names == Names.INVOICE:
            _read_item(mention, known, reading)
        elif mention.names == Names.QUOTE:
            _read_quote(mention, known, reading)
    return reading


def _read_customer(mention: Mention, known: Known, reading: Reading) -> None:
    existing = [one for one in mention.candidates if one.value in known.customers]
    checked = [known.customers[one.value].id for one in existing if one.checked]
    found = list(dict.fromkeys(checked or [known.customers[one.value].id for one in existing]))
    if not found:
        return
    reading.is_torn |= len(found) > 1
    if checked:
        reading.checked += [each for each in found if each not in reading.checked]
        reading.unchecked = [each for each in reading.unchecked if each not in reading.checked]
    else:
        reading.unchecked += [each for each in found if each not in (*reading.checked, *reading.unchecked)]


def _read_item(mention: Mention, known: Known, reading: Reading) -> None:
    """A document; of several that a text may mean, the one of a customer whom it names."""
    existing = [(known.items[one.value], one.checked) for one in mention.candidates if one.value in known.items]
    named = [*reading.checked, *reading.unchecked]
    options = [option for option in existing if option[0].customer_id in named] or existing
    if not options:
        return
    reading.is_torn |= len(options) > 1 and not options[0][1]
    item, is_checked = options[0]
    if item not in reading.items:
        reading.items.append(item)
        reading.items_are_checked &= is_checked


def _read_quote(mention: Mention, known: Known, reading: Reading) -> None:
    existing = [known.quotes[one.value] for one in mention.candidates if one.checked and one.value in known.quotes]
    reading.quotes += [quote for quote in existing[:1] if quote not in reading.quotes]
