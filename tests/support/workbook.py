"""Read a workbook back, with the standard library alone: what is text is str, what is a number is Decimal."""

from __future__ import annotations

import io
import re
import zipfile
from decimal import Decimal
from xml.etree import ElementTree

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def read_workbook(content: bytes) -> dict[str, list[list[object]]]:
    """The rows of each sheet, by its name. A formula fails: none of our cells is one."""
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        names = [
            node.attrib["name"] for node in ElementTree.fromstring(book.read("xl/workbook.xml")).iter(f"{_MAIN}sheet")
        ]
        shared = _shared(book)
        return {
            name: _rows(book.read(f"xl/worksheets/sheet{place}.xml"), shared) for place, name in enumerate(names, 1)
        }


def _shared(book: zipfile.ZipFile) -> list[str]:
    if "xl/sharedStrings.xml" not in book.namelist():
        return []
    root = ElementTree.fromstring(book.read("xl/sharedStrings.xml"))
    return ["".join(node.itertext()) for node in root.iter(f"{_MAIN}si")]


def _rows(xml: bytes, shared: list[str]) -> list[list[object]]:
    root = ElementTree.fromstring(xml)
    assert root.find(f".//{_MAIN}f") is None, "a formula"
    return [_cells(row, shared) for row in root.iter(f"{_MAIN}row")]


def _cells(row: ElementTree.Element, shared: list[str]) -> list[object]:
    found: list[object] = []
    for cell in row.iter(f"{_MAIN}c"):
        column = _column(re.sub(r"\d", "", cell.attrib["r"]))
        found += [None] * (column - len(found))
        found.append(_value(cell, shared))
    return found


def _value(cell: ElementTree.Element, shared: list[str]) -> object:
    text = "".join(cell.itertext())
    if cell.attrib.get("t") == "s":
        return shared[int(text)]
    return text if cell.attrib.get("t") == "inlineStr" else Decimal(text)


def _column(letters: str) -> int:
    place = 0
    for letter in letters:
        place = place * 26 + ord(letter) - 64
    return place - 1
