"""What was signed, as one text that a hash stands for. The account is in it by its index: the hash tells no more."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from payments.models import Mandate


def signed_text(mandate: Mandate, legal: str) -> str:
    """The words of the mandate and of the law, in one order, as the signature covers them."""
    return "\n".join(
        [
            legal,
            f"scheme {mandate.scheme}",
            f"reference {mandate.reference}",
            f"ics {mandate.ics}",
            f"creditor {mandate.creditor_name}",
            mandate.creditor_address,
            f"debtor {mandate.debtor_name}",
            mandate.debtor_address,
            f"account {mandate.iban_index or mandate.object_id} {mandate.iban_country} {mandate.iban_last4}",
            f"bic {mandate.bic}",
            "recurrent",
        ]
    )


def signed_hash(mandate: Mandate, legal: str) -> str:
    """The SHA-256 of `signed_text`, in hexadecimal."""
    return sha256(signed_text(mandate, legal).encode()).hexdigest()
