"""Which format a file is, by what is in it. Its name says nothing: banks and people give any."""

from __future__ import annotations

import re
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bank.readers.refusing import FileRefused
from bank.readers.texts import decoded
from bank.words import Format

ZIP: Final = "zip"
PAIN_002: Final = "pain.002"
_HEAD: Final = 65_536
_CAMT: Final = {
    "BkToCstmrAcctRpt": Format.CAMT_052,
    "BkToCstmrStmt": Format.CAMT_053,
    "BkToCstmrDbtCdtNtfctn": Format.CAMT_054,
    "CstmrPmtStsRpt": PAIN_002,
}
_MESSAGE: Final = re.compile(rf"<(?:[\w.-]+:)?({'|'.join(_CAMT)})[\s>/]")
_OFX: Final = re.compile(r"^\s*OFXHEADER\s*:|<OFX\s*>|<\?OFX\b", re.IGNORECASE)
_CFONB: Final = re.compile(r"0[1457][0-9]{5}.{97,113}")  # programs cut the spaces at the end
_MT940: Final = re.compile(r"^:20:.*?^:25[P]?:.*?^:60[FM]:", re.MULTILINE | re.DOTALL)
_OTHERS: Final = {
    b"%PDF": gettext_lazy("This is a PDF. Paper cannot be read: download CAMT.053, CFONB 120 or OFX at the bank."),
    b"\xd0\xcf\x11\xe0": gettext_lazy("This is an old Excel workbook (.xls). Save it as .xlsx or CSV."),
}


def format_of(content: bytes) -> str:
    """One of Format, or `zip` or `pain.002`. What is like none of them is taken for a table (CSV)."""
    if content.startswith(b"PK\x03\x04"):
        return Format.XLSX if b"xl/workbook.xml" in content else ZIP
    for start, words in _OTHERS.items():
        if content.startswith(start):
            raise FileRefused(str(words))
    head = decoded(content[:_HEAD], partial=True)
    if found := _MESSAGE.search(head):
        return _CAMT[found[1]]
    return _format_of_text(head)


def _format_of_text(head: str) -> Format:
    if _OFX.search(head):
        return Format.OFX
    if _CFONB.match(head.lstrip("\r\n \t")):
        return Format.CFONB_120
    if _MT940.search(head):
        return Format.MT_940
    if head.lstrip().startswith("<"):
        raise FileRefused(_("This XML is no bank statement that we know (CAMT.052, 053, 054 or OFX)."))
    return Format.CSV
