"""Put the parties, the VAT decision and the arithmetic together for the lines of one invoice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext

from accounts.selectors import current_seller
from core.clock import local_date
from core.money import Money
from invoices.models import InvoiceVat
from invoices.parties import Buyer, Seller, copy_buyer, copy_seller
from invoices.tax import Decision, decide
from invoices.totals import TaxedAmount, Totals, total_up

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime
    from decimal import Decimal

    from accounts.models import Customer
    from accounts.models import Seller as SellerInForce
    from invoices.models import Invoice, InvoiceLine


class NothingToBill(ValueError):
    """The invoice adds up to nothing, or a discount is larger than what it is taken from."""


@dataclass(frozen=True, slots=True)
class Priced:
    """The lines of an invoice with the VAT of its buyer: who, how much, and why."""

    seller: Seller
    buyer: Buyer
    totals: Totals
    decisions: dict[tuple[str, Decimal], Decision]

    def vat_rows(self, invoice: Invoice) -> list[InvoiceVat]:
        """One row for each (category, rate)."""
        return [
            InvoiceVat(
                invoice=invoice,
                category=group.category,
                rate=group.rate,
                base_cents=group.base.cents,
                vat_cents=group.vat.cents,
                mention=decision.mention,
                reason_code=decision.reason_code,
                revenue_account=decision.revenue_account,
                vat_account=decision.vat_account,
            )
            for group in self.totals.groups
            for decision in [self.decisions[group.category, group.rate]]
        ]


def price(customer: Customer, lines: Sequence[InvoiceLine], *, at: datetime) -> Priced:
    """Decide the VAT of each line on the day of `at` (Europe/Paris), write it on the lines, and add up.

    Nothing is saved. Raises VatNotDecided, NothingToBill, NoSeller.
    """
    day = local_date(at)
    return price_for(current_seller(on=day), customer, lines, on=day)


def same_treatment(seller: Seller, old: Buyer, new: Buyer, *, on: date) -> bool:
    """Whether the VAT of both buyers is decided alike on that day. Raises VatNotDecided."""
    return decide(seller, old, on=on) == decide(seller, new, on=on)


def price_for(seller_in_force: SellerInForce, customer: Customer, lines: Sequence[InvoiceLine], *, on: date) -> Priced:
    """As `price`, for callers that price many invoices of one seller."""
    seller, buyer = copy_seller(seller_in_force), copy_buyer(customer)
    decisions: dict[tuple[str, Decimal], Decision] = {}
    for line in lines:
        decision = decide(seller, buyer, on=on, product_rate=line.rate)
        line.rate, line.category = decision.rate, decision.category
        decisions[decision.category, decision.rate] = decision
    totals = total_up([TaxedAmount(Money(line.net_cents), line.rate, line.category) for line in lines])
    if any(group.base.cents <= 0 for group in totals.groups):
        raise NothingToBill(gettext("The invoice adds up to nothing or less. Nothing was billed."))
    return Priced(seller, buyer, totals, decisions)
