"""Questions of those who reconcile: which lines wait where, how many, what comes next, what the rules said of each."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from django.db.models import Count, OuterRef, Q, Subquery, Sum

from bank.models import Decision, Judgement, LineNote, LineWork, Statement
from bank.words import WAITING, Action, LineState
from core.money import Money, NotAnAmount, parse_euros

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime

    from django.db.models import QuerySet

    from accounts.models import User

LEFT: Final = (*WAITING, LineState.TWICE)
"""The states in which somebody has something to do."""
_SHOWN: Final = tuple(state for state in LineState if state not in {LineState.NEW, LineState.POSTED})


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which lines: in these states, of one account or statement, with these words; only those to be checked."""

    states: Collection[LineState] = ()
    statement_id: int | None = None
    account_id: int | None = None
    typed: str = ""
    flagged: bool = False


@dataclass(frozen=True, slots=True)
class Counted:
    """How many lines stand where, and their money in cents; `POSTED` is counted for one statement only."""

    count: Mapping[str, int] = field(default_factory=dict)
    cents: Mapping[str, int] = field(default_factory=dict)
    flagged: int = 0

    def of(self, states: Collection[LineState]) -> int:
        """How many lines are in these states."""
        return sum(self.count.get(state, 0) for state in states)

    @property
    def left(self) -> int:
        return self.of(LEFT)

    @property
    def to_place(self) -> Money:
        """The money that came in and waits for its customer."""
        return Money(sum(self.cents.get(state, 0) for state in WAITING if state != LineState.OUT))


def lines_wanted(wanted: Wanted) -> QuerySet[LineWork]:
    """Those lines, the oldest first, each with its candidates (`candidates`, of the last judgement). One query."""
    newest = Judgement.objects.filter(line=OuterRef("pk")).order_by("-pk")
    rows = _filtered(wanted).annotate(candidates=Subquery(newest.values("candidates")[:1]))
    rows = rows.select_related("line__glance__by", "flagged_by")
    if LineState.POSTED in wanted.states:
        return rows.order_by("-line__booked_on", "-pk")
    return rows.order_by("line__booked_on", "pk")


def count_lines(wanted: Wanted) -> Counted:
    """How many lines of that account or statement stand where. One query."""
    states = tuple(LineState) if wanted.statement_id else _SHOWN
    rows = _of_account(LineWork.objects.filter(state__in=states), wanted).values("state").order_by()
    found = list(
        rows.annotate(
            lines=Count("pk"), cents=Sum("line__amount_cents"), flagged=Count("pk", filter=Q(flagged_at__isnull=False))
        )
    )
    return Counted(
        {row["state"]: row["lines"] for row in found},
        {row["state"]: row["cents"] for row in found},
        sum(row["flagged"] for row in found),
    )


def lines_left() -> QuerySet[LineWork]:
    """All lines about which somebody has something to do."""
    return LineWork.objects.filter(state__in=LEFT)


def next_line(wanted: Wanted, after: LineWork) -> int | None:
    """The line of that list that comes after this one, else its first; None when the list is empty."""
    rows = _filtered(wanted).exclude(pk=after.pk).order_by("line__booked_on", "pk")
    day = after.line.booked_on
    later = rows.filter(Q(line__booked_on__gt=day) | Q(line__booked_on=day, pk__gt=after.pk))
    return later.values_list("pk", flat=True).first() or rows.values_list("pk", flat=True).first()


def work_of(line_id: int) -> LineWork:
    """The work on a line, with all that the bank said. Raises LineWork.DoesNotExist."""
    whole = ("line__account", "line__statement", "line__party_account", "flagged_by")
    return LineWork.objects.select_related(*whole).get(pk=line_id)


def judgement_with_rules(line_id: int) -> Judgement | None:
    """What the rules said last of a line, with the version that said it."""
    return Judgement.objects.filter(line=line_id).select_related("rules").order_by("-pk").first()


def decisions_on(line_id: int) -> list[Decision]:
    """Every decision about a line, the newest first, with its shares and their customers. Two queries."""
    rows = Decision.objects.filter(line=line_id).select_related("by")
    return list(rows.prefetch_related("shares__customer").order_by("-number"))


def notes_on(line_id: int) -> list[LineNote]:
    """What people wrote about a line, the oldest first."""
    return list(LineNote.objects.filter(line=line_id).select_related("by").order_by("pk"))


def last_decision_of(user: User, *, since: datetime) -> Decision | None:
    """The last decision of a person that stands, to be undone at once."""
    rows = Decision.objects.filter(by=user, at__gte=since, undone__isnull=True).exclude(action=Action.UNDO)
    return rows.order_by("-at", "-pk").first()


def recent_statements(most: int) -> list[Statement]:
    """The last statements that brought lines, the newest first."""
    rows = Statement.objects.filter(new_count__gt=0).select_related("account")
    return list(rows.order_by("-last_on", "-pk")[:most])


def judgements_of(line_ids: Sequence[int]) -> dict[int, Judgement]:
    """What the rules said last of each of these lines."""
    rows = Judgement.objects.filter(line__in=line_ids).order_by("pk")
    return {row.line_id: row for row in rows}


def batch_of(batch: str) -> list[Decision]:
    """The decisions that were taken together, with their lines and customers; also those undone since."""
    rows = Decision.objects.filter(batch=batch).select_related("line", "undone")
    return list(rows.prefetch_related("shares__customer").order_by("pk"))


def _of_account(rows: QuerySet[LineWork], wanted: Wanted) -> QuerySet[LineWork]:
    if wanted.statement_id is not None:
        rows = rows.filter(line__statement=wanted.statement_id)
    if wanted.account_id is not None:
        rows = rows.filter(line__account=wanted.account_id)
    return rows


def _filtered(wanted: Wanted) -> QuerySet[LineWork]:
    rows = _of_account(LineWork.objects.filter(state__in=wanted.states), wanted)
    if wanted.flagged:
        rows = rows.filter(flagged_at__isnull=False)
    for word in wanted.typed.split():
        rows = rows.filter(_says(word))
    return rows


def _says(word: str) -> Q:
    """A word of the text, of the payer’s name or of a reference; or an amount."""
    said = Q(line__text__icontains=word) | Q(line__party_name__icontains=word) | Q(line__structured__icontains=word)
    said |= Q(line__end_to_end__icontains=word) | Q(line__bank_reference__icontains=word)
    try:
        cents = parse_euros(word).cents
    except NotAnAmount:
        return said
    return said | Q(line__amount_cents__in=[cents, -cents])
