"""Invoice, quote and pro forma numbers in a label: `FA2026-000042`, `FACTURE 2026-42`, `FA2026-000041/42/43`.

They have no check digits. A number is checked when its year and its six digits are written whole; what is left of one
(`FA2026-42`) is a candidate, and so is each way to read `FA2026-421 250`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from bank.matching.mentions import Candidate, Found, Mention, Names, mention
from bank.matching.runs import Run, is_something_else, next_group, read_run

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bank.matching.folding import Folded

_KINDS: Final = {"FA": Names.INVOICE, "DE": Names.QUOTE, "PF": Names.QUOTE}
_PREFIXED: Final = re.compile(r"(F[ .\-]?A|D[ .\-]?E|P[ .\-]?F)(?=[ .\-_/:#]{0,3}[2Z][ ]?[0OQ])")
_YEAR_AHEAD: Final = r"[ .:#\-/N°]{0,6}(?=2 ?0 ?[0-9] ?[0-9][ \-_/.]{0,2}[0-9OQ])"
_SAID: Final = re.compile(
    rf"\b(?:(F ?A ?C ?T(?: ?U ?R ?E ?S?)?|FAC|FCT|FRA|INVOICES?|INV|F)|(DEVIS|QUOTE)|(P ?R ?O[ \-]?F ?O ?R ?M ?A))"
    rf"(?: NO?| NUM(?:ERO)?)?{_YEAR_AHEAD}"
)
_SAID_PREFIX: Final = ("FA", "DE", "PF")
_ALONE: Final = re.compile(r"(?<![A-Z0-9.,/\-])20[0-9]{2}[\-/][0-9]{6}(?![A-Z0-9.,/\-])")
_OF_OTHERS: Final = re.compile(
    r"(?:CONTRAT|CTR|COMMANDE|CDE|BC|DOSSIER|DOS|MARCHE|MANDAT|MDT|BORD|BORDEREAU|AV|AVOIR|RC|RECU|REF|POLICE)"
    r"[ .:#\-N°]{0,5}$"
)
_AND_MORE: Final = re.compile(r"[ ]{0,2}(?:[,;+&]|\bET\b|\bAND\b)[ ]{0,2}(?=[0-9])|[ ]?/[ ]?(?=[0-9]{6})|/(?=[0-9])")
_MORE: Final = re.compile(r"[0-9]{1,4}(?=[ ]?(?:$|[,;/+&()]|[A-Z])|[.](?:[ ]|$))")
_YEAR_ALONE: Final = re.compile(r"20[0-9]{2}(?![0-9])")
_DAY: Final = re.compile(r"(?:0[1-9]|[12][0-9]|3[01])(?:0[1-9]|1[0-2])(?:2[0-9]|3[0-9])(?![0-9])")
_COUNTED: Final = re.compile(
    r"[0-9]+[ ]?(?:EUR|EUROS?|H|RUE|R|AV|AVENUE|BD|BOULEVARD|B|BIS|TER|PL|PLACE|CHEMIN|CHE|IMPASSE|ALLEES?|QUAI|ROUTE|"
    r"RTE|JAN\w*|FEV\w*|MAR\w*|AVR\w*|MAI|JUIN|JUIL\w*|AOU\w*|SEP\w*|OCT\w*|NOV\w*|DEC\w*|E|EME|ER|MOIS|JOURS?)\b"
)
_SERIAL, _YEAR = 6, 4
_NEARLY, _PAIR = 5, 2
_NEAR: Final = 16


def documents(folded: Folded) -> Iterator[Mention]:
    """Every place that may name an invoice, a quote or a pro forma."""
    text = folded.text
    for match in _PREFIXED.finditer(text):
        prefix = match[1][0] + match[1][-1]
        glued = match.start() > 0 and text[match.start() - 1].isalnum()
        found = _numbered(text, match.end(), prefix, whole=glued or prefix != "FA")
        yield from _with_more(folded, prefix, match.start(), found)
    for match in _SAID.finditer(text):
        if is_something_else(text, match.end()):
            continue
        prefix = next(name for name, group in zip(_SAID_PREFIX, match.groups(), strict=True) if group)
        found = _numbered(text, match.end(), prefix, whole=prefix != "FA")
        yield from _with_more(folded, prefix, match.start(), found)
    for match in _ALONE.finditer(text):
        if int(match[0][-_SERIAL:]) and not _OF_OTHERS.search(text, max(0, match.start() - _NEAR), match.start()):
            value = f"FA{match[0][:_YEAR]}-{match[0][-_SERIAL:]}"
            yield from mention(folded, Names.INVOICE, match.start(), [(Candidate(value, checked=False), match.end())])


def _with_more(folded: Folded, prefix: str, start: int, found: list[Found]) -> Iterator[Mention]:
    yield from mention(folded, _KINDS[prefix], start, found)
    yield from _and_more(folded, _KINDS[prefix], found)


def _numbered(text: str, at: int, prefix: str, *, whole: bool) -> list[Found]:
    """`FA2026-000042` and what is left of it: its six digits, or fewer that a word ends with (`FA2026-42`).

    `whole` accepts six digits only: two letters inside another word, or a French one (`DE 2026`), prove nothing.
    """
    for lenient in (False, True):
        run = read_run(text, at, _YEAR + _SERIAL, lenient=lenient)
        year, serial = run.digits[:_YEAR], run.digits[_YEAR:]
        if not year.startswith("20") or not serial:
            return []
        if run.is_number(_YEAR + _SERIAL) and int(serial) and _is_one_number(text, run):
            return [_found(prefix, run, _SERIAL, checked=True)]
    run = read_run(text, at, _YEAR + _SERIAL)
    if whole:
        return []
    lengths = [length for length in range(1, len(run.digits) - _YEAR + 1) if run.is_number(_YEAR + length)]
    if lengths == [_NEARLY] and serial[0] == "0":
        return []  # the label was cut there
    return [_found(prefix, run, length, checked=False) for length in lengths if int(run.digits[_YEAR:][:length])]


def _found(prefix: str, run: Run, length: int, *, checked: bool) -> Found:
    number = f"{prefix}{run.digits[:_YEAR]}-{int(run.digits[_YEAR : _YEAR + length]):06d}"
    return Candidate(number, checked=checked), run.ends[_YEAR + length - 1]


def _is_one_number(text: str, run: Run) -> bool:
    """Whether six digits with a space between them are one number, and not a shorter one with another behind it.

    A number that lost its zeros has none in front. One that kept some (`0042 12`) is told by what follows.
    """
    inside = [place for place in run.gaps(_YEAR + _SERIAL) if place > _YEAR]
    if not inside:
        return True
    first = min(inside) - _YEAR
    serial = run.digits[_YEAR:]
    if not int(serial[:first]):
        return True
    if serial[0] != "0" or len(inside) > 1:
        return False
    if _COUNTED.match(text, run.ends[_YEAR + first] - 1):
        return False
    return first >= _NEARLY or _SERIAL - first != _PAIR or len(next_group(text, run.ends[-1])) not in {_PAIR, _YEAR}


def _and_more(folded: Folded, names: Names, found: list[Found]) -> Iterator[Mention]:
    """`FA2026-000041/42/43`, `FA2026-000041 ET 000042`: what follows takes the beginning of the first."""
    if not found:
        return
    first, at = found[0]
    head, serial = first.value[:-_SERIAL], first.value[-_SERIAL:]
    while more := _AND_MORE.match(folded.text, at):
        start = more.end()
        next_one = _next_whole(folded.text, start, serial) or _next_short(folded.text, start, serial, more[0])
        if next_one is None:
            return
        digits, at = next_one
        value = f"{head}{serial[: _SERIAL - len(digits)]}{digits}"
        if value != first.value and int(value[-_SERIAL:]):
            whole = len(digits) == _SERIAL
            yield from mention(folded, names, start, [(Candidate(value, checked=whole), at)])


def _next_whole(text: str, at: int, serial: str) -> tuple[str, int] | None:
    """Six digits more, a line end inside them perhaps; not a day such as `160426`."""
    run = read_run(text, at, _SERIAL)
    if not run.is_number(_SERIAL) or run.digits[0] != serial[0]:
        return None
    gaps, near = run.gaps(_SERIAL), run.digits[:_PAIR] == serial[:_PAIR]
    if (not near and _DAY.match(run.digits)) or (
        gaps and (len(gaps) > 1 or not near or next_group(text, run.ends[-1]))
    ):
        return None
    return run.digits, run.ends[-1]


def _next_short(text: str, at: int, serial: str, between: str) -> tuple[str, int] | None:
    """The last digits of one more; not a year, an amount, a day, or what a label that ends has left of them."""
    found = _MORE.match(text, at)
    if found is None or is_something_else(text, at) or _COUNTED.match(text, at) or _YEAR_ALONE.match(text, at):
        return None
    ends_here = found.end() == len(text.rstrip())
    if "," in between and (ends_here or len(found[0]) not in {2, 3}):
        return None
    return found[0], found.end()
