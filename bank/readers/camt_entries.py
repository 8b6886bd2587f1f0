"""One entry of a CAMT message: its details, what the bank kept, who is on the other side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext as _

from bank.readers.kinds import by_iso_code
from bank.readers.refusing import FileRefused
from bank.readers.shape import NOBODY, Line, Party
from bank.readers.trees import amount_at, day_at, first_said, said
from bank.words import LineKind
from core.money import ZERO, Money

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date
    from xml.etree.ElementTree import Element

NOT_A_REFERENCE: Final = frozenset({"", "NOTPROVIDED", "NONREF", "NOTAVAILABLE", "NONE", "0"})
_OF_THE_DEBTOR: Final = {LineKind.COLLECTED, LineKind.RETURNED}


@dataclass(frozen=True, slots=True)
class Detail:
    """One transaction of an entry."""

    amount: Money | None
    charges: Money
    return_code: str
    operation_code: str
    bank_reference: str
    end_to_end: str
    mandate_ref: str
    message_id: str
    batch_id: str
    text: str
    structured: str
    debtor: Party
    creditor: Party
    instructed: Money | None
    value_on: date | None


@dataclass(frozen=True, slots=True)
class Entry:
    """One booking of the bank, with its transactions if it tells them."""

    place: int
    booked_on: date
    value_on: date | None
    amount: Money
    currency: str
    charges: Money
    bank_reference: str
    operation_code: str
    proprietary: str
    text: str
    message_id: str
    batch_id: str
    details: tuple[Detail, ...]

    @property
    def lines(self) -> Iterable[object]:
        """What it will count for, at least."""
        return self.details or (self,)


def read_entry(entry: Element, place: int) -> Entry:
    """What an `Ntry` says. Raises FileRefused."""
    booked_on = day_at(entry, "BookgDt", entry=place) or day_at(entry, "ValDt", entry=place)
    if booked_on is None:
        raise FileRefused(_("The entry has no date."), entry=place)
    amount = _signed(entry, amount_at(entry.find("Amt"), entry=place), place=place)
    return Entry(
        place=place,
        booked_on=booked_on,
        value_on=day_at(entry, "ValDt", entry=place),
        amount=amount,
        currency=_currency(entry.find("Amt")),
        charges=_charges(entry, place),
        bank_reference=_reference(said(entry, "AcctSvcrRef")),
        operation_code=_iso_code(entry),
        proprietary=said(entry, "BkTxCd/Prtry/Cd"),
        text=said(entry, "AddtlNtryInf"),
        message_id=_reference(said(entry, "NtryDtls/Btch/MsgId")),
        batch_id=_reference(said(entry, "NtryDtls/Btch/PmtInfId")),
        details=tuple(_detail(each, entry, place) for each in entry.findall("NtryDtls/TxDtls")),
    )


def lines_of(entry: Entry, own: str) -> list[Line]:
    """The lines of an entry: its details and what the bank kept, or itself. They always sum to the entry."""
    amounts = _exploded(entry)
    if amounts is None:
        return [_whole(entry, own)]
    kept = Money(sum(amount.cents for amount in amounts)) - entry.amount
    parts = len(amounts) + (1 if kept else 0)
    lines = [
        _line(entry, detail, own, amount=amount, part=part, parts=parts)
        for part, (detail, amount) in enumerate(zip(entry.details, amounts, strict=True))
        if amount
    ]
    if kept:
        lines.append(_fee(entry, -kept, part=parts - 1, parts=parts))
    return lines


def _exploded(entry: Entry) -> list[Money] | None:
    """The amount of each detail, if together with the charges they make the entry; None if they do not."""
    told = [detail.amount for detail in entry.details]
    if not told:
        return None
    if len(told) == 1:
        return [_gross(entry, entry.details[0])]
    amounts = [amount for amount in told if amount is not None]
    if len(amounts) != len(told):
        return None
    rest = Money(sum(amount.cents for amount in amounts)) - entry.amount
    return amounts if rest in {ZERO, _all_charges(entry)} else None


def _gross(entry: Entry, detail: Detail) -> Money:
    """The amount of a lone detail before charges, where the two explain the entry; else the entry's own."""
    charges = _all_charges(entry)
    candidates = [amount for amount in (detail.amount, detail.instructed) if amount is not None]
    return next((amount for amount in candidates if charges and amount - charges == entry.amount), entry.amount)


def _all_charges(entry: Entry) -> Money:
    """What the bank kept: told by the details, or once for the entry."""
    return Money(sum(detail.charges.cents for detail in entry.details)) or entry.charges


def _line(entry: Entry, detail: Detail, own: str, *, amount: Money, part: int, parts: int) -> Line:
    code = detail.operation_code or entry.operation_code
    text, incoming = detail.text or entry.text, amount.cents > 0
    kind = by_iso_code(code, text, incoming=incoming, returned=bool(detail.return_code))
    return Line(
        place=entry.place,
        booked_on=entry.booked_on,
        value_on=entry.value_on or detail.value_on,
        amount=amount,
        kind=kind,
        bank_reference=entry.bank_reference or detail.bank_reference,
        part=part,
        parts=parts,
        message_id=detail.message_id or entry.message_id,
        batch_id=detail.batch_id or entry.batch_id,
        end_to_end=detail.end_to_end,
        mandate_ref=detail.mandate_ref,
        text=text,
        structured=detail.structured,
        party=_other_side(detail, kind, own, incoming=incoming),
        operation_code=code,
        return_code=detail.return_code,
        charges=detail.charges or (entry.charges if len(entry.details) == 1 else ZERO),
        raw=_raw(entry),
    )


def _whole(entry: Entry, own: str) -> Line:
    """An entry that is not exploded: with its one detail's words, or with those of all of them."""
    text = " ".join(detail.text for detail in entry.details if detail.text) or entry.text
    codes = {detail.return_code for detail in entry.details}
    incoming = entry.amount.cents > 0
    kind = by_iso_code(entry.operation_code, text, incoming=incoming, returned=bool(codes - {""}))
    return Line(
        place=entry.place,
        booked_on=entry.booked_on,
        value_on=entry.value_on,
        amount=entry.amount,
        kind=kind,
        bank_reference=entry.bank_reference,
        message_id=entry.message_id,
        batch_id=entry.batch_id,
        text=text,
        party=_other_side(entry.details[0], kind, own, incoming=incoming) if len(entry.details) == 1 else NOBODY,
        operation_code=entry.operation_code,
        charges=entry.charges,
        raw=_raw(entry),
    )


def _fee(entry: Entry, amount: Money, *, part: int, parts: int) -> Line:
    """What the bank kept of an entry, as a line of its own; it keeps the reference of the one transaction it is for."""
    lone = entry.details[0] if len(entry.details) == 1 else None
    return Line(
        place=entry.place,
        booked_on=entry.booked_on,
        value_on=entry.value_on,
        amount=amount,
        kind=LineKind.FEE,
        bank_reference=entry.bank_reference or (lone.bank_reference if lone else ""),
        part=part,
        parts=parts,
        end_to_end=lone.end_to_end if lone else "",
        text=entry.text,
        operation_code=entry.operation_code,
        raw=_raw(entry),
    )


def _raw(entry: Entry) -> dict[str, str]:
    """What else the bank said, in its own words."""
    told = {"entry": str(entry.place), "info": entry.text, "code": entry.proprietary}
    return {name: text for name, text in told.items() if text}


def _other_side(detail: Detail, kind: str, own: str, *, incoming: bool) -> Party:
    """Who paid, or was paid. In a direct debit of ours and in its return it is the debtor, whoever's money moves."""
    wanted, other = detail.debtor, detail.creditor
    if not incoming and kind not in _OF_THE_DEBTOR:
        wanted, other = other, wanted
    if wanted.name or (wanted.iban and wanted.iban != own):
        return wanted
    return other if other.iban and other.iban != own else wanted


def _detail(detail: Element, entry: Element, place: int) -> Detail:
    currency = _currency(entry.find("Amt"))
    return Detail(
        amount=_detail_amount(detail, entry, currency, place),
        charges=_charges(detail, place),
        return_code=first_said(detail, "RtrInf/Rsn/Cd", "RtrInf/Rsn/Prtry"),
        operation_code=_iso_code(detail),
        bank_reference=_reference(said(detail, "Refs/AcctSvcrRef")),
        end_to_end=_reference(said(detail, "Refs/EndToEndId")),
        mandate_ref=_reference(said(detail, "Refs/MndtId")),
        message_id=_reference(said(detail, "Refs/MsgId")),
        batch_id=_reference(said(detail, "Refs/PmtInfId")),
        text=_text(detail),
        structured=_joined(detail, "RmtInf/Strd/CdtrRefInf/Ref"),
        debtor=_party(detail, "Dbtr"),
        creditor=_party(detail, "Cdtr"),
        instructed=_in_currency(detail, ("AmtDtls/InstdAmt/Amt", "AmtDtls/TxAmt/Amt"), entry, currency, place),
        value_on=day_at(detail, "RltdDts/IntrBkSttlmDt", entry=place),
    )


def _detail_amount(detail: Element, entry: Element, currency: str, place: int) -> Money | None:
    return _in_currency(detail, ("Amt", "AmtDtls/TxAmt/Amt"), entry, currency, place)


def _in_currency(detail: Element, paths: tuple[str, ...], entry: Element, currency: str, place: int) -> Money | None:
    """The first of these amounts that is in the currency of the entry, with its sense."""
    for path in paths:
        found = detail.find(path)
        if found is not None and _currency(found) == currency:
            sense = detail if said(detail, "CdtDbtInd") else entry
            return _signed(sense, amount_at(found, entry=place), place=place)
    return None


def _signed(element: Element, amount: Money, *, place: int) -> Money:
    sense = said(element, "CdtDbtInd")
    if sense not in {"CRDT", "DBIT"}:
        raise FileRefused(_("It does not say whether money came in or went out."), entry=place)
    return amount if sense == "CRDT" else -amount


def _charges(element: Element, place: int) -> Money:
    """What the bank kept, positive; 0 where it says nothing. Records, or a total, or one amount (version 02)."""
    records = element.findall("Chrgs/Rcrd") or [
        each for each in element.findall("Chrgs") if each.find("Amt") is not None
    ]
    if records:
        return Money(sum(_charge(each, place).cents for each in records))
    total = element.find("Chrgs/TtlChrgsAndTaxAmt")
    return amount_at(total, entry=place) if total is not None else ZERO


def _charge(record: Element, place: int) -> Money:
    amount = amount_at(record.find("Amt"), entry=place)
    return -amount if said(record, "CdtDbtInd") == "CRDT" else amount


def _text(detail: Element) -> str:
    """What the payer wrote, and the documents that he named apart."""
    written = [_joined(detail, "RmtInf/Ustrd"), _joined(detail, "RmtInf/Strd/AddtlRmtInf")]
    written.append(_joined(detail, "RmtInf/Strd/RfrdDocInf/Nb"))
    return " ".join(text for text in written if text) or said(detail, "AddtlTxInf")


def _joined(element: Element, path: str) -> str:
    return " ".join(text for each in element.findall(path) if (text := " ".join((each.text or "").split())))


def _party(detail: Element, who: str) -> Party:
    """Version 08 put `Pty` between the role and the name."""
    parties = detail.find("RltdPties")
    agent = f"RltdAgts/{who}Agt/FinInstnId"
    return Party(
        name=first_said(parties, f"{who}/Pty/Nm", f"{who}/Nm"),
        iban=said(parties, f"{who}Acct/Id/IBAN").replace(" ", "").upper(),
        bic=first_said(detail, f"{agent}/BICFI", f"{agent}/BIC"),
        ultimate=first_said(parties, f"Ultmt{who}/Pty/Nm", f"Ultmt{who}/Nm"),
    )


def _iso_code(element: Element) -> str:
    domain = element.find("BkTxCd/Domn")
    parts = [said(domain, "Cd"), said(domain, "Fmly/Cd"), said(domain, "Fmly/SubFmlyCd")]
    return "/".join(parts) if any(parts) else ""


def _currency(amount: Element | None) -> str:
    return amount.get("Ccy", "").strip().upper() if amount is not None else ""


def _reference(text: str) -> str:
    """A reference, or nothing where the bank fills the place with a word."""
    return "" if text.upper() in NOT_A_REFERENCE else text
