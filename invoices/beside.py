"""What an upper app shows of documents that reach their buyer through it: a tag in lists, a box on their page.

It shows them; this app does not ask it. What it wants to know of a row goes into the query that reads the row.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from django.db.models import BooleanField, ExpressionWrapper, Q

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import QuerySet

    from invoices.models import Invoice

    Rows = TypeVar("Rows", bound=QuerySet[Any])


@dataclass(frozen=True, slots=True)
class Tag:
    """A short word on where a document is with its buyer."""

    text: str
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Box:
    """A part of the page of a document."""

    template: str
    context: dict[str, Any]


class Beside(Protocol):
    """What an app knows of documents besides what is written on them."""

    def columns(self) -> dict[str, Any]:
        """What `tag` and `box` want to know, as expressions on the row of a document."""

    def waits(self) -> Q:
        """The documents that their buyer has not got yet: nothing of them can be late."""

    def tag(self, invoice: Invoice) -> Tag | None:
        """Its tag; the document was read by `with_beside`."""

    def box(self, invoice: Invoice, at: datetime) -> Box | None:
        """Its box; the same."""


_SHOWN: list[Beside] = []


def show_beside(app: Beside) -> None:
    """Let an app show what it knows. Called once, when the app is ready."""
    if all(type(known) is not type(app) for known in _SHOWN):
        _SHOWN.append(app)


def waits() -> Q:
    """The condition on a document that its buyer has not got it yet."""
    found = Q(pk__in=())
    for app in _SHOWN:
        found |= app.waits()
    return found


def with_beside(rows: Rows) -> Rows:
    """The same documents, read with what the functions below want to know. No further query."""
    columns = {name: value for app in _SHOWN for name, value in app.columns().items()}
    waiting = ExpressionWrapper(waits(), output_field=BooleanField())
    return rows.annotate(**columns, is_waiting=waiting) if _SHOWN else rows


def is_waiting(invoice: Invoice) -> bool:
    """Whether its buyer has not got it yet; False when it was read without `with_beside`."""
    return bool(getattr(invoice, "is_waiting", False))


def tag_of(invoice: Invoice) -> Tag | None:
    """The tag of a document that was read by `with_beside`."""
    return next((tag for tag in (app.tag(invoice) for app in _SHOWN) if tag is not None), None)


def boxes_of(invoice: Invoice, *, at: datetime) -> list[Box]:
    """The boxes for the page of a document that was read by `with_beside`."""
    return [box for box in (app.box(invoice, at) for app in _SHOWN) if box is not None]
