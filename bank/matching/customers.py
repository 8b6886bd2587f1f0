"""Customer numbers in a label: `C104273-40`, `RF40 C104 273`, and what people and banks make of them.

One number in 97 has the right check digits by chance, and every customer number may exist: so the form must be ours
too. Digits of a telephone, a SIRET or a contract are not cut into one, and spaces stand where a person or the end of a
line puts them.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from bank.matching.mentions import Candidate, Found, Mention, Names, mention
from bank.matching.runs import Run, is_something_else, next_group, read_run
from core.references import check_digits

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bank.matching.folding import Folded

_CREDITOR: Final = re.compile(r"R[ .\-]?F(?=[ .\-]{0,2}[0-9OQIL|])")
_CUSTOMER: Final = re.compile(
    r"(?<![A-Z0-9])(?:NO?|REF|CLIENT|CLT|VIR|NUM)?(C)(?=[ .\-_/:#]{0,3}(?:[0-9]|[OQIL|]{1,6}[0-9 ]))"
)
_SAID: Final = re.compile(
    r"\b(?:(C ?L ?I ?E ?N ?T|C ?L ?T|C ?U ?S ?T ?O ?M ?E ?R)|CPT|COMPTE)E?S?[ .:#\-N°]{0,6}(?=[0-9])"
)
_ALONE: Final = re.compile(r"(?<![0-9.,/\-] )(?<![A-Z0-9.,/\-])[0-9]{6}-[0-9]{2}(?![A-Z0-9.,/\-])")
_LETTER: Final = re.compile(r"[ .\-]{0,2}C")
_SERIAL, _CHECK = 6, 2
_WHOLE: Final = _SERIAL + _CHECK
_SPACED: Final = (frozenset({_SERIAL}), frozenset({3, _SERIAL}), frozenset({2, 4, _SERIAL}))
"""Where people put spaces; a bank adds one where its line ends."""


def customers(folded: Folded) -> Iterator[Mention]:
    """Every place that may name a customer."""
    text = folded.text
    for match in _CREDITOR.finditer(text):
        yield from mention(folded, Names.CUSTOMER, match.start(), _by_reference(text, match.end()))
    for match in _CUSTOMER.finditer(text):
        yield from mention(folded, Names.CUSTOMER, match.start(1), _numbers(text, match.end()))
    for match in _SAID.finditer(text):
        found = _without_letter(text, match.end(), spaced=match[1] is None)
        yield from mention(folded, Names.CUSTOMER, match.start(), found)
    for match in _ALONE.finditer(text):
        stored, check = _stored(match[0][:_SERIAL]), match[0][-_CHECK:]
        if check_digits(stored) == check:
            found = [(Candidate(stored, checked=False), match.end())]
            yield from mention(folded, Names.CUSTOMER, match.start(), found)


def _by_reference(text: str, at: int) -> list[Found]:
    """`RF40 C104 273`: the check digits come first. Fewer digits than six count where the label goes on."""
    for lenient in (False, True):
        check = read_run(text, at, _CHECK, lenient=lenient)
        letter = _LETTER.match(text, check.ends[-1]) if len(check.digits) == _CHECK else None
        if letter is None:
            continue
        run = read_run(text, letter.end(), _SERIAL, lenient=lenient)
        length = len(run.digits)
        holds = bool(length) and check_digits(_stored(run.digits)) == check.digits
        if holds and run.is_number(length):
            sure = length == _SERIAL or bool(text[run.ends[-1] :].strip())
            return [(Candidate(_stored(run.digits), checked=sure), run.ends[-1])]
        if length == _SERIAL and lenient:
            return _mended(run, check.digits + run.digits, by_reference=True)
    return []


def _numbers(text: str, at: int) -> list[Found]:
    """`C104273-40` and what is left of it: complete, without its leading zeros, or without its check digits."""
    for lenient in (False, True):
        run = read_run(text, at, _WHOLE, lenient=lenient, sure=_SERIAL)
        if _is_whole(text, run):
            return [(Candidate(_stored(run.digits[:_SERIAL]), checked=True), run.ends[-1])]
    run = read_run(text, at, _WHOLE, sure=_SERIAL)
    if run.digits[:1] == "0" and run.gaps(len(run.digits)) >= {2, 4}:
        return []  # a telephone
    short = _without_zeros(text, run)
    if short or not run.is_number(_SERIAL) or not int(run.digits[:_SERIAL]):
        return short or (_mended(run, run.digits, by_reference=False) if run.is_number(_WHOLE) else [])
    bare = [(Candidate(_stored(run.digits[:_SERIAL]), checked=False), run.ends[_SERIAL - 1])]
    return bare + (_mended(run, run.digits, by_reference=False) if run.is_number(_WHOLE) else [])


def _is_whole(text: str, run: Run) -> bool:
    """Six digits and their check digits, spaced as a person or a line end does it, and no part of something longer."""
    if not run.is_number(_WHOLE) or not _holds(run.digits):
        return False
    gaps = run.gaps(_WHOLE)
    if not any(len(gaps - usual) <= 1 for usual in _SPACED):
        return False
    return not _goes_on(text, run, gaps)


def _holds(digits: str) -> bool:
    return int(digits[:_SERIAL]) > 0 and check_digits(_stored(digits[:_SERIAL])) == digits[_SERIAL:]


def _goes_on(text: str, run: Run, gaps: frozenset[int]) -> bool:
    """Whether groups of one size follow each other, here and beyond: `06 12 34 56 78`, `1234 5678 9012`.

    In pairs, only a telephone begins with zero.
    """
    borders = [0, *sorted(gaps), _WHOLE]
    sizes = {after - before for before, after in pairwise(borders)}
    if not gaps or len(sizes) > 1 or (sizes == {_CHECK} and run.digits[0] != "0"):
        return False
    after = run.ends[-1]
    return len(next_group(text, after)) in sizes and not is_something_else(text, after + 1)


def _without_zeros(text: str, run: Run) -> list[Found]:
    """`C42-40`: sure with its dash. `C4240` may be anything, and six digits are a number without check digits."""
    length = len(run.digits)
    if not _CHECK < length < _WHOLE or not run.is_number(length) or length - _CHECK not in run.gaps(length) | {0}:
        return []
    body = run.digits[:-_CHECK]
    if not int(body) or check_digits(_stored(body)) != run.digits[-_CHECK:]:
        return []
    dashed = text[run.ends[len(body) - 1]] == "-" and len(run.gaps(length)) == 1
    return [(Candidate(_stored(body), checked=dashed), run.ends[-1])]


def _without_letter(text: str, at: int, *, spaced: bool) -> list[Found]:
    """`CLIENT 104273-40`; after the word account, only in our own grouping."""
    run = read_run(text, at, _WHOLE, sure=_SERIAL)
    if _is_whole(text, run) and (not spaced or run.gaps(_WHOLE) == {_SERIAL}):
        return [(Candidate(_stored(run.digits[:_SERIAL]), checked=True), run.ends[-1])]
    if spaced or len(run.digits) != _SERIAL or not run.is_number(_SERIAL) or not int(run.digits):
        return []
    return [(Candidate(_stored(run.digits), checked=False), run.ends[-1])]


def _mended(run: Run, digits: str, *, by_reference: bool) -> list[Found]:
    """Two neighbours changed places: each number that would hold is a guess."""
    found = []
    for place in range(_WHOLE - 1):
        turned = digits[:place] + digits[place + 1] + digits[place] + digits[place + 2 :]
        ordered = turned[_CHECK:] + turned[:_CHECK] if by_reference else turned
        if turned != digits and _holds(ordered):
            found.append((Candidate(_stored(ordered[:_SERIAL]), checked=False), run.ends[-1]))
    return found


def _stored(digits: str) -> str:
    return f"C{int(digits):06d}"
