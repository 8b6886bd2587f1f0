"""What a statement tells: the account, some days, the balance before them, and the lines. Every format writes this."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date

from sandbox.bank import ledger
from sandbox.store import Json
from sandbox.world import World


@dataclass(frozen=True, slots=True)
class Excerpt:
    """Cents before and after, and the lines between.

    A line has `id`, `day`, `cents` (positive comes in), `code`; perhaps `name`, `iban`, `text`, `structured`,
    `end_to_end`, `mandate`, `reason`, `charges`; a batch has `parts`.
    """

    account: str
    since: date
    until: date
    opening: int
    lines: tuple[Json, ...]
    written: int = 0

    @property
    def closing(self) -> int:
        return self.opening + sum(int(line["cents"]) for line in self.lines)


def excerpt(world: World, account: str, since: date, until: date) -> Excerpt:
    """The lines of an account between two days, both counted."""
    lines = ledger.lines(world, account, since, until)
    return Excerpt(account, since, until, ledger.balance_before(world, account, since), tuple(lines), world.clock.now())


def french_account(iban: str) -> tuple[str, str, str]:
    """Bank, branch and account number of a French IBAN."""
    return iban[4:9], iban[9:14], iban[14:25]


def remittance(line: Json) -> str:
    """What the payer wrote, on one line."""
    return " ".join(f"{line.get('text', '')} {line.get('structured', '')}".split())


def label(line: Json) -> str:
    """How the bank calls a line whose text is elsewhere: `VIR SEPA ANNE MARTIN`."""
    words = {"RCDT": "VIR SEPA", "ICDT": "VIR SEPA EMIS", "IDDT": "REMISE PRLV" if line["cents"] > 0 else "PRLV IMPAYE"}
    return " ".join(f"{words.get(line['code'][1], 'FRAIS')} {line.get('name', '')}".split())


def in_capitals(text: str) -> str:
    """Without accents, and without signs that old networks do not carry."""
    plain = unicodedata.normalize("NFKD", text.replace("’", "'").replace("œ", "oe")).upper()
    return "".join(sign if sign.isascii() else " " for sign in plain if not unicodedata.combining(sign))


def cents_of(written: str) -> int:
    """Euros as people write them: `1 250,00`, `72.5`. Raises ValueError."""
    plain = "".join(written.split()).replace(",", ".")
    if not re.fullmatch(r"[0-9]{1,9}(?:[.][0-9]{1,2})?", plain):
        raise ValueError(f"not an amount of euros: {written}")
    whole, _, rest = plain.partition(".")
    cents = int(whole) * 100 + int(rest.ljust(2, "0"))
    if not cents:
        raise ValueError("not an amount of euros: 0")
    return cents


def euros(cents: int, decimal: str = ".") -> str:
    """Without a sign."""
    return f"{abs(cents) // 100}{decimal}{abs(cents) % 100:02}"
