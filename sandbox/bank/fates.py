"""What becomes of a debit: told by the controls, else written in the account number, else it pays.

A French account number that begins with R and a reason code (`RAM04…`) is refused before settlement; with T (`TMD06…`)
the debit settles and comes back some days later; with S the bank never says a word.
"""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from enum import StrEnum

from sandbox.store import Json, Store

_FATES = "bank.fates"
_WRITTEN = re.compile(r"FR\d{2}\d{10}(?P<letter>[RTS])(?P<reason>[A-Z]{2}\d{2})[0-9A-Z]{6}\d{2}")
_RIB_LETTERS = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "12345678912345678923456789")
_BANK, _BRANCH = "30006", "00001"
_MOST_DAYS = 400


class Kind(StrEnum):
    PAY = "PAY"
    REJECT = "REJECT"
    RETURN = "RETURN"
    SILENT = "SILENT"


_LETTERS = {"R": Kind.REJECT, "T": Kind.RETURN, "S": Kind.SILENT}


@dataclass(frozen=True, slots=True)
class Fate:
    """`days` after settlement for a return; `charges` are cents that the bank keeps for it; `times` −1 is always."""

    kind: Kind = Kind.PAY
    reason: str = ""
    days: int = 2
    charges: int = 0
    times: int = -1


def told(options: Json) -> Fate:
    """A fate from a control: `kind`, `reason`, `days`, `charges` (cents), `times`."""
    fate = Fate(
        Kind(str(options.get("kind", Kind.PAY))),
        str(options.get("reason", ""))[:10],
        int(options.get("days", 2)),
        int(options.get("charges", 0)),
        int(options.get("times", -1)),
    )
    if fate.kind in {Kind.REJECT, Kind.RETURN} and not fate.reason:
        raise ValueError("a reason code is needed, such as AM04")
    if not 0 <= fate.days <= _MOST_DAYS or fate.charges < 0:
        raise ValueError(f"days from 0 to {_MOST_DAYS}, charges from 0")
    return fate


def tell(store: Store, key: str, fate: Fate) -> None:
    """Decide what becomes of the next debits of an account, a mandate or an end-to-end id."""
    store.set_setting(_FATES, {**store.setting(_FATES, {}), key: asdict(fate)})


def decided(store: Store) -> Json:
    return dict(store.setting(_FATES, {}))


def forget(store: Store) -> None:
    store.set_setting(_FATES, {})


def fate_of(store: Store, *, end_to_end: str, mandate: str, iban: str) -> Fate:
    """What becomes of this debit; a fate that was told for a number of times is used up."""
    fates = decided(store)
    for key in (end_to_end, mandate, iban):
        if key in fates and fates[key]["times"]:
            found = Fate(**{**fates[key], "kind": Kind(fates[key]["kind"])})
            if found.times > 0:
                tell(store, key, Fate(found.kind, found.reason, found.days, found.charges, found.times - 1))
            return found
    written = _WRITTEN.fullmatch(iban)
    return Fate(_LETTERS[written["letter"]], written["reason"]) if written else Fate()


def account(word: str) -> str:
    """A French IBAN whose account number begins with that word: `account("RAM04")` is refused for lack of money."""
    if not re.fullmatch(r"[0-9A-Z]{0,11}", word):
        raise ValueError("at most 11 capitals and digits")
    number = word.ljust(11, "0")
    digits = int(number.translate(_RIB_LETTERS))
    key = 97 - (89 * int(_BANK) + 15 * int(_BRANCH) + 3 * digits) % 97
    bban = f"{_BANK}{_BRANCH}{number}{key:02}"
    check = 98 - int("".join(str(int(sign, 36)) for sign in f"{bban}FR00")) % 97
    return f"FR{check:02}{bban}"
