"""What a remittance text names: customers, invoices, quotes, debits. Pure: it says what is written, not what is true.

People type numbers from memory, banks cut labels every 35 signs, drop accents and lower case, and put other numbers
around. Each mention therefore carries every number that it may be; which of them exist, and what they owe, is for the
caller to look up. Where a number has check digits, they decide.

A candidate is `checked` when its check digits hold in a form that nothing else has, or when its six digits are written
whole; a mention has at most one such. A mention with one candidate that is not checked is clear, and proves nothing by
itself (`FA2026-42`); one with several is a guess.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from bank.matching.customers import customers
from bank.matching.documents import documents
from bank.matching.folding import fold
from bank.matching.mentions import Candidate, Mention, Names, mention

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from bank.matching.folding import Folded

__all__ = ["Candidate", "Decoded", "Mention", "Names", "decode"]

LONGEST: Final = 1_000
"""Signs of a label that are read: SEPA has 140, and a bank's own words around them."""


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
    r"COMPTABLE PUBLIC|SERVICE DE GESTION COMPTABLE|AGENT COMPTABLE|AGENCE COMPTABLE|MANDAT ADMINISTRATIF|"
    r"MDT ADM\w*|(?:MANDAT|MDT)S?\b[ .:]{0,3}[0-9 /\-]{1,15}\bBO?R?D\w*)\b"
)
_FOUR: Final = "([0-9ABCDEFGHJKMNPQRSTVWXYZ]{4})"
_SPOKEN: Final = re.compile(rf"(?<![A-Z0-9])([DP])[ \-]?{_FOUR}[ \-]?{_FOUR}[ \-]?{_FOUR}(?![A-Z0-9])")


def decode(label: str) -> Decoded:
    """Read a label. Whatever it is, this ends, quickly, and raises nothing."""
    folded = fold(label[:LONGEST])
    found = [*_spoken(folded), *documents(folded), *customers(folded)]
    return Decoded(tuple(_without_overlaps(found)), _PUBLIC.search(folded.text) is not None)


def _spoken(folded: Folded) -> Iterator[Mention]:
    """References of payments and debits, which banks give back as they were sent: `D-7K2M-94QX-3T8A`."""
    for match in _SPOKEN.finditer(folded.text):
        value = "-".join(match.groups())
        kind = Names.DEBIT if match[1] == "D" else Names.PAYMENT
        if any(sign.isdigit() for sign in value):
            yield from mention(folded, kind, match.start(), [(Candidate(value, checked=True), match.end())])


def _without_overlaps(mentions: Iterable[Mention]) -> Iterator[Mention]:
    """In the order of the label; of two that share a place, the checked, then the longer one."""
    ranked = sorted(mentions, key=lambda each: (not each.candidates[0].checked, each.start - each.end, each.start))
    kept: list[Mention] = []
    for each in ranked:
        if all(each.end <= other.start or other.end <= each.start for other in kept):
            kept.append(each)
    yield from sorted(kept, key=lambda each: each.start)
