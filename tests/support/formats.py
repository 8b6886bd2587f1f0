"""Statements in each format, written by the sandbox's bank for given movements: nothing of the product takes part."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sandbox.bank.excerpt import Excerpt
from sandbox.bank.formats import NAMES, VERSIONS, write
from tests.support.statements import OUR_IBAN, Movement

__all__ = ["NAMES", "VERSIONS", "statement_file"]

_CODES = {"": "RCDT", "out": "ICDT", "collected": "IDDT", "returned": "IDDT"}


def statement_file(
    name: str, movements: Sequence[Movement], *, opening: int = 0, version: str = "08", iban: str = OUR_IBAN
) -> bytes:
    """The file of that name: `camt.053.xml`, `cfonb120.txt`…"""
    days = [date.fromisoformat(str(each.on)) for each in movements]
    lines = tuple(_line(each, f"be_{place:016d}") for place, each in enumerate(movements, 1))
    return write(name, Excerpt(iban, min(days), max(days), opening, lines, 1_796_000_000), version=version)


def _line(movement: Movement, identifier: str) -> dict[str, Any]:
    kind = movement.kind or ("" if movement.cents > 0 else "out")
    line = {
        "id": identifier,
        "day": str(movement.on),
        "cents": movement.booked,
        "code": ("PMNT", _CODES[kind], "ESCT") if kind in _CODES else ("ACMT", "MDOP", "CHRG"),
    }
    line = {**_facts(movement), **line}
    if movement.details:
        line |= {"batch": movement.batch_id or "B1", "parts": [_facts(each) for each in movement.details]}
    return line


def _facts(movement: Movement) -> dict[str, Any]:
    facts = {
        "cents": movement.cents,
        "text": movement.text,
        "structured": movement.structured,
        "name": movement.name,
        "iban": movement.iban,
        "end_to_end": movement.end_to_end,
        "mandate": movement.mandate,
        "reason": movement.return_code,
        "charges": movement.charges,
    }
    return {name: fact for name, fact in facts.items() if fact}
