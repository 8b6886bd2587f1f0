"""The journal as accountants read it: every line of a period, in the order in which it was recorded.

The two customer accounts are told in detail: 411000 by open item, 419100 by lot, so that each line names what it is
lettered with. The detail sums to the entries, account by account: the first rows (`Part.CONTROL`) say what to find.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import IntEnum
from typing import TYPE_CHECKING, Final, NamedTuple

from core.streams import stream
from ledger.chart import LOSS, PREPAID, PROFIT, RECEIVABLE, RETAINED_LOSS, RETAINED_PROFIT
from ledger.kinds import Journal
from ledger.models import Account, ClosedMonth

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime


class Part(IntEnum):
    """What a row is, in the order of the answer."""

    CONTROL = 0
    CARRIED = 1
    OPENING = 2
    MOVEMENT = 3


class JournalLine(NamedTuple):
    """One line. `cents` is debit-positive; dates are text, `2026-11-30`; `lettered_on` is empty while it is open.

    A control row has an account, its sum in `cents`, and the number of its entries in `letter`.
    """

    part: int
    tx_id: int
    journal: str
    day: str
    recorded_at: str
    account: str
    customer_number: str | None
    customer_name: str | None
    piece_ref: str
    piece_date: str
    label: str
    cents: int
    letter: int
    lettered_on: str | None


@dataclass(frozen=True, slots=True)
class Span:
    """From a day to a day, both in it. A whole exercise starts with what was carried over."""

    start: date
    end: date
    is_exercise: bool = False


# Each row a debit-positive amount on one account; `letter` is the open item (411000) or the lot (419100), 0 for others.
_MOVES: Final = f"""
  SELECT tx_id, account_id AS account, customer_id AS customer, amount_cents AS cents, 0 AS letter
    FROM ledger_entry WHERE account_id NOT IN ('{RECEIVABLE}', '{PREPAID}')
  UNION ALL
  SELECT tx_id, '{RECEIVABLE}', customer_id, amount_cents, id FROM ledger_openitem
  UNION ALL
  SELECT a.tx_id, '{RECEIVABLE}', i.customer_id, -a.amount_cents, i.id
    FROM ledger_allocation a JOIN ledger_openitem i ON i.id = a.item_id
  UNION ALL
  SELECT tx_id, '{PREPAID}', customer_id, -amount_cents, id FROM ledger_lot
  UNION ALL
  SELECT a.tx_id, '{PREPAID}', l.customer_id, a.amount_cents, l.id
    FROM ledger_allocation a JOIN ledger_lot l ON l.id = a.lot_id
  UNION ALL
  SELECT m.tx_id, '{PREPAID}', l.customer_id, m.amount_cents, l.id
    FROM ledger_lotmovement m JOIN ledger_lot l ON l.id = m.lot_id"""  # noqa: S608 - our own words
# Lettered: all the lines of an item, or of a lot, sum to zero at the end of the span. The date is that of the last one.
_LETTERS: Final = """
  SELECT m.account, m.letter, max(t.effective_on) AS lettered_on
    FROM moves m JOIN ledger_tx t ON t.id = m.tx_id
   WHERE m.letter > 0 AND t.effective_on <= %s
   GROUP BY m.account, m.letter
  HAVING sum(m.cents) = 0 AND max(t.effective_on) >= %s"""
# Outside a whole exercise nothing is carried over: only what opened within the span can be lettered within it.
_WITHIN: Final = " AND min(t.effective_on) >= %s AND min(CASE t.journal WHEN 'AN' THEN 0 ELSE 1 END) = 1"
_CONTROL: Final = """
  SELECT 0, 0, '', '', CAST(NULL AS timestamp with time zone), e.account_id, NULL, NULL, '', '', '',
         CAST(sum(e.amount_cents) AS bigint), count(*), NULL
    FROM kept t JOIN ledger_entry e ON e.tx_id = t.id GROUP BY e.account_id"""
_LINES: Final = """
  SELECT CASE t.journal WHEN 'AN' THEN 2 ELSE 3 END, t.id, t.journal, CAST(t.effective_on AS varchar), t.recorded_at,
         m.account, c.number, c.name, t.piece_ref, CAST(t.piece_date AS varchar), t.label, m.cents, m.letter,
         CAST(l.lettered_on AS varchar)
    FROM kept t
    JOIN moves m ON m.tx_id = t.id
    LEFT JOIN letters l ON l.account = m.account AND l.letter = m.letter
    LEFT JOIN accounts_customer c ON c.id = m.customer"""
# Accounts of the balance sheet carry over; the result of the year before, and of all earlier years, goes to 12 and 11.
_CARRIED: Final = f"""
  SELECT 1, 0, 'AN', %s, CAST(NULL AS timestamp with time zone), b.account, c.number, c.name,
         coalesce(i.document_ref, o.reference, ''), coalesce(CAST(i.issued_on AS varchar),
         CAST(o.received_on AS varchar), %s), '', b.cents, b.letter, CAST(l.lettered_on AS varchar)
    FROM (SELECT m.account, m.customer, m.letter, CAST(sum(m.cents) AS bigint) AS cents
            FROM moves m JOIN ledger_tx t ON t.id = m.tx_id
           WHERE t.effective_on < %s AND m.account NOT LIKE '6%%' AND m.account NOT LIKE '7%%'
           GROUP BY m.account, m.customer, m.letter HAVING sum(m.cents) <> 0
          UNION ALL
          SELECT CASE WHEN sum(m.cents) > 0 THEN '{LOSS}' ELSE '{PROFIT}' END, NULL, 0, CAST(sum(m.cents) AS bigint)
            FROM moves m JOIN ledger_tx t ON t.id = m.tx_id
           WHERE t.effective_on < %s AND t.effective_on >= %s AND (m.account LIKE '6%%' OR m.account LIKE '7%%')
          HAVING sum(m.cents) <> 0
          UNION ALL
          SELECT CASE WHEN sum(m.cents) > 0 THEN '{RETAINED_LOSS}' ELSE '{RETAINED_PROFIT}' END, NULL, 0,
                 CAST(sum(m.cents) AS bigint)
            FROM moves m JOIN ledger_tx t ON t.id = m.tx_id
           WHERE t.effective_on < %s AND (m.account LIKE '6%%' OR m.account LIKE '7%%')
          HAVING sum(m.cents) <> 0) b
    LEFT JOIN letters l ON l.account = b.account AND l.letter = b.letter
    LEFT JOIN ledger_openitem i ON b.account = '{RECEIVABLE}' AND i.id = b.letter
    LEFT JOIN ledger_lot o ON b.account = '{PREPAID}' AND o.id = b.letter
    LEFT JOIN accounts_customer c ON c.id = b.customer"""  # noqa: S608 - our own words


def journal_lines(span: Span) -> Iterator[JournalLine]:
    """Controls, then the lines of the span: carried over (exercises only), opening balances, then as recorded.

    One statement, so one moment of the books; memory stays flat whatever their number.
    """
    sql, params = journal_question(span)
    return map(JournalLine._make, stream(sql, params))


def journal_question(span: Span) -> tuple[str, list[str | int]]:
    """The statement behind `journal_lines`, and its parameters."""
    start, end = span.start.isoformat(), span.end.isoformat()
    within = "" if span.is_exercise else _WITHIN
    chosen = "" if span.is_exercise else f" AND journal <> '{Journal.OPENING}'"
    kept = "SELECT * FROM ledger_tx WHERE effective_on >= %s AND effective_on <= %s" + chosen  # noqa: S608 - our words
    parts = [_CONTROL, _LINES]
    params: list[str | int] = [end, start, *([] if span.is_exercise else [start]), start, end]
    if span.is_exercise:
        before = date(span.start.year - 1, span.start.month, 1).isoformat()
        parts.append(_CARRIED)
        params += [start, start, start, start, before, before]
    question = f"WITH moves AS ({_MOVES}), letters AS ({_LETTERS}{within}), kept AS ({kept})"
    columns = ", ".join(f"c{n}" for n in range(1, 15))
    shown = columns.replace("c5", "CAST(c5 AS varchar)")  # text is cheap to read; only the moment itself sorts right
    union = " UNION ALL ".join(parts)
    order = "c1, c5, c2, CASE WHEN c12 > 0 THEN 0 ELSE 1 END, c6, c7, c13, c12"
    return (
        f"{question}, found ({columns}) AS ({union}) SELECT {shown} FROM found ORDER BY {order}",  # noqa: S608 - our own words
        params,
    )


def account_names() -> dict[str, str]:
    """Every account of the chart, by its number."""
    return dict(Account.objects.order_by("code").values_list("code", "name"))


def closed_months() -> dict[tuple[int, int], datetime]:
    """When each closed month was closed."""
    return {(row.year, row.month): row.closed_at for row in ClosedMonth.objects.order_by("year", "month")}
