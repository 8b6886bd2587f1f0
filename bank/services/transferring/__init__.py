"""Money that we send back by transfer: ordered by staff, approved when it is much, in one file, booked once."""

from __future__ import annotations

from bank.services.transferring.answering import TransferAnswer, record_transfer_answer, refuse_order
from bank.services.transferring.filing import (
    CannotTransfer,
    drop_transfer_files,
    first_day,
    hand_over_transfer_file,
    make_file_of_the_day,
    make_transfer_file,
    name_of_transfer_file,
    take_transfer_file,
)
from bank.services.transferring.keeping import AlreadyReleased, leave_kept_money
from bank.services.transferring.limits import OrderLimit, limit_of_transfer, sender_of_lot
from bank.services.transferring.ordering import (
    NotOrderable,
    OrderWish,
    cancel_order,
    drop_order,
    follow_order_approval,
    hear_decision,
    order_refund,
    order_return,
    sweep_orders,
)

__all__ = [
    "AlreadyReleased",
    "CannotTransfer",
    "NotOrderable",
    "OrderLimit",
    "OrderWish",
    "TransferAnswer",
    "cancel_order",
    "drop_order",
    "drop_transfer_files",
    "first_day",
    "follow_order_approval",
    "hand_over_transfer_file",
    "hear_decision",
    "leave_kept_money",
    "limit_of_transfer",
    "make_file_of_the_day",
    "make_transfer_file",
    "name_of_transfer_file",
    "order_refund",
    "order_return",
    "record_transfer_answer",
    "refuse_order",
    "sender_of_lot",
    "sweep_orders",
    "take_transfer_file",
]
