"""Files of customers as XML: what they are, whether their schema holds, and the values in them."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import sepaxml
from lxml import etree  # type: ignore[import-untyped]

_NAMES = "urn:iso:std:iso:20022:tech:xsd:"


class Unreadable(ValueError):
    """Not such a file at all: nothing is kept."""


def read(content: bytes, message: str) -> Any:
    """The root of a file of that message (`pain.008`). Raises Unreadable."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise Unreadable(str(error)) from error
    if root.getroottree().docinfo.doctype or not version_of(root).startswith(f"{message}.001."):
        raise Unreadable(f"not a {message} file")
    return root


def version_of(root: Any) -> str:
    """`pain.008.001.08`; nothing when it is another file."""
    space = etree.QName(root).namespace or ""
    return space.removeprefix(_NAMES) if space.startswith(_NAMES) else ""


def is_valid(root: Any) -> bool:
    """Whether the published schema of its version accepts it."""
    path = Path(sepaxml.__file__).parent / "schemas" / f"{version_of(root)}.xsd"
    return path.is_file() and bool(etree.XMLSchema(etree.parse(path)).validate(root))


def all_of(element: Any, name: str) -> list[Any]:
    return list(element.iterfind(f".//{{{etree.QName(element).namespace}}}{name}"))


def text_at(element: Any, path: str) -> str:
    space = etree.QName(element).namespace
    found = element.find(".//" + "/".join(f"{{{space}}}{step}" for step in path.split("/")))
    return str(found.text or "") if found is not None else ""


def cents_of(text: str) -> int:
    whole, _, rest = text.partition(".")
    return int(f"{whole or 0}{rest[:2].ljust(2, '0')}")


def day_of(text: str) -> date:
    """A day. Raises Unreadable."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Unreadable(f"not a day: {text}") from error
