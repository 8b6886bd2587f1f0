"""What upper apps have to say on the page of an invoice that is to be paid. They say it; this app does not ask them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from django.db.models import Exists

    from invoices.models import Invoice

    Sayer = Callable[[Invoice, datetime], "Said | None"]
    When = Callable[[], Exists]

_SAYERS: list[tuple[Sayer, When]] = []


@dataclass(frozen=True, slots=True)
class Said:
    """A notice: its title and body, a page that tells more."""

    title: str
    body: str
    href: str
    label: str

    @property
    def actions(self) -> list[dict[str, str]]:
        return [{"href": self.href, "label": self.label}]


def say_on_invoices(sayer: Sayer, *, when: When) -> None:
    """Let an app speak on the pages of invoices to be paid. Called once, when the app is ready.

    `when` is a condition on the row of the invoice: it goes into the query that reads it, so that silence costs none.
    """
    if all(known is not sayer for known, _when in _SAYERS):
        _SAYERS.append((sayer, when))


def flags() -> dict[str, Exists]:
    """What `said_of` wants to know of the invoice, to be read with it."""
    return {f"says_{place}": when() for place, (_sayer, when) in enumerate(_SAYERS)}


def said_of(invoice: Invoice, *, at: datetime) -> list[Said]:
    """What there is to say of that invoice now; it was read with `flags`."""
    speaking = [sayer for place, (sayer, _when) in enumerate(_SAYERS) if getattr(invoice, f"says_{place}", False)]
    return [said for said in (sayer(invoice, at) for sayer in speaking) if said is not None]
