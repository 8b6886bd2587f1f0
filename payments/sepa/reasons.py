"""Why a bank refuses or returns a direct debit: ISO 20022 codes, what follows each, and words for its payer.

Codes: EPC "Guidance on reason codes for SEPA direct debit R-transactions" (EPC173-14). What follows is our choice.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.utils.functional import _StrPromise


class After(StrEnum):
    """What follows for the account and its mandate."""

    AGAIN = "AGAIN"  # may be presented once more
    ASK = "ASK"  # the account is not debited again until its holder acts
    END = "END"  # the mandate is over
    STOP = "STOP"  # its holder took the money back: nothing more is debited by itself
    OURS = "OURS"  # our file or our identifier is at fault: staff look


@dataclass(frozen=True, slots=True)
class ReasonCode:
    """One code. `funds`: the account lacked money."""

    after: After
    words: _StrPromise
    funds: bool = False


_CLOSED: Final = _("The account is closed.")
_WRONG: Final = _("The account number is not right, or not any more.")
_UNWANTED: Final = _("Your bank refuses direct debits on this account.")
_NO_MANDATE: Final = _("Your bank has no mandate that allows this debit.")
_OUR_FILE: Final = _("Our file was at fault, not your account.")
_TWICE: Final = _("Your bank took it for a repetition of another debit.")
_NO_WORD: Final = _("Your bank refused it and gave no reason.")

REASONS: Final[Mapping[str, ReasonCode]] = {
    "AM04": ReasonCode(After.AGAIN, _("There was not enough money on the account."), funds=True),
    "MS02": ReasonCode(After.ASK, _("You refused this debit at your bank.")),
    "MS03": ReasonCode(After.ASK, _NO_WORD),
    "MD01": ReasonCode(After.END, _NO_MANDATE),
    "MD02": ReasonCode(After.END, _("Your bank says that the mandate is incomplete.")),
    "MD06": ReasonCode(After.STOP, _("You asked your bank to give the money back.")),
    "MD07": ReasonCode(After.END, _("The bank says that the holder of the account has died.")),
    "AC01": ReasonCode(After.END, _WRONG),
    "AC04": ReasonCode(After.END, _CLOSED),
    "AC06": ReasonCode(After.ASK, _("The account is blocked.")),
    "AC13": ReasonCode(After.END, _("The account is a consumer’s: it cannot be debited under a business mandate.")),
    "AG01": ReasonCode(After.END, _UNWANTED),
    "AG02": ReasonCode(After.OURS, _OUR_FILE),
    "AM05": ReasonCode(After.OURS, _TWICE),
    "DUPL": ReasonCode(After.OURS, _TWICE),
    "BE05": ReasonCode(After.OURS, _OUR_FILE),
    "FF01": ReasonCode(After.OURS, _OUR_FILE),
    "FF05": ReasonCode(After.OURS, _OUR_FILE),
    "RC01": ReasonCode(After.OURS, _("The identifier of your bank is not right.")),
    "RR01": ReasonCode(After.ASK, _UNWANTED),
    "RR02": ReasonCode(After.ASK, _UNWANTED),
    "RR03": ReasonCode(After.ASK, _UNWANTED),
    "RR04": ReasonCode(After.ASK, _UNWANTED),
    "SL01": ReasonCode(After.ASK, _("You asked your bank not to accept our debits, or not of this amount.")),
    "CNOR": ReasonCode(After.ASK, _("Your bank cannot be reached for direct debits.")),
    "DNOR": ReasonCode(After.ASK, _("Your bank cannot be reached for direct debits.")),
    "TM01": ReasonCode(After.AGAIN, _("It reached your bank too late.")),
    "MANDATE": ReasonCode(After.ASK, _("The mandate is no longer in force.")),
}
"""Every code that we know. MANDATE is our own, for a mandate that ended before the file was made."""
_UNKNOWN: Final = ReasonCode(After.ASK, _NO_WORD)


def reason_of(code: str) -> ReasonCode:
    """What a code means; one that nobody told us of stops the debits of that account until a person has looked."""
    return REASONS.get(code.upper(), _UNKNOWN)
