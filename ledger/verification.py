"""What must always hold of the books, recomputed from the rows, one set-based question each.

A question names what breaks it, or answers with no row. `ledger_verify` and `selfcheck` ask them all.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import connection

from ledger.chain import first_broken_closing, first_broken_link
from ledger.guards import expected_constraints, expected_triggers, installed_constraints, installed_triggers

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, slots=True)
class Invariant:
    """A promise of the books, and the question that finds the first row that breaks it."""

    name: str
    question: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a promise holds; `broken` names the first thing that breaks it."""

    name: str
    broken: str

    @property
    def ok(self) -> bool:
        return not self.broken


_NEWEST = 2_000
"""How many links the hourly self-check walks again; `ledger_verify` walks them all."""
_CUSTOMER_ENTRIES = """
  (SELECT customer_id, sum(CASE account_id WHEN '419100' THEN amount_cents ELSE 0 END) AS prepaid,
          sum(CASE account_id WHEN '411000' THEN amount_cents ELSE 0 END) AS receivable
     FROM ledger_entry WHERE account_id IN ('411000', '419100') GROUP BY customer_id)"""

INVARIANTS = (
    Invariant(
        "each transaction balances",
        """SELECT 'transaction ' || tx_id || ' sums to ' || sum(amount_cents) || ' over ' || count(*) || ' legs'
             FROM ledger_entry GROUP BY tx_id HAVING sum(amount_cents) <> 0 OR count(*) < 2 ORDER BY tx_id""",
    ),
    Invariant(
        "each transaction has its header and its legs",
        """SELECT 'transaction ' || e.tx_id || ' has no header' FROM ledger_entry e
             LEFT JOIN ledger_tx t ON t.id = e.tx_id WHERE t.id IS NULL
            UNION ALL
           SELECT 'transaction ' || t.id || ' has no legs' FROM ledger_tx t
            WHERE NOT EXISTS (SELECT 1 FROM ledger_entry e WHERE e.tx_id = t.id)""",
    ),
    Invariant(
        "each leg is on an account of the chart",
        """SELECT 'leg ' || e.seq || ' of transaction ' || e.tx_id || ' is on ' || e.account_id FROM ledger_entry e
             LEFT JOIN ledger_account a ON a.code = e.account_id WHERE a.code IS NULL ORDER BY e.tx_id, e.seq""",
    ),
    Invariant(
        "balances are the sums of their entries",
        f"""SELECT 'customer ' || b.customer_id || ': prepaid ' || b.prepaid_cents || ', receivable '
                   || b.receivable_cents || '; entries ' || coalesce(e.prepaid, 0) || ', ' || coalesce(e.receivable, 0)
              FROM ledger_customerbalance b LEFT JOIN {_CUSTOMER_ENTRIES} e ON e.customer_id = b.customer_id
             WHERE b.prepaid_cents <> coalesce(e.prepaid, 0) OR b.receivable_cents <> coalesce(e.receivable, 0)
             ORDER BY b.customer_id""",  # noqa: S608 - our own words
    ),
    Invariant(
        "each customer with entries has a balance",
        f"""SELECT 'customer ' || e.customer_id || ' has no balance' FROM {_CUSTOMER_ENTRIES} e
              LEFT JOIN ledger_customerbalance b ON b.customer_id = e.customer_id
             WHERE b.customer_id IS NULL""",  # noqa: S608 - our own words
    ),
    Invariant(
        "the running balance follows line by line",
        """SELECT 'line ' || version || ' of customer ' || customer_id || ': ' || balance_after_cents || ' after '
                  || coalesce(before, 0) || ' and ' || net_cents || ', at place ' || place
             FROM (SELECT customer_id, version, net_cents, balance_after_cents,
                          lag(balance_after_cents) OVER lines AS before, row_number() OVER lines AS place
                     FROM ledger_statementrow WINDOW lines AS (PARTITION BY customer_id ORDER BY version)) s
            WHERE balance_after_cents <> coalesce(before, 0) + net_cents OR version <> place
            ORDER BY customer_id, version""",
    ),
    Invariant(
        "the last line is the balance",
        """SELECT 'customer ' || b.customer_id || ': version ' || b.version || ' and balance '
                  || (b.prepaid_cents + b.receivable_cents) || '; last line ' || coalesce(s.version, 0) || ' with '
                  || coalesce(s.balance_after_cents, 0)
             FROM ledger_customerbalance b
             LEFT JOIN ledger_statementrow s ON s.customer_id = b.customer_id AND s.version =
                       (SELECT max(version) FROM ledger_statementrow WHERE customer_id = b.customer_id)
            WHERE b.version <> coalesce(s.version, 0)
               OR b.prepaid_cents + b.receivable_cents <> coalesce(s.balance_after_cents, 0)
            ORDER BY b.customer_id""",
    ),
    Invariant(
        "each line says what its transaction moved",
        """SELECT 'transaction ' || tx_id || ', customer ' || customer_id || ': entries ' || sum(moved)
                  || ', statement ' || sum(said)
             FROM (SELECT tx_id, customer_id, amount_cents AS moved, 0 AS said FROM ledger_entry
                    WHERE account_id IN ('411000', '419100')
                   UNION ALL
                   SELECT tx_id, customer_id, 0, net_cents FROM ledger_statementrow) x
            GROUP BY tx_id, customer_id HAVING sum(moved) <> sum(said) ORDER BY tx_id""",
    ),
    Invariant(
        "each line copies its transaction",
        """SELECT 'line ' || s.version || ' of customer ' || s.customer_id FROM ledger_statementrow s
             JOIN ledger_tx t ON t.id = s.tx_id
            WHERE s.date <> t.effective_on OR s.kind <> t.kind OR s.label <> t.label OR s.piece_ref <> t.piece_ref
            ORDER BY s.customer_id, s.version""",
    ),
    Invariant(
        "each lot is what remains, paid, refunded, reversed and moved",
        """SELECT 'lot ' || l.id || ' (' || l.reference || '): ' || l.remaining_cents || ' remain of ' || l.amount_cents
                  || ', rows took ' || coalesce(x.taken, 0)
             FROM ledger_lot l
             LEFT JOIN (SELECT lot_id, sum(amount_cents) AS taken
                          FROM (SELECT lot_id, amount_cents FROM ledger_allocation WHERE lot_id IS NOT NULL
                                UNION ALL SELECT lot_id, amount_cents FROM ledger_lotmovement) m
                         GROUP BY lot_id) x ON x.lot_id = l.id
            WHERE l.remaining_cents <> l.amount_cents - coalesce(x.taken, 0) ORDER BY l.id""",
    ),
    Invariant(
        "each item is what is open, paid, credited and written off",
        """SELECT i.document_ref || ': ' || i.open_cents || ' open of ' || i.amount_cents
             FROM ledger_openitem i
             LEFT JOIN (SELECT item_id, sum(CASE kind WHEN 'MONEY' THEN amount_cents ELSE 0 END) AS paid,
                               sum(CASE kind WHEN 'CREDIT_NOTE' THEN amount_cents ELSE 0 END) AS credited,
                               sum(CASE kind WHEN 'WRITE_OFF' THEN amount_cents ELSE 0 END) AS written_off
                          FROM ledger_allocation GROUP BY item_id) a ON a.item_id = i.id
            WHERE i.paid_cents <> coalesce(a.paid, 0) OR i.credited_cents <> coalesce(a.credited, 0)
               OR i.written_off_cents <> coalesce(a.written_off, 0)
               OR i.open_cents <> i.amount_cents - i.paid_cents - i.credited_cents - i.written_off_cents
            ORDER BY i.id""",
    ),
    Invariant(
        "prepaid is the sum of the lots, and covers what is held",
        """SELECT 'customer ' || b.customer_id || ': prepaid ' || -b.prepaid_cents || ', lots ' || coalesce(l.money, 0)
                  || ', held ' || b.outgoing_cents
             FROM ledger_customerbalance b
             LEFT JOIN (SELECT customer_id, sum(remaining_cents) AS money FROM ledger_lot GROUP BY customer_id) l
               ON l.customer_id = b.customer_id
            WHERE -b.prepaid_cents <> coalesce(l.money, 0) OR -b.prepaid_cents < b.outgoing_cents
            ORDER BY b.customer_id""",
    ),
    Invariant(
        "receivable is the sum of the open items",
        """SELECT 'customer ' || b.customer_id || ': receivable ' || b.receivable_cents || ', items '
                  || coalesce(i.due, 0)
             FROM ledger_customerbalance b
             LEFT JOIN (SELECT customer_id, sum(open_cents) AS due FROM ledger_openitem GROUP BY customer_id) i
               ON i.customer_id = b.customer_id
            WHERE b.receivable_cents <> coalesce(i.due, 0) OR b.receivable_cents < 0 ORDER BY b.customer_id""",
    ),
    Invariant(
        "what is held is the sum of the active holds",
        """SELECT 'customer ' || b.customer_id || ': ' || b.incoming_cents || ' in, ' || b.outgoing_cents
                  || ' out; holds ' || coalesce(h.incoming, 0) || ', ' || coalesce(h.outgoing, 0)
             FROM ledger_customerbalance b
             LEFT JOIN (SELECT customer_id, sum(CASE direction WHEN 'IN' THEN amount_cents ELSE 0 END) AS incoming,
                               sum(CASE direction WHEN 'OUT' THEN amount_cents ELSE 0 END) AS outgoing
                          FROM ledger_hold WHERE released_at IS NULL GROUP BY customer_id) h
               ON h.customer_id = b.customer_id
            WHERE b.incoming_cents <> coalesce(h.incoming, 0) OR b.outgoing_cents <> coalesce(h.outgoing, 0)
            ORDER BY b.customer_id""",
    ),
    Invariant(
        "no available money stands beside an item that may settle by itself",
        """SELECT 'customer ' || b.customer_id || ' has ' || (-b.prepaid_cents - b.outgoing_cents)
                  || ' available beside ' || min(i.document_ref)
             FROM ledger_customerbalance b JOIN ledger_openitem i ON i.customer_id = b.customer_id
            WHERE -b.prepaid_cents > b.outgoing_cents AND i.open_cents > 0 AND i.settles_by_itself AND NOT i.disputed
              AND (i.kind <> 'FEE_NOTE' OR NOT EXISTS (
                     SELECT 1 FROM ledger_openitem o
                      WHERE o.customer_id = i.customer_id AND o.open_cents > 0 AND o.kind <> 'FEE_NOTE'))
            GROUP BY b.customer_id, b.prepaid_cents, b.outgoing_cents ORDER BY b.customer_id""",
    ),
    Invariant(
        "VAT is released in proportion to what money paid",
        """SELECT i.document_ref || ', share ' || s.seq || ': ' || s.released_cents || ' released of ' || s.vat_cents
             FROM ledger_vatshare s JOIN ledger_openitem i ON i.id = s.item_id
            WHERE s.released_cents <> CASE WHEN i.amount_cents - i.credited_cents - i.written_off_cents = 0 THEN 0 ELSE
                    (2 * s.vat_cents * i.paid_cents + i.amount_cents - i.credited_cents - i.written_off_cents)
                    / (2 * (i.amount_cents - i.credited_cents - i.written_off_cents)) END
               OR (s.vat_cents, s.released_cents) <> (
                    SELECT coalesce(sum(m.vat_cents), 0), coalesce(sum(m.released_cents), 0)
                      FROM ledger_vatmovement m WHERE m.share_id = s.id)
            ORDER BY s.id""",
    ),
    Invariant(
        "the VAT that waits is what the items say",
        """SELECT 'account ' || account || ': entries ' || sum(booked) || ', items ' || sum(waiting)
             FROM (SELECT account_id AS account, -amount_cents AS booked, 0 AS waiting FROM ledger_entry
                    WHERE account_id IN (SELECT waiting_account_id FROM ledger_vatshare) OR account_id = '445870'
                   UNION ALL
                   SELECT waiting_account_id, 0, vat_cents - released_cents FROM ledger_vatshare) x
            GROUP BY account HAVING sum(booked) <> sum(waiting)""",
    ),
    Invariant(
        "no transaction took effect in a month already closed",
        """SELECT 'transaction ' || t.id || ' of ' || t.effective_on || ', recorded after its month was closed'
             FROM ledger_tx t JOIN ledger_closedmonth c ON t.recorded_at > c.closed_at
              AND CAST(substr(CAST(t.effective_on AS varchar), 1, 4) AS integer) = c.year
              AND CAST(substr(CAST(t.effective_on AS varchar), 6, 2) AS integer) = c.month
            ORDER BY t.id""",
    ),
)


def verify(*, whole: bool = False) -> Iterator[Verdict]:
    """Ask every question; each answer names the first thing that breaks the promise.

    `whole` walks the chain of proofs from its first link and counts every closing again; else its newest links.
    """
    for invariant in INVARIANTS:
        yield Verdict(invariant.name, _first(invariant.question))
    missing = sorted(
        (expected_triggers(connection) | expected_constraints())
        - installed_triggers(connection)
        - installed_constraints(connection)
    )
    yield Verdict("every guard of the database is in place", ", ".join(missing))
    yield Verdict("the chain of proofs is whole", first_broken_link(newest=None if whole else _NEWEST))
    yield Verdict("each closing is as it was made", first_broken_closing(recount=whole))


def count() -> dict[str, int]:
    """How many rows were verified."""
    tables = {"transactions": "tx", "entries": "entry", "lines": "statementrow", "customers": "customerbalance"} | {
        "links": "link",
        "closings": "closing",
    }
    return {name: int(_first(f"SELECT count(*) FROM ledger_{table}")) for name, table in tables.items()}  # noqa: S608


def _first(question: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM ({question}) q LIMIT 1")  # noqa: S608 - our own questions
        row = cursor.fetchone()
    return str(row[0]) if row else ""
