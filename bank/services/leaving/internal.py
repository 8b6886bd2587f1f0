"""Transfers between accounts of ours: each of the two lines meets the other on 580000."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bank.models import BankAccount, BankLine
from bank.services.leaving.booking import TRANSIT, book_on
from bank.words import LineKind
from core.crypto import blind_index

if TYPE_CHECKING:
    from datetime import datetime

    from bank.models import LineWork

_TRANSFERS = (LineKind.TRANSFER_IN, LineKind.TRANSFER_OUT, LineKind.OTHER)


def own_account_of(line: BankLine) -> BankAccount | None:
    """The account of ours that is on the other side of a line; none when it is somebody else's, or the same one."""
    if line.party_account is None or line.kind not in _TRANSFERS:
        return None
    others = BankAccount.objects.exclude(pk=line.account_id)
    return next((own for own in others if blind_index(own.iban) == line.party_account.iban_index), None)


def apply_internal(work: LineWork, *, at: datetime) -> bool:
    """D 512 / C 580000 where it comes in, D 580000 / C 512 where it left."""
    own = own_account_of(work.line)
    if own is None:
        return False
    book_on(work, TRANSIT, reason=f"Virement interne, {own}", by=None, at=at)  # the language of the books
    return True
