"""The published schemas of the files that we write, as sepaxml brings them."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Final

import sepaxml
from lxml import etree  # type: ignore[import-untyped]

PAIN_008: Final = ("pain.008.001.08", "pain.008.001.02")
"""The versions that we write; the first is the EPC's since November 2023, the second what older banks take."""

PAIN_001: Final = ("pain.001.001.09", "pain.001.001.03")
"""The same of files of transfers: a bank takes the two of one year together."""


class NotValid(Exception):
    """A file that its own schema refuses. It must not leave the house; the message says where."""


def valid(content: bytes, version: str) -> bytes:
    """The same bytes, when the schema of that version accepts them. Raises NotValid."""
    schema = _schema(version)
    if not schema.validate(etree.fromstring(content)):
        first = schema.error_log[0]
        raise NotValid(f"{version}, line {first.line}: {first.message}")
    return content


@cache
def _schema(version: str) -> etree.XMLSchema:
    folder = Path(sepaxml.__file__).parent / "schemas"
    return etree.XMLSchema(etree.parse(folder / f"{version}.xsd"))
