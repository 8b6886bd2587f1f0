"""The facts of a line that the rules look at."""

from __future__ import annotations

from dataclasses import replace
from typing import Final, Protocol

from bank.matching.decoding import decode
from bank.matching.folding import fold
from bank.matching.judging import Facts
from bank.words import LineKind

_NO_REFERENCE: Final = frozenset({"NOTPROVIDED", "NOT PROVIDED", "NONE", "NONREF", ""})
_BETWEEN: Final = " ~ "
JUDGED: Final = frozenset({LineKind.TRANSFER_IN, LineKind.OTHER})
"""Kinds of lines that may be a customer's transfer; the others are matched by what we sent ourselves."""


class Told(Protocol):
    """What a bank says of a movement, in a file or in our table."""

    @property
    def text(self) -> str: ...

    @property
    def structured(self) -> str: ...

    @property
    def end_to_end(self) -> str: ...


def label_of(line: Told) -> str:
    """All the words of a line in which a reference may be."""
    own = "" if line.end_to_end.strip().upper() in _NO_REFERENCE else line.end_to_end
    return _BETWEEN.join(part for part in (line.structured, line.text, own) if part)


def facts_of(line: Told, *, cents: int, payer: int | None, payer_name: str) -> Facts:
    """The facts of a line. The name of the payer says whether he is a public accountant; it is no reference."""
    decoded = decode(label_of(line))
    if payer_name and not decoded.from_public and decode(payer_name).from_public:
        decoded = replace(decoded, from_public=True)
    return Facts(cents, decoded, payer, " ".join(fold(payer_name).text.split()))
