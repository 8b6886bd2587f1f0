"""What the decision refuses, by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from invoices.tax.deciding import Decision


class VatNotDecided(ValueError):
    """No rule is set up for this sale. The message says which part is missing; nothing is issued."""


class VatNotProven(VatNotDecided):
    """The sale would be without VAT, but its proof is missing. `if_proven` is the decision once it is there.

    A draft may be written on that promise; it is issued only with the proof.
    """

    def __init__(self, message: str, *, if_proven: Decision) -> None:
        super().__init__(message)
        self.if_proven = if_proven
