"""The customer's transactions page: keyset pages of statement rows, at the same cost for a thousand or a million lines.

The sort key is the version, 1 to n per customer: newest first. A kind has its own index; a year is a range of versions.
A search reads at most SEARCHED lines at a time, and the page then offers to look further back.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django.db import connection
from django.db.models import Max, Min

from core.money import Money
from ledger.models import StatementRow

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

SEARCHED: Final = 5_000
_WILDCARDS = str.maketrans({"%": r"\%", "_": r"\_", "\\": "\\\\"})
_LIST = "version, date, label, piece_ref, kind, net_cents, balance_after_cents, tx_id"


@dataclass(frozen=True, slots=True)
class StatementQuery:
    """The filters of the page. `before` and `after` are versions: the cursors of older and newer pages."""

    year: int | None = None
    kinds: tuple[str, ...] = ()
    search: str = ""
    before: int | None = None
    after: int | None = None


@dataclass(frozen=True, slots=True)
class Movement:
    """A line as the customer reads it: a debit or a credit, and the balance after it."""

    version: int
    date: date
    label: str
    piece_ref: str
    kind: str
    debit: Money | None
    credit: Money | None
    balance_after: Money
    tx_id: int


@dataclass(frozen=True, slots=True)
class StatementPage:
    """A page, newest first. `newer` and `older` are the cursors of its neighbours, None at the ends."""

    rows: list[Movement]
    newer: int | None
    older: int | None


def statement_page(customer_id: int, *, query: StatementQuery = StatementQuery(), size: int = 50) -> StatementPage:
    """One page of the statement, newest first."""
    lowest, highest = _bounds(customer_id, query)
    ascending = query.after is not None
    found, reached = _read(customer_id, query, (lowest, highest), (ascending, size + 1))
    rows = found[:size]
    further = found[size - 1].version if len(found) > size else reached
    if ascending:
        rows.reverse()
        return StatementPage(rows, newer=further, older=_edge(rows, -1, query.after))
    return StatementPage(rows, newer=_edge(rows, 0, query.before) if query.before is not None else None, older=further)


def iter_statement(customer_id: int, query: StatementQuery = StatementQuery()) -> Iterator[Movement]:
    """Every line that the filters keep, newest first, read a thousand at a time."""
    before = query.before
    while True:
        step = StatementQuery(query.year, query.kinds, query.search, before)
        page = statement_page(customer_id, query=step, size=1000)
        yield from page.rows
        if page.older is None:
            return
        before = page.older


def statement_years(customer_id: int) -> list[int]:
    """The years that the statement may have lines of, newest first."""
    span = StatementRow.objects.filter(customer=customer_id).aggregate(first=Min("year"), last=Max("year"))
    if span["first"] is None:
        return []
    return list(range(span["last"], span["first"] - 1, -1))


def balance_series(
    customer_id: int, since: date, until: date, *, newest: Movement | None = None
) -> list[tuple[date, Money]]:
    """The balance at the end of each day that had a movement, from the last one before `since` to `until`.

    Two queries at most; one when there are movements meanwhile, or when the newest of all is given.
    """
    rows = StatementRow.objects.filter(customer=customer_id, year__gte=since.year, year__lte=until.year)
    steps = rows.filter(date__gte=since, date__lte=until).order_by("version")
    moves = list(steps.values_list("date", "balance_after_cents", "net_cents"))
    if moves:
        before: int | None = moves[0][1] - moves[0][2]
    elif newest is not None and newest.date < since:
        before = -newest.balance_after.cents
    else:
        before = _balance_before(customer_id, since)
    series = {} if before is None else {since: Money(-before)}
    series |= {day: Money(-cents) for day, cents, _net in moves}
    return sorted(series.items())


def _balance_before(customer_id: int, day: date) -> int | None:
    """The balance in the books after the last movement before that day; None when there is none."""
    rows = StatementRow.objects.filter(customer=customer_id, date__lt=day).order_by("-version")
    return rows.values_list("balance_after_cents", flat=True).first()


def _edge(rows: list[Movement], place: int, cursor: int | None) -> int | None:
    """The version that the neighbouring page starts from; an empty page leads back to where one came from."""
    return rows[place].version if rows else cursor


def _bounds(customer_id: int, query: StatementQuery) -> tuple[int, int]:
    """The versions to read between, both included."""
    lowest, highest = 1, 2**63 - 1
    if query.year is not None:
        of_year = StatementRow.objects.filter(customer=customer_id, year=query.year)
        span = of_year.aggregate(first=Min("version"), last=Max("version"))
        lowest, highest = span["first"] or 1, span["last"] or 0
    if query.before is not None:
        highest = min(highest, query.before - 1)
    if query.after is not None:
        lowest = max(lowest, query.after + 1)
    return lowest, highest


def _read(
    customer_id: int, query: StatementQuery, bounds: tuple[int, int], order: tuple[bool, int]
) -> tuple[list[Movement], int | None]:
    """The first lines in that order; and the version that a search stopped at, when there may be more beyond."""
    ascending, limit = order
    depth = SEARCHED if query.search else limit
    direction = "ASC" if ascending else "DESC"
    branches, params = _branches(customer_id, query, bounds, direction, depth)
    lines = f"SELECT * FROM ({branches}) kinds ORDER BY version {direction} LIMIT %s"  # noqa: S608 - our own words
    params = [*params, depth]
    if not query.search:
        return [_movement(row) for row in _fetch(lines, params)], None
    matches, words = _matches(query.search)
    found = _fetch(
        f"SELECT * FROM ({lines}) seen WHERE {matches} ORDER BY version {direction} LIMIT %s",  # noqa: S608 - our own words
        [*params, *words, limit],
    )
    [(seen, lowest, highest)] = _fetch(
        f"SELECT count(*), min(version), max(version) FROM ({lines}) seen",  # noqa: S608 - our own words
        params,
    )
    return [_movement(row) for row in found], None if seen < depth else highest if ascending else lowest


def _matches(search: str) -> tuple[str, list[str]]:
    """The condition that every word is in the wording or in the document's reference, whatever the case."""
    like = "ILIKE" if connection.vendor == "postgresql" else "LIKE"
    words = [word.translate(_WILDCARDS) for word in search.replace("\x00", " ").split()]
    condition = f"(label || ' ' || piece_ref) {like} %s ESCAPE '\\'"
    return " AND ".join([condition] * len(words)) or "1 = 1", [f"%{word}%" for word in words]


def _branches(
    customer_id: int, query: StatementQuery, bounds: tuple[int, int], direction: str, depth: int
) -> tuple[str, list[Any]]:
    """One indexed scan for each kind asked for (or one for all), each at most `depth` lines."""
    year = "" if query.year is None else " AND year = %s"
    branches, params = [], []
    for kind in query.kinds or (None,):
        of_kind = "" if kind is None else " AND kind = %s"
        branches.append(
            f"SELECT * FROM (SELECT {_LIST} FROM ledger_statementrow"  # noqa: S608 - our own words
            f" WHERE customer_id = %s AND version BETWEEN %s AND %s{of_kind}{year}"
            f" ORDER BY version {direction} LIMIT %s) of_kind"
        )
        params += [customer_id, *bounds, *([] if kind is None else [kind]), *([] if not year else [query.year]), depth]
    return " UNION ALL ".join(branches), params


def _movement(row: Sequence[Any]) -> Movement:
    version, day, label, piece_ref, kind, net, balance_after, tx_id = row
    return Movement(
        version,
        day,
        label,
        piece_ref,
        kind,
        debit=Money(net) if net > 0 else None,
        credit=Money(-net) if net < 0 else None,
        balance_after=Money(-balance_after),
        tx_id=tx_id,
    )


def _fetch(sql: str, params: list[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return [tuple(row) for row in cursor.fetchall()]
