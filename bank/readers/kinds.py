"""What a line is, from the codes of its bank: ISO 20022 bank transaction codes, CFONB operation codes, words."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from bank.words import LineKind

# ISO 20022 external bank transaction codes: family of PMNT, then what it is when money comes in, and when it goes out.
_FAMILIES: Final = {
    "RCDT": (LineKind.TRANSFER_IN, LineKind.REVERSED),
    "RRCT": (LineKind.TRANSFER_IN, LineKind.REVERSED),
    "ICDT": (LineKind.REVERSED, LineKind.TRANSFER_OUT),
    "IRCT": (LineKind.REVERSED, LineKind.TRANSFER_OUT),
    "IDDT": (LineKind.COLLECTED, LineKind.RETURNED),
    "RDDT": (LineKind.REVERSED, LineKind.DEBITED),
}
_FEES: Final = {"CHRG", "COMM", "FEES", "COMT"}
_FEE_WORDS: Final = re.compile(r"\b(FRAIS|COMMISSIONS?|COTISATION|AGIOS|FEES?|CHARGES?|BANK CHARGE)\b", re.IGNORECASE)
_RETURN_WORDS: Final = re.compile(r"\b(IMPAYE|REJET|RETOURNE?|RETOUR|RETURN|UNPAID)\b", re.IGNORECASE)
_COLLECTION_WORDS: Final = re.compile(r"\b(PRELEVEMENTS?|PRLVT?|PRLV|DIRECT DEBITS?)\b", re.IGNORECASE)
_TRANSFER_WORDS: Final = re.compile(r"\b(VIREMENTS?|VIRT?|TRANSFERS?|SEPA CREDIT)\b", re.IGNORECASE)
# CFONB interbank operation codes that French banks use alike. Others say too many things: words decide.
_CFONB: Final = {"05": LineKind.TRANSFER_IN, "18": LineKind.TRANSFER_IN, "06": LineKind.TRANSFER_OUT}


def by_iso_code(code: str, text: str, *, incoming: bool, returned: bool) -> LineKind:
    """From `PMNT/RCDT/ESCT` and from a return code; a bank that gives none of them is read by its words."""
    domain, family, sub = [*code.split("/"), "", "", ""][:3]
    if sub in _FEES or (domain == "ACMT" and sub):
        return LineKind.FEE
    if domain == "PMNT" and family in _FAMILIES:
        return _FAMILIES[family][0 if incoming else 1]
    if returned:
        return LineKind.REVERSED if incoming else LineKind.RETURNED
    return LineKind.OTHER if code else by_words(text, incoming=incoming)


def by_cfonb_code(code: str, text: str, *, incoming: bool, rejected: bool) -> LineKind:
    """From the interbank operation code, the reject code, then the words."""
    known = _CFONB.get(code)
    if known is not None and (known == LineKind.TRANSFER_IN) == incoming and not rejected:
        return known
    return by_words(text, incoming=incoming, returned=rejected)


def by_words(text: str, *, incoming: bool, returned: bool = False) -> LineKind:
    """From what the bank writes: the only clue of the plainest formats. Accents do not count."""
    text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    back = returned or bool(_RETURN_WORDS.search(text))
    if not incoming and _FEE_WORDS.search(text):
        return LineKind.FEE
    if _COLLECTION_WORDS.search(text):
        return LineKind.COLLECTED if incoming else LineKind.RETURNED if back else LineKind.DEBITED
    if back:
        return LineKind.REVERSED if incoming else LineKind.RETURNED
    if _TRANSFER_WORDS.search(text):
        return LineKind.TRANSFER_IN if incoming else LineKind.TRANSFER_OUT
    return LineKind.OTHER
