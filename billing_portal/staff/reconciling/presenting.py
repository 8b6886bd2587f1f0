"""One line as the page shows it: its words with what they name, its candidates with their reasons, its history."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django.utils.translation import gettext as _

from accounts import selectors as accounts
from bank import selectors
from bank.matching.decoding import decode
from bank.matching.facts import label_of
from bank.matching.rules import Rules
from bank.services import FRESH, ShareOf, choices_for, shares_of
from bank.words import WAITING, Action, LineState
from billing_portal.staff.reconciling import shares as values
from billing_portal.staff.reconciling.finding import found_by
from billing_portal.staff.reconciling.words import chip_words, decision_words, short_words
from core.clock import local_date
from core.formats import money_text
from ledger import selectors as books

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from accounts.models import Customer
    from bank.models import BankLine, Decision, Judgement, LineGlance, LineWork
    from bank.services.leaving import Choice as OwnChoice
    from ledger.selectors import OpenItemView

_SHOWN: Final = 5
UNDOABLE: Final = (Action.CREDIT, Action.BOOK, Action.IGNORE)


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of the text; `named` when the rules read a reference there."""

    text: str
    named: bool = False


@dataclass(frozen=True, slots=True)
class Choice:
    """A candidate as it is shown: who gets how much for which documents, and why."""

    value: str
    customers: Sequence[Customer]
    documents: str
    score: int | None
    chips: Sequence[tuple[str, int]]
    open_count: int

    @property
    def customer(self) -> Customer:
        return self.customers[0]


@dataclass(frozen=True, slots=True)
class ListedLine:
    """A line of the list."""

    work: LineWork
    line: BankLine
    hint: str
    looked_at_by: str


@dataclass(frozen=True, slots=True)
class Panel:
    """The open line."""

    work: LineWork
    line: BankLine
    pieces: Sequence[Piece]
    choices: Sequence[Choice]
    others: Sequence[OwnChoice]
    judgement: Judgement | None
    notes: Sequence[Any]
    history: Sequence[tuple[Decision, str]]
    standing: Decision | None
    other: LineGlance | None

    @property
    def first_is_best(self) -> bool:
        """Whether the first candidate is proposed: not when another one is as good, or several were found."""
        if len(self.choices) <= 1:
            return True
        first, second = self.choices[0].score, self.choices[1].score
        return second is not None if first is None else first > (second or 0)

    @property
    def is_waiting(self) -> bool:
        return self.work.state in WAITING

    @property
    def is_twice(self) -> bool:
        return self.work.state == LineState.TWICE

    @property
    def may_be_credited(self) -> bool:
        return self.is_waiting and self.line.amount_cents > 0

    @property
    def may_be_undone(self) -> bool:
        return self.standing is not None and self.standing.action in UNDOABLE


def listed(works: Sequence[Any], *, user_id: int, at: datetime) -> list[ListedLine]:
    """The lines of a page of the list. No query: all was read with them."""
    return [ListedLine(work, work.line, _hint(work), _looked_at(work, user_id=user_id, at=at)) for work in works]


def panel_of(line_id: int, *, find: str, other: LineGlance | None, at: datetime) -> Panel:
    """The line that is open, with its candidates: those found by `find` first. Raises LineWork.DoesNotExist."""
    work = selectors.work_of(line_id)
    judgement = selectors.judgement_with_rules(line_id)
    history = selectors.decisions_on(line_id)
    last = history[0] if history else None
    return Panel(
        work=work,
        line=work.line,
        pieces=pieces_of(label_of(work.line)),
        choices=_choices(work, judgement, find, at=at) if work.state in WAITING else (),
        others=choices_for(work.line) if work.state in WAITING else (),
        judgement=judgement,
        notes=selectors.notes_on(line_id),
        history=[(decision, decision_words(decision)) for decision in history],
        standing=last if last and last.action != Action.UNDO else None,
        other=other,
    )


def pieces_of(label: str) -> list[Piece]:
    """The text cut where it names something."""
    found: list[Piece] = []
    place = 0
    for mention in decode(label).mentions:
        found += [Piece(label[place : mention.start]), Piece(label[mention.start : mention.end], named=True)]
        place = mention.end
    return [piece for piece in [*found, Piece(label[place:])] if piece.text]


def _choices(work: LineWork, judgement: Judgement | None, find: str, *, at: datetime) -> list[Choice]:
    """Those that somebody looked for, then those of the rules; each with names and documents. At most 8 queries."""
    if work.line.amount_cents <= 0:
        return []
    stored: list[dict[str, Any]] = list(judgement.candidates) if judgement else []
    rules = Rules(judgement.rules.points, judgement.rules.limits) if judgement else None
    proposed = [(shares_of(each), each["score"], _chips(each, rules)) for each in stored[:_SHOWN]]
    sought: list[tuple[list[ShareOf], int | None, list[tuple[str, int]]]] = [
        ([ShareOf(customer.pk, work.line.amount, documents)], None, [])
        for customer, documents in (found_by(find, on=local_date(at)) if find else ())
    ]
    everyone = {share.customer_id for shares, _score, _why in [*sought, *proposed] for share in shares}
    customers = {each.pk: each for each in accounts.customers_numbered((), everyone)} if everyone else {}
    items = books.open_items_of(list(everyone)) if everyone else {}
    return [
        Choice(
            value=values.written(shares),
            customers=[customers[share.customer_id] for share in shares],
            documents=_documents(shares, items),
            score=score,
            chips=why,
            open_count=len(items.get(shares[0].customer_id, ())),
        )
        for shares, score, why in [*sought, *proposed]
        if all(share.customer_id in customers for share in shares)
    ]


def _chips(candidate: Mapping[str, Any], rules: Rules | None) -> list[tuple[str, int]]:
    return [(chip_words(chip, value), rules.worth(chip) if rules else 0) for chip, value in candidate["chips"]]


def _documents(shares: Sequence[ShareOf], items: Mapping[int, Sequence[OpenItemView]]) -> str:
    """`FA2026-000117 (312,00 €), FA2026-000108 (46,80 €)`; what is not open has no amount."""
    open_of = {item.document_ref: item.open for each in items.values() for item in each}
    named = [document for share in shares for document in share.documents]
    shown = [f"{number} ({money_text(open_of[number])})" if number in open_of else number for number in named]
    if shown:
        return ", ".join(shown)
    due = sum(item.open.cents for share in shares for item in items.get(share.customer_id, ()))
    return _("nothing is due") if not due else _("what is due, the oldest first")


def _hint(work: Any) -> str:
    """The best reason in two words, and the points."""
    if not work.candidates:
        return ""
    best = work.candidates[0]
    words = next((short for chip, _value in best["chips"] if (short := short_words(chip))), "")
    return f"{words} · {best['score']}" if words else str(best["score"])


def _looked_at(work: LineWork, *, user_id: int, at: datetime) -> str:
    seen = getattr(work.line, "glance", None)
    if seen is None or seen.by_id == user_id or at - seen.at >= FRESH:
        return ""
    return str(seen.by)
