"""The transactions page of a customer with a million lines, against one with a thousand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import connection

from bench.ledger_world import answer, customers, median_ms
from ledger.selectors import StatementQuery, statement_page

if TYPE_CHECKING:
    from collections.abc import Callable

MANY, FEW = 1_000_000, 1_000
_LINES = """
  INSERT INTO ledger_statementrow (customer_id, version, tx_id, net_cents, balance_after_cents, date, year, kind, label,
                                   piece_ref)
  SELECT %s, n, %s + n, CASE WHEN n %% 2 = 0 THEN 100 ELSE -100 END, CASE WHEN n %% 2 = 0 THEN 0 ELSE -100 END,
         date '2016-01-01' + (n::bigint * 3650 / %s)::int, 2016 + (n::bigint * 10 / (%s + 1))::int,
         CASE WHEN n %% 1000 = 0 THEN 'REFUND' WHEN n %% 2 = 0 THEN 'INVOICE' ELSE 'TOP_UP' END,
         'Wording of line ' || n, 'FA' || n
    FROM generate_series(1, %s) n
"""


def page() -> dict[str, Any]:
    """The slowest of six ways to look at the page: first, deep, by year, by rare kind, both, by words."""
    many, few = customers(2)
    _write_lines(many, MANY, 0)
    _write_lines(few, FEW, MANY)
    slow = {name: median_ms(look) for name, look in _looks(many, MANY).items()}
    quick = {name: median_ms(look) for name, look in _looks(few, FEW).items()}
    name = max(slow, key=lambda one: slow[one])
    flat = all(slow[one] <= 2 * quick[one] + 0.5 for one in slow if one != "words")
    ok = slow[name] <= 5 and flat
    goal = "<= 5 ms at 1 M lines, as at 1 k (words: at most 5,000 lines read)"
    shown = {one: round(ms, 2) for one, ms in slow.items()}
    return answer(
        slow[name], "ms", reference=quick[name], goal=goal, ok=ok, ways=shown,
        at_1k={one: round(ms, 2) for one, ms in quick.items()},
    )  # fmt: skip


def _looks(customer: int, lines: int) -> dict[str, Callable[[], object]]:
    queries = {
        "first": StatementQuery(),
        "deep": StatementQuery(before=lines // 2),
        "back": StatementQuery(after=lines // 2),
        "year": StatementQuery(year=2018),
        "kind": StatementQuery(kinds=("REFUND", "CREDIT_NOTE")),
        "year and kind": StatementQuery(year=2018, kinds=("REFUND", "INVOICE")),
        "words": StatementQuery(search="nothing like it"),
    }
    return {name: lambda query=query: statement_page(customer, query=query) for name, query in queries.items()}  # type: ignore[misc]


def _write_lines(customer: int, lines: int, first: int) -> None:
    """Straight into the table, past the guards: the page reads nothing else."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(_LINES, [customer, first, lines, lines, lines])
        cursor.execute("SET session_replication_role = origin")
        cursor.execute("VACUUM ANALYZE ledger_statementrow")


SCENARIOS = {"statement_page": page}
