"""The notes of a document (BG-1): what the law wants said, each under its subject code (BT-21, UNTDID 4451)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from core.formats import day_text
from invoices.facturx.channels import treatment_of
from invoices.facturx.elements import written
from invoices.wording import rate_text

if TYPE_CHECKING:
    from datetime import date

    from invoices.parties import Buyer, Seller
    from invoices.states import Channel

RECOVERY, PENALTIES, DISCOUNT, TREATMENT, GENERAL = "PMT", "PMD", "AAB", "BAR", "AAI"


def notes(
    seller: Seller, buyer: Buyer, channel: Channel, *, vat_on_debits: bool, settled_on: date | None
) -> list[tuple[str, str]]:
    """(subject code, text) in the order of the paper. Consumers owe no penalties and no 40 € (art. L. 441-10)."""
    found = [(GENERAL, _("Supply of services."))]
    if vat_on_debits:
        found.append(
            (GENERAL, _("VAT paid on debits by option (Option pour le paiement de la taxe d’après les débits)."))
        )
    if settled_on:
        day = day_text(settled_on)
        found.append((GENERAL, _("Settled by debit of the prepaid account on %(day)s.") % {"day": day}))
    if not buyer.is_consumer:
        found += [(RECOVERY, _recovery(buyer)), (PENALTIES, _penalties(seller, buyer))]
    found.append((DISCOUNT, _("No discount for early payment.")))
    if treatment := treatment_of(channel, buyer):
        found.append((TREATMENT, treatment))
    return found


def buyer_texts(order_number: str, free_text: str) -> list[tuple[str, str]]:
    """What the buyer wants said: the order number that BT-13 has no room for, and the free text."""
    found = []
    if order_number:
        found.append((GENERAL, _("Order number: %(number)s") % {"number": order_number}))
    if written(free_text):
        found.append((GENERAL, free_text))
    return found


def _recovery(buyer: Buyer) -> str:
    """C. com. art. D. 441-5; public bodies: code de la commande publique, art. D. 2192-35."""
    if buyer.is_public:
        return _("Late payment: fixed recovery fee of €40 (art. D. 2192-35 of the French public procurement code).")
    return _("Late payment: fixed recovery fee of €40 (art. D. 441-5 of the French Commercial Code).")


def _penalties(seller: Seller, buyer: Buyer) -> str:
    """C. com. art. L. 441-10, II; public bodies: code de la commande publique, art. R. 2192-31."""
    if buyer.is_public:
        return _(
            "Late payment: interest at the ECB rate plus eight points (art. R. 2192-31 of the French public "
            "procurement code)."
        )
    return _(
        "Late payment: penalty at %(rate)s a year, due without reminder (art. L. 441-10 of the French Commercial Code)."
    ) % {"rate": rate_text(seller.late_rate)}
