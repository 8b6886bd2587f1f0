"""The lots of lines (tabs), and what the address of the page says: which lot, which lines of it, which line."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from bank.selectors import Wanted
from bank.words import LineState

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.utils.functional import _StrPromise

    from bank.selectors import Counted


class Lot(StrEnum):
    """A tab of the page; the value is its word in the address."""

    SURE = "sures"
    CHOOSE = "a-choisir"
    NONE = "sans-piste"
    MANY = "plusieurs"
    OUT = "sorties"
    IGNORED = "ignorees"
    FLAGGED = "a-verifier"
    POSTED = "rapprochees"


TITLES: Final[Mapping[Lot, _StrPromise]] = {
    Lot.SURE: _("Sure"),
    Lot.CHOOSE: _("To choose"),
    Lot.NONE: _("No trace"),
    Lot.MANY: _("Several customers"),
    Lot.OUT: _("Money out and refused"),
    Lot.IGNORED: _("Ignored"),
    Lot.FLAGGED: _("To be checked"),
    Lot.POSTED: _("Reconciled"),
}
STATES: Final[Mapping[Lot, tuple[LineState, ...]]] = {
    Lot.SURE: (LineState.SURE,),
    Lot.CHOOSE: (LineState.SUGGESTED,),
    Lot.NONE: (LineState.UNMATCHED,),
    Lot.MANY: (LineState.SEVERAL,),
    Lot.OUT: (LineState.OUT, LineState.TWICE),
    Lot.IGNORED: (LineState.IGNORED,),
    Lot.FLAGGED: tuple(state for state in LineState if state not in {LineState.NEW, LineState.POSTED}),
    Lot.POSTED: (LineState.POSTED,),
}


@dataclass(frozen=True, slots=True)
class View:
    """What is looked at, as the address says it. What it does not say, or says wrongly, is left out."""

    lot: Lot = Lot.SURE
    statement_id: int | None = None
    account_id: int | None = None
    typed: str = ""
    page: str = ""

    @classmethod
    def read(cls, query: Mapping[str, str], fallback: Lot = Lot.SURE) -> View:
        """From the query string of an address."""
        lot = query.get("lot", "")
        return cls(
            Lot(lot) if lot in set(Lot) else fallback,
            _number(query.get("statement")),
            _number(query.get("account")),
            query.get("q", "").strip()[:100],
            query.get("page", ""),
        )

    @property
    def wanted(self) -> Wanted:
        """The lines of the lot."""
        return Wanted(STATES[self.lot], self.statement_id, self.account_id, self.typed, self.lot == Lot.FLAGGED)

    def query(self, **changes: object) -> str:
        """The query string of this view, with these changes; empty values are left out."""
        return urlencode(self._values(**changes))

    def fields(self, line_id: int) -> list[tuple[str, object]]:
        """The same as hidden fields of a form that opens this line."""
        return list(self._values(line=line_id).items())

    def _values(self, **changes: object) -> dict[str, object]:
        own = {
            "lot": self.lot.value,
            "statement": self.statement_id,
            "account": self.account_id,
            "q": self.typed,
            "page": self.page,
        }
        return {name: value for name, value in {**own, **changes}.items() if value not in {None, ""}}

    def address(self, line_id: int | None = None, **changes: object) -> str:
        """The page on this view, with that line open."""
        return f"{reverse('staff:reconcile')}?{self.query(line=line_id, **changes)}"

    def verb(self, name: str, *args: object) -> str:
        """The address of a form, which comes back to this view."""
        return f"{reverse(f'staff:{name}', args=args)}?{self.query()}"


@dataclass(frozen=True, slots=True)
class Tab:
    """A tab as it is shown."""

    label: str
    href: str
    current: bool
    count: int | None


def tabs(view: View, counted: Counted) -> list[Tab]:
    """Every lot with its count; those reconciled are counted for one statement only."""
    return [_tab(lot, view, counted) for lot in Lot]


def how_many(view: View, counted: Counted) -> int | None:
    """How many lines the lot of this view has; nothing when it was not counted."""
    if view.lot == Lot.FLAGGED:
        return counted.flagged
    if view.lot == Lot.POSTED and view.statement_id is None:
        return None
    return counted.of(STATES[view.lot])


def _tab(lot: Lot, view: View, counted: Counted) -> Tab:
    count = how_many(replace(view, lot=lot), counted)
    return Tab(str(TITLES[lot]), view.address(lot=lot.value, page="", q=""), lot == view.lot, count)


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else None  # noqa: PLR2004
