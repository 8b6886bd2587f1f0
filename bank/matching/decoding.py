"""What a remittance text names: customers, invoices, quotes, debits. Pure: it says what is written, not what is true.

People type numbers from memory, banks cut labels every 35 signs, drop accents and lower case, and put other numbers
around. Each mention therefore carries every number that it may be; which of them exist, and what they owe, is for the
caller to look up. Where a number has check digits, they decide.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from bank.matching.folding import Folded, fold
from bank.matching.runs import Run, read_run
from core.references import check_digits

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

LONGEST: Final = 1_000
"""Signs of a label that are read: SEPA has 140, and a bank's own words around them."""


class Names(StrEnum):
    """What a mention names."""

    CUSTOMER = "CUSTOMER"
    INVOICE = "INVOICE"
    QUOTE = "QUOTE"
    PAYMENT = "PAYMENT"
    DEBIT = "DEBIT"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A number that a mention may be, in its stored form. `checked`: its check digits hold, or it is written whole."""

    value: str
    checked: bool


@dataclass(frozen=True, slots=True)
class Mention:
    """One place of a label that names something: from `start` up to, not including, `end`; the likeliest first."""

    names: Names
    candidates: tuple[Candidate, ...]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Decoded:
    """Everything that a label names, in its order. `from_public`: by a public accountant (mandat administratif)."""

    mentions: tuple[Mention, ...]
    from_public: bool

    def all(self, names: Names) -> list[str]:
        """Every number of that kind that may be meant, once each."""
        found = (one.value for mention in self.mentions if mention.names == names for one in mention.candidates)
        return list(dict.fromkeys(found))


_PUBLIC: Final = re.compile(
    r"\b(TRESORERIE|TRESOR PUBLIC|DGFIP|D[DR]FIP|DSFIP|PAIERIE|RECETTE DES FINANCES|SGC|SIP|FINANCES PUBLIQUES|"
    r"SERVICE DE GESTION COMPTABLE|AGENT COMPTABLE|AGENCE COMPTABLE|MANDAT ADMINISTRATIF|MDT ADM\w*)\b"
)
_CREDITOR: Final = re.compile(r"(?<![A-Z0-9])R[ .\-]?F(?=[ .\-]{0,2}[0-9OQIL|])")
_CUSTOMER: Final = re.compile(r"(?<![A-Z0-9])C(?=[ .\-_/:#]{0,3}[0-9OQIL|])")
_LOST_LETTER: Final = re.compile(r"\b(?:CLIENT|CLT|CUSTOMER|CPT|COMPTE)[ .:#\-N°]{0,6}(?=[0-9])")
_SERIES: Final = {"FA": Names.INVOICE, "DE": Names.QUOTE, "PF": Names.QUOTE}
_DOCUMENT: Final = re.compile(r"(F[ .\-]?A|D[ .\-]?E|P[ .\-]?F)(?=[ .\-_/:#]{0,3}2[ ]?[0OQ])")
_SAID_INVOICE: Final = re.compile(
    r"\b(?:FACTURES?|FACT|FCT|INVOICES?|INV)[ .:#\-N°]{0,6}(?=20[0-9]{2}[ \-_/.]{0,2}[0-9])"
)
_AND_MORE: Final = re.compile(r"[ ]?(?:[,;/+&]|\bET\b|\bAND\b)[ ]?(?=[0-9])")
_FOUR: Final = "([0-9ABCDEFGHJKMNPQRSTVWXYZ]{4})"
_SPOKEN: Final = re.compile(rf"(?<![A-Z0-9])([DP])[ \-]?{_FOUR}[ \-]?{_FOUR}[ \-]?{_FOUR}(?![A-Z0-9])")
_SERIAL, _CHECK, _YEAR = 6, 2, 4


def decode(label: str) -> Decoded:
    """Read a label. Whatever it is, this ends, quickly, and raises nothing."""
    folded = fold(label[:LONGEST])
    found = [*_spoken(folded), *_documents(folded), *_customers(folded)]
    return Decoded(tuple(_without_overlaps(found)), _PUBLIC.search(folded.text) is not None)


def _customers(folded: Folded) -> Iterator[Mention]:
    for match in _CREDITOR.finditer(folded.text):
        yield from _mention(folded, Names.CUSTOMER, match.start(), _by_reference(folded.text, match.end()))
    for match in _CUSTOMER.finditer(folded.text):
        run = read_run(folded.text, match.end(), _SERIAL + _CHECK)
        yield from _mention(folded, Names.CUSTOMER, match.start(), _numbers(run))
    for match in _LOST_LETTER.finditer(folded.text):
        run = read_run(folded.text, match.end(), _SERIAL + _CHECK)
        whole = [found for found in _numbers(run) if found[0].checked and found[1] == run.ends[-1]]
        yield from _mention(folded, Names.CUSTOMER, match.start(), whole)


_Found = tuple[Candidate, int]
"""A number, and where it ends."""


def _by_reference(text: str, at: int) -> list[_Found]:
    """`RF40 C104 273`: the check digits come first. A number whose digits do not hold is no number."""
    check = read_run(text, at, _CHECK)
    if len(check.digits) < _CHECK:
        return []
    letter = re.compile(r"[ .\-]{0,2}C").match(text, check.ends[-1])
    if letter is None:
        return []
    run = read_run(text, letter.end(), _SERIAL)
    return [
        (Candidate(stored, checked=True), run.ends[length - 1])
        for length in range(len(run.digits), 0, -1)
        if length == _SERIAL or length in run.stops
        if check_digits(stored := _stored(run.digits[:length])) == check.digits
    ]


def _numbers(run: Run) -> list[_Found]:
    """`C104273-40` and what is left of it: complete, without its leading zeros, or without its check digits."""
    checked = [
        (Candidate(stored, checked=True), run.ends[length - 1])
        for length in range(min(len(run.digits), _SERIAL + _CHECK), _CHECK, -1)
        if length == _SERIAL + _CHECK or length in run.stops
        if int(run.digits[: length - _CHECK])
        if check_digits(stored := _stored(run.digits[: length - _CHECK])) == run.digits[length - _CHECK : length]
    ]
    if checked or _SERIAL not in run.stops or not int(run.digits[:_SERIAL]):
        return checked
    return [(Candidate(_stored(run.digits[:_SERIAL]), checked=False), run.ends[_SERIAL - 1])]


def _stored(digits: str) -> str:
    return f"C{int(digits):06d}"


def _documents(folded: Folded) -> Iterator[Mention]:
    text = folded.text
    for match in _DOCUMENT.finditer(text):
        prefix = match[1][0] + match[1][-1]
        glued = match.start() > 0 and text[match.start() - 1].isalnum()
        found = _numbered(text, match.end(), prefix, whole=glued or prefix != "FA")
        yield from _mention(folded, _SERIES[prefix], match.start(), found)
        yield from _and_more(folded, found)
    for match in _SAID_INVOICE.finditer(text):
        found = _numbered(text, match.end(), "FA", whole=False)
        yield from _mention(folded, Names.INVOICE, match.start(), found)
        yield from _and_more(folded, found)


def _numbered(text: str, at: int, prefix: str, *, whole: bool) -> list[_Found]:
    """`FA2026-000042` and what is left of it: its six digits, or fewer that a word ends with (`FA2026-42`).

    `whole` accepts six digits only: two letters inside another word, or a French one (`DE 2026`), prove nothing.
    """
    run = read_run(text, at, _YEAR + _SERIAL)
    year, serial = run.digits[:_YEAR], run.digits[_YEAR:]
    if not year.startswith("20") or (whole and _YEAR + _SERIAL not in run.stops):
        return []
    found = []
    for length in range(len(serial), 0, -1):
        is_whole = length == _SERIAL
        if int(serial[:length]) and (is_whole or (not whole and _YEAR + length in run.stops)):
            number = f"{prefix}{year}-{int(serial[:length]):06d}"
            found.append((Candidate(number, checked=is_whole), run.ends[_YEAR + length - 1]))
    return found


def _and_more(folded: Folded, found: list[_Found]) -> Iterator[Mention]:
    """`FA2026-000041/42/43`, `FA2026-000041 ET 000042`: what follows takes the beginning of the first."""
    if not found:
        return
    first, at = found[0]
    head, serial = first.value[:-_SERIAL], first.value[-_SERIAL:]
    while more := _AND_MORE.match(folded.text, at):
        digits = re.compile(rf"[0-9]{{1,{_SERIAL}}}(?![0-9A-Z])").match(folded.text, more.end())
        if digits is None:
            return
        whole = len(digits[0]) == _SERIAL
        value = f"{head}{serial[: _SERIAL - len(digits[0])]}{digits[0]}"
        if value != first.value:
            yield from _mention(
                folded, Names.INVOICE, digits.start(), [(Candidate(value, checked=whole), digits.end())]
            )
        at = digits.end()


def _spoken(folded: Folded) -> Iterator[Mention]:
    """References of payments and debits, which banks give back as they were sent: `D-7K2M-94QX-3T8A`."""
    for match in _SPOKEN.finditer(folded.text):
        value = "-".join(match.groups())
        kind = Names.DEBIT if match[1] == "D" else Names.PAYMENT
        if any(sign.isdigit() for sign in value):
            yield from _mention(folded, kind, match.start(), [(Candidate(value, checked=True), match.end())])


def _mention(folded: Folded, names: Names, start: int, found: list[_Found]) -> Iterator[Mention]:
    if found:
        first, end = folded.span(start, found[0][1])
        yield Mention(names, tuple(dict.fromkeys(one for one, _ in found)), first, end)


def _without_overlaps(mentions: Iterable[Mention]) -> Iterator[Mention]:
    """In the order of the label; of two that share a place, the checked, then the longer one."""
    ranked = sorted(mentions, key=lambda each: (not each.candidates[0].checked, each.start - each.end, each.start))
    kept: list[Mention] = []
    for mention in ranked:
        if all(mention.end <= other.start or other.end <= mention.start for other in kept):
            kept.append(mention)
    yield from sorted(kept, key=lambda each: each.start)
