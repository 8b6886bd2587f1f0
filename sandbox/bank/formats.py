"""Every format in which the bank gives a statement, by the name of its file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from sandbox.bank import cfonb, ofx, statements, swift, tables
from sandbox.bank.excerpt import Excerpt

VERSIONS: Final = ("02", "08", "13")
"""Of CAMT; the others are in between."""
_XML, _TEXT = "application/xml; charset=utf-8", "text/plain; charset=windows-1252"
_WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_CAMT: Final = ("camt.053.xml", "camt.052.xml", "camt.054.xml")
_OTHERS: Final[dict[str, tuple[Callable[[Excerpt], bytes], str]]] = {
    "cfonb120.txt": (cfonb.write, _TEXT),
    "mt940.sta": (swift.write, "text/plain; charset=us-ascii"),
    "ofx1.ofx": (ofx.version_1, "application/x-ofx"),
    "ofx2.ofx": (ofx.version_2, "application/x-ofx"),
    "statement.csv": (tables.as_csv, "text/csv; charset=windows-1252"),
    "statement.xlsx": (tables.as_workbook, _WORKBOOK),
}
NAMES: Final = (*_CAMT, *_OTHERS)


def content_type(name: str) -> str:
    """What a browser is told about that file."""
    return _XML if name in _CAMT else _OTHERS[name][1]


def write(name: str, told: Excerpt, *, version: str = "08") -> bytes:
    """The file of that name; `version` is that of CAMT."""
    if version not in VERSIONS:
        raise ValueError(f"versions of CAMT: {', '.join(VERSIONS)}")
    if name in _CAMT:
        return statements.statement(told, name.removesuffix(".xml"), version=version)
    return _OTHERS[name][0](told)


def as_notified(name: str, told: Excerpt) -> Excerpt:
    """What that file tells of the lines: a notification (camt.054) tells credits of debits and what came back."""
    if name != "camt.054.xml":
        return told
    return replace(told, lines=tuple(line for line in told.lines if line["code"][1] == "IDDT"))
