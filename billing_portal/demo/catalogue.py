"""What the demonstration sells: label, price a month before VAT."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from invoices.services import NewLine

if TYPE_CHECKING:
    from datetime import date


@dataclass(frozen=True, slots=True)
class Product:
    """Something sold by the month."""

    label: str
    price: Decimal

    def line(self, first: date, last: date, *, quantity: int = 1) -> NewLine:
        """A month of it."""
        return NewLine(self.label, Decimal(quantity), self.price, Decimal(20), first, last)


SMALL = Product("Hébergement mutualisé, offre S", Decimal("9.90"))
MEDIUM = Product("Hébergement mutualisé, offre M", Decimal("19.90"))
LARGE = Product("Hébergement mutualisé, offre L", Decimal("49.90"))
SERVER = Product("Serveur privé virtuel, 4 cœurs, 8 Go", Decimal("64.00"))
MAILBOX = Product("Boîte aux lettres, 50 Go", Decimal("2.50"))
BACKUP = Product("Sauvegarde externe, 500 Go", Decimal("14.00"))
DOMAIN = Product("Nom de domaine .fr", Decimal("0.75"))
ALL = (SMALL, MEDIUM, LARGE, SERVER, MAILBOX, BACKUP, DOMAIN)
