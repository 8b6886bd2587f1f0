"""What all files for our bank have in common: addresses, totals, and our own names in place of drawn ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from lxml import etree  # type: ignore[import-untyped]

from payments.sepa.text import sepa_text

if TYPE_CHECKING:
    from datetime import datetime

_LINE: Final = 70


@dataclass(frozen=True, slots=True)
class Address:
    """Where a party lives, in parts. Wanted only for accounts outside the European Economic Area."""

    street: str
    postcode: str
    town: str
    country: str


@dataclass(frozen=True, slots=True)
class File:
    """What was written, and the totals that it announces."""

    content: bytes
    count: int
    total_cents: int


def in_parts(address: Address) -> dict[str, str]:
    """Structured, as banks ask from November 2026 on."""
    return {
        "street_name": sepa_text(address.street, _LINE),
        "postcode": sepa_text(address.postcode, 16),
        "town": sepa_text(address.town, 35),
        "country": address.country,
    }


def in_lines(address: Address) -> dict[str, Any]:
    """The versions of 2009 take two lines and the country."""
    town = f"{address.postcode} {address.town}"
    return {"country": address.country, "lines": [sepa_text(address.street, _LINE), sepa_text(town, _LINE)]}


def finished(drawn: bytes, message_id: str, created_at: datetime) -> bytes:
    """The file with our names and our time in place of those that were drawn: blocks are numbered in their order."""
    root = etree.fromstring(drawn)
    space = {"p": etree.QName(root).namespace or ""}
    for element in root.iterfind(".//p:GrpHdr/p:MsgId", space):
        element.text = message_id
    for element in root.iterfind(".//p:GrpHdr/p:CreDtTm", space):
        element.text = created_at.strftime("%Y-%m-%dT%H:%M:%S")
    for number, element in enumerate(root.iterfind(".//p:PmtInf/p:PmtInfId", space), start=1):
        element.text = f"{message_id}-{number}"
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True))
