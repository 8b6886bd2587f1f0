"""The lots of documents (tabs), and what the address of the page says: which lot, which documents of it, which one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from chorus.selectors.inbox import WAITING, Lot, Owner, Wanted

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.utils.functional import _StrPromise

    from chorus.selectors.inbox import Counted

TITLES: Final[Mapping[Lot, _StrPromise]] = {
    Lot.REFERENCES: _("To complete"),
    Lot.ENTRY: pgettext_lazy("lot", "Refused on entry"),
    Lot.SUSPENDED: pgettext_lazy("lot", "Suspended"),
    Lot.ASTRAY: _("To recycle"),
    Lot.REFUSED: _("Refused by the buyer"),
    Lot.HELD: pgettext_lazy("lot", "Held back"),
    Lot.UNKNOWN: _("Of unknown outcome"),
    Lot.STUCK: _("Stuck for a day"),
    Lot.ALL: _("All documents"),
}
BULK: Final[Mapping[Lot, tuple[str, ...]]] = {
    Lot.REFERENCES: ("check",),
    Lot.ENTRY: ("resend", "check"),
    Lot.SUSPENDED: ("check",),
    Lot.ASTRAY: ("check",),
    Lot.REFUSED: ("acknowledge", "check"),
    Lot.HELD: ("release", "check"),
    Lot.UNKNOWN: ("check",),
    Lot.STUCK: ("resend", "check"),
    Lot.ALL: ("check", "resend", "release", "acknowledge"),
}
VERBS: Final[Mapping[str, _StrPromise]] = {
    "resend": _("Send again"),
    "release": _("Release"),
    "check": _("Check now"),
    "acknowledge": _("Acknowledge"),
}
AGES: Final = (1, 3, 7, 30)
OWNERS: Final[Mapping[Owner, _StrPromise]] = {
    Owner.ANYBODY: _("Everybody’s"),
    Owner.MINE: _("Mine"),
    Owner.NOBODY: _("Nobody’s"),
}
_LONGEST_ID: Final = 15


@dataclass(frozen=True, slots=True)
class Tab:
    """A tab as it is shown."""

    label: str
    href: str
    current: bool
    count: int | None


@dataclass(frozen=True, slots=True)
class View:
    """What is looked at, as the address says it. What it does not say, or says wrongly, is left out."""

    lot: Lot = Lot.REFERENCES
    owner: Owner = Owner.ANYBODY
    days: int = 0
    typed: str = ""
    page: str = ""

    @classmethod
    def read(cls, query: Mapping[str, str]) -> View:
        """From the query string of an address. Words that were typed are looked for everywhere."""
        lot, owner, typed = query.get("lot", ""), query.get("qui", ""), query.get("q", "").strip()[:100]
        days = number(query.get("jours")) or 0
        return cls(
            Lot(lot) if lot in set(Lot) else (Lot.ALL if typed else Lot.REFERENCES),
            Owner(owner) if owner in set(Owner) else Owner.ANYBODY,
            days if days in AGES else 0,
            typed,
            query.get("page", ""),
        )

    def wanted(self, user_id: int) -> Wanted:
        """The documents of this view."""
        return Wanted(self.lot, self.owner, user_id, self.days, self.typed)

    @property
    def is_whole(self) -> bool:
        """Whether it shows all of its lot: its size is then counted already."""
        return not (self.owner or self.days or self.typed)

    def address(self, submission_id: int | None = None, **changes: object) -> str:
        """The page on this view, with that document open."""
        own: dict[str, object] = {
            "lot": self.lot.value,
            "qui": self.owner.value,
            "jours": self.days,
            "q": self.typed,
            "page": self.page,
            "document": submission_id,
        }
        shown = {name: value for name, value in {**own, **changes}.items() if value not in {None, "", 0}}
        return f"{reverse('staff:chorus')}?{urlencode(shown)}"


def first_lot(counted: Counted) -> Lot:
    """The first lot that has something; that of missing references when none has."""
    return next((lot for lot in WAITING if counted.counts[lot]), Lot.REFERENCES)


def tabs(view: View, counted: Counted) -> list[Tab]:
    """Every lot with its count."""
    return [
        Tab(str(TITLES[lot]), replace(view, lot=lot, page="").address(), lot is view.lot, counted.counts[lot])
        for lot in Lot
    ]


def number(text: str | None) -> int | None:
    """A number in an address."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < _LONGEST_ID else None
