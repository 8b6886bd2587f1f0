"""Statements as a bank writes them, for given movements: CAMT.053 and CAMT.054, versions 02 and 08.

    camt053([Movement(12_000, "2026-11-27", text="FA2026-000001", name="Atelier Durand")], opening=100_000)

The closing balance is what opening and movements make, unless another one is given.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from xml.sax.saxutils import escape

OUR_IBAN = "FR7699999000010001234567809"
_CODES = {
    "": "RCDT/ESCT",
    "taken back": "RCDT/RRTN",
    "out": "ICDT/ESCT",
    "collected": "IDDT/ESDD",
    "returned": "IDDT/UPDD",
    "fee": "MDOP/CHRG",
}


@dataclass(frozen=True, slots=True)
class Movement:
    """One entry, or one detail of a batch. Cents, signed: money in is positive.

    `kind` is empty (by the sign: transfer in or out), `collected`, `returned`, `taken back` or `fee`. `charges` is what
    the bank keeps besides, so that the entry is the amount less the charges.
    """

    cents: int
    on: str | date
    text: str = ""
    name: str = ""
    iban: str = ""
    bic: str = ""
    reference: str = ""
    end_to_end: str = ""
    mandate: str = ""
    structured: str = ""
    return_code: str = ""
    charges: int = 0
    kind: str = ""
    details: tuple[Movement, ...] = ()
    batch_id: str = ""
    status: str = "BOOK"
    value_on: str | date = ""

    @property
    def booked(self) -> int:
        return self.cents - self.charges


def batch(on: str | date, details: Sequence[Movement], **more: str) -> Movement:
    """One entry for all of these."""
    return Movement(sum(each.booked for each in details), on, details=tuple(details), **more)  # type: ignore[arg-type]


def camt053(
    movements: Sequence[Movement],
    *,
    iban: str = OUR_IBAN,
    opening: int = 0,
    closing: int | None = None,
    sequence: str = "1",
    version: str = "08",
    currency: str = "EUR",
    first: str | date = "",
    last: str | date = "",
) -> bytes:
    """A statement with its balances."""
    booked = sum(each.booked for each in movements if each.status == "BOOK")
    end = opening + booked if closing is None else closing
    days = sorted(str(each.on) for each in movements) or [str(last or "2026-11-30")]
    since, until = str(first or days[0]), str(last or days[-1])
    balances = _balance("OPBD", opening, since, currency) + _balance("CLBD", end, until, currency)
    return _document(
        message="053",
        root="BkToCstmrStmt",
        report="Stmt",
        movements=movements,
        iban=iban,
        sequence=sequence,
        version=version,
        currency=currency,
        balances=balances,
    )


def camt054(
    movements: Sequence[Movement],
    *,
    iban: str = OUR_IBAN,
    sequence: str = "1",
    version: str = "08",
    currency: str = "EUR",
) -> bytes:
    """A notification: movements without balances."""
    return _document(
        message="054",
        root="BkToCstmrDbtCdtNtfctn",
        report="Ntfctn",
        movements=movements,
        iban=iban,
        sequence=sequence,
        version=version,
        currency=currency,
        balances="",
    )


def _document(
    *,
    message: str,
    root: str,
    report: str,
    movements: Sequence[Movement],
    iban: str,
    sequence: str,
    version: str,
    currency: str,
    balances: str,
) -> bytes:
    entries = "".join(_entry(each, version, currency) for each in movements)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.{message}.001.{version}">\n<{root}>'
        f"<GrpHdr><MsgId>M{sequence}</MsgId><CreDtTm>2026-11-30T06:00:00+01:00</CreDtTm></GrpHdr>\n"
        f"<{report}><Id>S-{sequence}</Id><ElctrncSeqNb>{sequence}</ElctrncSeqNb>"
        f"<CreDtTm>2026-11-30T06:00:00+01:00</CreDtTm><Acct><Id><IBAN>{iban}</IBAN></Id><Ccy>{currency}</Ccy></Acct>\n"
        f"{balances}{entries}</{report}></{root}></Document>\n"
    ).encode()


def _balance(code: str, cents: int, on: str, currency: str) -> str:
    return (
        f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>{_amount(cents, currency)}<Dt><Dt>{on}</Dt></Dt></Bal>\n"
    )


def _amount(cents: int, currency: str) -> str:
    sense = "CRDT" if cents >= 0 else "DBIT"
    return f"{_plain_amount(cents, currency)}<CdtDbtInd>{sense}</CdtDbtInd>"


def _plain_amount(cents: int, currency: str) -> str:
    return f'<Amt Ccy="{currency}">{abs(cents) // 100}.{abs(cents) % 100:02d}</Amt>'


def _entry(movement: Movement, version: str, currency: str) -> str:
    status = movement.status if version == "02" else f"<Cd>{movement.status}</Cd>"
    of_batch = f"<Btch><PmtInfId>{movement.batch_id}</PmtInfId></Btch>" if movement.batch_id else ""
    details = "".join(_detail(each, version, currency) for each in movement.details or (movement,))
    return (
        f"<Ntry>{_amount(movement.booked, currency)}<Sts>{status}</Sts>"
        f"<BookgDt><Dt>{movement.on}</Dt></BookgDt><ValDt><Dt>{movement.value_on or movement.on}</Dt></ValDt>"
        f"{_tag('AcctSvcrRef', movement.reference)}{_code(movement)}"
        f"<NtryDtls>{of_batch}{details}</NtryDtls></Ntry>\n"
    )


def _code(movement: Movement) -> str:
    kind = movement.kind or ("" if movement.cents > 0 else "out")
    family, sub = _CODES[kind].split("/")
    return f"<BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>{family}</Cd><SubFmlyCd>{sub}</SubFmlyCd></Fmly></Domn></BkTxCd>"


def _detail(movement: Movement, version: str, currency: str) -> str:
    refs = _tag("EndToEndId", movement.end_to_end) + _tag("MndtId", movement.mandate)
    charges = _charges(movement, version, currency)
    remittance = _tag("Ustrd", movement.text)
    if movement.structured:
        remittance += f"<Strd><CdtrRefInf><Ref>{movement.structured}</Ref></CdtrRefInf></Strd>"
    returned = f"<RtrInf><Rsn><Cd>{movement.return_code}</Cd></Rsn></RtrInf>" if movement.return_code else ""
    return (
        f"<TxDtls><Refs>{refs}</Refs>{_amount(movement.cents, currency)}{charges}{_parties(movement, version)}"
        f"<RmtInf>{remittance}</RmtInf>{returned}</TxDtls>"
    )


def _charges(movement: Movement, version: str, currency: str) -> str:
    if not movement.charges:
        return ""
    charge = f"{_plain_amount(movement.charges, currency)}<CdtDbtInd>DBIT</CdtDbtInd>"
    return f"<Chrgs>{charge}</Chrgs>" if version == "02" else f"<Chrgs><Rcrd>{charge}</Rcrd></Chrgs>"


def _parties(movement: Movement, version: str) -> str:
    ours = movement.kind in {"collected", "returned"}
    who = "Dbtr" if movement.cents > 0 or ours else "Cdtr"
    name = _tag("Nm", movement.name)
    party = f"<{who}>{name if version == '02' else f'<Pty>{name}</Pty>'}</{who}>" if name else ""
    account = f"<{who}Acct><Id><IBAN>{movement.iban}</IBAN></Id></{who}Acct>" if movement.iban else ""
    tag = "BIC" if version == "02" else "BICFI"
    bank = f"<{who}Agt><FinInstnId><{tag}>{movement.bic}</{tag}></FinInstnId></{who}Agt>" if movement.bic else ""
    return f"<RltdPties>{party}{account}</RltdPties>" + (f"<RltdAgts>{bank}</RltdAgts>" if bank else "")


def _tag(name: str, text: str) -> str:
    return f"<{name}>{escape(text)}</{name}>" if text else ""
