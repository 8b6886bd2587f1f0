"""What the bank writes about files and about our account, with the codes that French banks use.

The answer to a file is a pain.002 (version 03); statements are camt.053, reports of the day camt.052, notifications of
credits of debits and of returns camt.054: version 08, or an older or newer one.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any, Final

from lxml import etree  # type: ignore[import-untyped]

from sandbox.bank.excerpt import Excerpt
from sandbox.bank.files import parts_of, status_of
from sandbox.store import Json

ROOTS: Final = {
    "camt.052": ("BkToCstmrAcctRpt", "Rpt"),
    "camt.053": ("BkToCstmrStmt", "Stmt"),
    "camt.054": ("BkToCstmrDbtCdtNtfctn", "Ntfctn"),
}
_OLD: Final = "02"
_NAMES: Final = "urn:iso:std:iso:20022:tech:xsd:"


def answer_to(file: Json) -> bytes:
    """The pain.002 of a file: its status, and each debit or transfer that was refused."""
    document, root = _document("pain.002.001.03", "CstmrPmtStsRpt")
    head = _add(root, "GrpHdr")
    _add(head, "MsgId", f"A{file['id']}")
    _add(head, "CreDtTm", _moment(file["created"]))
    whole = _add(root, "OrgnlGrpInfAndSts")
    _add(whole, "OrgnlMsgId", file["message"])
    _add(whole, "OrgnlMsgNmId", file["kind"])
    _add(whole, "OrgnlNbOfTxs", str(file["count"]))
    _add(whole, "OrgnlCtrlSum", _euros(file["cents"]))
    _add(whole, "GrpSts", status_of(file))
    if file["reason"]:
        _reason(whole, file["reason"])
    refused = [part for part in parts_of(file) if part["reason"]]
    for name in sorted({part["batch"] for part in refused}):
        batch = _add(root, "OrgnlPmtInfAndSts")
        _add(batch, "OrgnlPmtInfId", name)
        for part in refused:
            if part["batch"] == name:
                _refused(batch, part)
    return _bytes(document)


def statement(told: Excerpt, kind: str, *, version: str = "08") -> bytes:
    """An excerpt of the account in the form asked for."""
    root_name, part_name = ROOTS[kind]
    document, root = _document(f"{kind}.001.{version}", root_name)
    since, until = told.since, told.until
    head = _add(root, "GrpHdr")
    _add(head, "MsgId", f"{kind}-{since:%Y%m%d}-{until:%Y%m%d}")
    _add(head, "CreDtTm", _moment(told.written))
    part = _add(root, part_name)
    _add(part, "Id", f"{told.account[-6:]}-{since:%Y%m%d}-{until:%Y%m%d}")
    _add(part, "ElctrncSeqNb", f"{until:%y%j}")
    _add(part, "CreDtTm", _moment(told.written))
    span = _add(part, "FrToDt")
    _add(span, "FrDtTm", f"{since.isoformat()}T00:00:00")
    _add(span, "ToDtTm", f"{until.isoformat()}T23:59:59")
    ours = _add(part, "Acct")
    _add(_add(ours, "Id"), "IBAN", told.account)
    _add(ours, "Ccy", "EUR")
    if kind == "camt.053":
        _balance(part, "OPBD", told.opening, since)
        _balance(part, "CLBD", told.closing, until)
    for line in told.lines:
        _entry(part, line, old=version == _OLD)
    return _bytes(document)


def _refused(batch: Any, part: Json) -> None:
    told = _add(batch, "TxInfAndSts")
    _add(told, "StsId", f"S-{part['end_to_end']}"[:35])
    _add(told, "OrgnlEndToEndId", part["end_to_end"])
    _add(told, "TxSts", "RJCT")
    _reason(told, part["reason"])
    original = _add(told, "OrgnlTxRef")
    _amount(_add(original, "Amt"), "InstdAmt", part["cents"])
    if "mandate" not in part:
        _add(original, "ReqdExctnDt", part["day"])
        return
    _add(original, "ReqdColltnDt", part["day"])
    _add(_add(original, "MndtRltdInf"), "MndtId", part["mandate"])


def _reason(parent: Any, code: str) -> None:
    _add(_add(_add(parent, "StsRsnInf"), "Rsn"), "Cd", code)


def _balance(parent: Any, kind: str, cents: int, day: date) -> None:
    balance = _add(parent, "Bal")
    _add(_add(_add(balance, "Tp"), "CdOrPrtry"), "Cd", kind)
    _amount(balance, "Amt", abs(cents))
    _add(balance, "CdtDbtInd", "CRDT" if cents >= 0 else "DBIT")
    _add(_add(balance, "Dt"), "Dt", day.isoformat())


def _entry(parent: Any, line: Json, *, old: bool) -> None:
    entry = _add(parent, "Ntry")
    _add(entry, "NtryRef", line["id"][-12:])
    _amount(entry, "Amt", abs(line["cents"]))
    _add(entry, "CdtDbtInd", "CRDT" if line["cents"] > 0 else "DBIT")
    if old:
        _add(entry, "Sts", "BOOK")
    else:
        _add(_add(entry, "Sts"), "Cd", "BOOK")
    _add(_add(entry, "BookgDt"), "Dt", line["day"])
    _add(_add(entry, "ValDt"), "Dt", line["day"])
    _add(entry, "AcctSvcrRef", line["id"])
    domain, family, sub_family = line["code"]
    told = _add(_add(entry, "BkTxCd"), "Domn")
    _add(told, "Cd", domain)
    families = _add(told, "Fmly")
    _add(families, "Cd", family)
    _add(families, "SubFmlyCd", sub_family)
    details = _add(entry, "NtryDtls")
    parts = line.get("parts") or [{**line, "cents": abs(line["cents"]) - int(line.get("charges", 0))}]
    if line.get("batch"):
        batch = _add(details, "Btch")
        _add(batch, "PmtInfId", line["batch"])
        _add(batch, "NbOfTxs", str(len(parts)))
    for number, part in enumerate(parts):
        _detail(_add(details, "TxDtls"), line, {**part, "number": number}, old=old)


def _detail(detail: Any, line: Json, part: Json, *, old: bool) -> None:
    incoming = line["cents"] > 0
    references = _add(detail, "Refs")
    _add(references, "AcctSvcrRef", f"{line['id']}-{part['number']}")
    for name, key in (("EndToEndId", "end_to_end"), ("MndtId", "mandate")):
        if part.get(key):
            _add(references, name, part[key])
    _amount(detail, "Amt", part["cents"])
    _add(detail, "CdtDbtInd", "CRDT" if incoming else "DBIT")
    if part.get("charges"):
        charges = _add(detail, "Chrgs")
        record = charges if old else _add(charges, "Rcrd")
        _amount(record, "Amt", part["charges"])
        _add(record, "CdtDbtInd", "DBIT")
    _other_side(detail, part, incoming=incoming or line["code"][1] == "IDDT", old=old)
    _remittance(detail, part)
    if part.get("reason"):
        _add(_add(_add(detail, "RtrInf"), "Rsn"), "Cd", part["reason"])


def _remittance(detail: Any, part: Json) -> None:
    if not part.get("text") and not part.get("structured"):
        return
    remittance = _add(detail, "RmtInf")
    if part.get("text"):
        _add(remittance, "Ustrd", part["text"][:140])
    if part.get("structured"):
        told = _add(_add(remittance, "Strd"), "CdtrRefInf")
        _add(_add(_add(told, "Tp"), "CdOrPrtry"), "Cd", "SCOR")
        _add(told, "Ref", part["structured"])


def _other_side(detail: Any, part: Json, *, incoming: bool, old: bool) -> None:
    """Who is on the other side: debtor of what came in and of what came back, creditor of what went out."""
    if not part.get("name"):
        return
    parties = _add(detail, "RltdPties")
    who = "Dbtr" if incoming else "Cdtr"
    party = _add(parties, who)
    _add(party if old else _add(party, "Pty"), "Nm", part["name"])
    if part.get("iban"):
        _add(_add(_add(parties, f"{who}Acct"), "Id"), "IBAN", part["iban"])


def _document(version: str, root: str) -> tuple[Any, Any]:
    document = etree.Element(f"{{{_NAMES}{version}}}Document", nsmap={None: f"{_NAMES}{version}"})
    return document, _add(document, root)


def _add(parent: Any, name: str, text: str | None = None) -> Any:
    child = etree.SubElement(parent, f"{{{etree.QName(parent).namespace}}}{name}")
    child.text = text
    return child


def _amount(parent: Any, name: str, cents: int) -> None:
    _add(parent, name, _euros(cents)).set("Ccy", "EUR")


def _euros(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02}"


def _moment(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _bytes(document: Any) -> bytes:
    return bytes(etree.tostring(document, xml_declaration=True, encoding="UTF-8", pretty_print=True))
