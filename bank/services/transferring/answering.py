"""What the bank says of our files of transfers (pain.002): which of them it will not make. It moves no money."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.db import transaction

from bank.locks import lock_order, lock_transfer_file
from bank.models import OrderState, TransferFile, TransferFileEvent, TransferOrder
from bank.order_transitions import move
from bank.services.transferring.reserving import free
from core.failpoints import failpoint

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from accounts.models import User

_REFUSED: Final = "RJCT"


@dataclass(frozen=True, slots=True)
class TransferAnswer:
    """What the bank says of a file: its status, the reason when it is refused whole, the reasons by end-to-end id."""

    message_id: str
    status: str
    reason: str
    refusals: Mapping[str, str]
    source: str


def record_transfer_answer(answer: TransferAnswer, *, at: datetime) -> TransferFile | None:
    """Refuse the orders that the bank refuses; None when it answers no file of transfers of ours. Twice is once.

    One that left all the same stays booked: the statement is the proof.
    """
    file = TransferFile.objects.filter(message_id=answer.message_id).first()
    if file is None:
        return None
    whole = answer.status == _REFUSED and not answer.refusals
    for order in file.orders.filter(state=OrderState.FILED).order_by("pk"):
        if whole or order.end_to_end in answer.refusals:
            refuse_order(order.pk, reason=answer.refusals.get(order.end_to_end, answer.reason), at=at)
            failpoint("transfer.refused")
    return _note_answer(file.pk, answer, at=at)


@transaction.atomic
def refuse_order(order_id: int, *, reason: str, at: datetime, by: User | None = None) -> TransferOrder:
    """The bank will not make a transfer that is in a file, as it says itself or as staff were told. Twice is once."""
    order = lock_order(order_id)
    if order.state == OrderState.FILED:
        order.refusal = reason[:100]
        free(order, by=by, reason=f"{order} refused: {reason}", at=at)
        move(order, OrderState.REFUSED, at=at, by=by, detail=reason)
    return order


@transaction.atomic
def _note_answer(file_id: int, answer: TransferAnswer, *, at: datetime) -> TransferFile:
    file = lock_transfer_file(file_id)
    if file.answer != answer.status:
        file.answer = answer.status[:4]
        file.handed_at = file.handed_at or at
        file.save(update_fields=["answer", "handed_at"])
        TransferFileEvent.objects.create(
            file=file, name="answered", detail=f"{answer.status} {answer.source}"[:300], at=at
        )
    return file
