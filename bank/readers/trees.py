"""XML from outside, read in passing: no document type, no entity, no network; names without their namespace."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Final
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse
from django.utils.translation import gettext as _

from bank.readers.figures import cents_of
from bank.readers.refusing import FileRefused

if TYPE_CHECKING:
    from bank.readers.bounds import Budget
    from core.money import Money

_DEEPEST: Final = 60
_TOO_DEEP = "too deep"


def walk(content: bytes, *, budget: Budget) -> Iterator[tuple[Element | None, Element]]:
    """Each element when it is complete, with its parent; tags have lost their namespace.

    Whoever has used an element takes it out of its parent, so that memory stays flat.
    """
    above: list[Element] = []
    try:
        for event, element in iterparse(io.BytesIO(content), events=("start", "end"), forbid_dtd=True):
            if event == "start":
                element.tag = element.tag.rpartition("}")[2]
                above.append(element)
                if len(above) > _DEEPEST:
                    raise FileRefused(_("Its elements are nested too deeply."))
                continue
            above.pop()
            budget.look_at_the_clock()
            yield above[-1] if above else None, element
    except DefusedXmlException as error:
        raise FileRefused(_("It has a document type or entities. Statements of banks have none.")) from error
    except ParseError as error:
        raise FileRefused(_("The XML is cut short or damaged."), line=error.position[0]) from error
    except (LookupError, ValueError) as error:  # an encoding that nobody knows, or that is not the one it says
        raise FileRefused(_("The text is not in the encoding that the file announces.")) from error


def said(element: Element | None, path: str) -> str:
    """The text at a path, on one line; nothing where there is none."""
    return " ".join((element.findtext(path) or "").split()) if element is not None else ""


def first_said(element: Element | None, *paths: str) -> str:
    """The first text that is there."""
    return next((text for path in paths if (text := said(element, path))), "")


def day_at(element: Element | None, path: str, *, entry: int = 0) -> date | None:
    """A date, or the day of a moment in the bank's own time: `path/Dt` or `path/DtTm`."""
    text = first_said(element, f"{path}/Dt", f"{path}/DtTm", path)
    if not text:
        return None
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        raise FileRefused(_("“%(text)s” is not a date.") % {"text": text[:40]}, entry=entry) from None


def amount_at(element: Element | None, *, entry: int = 0) -> Money:
    """The amount of an `Amt` element, which is never negative: the sense is in CdtDbtInd."""
    text = (element.text or "").strip() if element is not None else ""
    try:
        return cents_of(Decimal(text) if text.replace(".", "", 1).isdecimal() and text.isascii() else None)
    except ValueError:
        reason = _("“%(text)s” is not an amount of euros and cents.") % {"text": text[:40]}
        raise FileRefused(reason, entry=entry) from None
