"""Transfers between accounts of ours: each of the two lines meets the other on 580000."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bank.models import BankAccount, BankLine
from bank.services.leaving.booking import TRANSIT, book_on
from bank.words import LineKind
from core.crypto import blind_index

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from bank.models import LineWork

_TRANSFERS = (LineKind.TRANSFER_IN, LineKind.TRANSFER_OUT, LineKind.OTHER)


def own_accounts() -> dict[str, BankAccount]:
    """Our accounts by the index of their IBAN, as those of payers are found. One query, however many lines ask."""
    return {blind_index(own.iban): own for own in BankAccount.objects.order_by("pk")}


def own_account_of(line: BankLine, ours: Mapping[str, BankAccount]) -> BankAccount | None:
    """The account of ours that is on the other side of a line; none when it is somebody else's, or the same one."""
    if line.party_account is None or line.kind not in _TRANSFERS:
        return None
    own = ours.get(line.party_account.iban_index)
    return None if own is None or own.pk == line.account_id else own


def apply_internal(work: LineWork, *, at: datetime) -> bool:
    """D 512 / C 580000 where it comes in, D 580000 / C 512 where it left."""
    own = own_account_of(work.line, own_accounts())
    if own is None:
        return False
    book_on(work, TRANSIT, reason=f"Virement interne, {own}", by=None, at=at)  # the language of the books
    return True
