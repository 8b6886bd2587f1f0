"""Files of an upper app that travel inside the Factur-X of a document: an order, a delivery note.

The app says which; this one embeds them beside the XML, and notes on the rendition that it carries them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from accounts.models import CustomerKind
from invoices.models import ROUTING_LENGTHS, Invoice

if TYPE_CHECKING:
    from collections.abc import Sequence

ATTACHMENTS = "attachments"


@dataclass(frozen=True, slots=True)
class ExtraFile:
    """One file to embed."""

    name: str
    content: bytes
    media_type: str


class Extras(Protocol):
    """What an app adds to documents."""

    def hashes(self, invoice_ids: Sequence[int]) -> dict[int, list[str]]:
        """The SHA-256 of the files of each of these documents, in their order. One query."""

    def files(self, invoice_id: int) -> list[ExtraFile]:
        """The files of one document, in the same order."""


_EXTRAS: list[Extras] = []


def add_extras(app: Extras) -> None:
    """Let an app add files. Called once, when the app is ready."""
    if all(type(known) is not type(app) for known in _EXTRAS):
        _EXTRAS.append(app)


def extra_files(invoice: Invoice) -> list[ExtraFile]:
    """What travels inside the Factur-X of that document besides its XML."""
    return [file for app in _EXTRAS for file in app.files(invoice.pk)] if _takes_some(invoice) else []


def carried(invoice: Invoice) -> dict[str, Any]:
    """What a rendition of the document carries now: its routing references, and its extra files by their SHA-256."""
    return carried_by_each([invoice])[invoice.pk]


def carried_by_each(invoices: Sequence[Invoice]) -> dict[int, dict[str, Any]]:
    """The same of several documents. One query when one of them is of a public body."""
    ids = [invoice.pk for invoice in invoices if _takes_some(invoice)]
    hashes: dict[int, list[str]] = {}
    for app in _EXTRAS if ids else []:
        for pk, found in app.hashes(ids).items():
            hashes.setdefault(pk, []).extend(found)
    return {invoice.pk: {**_routing(invoice), **_named(hashes.get(invoice.pk))} for invoice in invoices}


def _routing(invoice: Invoice) -> dict[str, Any]:
    return {name: getattr(invoice, name) for name in ROUTING_LENGTHS}


def _named(hashes: list[str] | None) -> dict[str, Any]:
    return {ATTACHMENTS: hashes} if hashes else {}


def _takes_some(invoice: Invoice) -> bool:
    return bool(invoice.buyer.get("kind") == CustomerKind.PUBLIC)
