"""What was open on a day, whatever happened since: recomputed from rows that never change."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from core.money import Money
from core.streams import stream

if TYPE_CHECKING:
    from collections.abc import Iterator

# An item is open by what it asks for, less what had reduced it on that day; both by day of effect.
_OPEN = """
  SELECT c.number, c.name, i.document_ref, i.kind, CAST(i.issued_on AS varchar), CAST(i.due_date AS varchar),
         i.disputed,
         CASE WHEN t.effective_on <= %s THEN i.amount_cents ELSE 0 END - coalesce(p.cents, 0) AS open_cents
    FROM ledger_openitem i
    JOIN ledger_tx t ON t.id = i.tx_id
    JOIN accounts_customer c ON c.id = i.customer_id
    LEFT JOIN (SELECT a.item_id, CAST(sum(a.amount_cents) AS bigint) AS cents
                 FROM ledger_allocation a JOIN ledger_tx t ON t.id = a.tx_id
                WHERE t.effective_on <= %s GROUP BY a.item_id) p ON p.item_id = i.id
   WHERE CASE WHEN t.effective_on <= %s THEN i.amount_cents ELSE 0 END <> coalesce(p.cents, 0)
   ORDER BY c.number, i.due_date, i.document_ref"""


@dataclass(frozen=True, slots=True)
class OpenThen:
    """An item that was open at the end of a day. `disputed` says whether it is contested now."""

    customer_number: str
    customer_name: str
    document_ref: str
    kind: str
    issued_on: date
    due_date: date
    disputed: bool
    open: Money


def open_items_at(day: date) -> Iterator[OpenThen]:
    """What was open at the end of that day, by customer number, oldest due first. Sums to 411000 on that day."""
    on = day.isoformat()
    for number, name, ref, kind, issued_on, due_date, disputed, cents in stream(_OPEN, [on, on, on]):
        issued, due = date.fromisoformat(issued_on), date.fromisoformat(due_date)
        yield OpenThen(number, name, ref, kind, issued, due, bool(disputed), Money(cents))
