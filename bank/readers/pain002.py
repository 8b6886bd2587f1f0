"""pain.002 of ISO 20022 (all versions): what the bank says of a remittance of ours, such as a pain.008.

`ACCP`, `ACSP`, `ACTC`: taken; `RJCT`: refused, with a reason; `PART`: some of it. What is not named was taken, or is
not decided yet. It moves no money.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from bank.readers.bounds import Budget, check_size
from bank.readers.refusing import FileRefused
from bank.readers.shape import StatusReport, TransactionStatus
from bank.readers.trees import amount_at, day_at, first_said, said, walk

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element


def read_status_report(content: bytes, name: str = "") -> StatusReport:
    """The report in a file. Raises FileRefused when it is none."""
    try:
        check_size(len(content))
        return _read(content, Budget())
    except FileRefused as refusal:
        raise refusal.of(name) if name else refusal from None


def _read(content: bytes, budget: Budget) -> StatusReport:
    found: list[TransactionStatus] = []
    waiting: list[Element] = []
    message = ""
    group: Element | None = None
    for parent, element in walk(content, budget=budget):
        if element.tag == "TxInfAndSts" and parent is not None:
            budget.spend_line()
            waiting.append(element)
            parent.remove(element)
        elif element.tag == "OrgnlPmtInfAndSts":
            found += _batch(element, waiting)
            waiting = []
        elif element.tag == "GrpHdr":
            message = said(element, "MsgId")
        elif element.tag == "OrgnlGrpInfAndSts":
            group = element
    if group is None:
        raise FileRefused(_("This is no report on a remittance (pain.002)."))
    return StatusReport(
        message_id=message,
        original_message_id=said(group, "OrgnlMsgId"),
        original_kind=said(group, "OrgnlMsgNmId"),
        status=said(group, "GrpSts"),
        reason=_reason(group),
        reason_text=said(group, "StsRsnInf/AddtlInf"),
        transactions=tuple(found + [_transaction(each, "", "") for each in waiting]),
    )


def _batch(batch: Element, transactions: list[Element]) -> list[TransactionStatus]:
    """Each transaction named; the batch itself when it names none."""
    batch_id, status = said(batch, "OrgnlPmtInfId"), said(batch, "PmtInfSts")
    if transactions:
        return [_transaction(each, batch_id, status) for each in transactions]
    return [
        TransactionStatus(batch_id, status, reason=_reason(batch), reason_text=said(batch, "StsRsnInf/AddtlInf")),
    ]


def _transaction(element: Element, batch_id: str, batch_status: str) -> TransactionStatus:
    amount = element.find("OrgnlTxRef/Amt/InstdAmt")
    return TransactionStatus(
        batch_id=batch_id,
        batch_status=batch_status,
        end_to_end=said(element, "OrgnlEndToEndId"),
        instruction_id=said(element, "OrgnlInstrId"),
        status=said(element, "TxSts"),
        reason=_reason(element),
        reason_text=said(element, "StsRsnInf/AddtlInf"),
        amount=amount_at(amount) if amount is not None else None,
        mandate_ref=said(element, "OrgnlTxRef/MndtRltdInf/MndtId"),
        collected_on=day_at(element, "OrgnlTxRef/ReqdColltnDt"),
    )


def _reason(element: Element) -> str:
    return first_said(element, "StsRsnInf/Rsn/Cd", "StsRsnInf/Rsn/Prtry")
