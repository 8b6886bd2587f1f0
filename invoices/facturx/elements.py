"""The few words in which the XML is written: elements, texts, amounts, dates. No namespace is named anywhere else.

Elements are text of a type of their own: whatever else is put into an element is escaped.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape, quoteattr

from core.money import Money

if TYPE_CHECKING:
    from datetime import date
    from decimal import Decimal

_STANDARD = "urn:un:unece:uncefact:data:standard:"
NAMESPACES = {
    "rsm": f"{_STANDARD}CrossIndustryInvoice:100",
    "ram": f"{_STANDARD}ReusableAggregateBusinessInformationEntity:100",
    "udt": f"{_STANDARD}UnqualifiedDataType:100",
    "qdt": f"{_STANDARD}QualifiedDataType:100",
}
# What XML 1.0 cannot carry, not even escaped: control characters, halves of pairs, two non-characters.
_UNWRITABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_DAY = "102"  # YYYYMMDD (UNTDID 2379)
_PRICE_DECIMALS = 2
_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'


class Element(str):
    """An element, written out."""

    __slots__ = ()


Content = str | Element | None


def ram(name: str, *content: Content, **attributes: str) -> Element:
    """An element of the common vocabulary: texts and elements in order; None is left out."""
    return _element(f"ram:{name}", content, attributes)


def rsm(name: str, *content: Content) -> Element:
    """An element of the message itself."""
    return _element(f"rsm:{name}", content, {})


def given(name: str, text: str, **attributes: str) -> Element | None:
    """As `ram`, or nothing when there is no text: an empty element is an error."""
    text = written(text)
    return ram(name, text, **attributes) if text else None


def wrapped(name: str, *content: Content) -> Element | None:
    """As `ram`, or nothing when everything in it is missing."""
    return ram(name, *content) if any(part is not None for part in content) else None


def day(name: str, on: date) -> Element:
    """A date in its wrapping."""
    return ram(name, _element("udt:DateTimeString", (f"{on:%Y%m%d}",), {"format": _DAY}))


def reference_day(name: str, on: date) -> Element:
    """The date of a document that is referred to: its text has another namespace."""
    return ram(name, _element("qdt:DateTimeString", (f"{on:%Y%m%d}",), {"format": _DAY}))


def amount(name: str, cents: int, **attributes: str) -> Element:
    """An amount in euros, with two decimals."""
    return ram(name, f"{Money(cents).euros:.2f}", **attributes)


def figures(value: Decimal, *, least: int = 0) -> str:
    """A decimal with at least that many decimals and no useless zero."""
    whole, _, decimals = f"{value.normalize():f}".partition(".")
    decimals = decimals.ljust(least, "0")
    return f"{whole}.{decimals}" if decimals else whole


def price(value: Decimal) -> str:
    return figures(value, least=_PRICE_DECIMALS)


def written(text: str) -> str:
    """The text on one line, without what XML cannot carry."""
    return " ".join(_UNWRITABLE.sub("", text).split())


def document(*content: Content) -> bytes:
    """The bytes of the whole file, in UTF-8."""
    spaces = {f"xmlns:{prefix}": name for prefix, name in NAMESPACES.items()}
    return (_DECLARATION + _element("rsm:CrossIndustryInvoice", content, spaces)).encode()


def _element(name: str, content: tuple[Content, ...], attributes: dict[str, str]) -> Element:
    inner = "".join([part if isinstance(part, Element) else escape(part) for part in content if part is not None])
    given_attributes = "".join([f" {key}={quoteattr(value)}" for key, value in attributes.items()])
    return Element(f"<{name}{given_attributes}>{inner}</{name}>")
