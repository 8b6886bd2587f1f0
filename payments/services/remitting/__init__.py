"""The verbs of direct debits through our own bank: write the file, hand it over, write down what the bank answers."""

from __future__ import annotations

from payments.services.remitting.answering import (
    BankWord,
    FileAnswer,
    record_file_answer,
    record_return,
    record_settlement,
)
from payments.services.remitting.handing import content_of, drop, hand_over, name_of, take
from payments.services.remitting.making import CannotRemit, make_remittances

__all__ = [
    "BankWord",
    "CannotRemit",
    "FileAnswer",
    "content_of",
    "drop",
    "hand_over",
    "make_remittances",
    "name_of",
    "record_file_answer",
    "record_return",
    "record_settlement",
    "take",
]
