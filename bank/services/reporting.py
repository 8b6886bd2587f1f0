"""The bank's answers to our remittances (pain.002): they move no money, and say which debits it will not make."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bank.readers import read_status_report
from bank.services.transferring.answering import TransferAnswer, record_transfer_answer
from core.clock import local_date
from payments import selectors as payments
from payments.services import remitting
from payments.services.remitting import FileAnswer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from bank.models import TransferFile
    from bank.readers.shape import StatusReport, TransactionStatus
    from payments.models import Remittance

_REFUSED: Final = "RJCT"
_TRANSFERS: Final = "pain.001"


def read_report(content: bytes, name: str, *, at: datetime) -> Remittance | TransferFile | None:
    """Apply the bank's answer to one of our files; None, and an answer set aside for staff, when it is not ours.

    May be repeated. Raises FileRefused when the file is no such answer.
    """
    report = read_status_report(content, name)
    if report.original_kind.startswith(_TRANSFERS):
        return record_transfer_answer(_about_transfers(report), at=at)
    answer = FileAnswer(
        message_id=report.original_message_id,
        refused=report.status == _REFUSED,
        reason=report.reason,
        refusals=list(_refusals(report)),
        told_on=local_date(at),
        source=f"pain.002 {report.message_id}",
    )
    return remitting.record_file_answer(answer, at=at)


def _about_transfers(report: StatusReport) -> TransferAnswer:
    named = {told.end_to_end: told.reason or report.reason for told in report.transactions if _is_refused(told)}
    return TransferAnswer(
        report.original_message_id, report.status, report.reason, named, f"pain.002 {report.message_id}"
    )


def _is_refused(told: TransactionStatus) -> bool:
    return bool(told.end_to_end) and _REFUSED in (told.status, told.batch_status if not told.status else "")


def _refusals(report: StatusReport) -> Iterator[tuple[str, str]]:
    """Each debit that is refused, with the nearest reason: its own, that of its batch, that of the file."""
    for told in report.transactions:
        reason = told.reason or report.reason
        if _is_refused(told):
            yield told.end_to_end, reason
        elif not told.end_to_end and told.batch_status == _REFUSED:
            yield from ((debit.end_to_end, reason) for debit in payments.debits_of_batch(told.batch_id))
