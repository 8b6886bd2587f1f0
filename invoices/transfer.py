"""The transfer box of an invoice that is not paid: where to send the money, what to write, and the code to scan."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from invoices import qr

if TYPE_CHECKING:
    from core.money import Money
    from invoices.parties import Buyer, Seller

QUIET_MODULES = 2  # on screen; the white frame of the style sheet adds the other two


@dataclass(frozen=True, slots=True)
class Transfer:
    """How to pay by transfer, in words and as a code. Spaces do not break: numbers stay in one piece."""

    holder: str
    iban: str
    bic: str
    customer_number: str
    reference: str
    compact_reference: str
    code_path: str
    code_size: int

    @property
    def code_frame(self) -> int:
        """Side of the code with its quiet margins, in modules."""
        return self.code_size + 2 * QUIET_MODULES


def transfer_of(seller: Seller, buyer: Buyer, amount: Money | None) -> Transfer:
    """The box for that amount (none: the payer types it): the account of the seller, the numbers of the buyer."""
    payload = qr.transfer_payload(
        holder=seller.bank_holder,
        iban=seller.iban,
        bic=seller.bic,
        amount=amount,
        reference=buyer.reference.rf,
    )
    path, size = qr.qr_path(payload)
    return Transfer(
        holder=seller.bank_holder,
        iban=seller.iban_text,
        bic=seller.bic,
        customer_number=buyer.reference.shown,
        reference=buyer.reference.rf_shown.replace(" ", "\u00a0"),
        compact_reference=buyer.reference.rf,
        code_path=path,
        code_size=size,
    )
