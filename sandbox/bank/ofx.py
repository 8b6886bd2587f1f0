"""OFX as French banks offer it to programs of accounting: version 1 (SGML, Windows letters), version 2 (XML)."""

from __future__ import annotations

from collections.abc import Callable
from xml.sax.saxutils import escape

from sandbox.bank.excerpt import Excerpt, euros, french_account, label, remittance
from sandbox.store import Json

_HEAD_1 = (
    "OFXHEADER:100\r\nDATA:OFXSGML\r\nVERSION:102\r\nSECURITY:NONE\r\nENCODING:USASCII\r\nCHARSET:1252\r\n"
    "COMPRESSION:NONE\r\nOLDFILEUID:NONE\r\nNEWFILEUID:NONE\r\n\r\n"
)
_HEAD_2 = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<?OFX OFXHEADER="200" VERSION="211" SECURITY="NONE" OLDFILEUID="NONE" NEWFILEUID="NONE"?>\n'
)
_KINDS = {"RCDT": "CREDIT", "ICDT": "XFER", "IDDT": "DIRECTDEP"}
_Tag = Callable[[str, str], str]


def version_1(told: Excerpt) -> bytes:
    """Tags without an end, decimal commas, the account as bank, branch and number."""
    bank, branch, account = french_account(told.account)

    def tag(name: str, text: str) -> str:
        return f"<{name}>{escape(text)}\r\n" if text else ""

    ours = tag("BANKID", bank) + tag("BRANCHID", branch) + tag("ACCTID", account) + tag("ACCTTYPE", "CHECKING")
    return (_HEAD_1 + _body(told, ours, tag, ",")).encode("cp1252", "replace")


def version_2(told: Excerpt) -> bytes:
    """XML, decimal points, the account as an IBAN."""

    def tag(name: str, text: str) -> str:
        return f"<{name}>{escape(text)}</{name}>\n" if text else ""

    ours = tag("BANKID", told.account[4:9]) + tag("ACCTID", told.account) + tag("ACCTTYPE", "CHECKING")
    return (_HEAD_2 + _body(told, ours, tag, ".")).encode()


def _body(told: Excerpt, ours: str, tag: _Tag, decimal: str) -> str:
    moves = "".join(_move(line, tag, decimal) for line in told.lines)
    balance = tag("BALAMT", _signed(told.closing, decimal)) + tag("DTASOF", f"{told.until:%Y%m%d}")
    return (
        f"<OFX><BANKMSGSRSV1><STMTTRNRS><STMTRS>{tag('CURDEF', 'EUR')}<BANKACCTFROM>{ours}</BANKACCTFROM>"
        f"<BANKTRANLIST>{tag('DTSTART', f'{told.since:%Y%m%d}')}{tag('DTEND', f'{told.until:%Y%m%d}')}{moves}"
        f"</BANKTRANLIST><LEDGERBAL>{balance}</LEDGERBAL></STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>\n"
    )


def _move(line: Json, tag: _Tag, decimal: str) -> str:
    day = line["day"].replace("-", "")
    facts = {
        "TRNTYPE": _KINDS.get(line["code"][1], "SRVCHG"),
        "DTPOSTED": day,
        "DTAVAIL": day,
        "TRNAMT": _signed(line["cents"], decimal),
        "FITID": line["id"],
        "REFNUM": line.get("end_to_end", ""),
        "NAME": label(line)[:32],
        "MEMO": remittance(line),
    }
    return f"<STMTTRN>{''.join(tag(name, text) for name, text in facts.items())}</STMTTRN>\n"


def _signed(cents: int, decimal: str) -> str:
    return f"{'-' if cents < 0 else '+'}{euros(cents, decimal)}"
