"""CAMT.052, .053 and .054 of ISO 20022, versions 02 to 13: reports, statements and notifications of an account.

Only booked entries count. A batch is exploded into its details where their amounts sum to the entry; where they do
not, the entry stays one line: its amount is the one that the balance knows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext as _

from bank.readers.camt_entries import Entry, lines_of, read_entry
from bank.readers.refusing import FileRefused
from bank.readers.shape import Statement
from bank.readers.trees import amount_at, day_at, first_said, said, walk
from bank.words import Format

if TYPE_CHECKING:
    from datetime import date
    from xml.etree.ElementTree import Element

    from bank.readers.bounds import Budget
    from bank.readers.shape import Line
    from core.money import Money

_REPORTS: Final = {"Rpt": Format.CAMT_052, "Stmt": Format.CAMT_053, "Ntfctn": Format.CAMT_054}
_OPENING: Final = ("OPBD", "PRCD")
_CLOSING: Final = ("CLBD",)
_BOOKED: Final = "BOOK"


def read(content: bytes, *, budget: Budget) -> list[Statement]:
    """Each statement of the file. Raises FileRefused."""
    found: list[Statement] = []
    booked: list[Entry] = []
    left_out = place = 0
    for parent, element in walk(content, budget=budget):
        if element.tag == "Ntry" and parent is not None and parent.tag in _REPORTS:
            place += 1
            entry = read_entry(element, place)
            if is_booked(element) and entry.amount:
                booked.append(entry)
                for _line in entry.lines:
                    budget.spend_line()
            else:
                left_out += 1
            parent.remove(element)
        elif element.tag in _REPORTS and element.find("Acct") is not None:
            found.append(_statement(element, booked, left_out))
            booked, left_out = [], 0
    if not found:
        raise FileRefused(_("There is no statement in this file."))
    return found


def is_booked(entry: Element) -> bool:
    """Pending entries and information are no movements; a status that is absent is a booked entry's."""
    return (first_said(entry, "Sts/Cd", "Sts") or _BOOKED) == _BOOKED


def _statement(report: Element, entries: list[Entry], left_out: int) -> Statement:
    opening, opened_on = _balance(report, _OPENING, last=False)
    closing, closed_on = _balance(report, _CLOSING, last=True)
    if opening is None or closing is None:
        opening, closing = _between_pages(report, opening, closing)
    own = first_said(report, "Acct/Id/IBAN", "Acct/Id/Othr/Id").replace(" ", "").upper()
    days = [entry.booked_on for entry in entries]
    first = day_at(report, "FrToDt/FrDtTm") or (min(days) if days else opened_on)
    last = day_at(report, "FrToDt/ToDtTm") or (max([*days, *([closed_on] if closed_on else [])], default=None))
    return Statement(
        format=_REPORTS[report.tag],
        account=own,
        currency=_currency(report, entries),
        statement_id=said(report, "Id"),
        sequence=first_said(report, "ElctrncSeqNb", "LglSeqNb"),
        first_on=first,
        last_on=last,
        opening=opening,
        closing=closing,
        lines=_all_lines(entries, own),
        left_out=left_out,
    )


def _all_lines(entries: list[Entry], own: str) -> tuple[Line, ...]:
    return tuple(line for entry in entries for line in lines_of(entry, own))


def _between_pages(report: Element, opening: Money | None, closing: Money | None) -> tuple[Money | None, Money | None]:
    """A statement cut into pages has interim balances between them. One that lacks a balance is refused."""
    if _REPORTS[report.tag] != Format.CAMT_053:
        return None, None
    if report.find("StmtPgntn") is not None:
        opening = opening if opening is not None else _balance(report, ("ITBD",), last=False)[0]
        closing = closing if closing is not None else _balance(report, ("ITBD",), last=True)[0]
    if opening is None:
        raise FileRefused(_("The opening balance is missing, so the statement cannot be checked."))
    if closing is None:
        raise FileRefused(_("The closing balance is missing, so the statement cannot be checked."))
    return opening, closing


def _balance(report: Element, codes: tuple[str, ...], *, last: bool) -> tuple[Money | None, date | None]:
    """The first, or the last, balance of these codes; the codes in the order of their worth."""
    for code in codes:
        found = [each for each in report.findall("Bal") if said(each, "Tp/CdOrPrtry/Cd") == code]
        if found:
            chosen = found[-1] if last else found[0]
            amount = amount_at(chosen.find("Amt"))
            return -amount if said(chosen, "CdtDbtInd") == "DBIT" else amount, day_at(chosen, "Dt")
    return None, None


def _currency(report: Element, entries: list[Entry]) -> str:
    """The one currency of account, balances and entries."""
    told = {said(report, "Acct/Ccy"), *(entry.currency for entry in entries)}
    told |= {each.get("Ccy", "") for each in report.findall("Bal/Amt")}
    named = sorted(told - {""})
    if len(named) > 1:
        raise FileRefused(_("It mixes currencies: %(names)s.") % {"names": ", ".join(named)})
    return named[0] if named else "EUR"
