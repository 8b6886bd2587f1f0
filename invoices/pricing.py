"""Put the parties, the VAT decision and the arithmetic together for the lines of one invoice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext

from accounts.selectors import current_seller
from core.clock import local_date
from core.money import ZERO, Money
from invoices.evidence import Gathered, gather
from invoices.models import InvoiceVat
from invoices.parties import Buyer, Seller, copy_buyer, copy_seller
from invoices.tax import NO_EVIDENCE, Decision, Evidence, VatNotProven, decide
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
    """The lines of an invoice with the VAT of its buyer: who, how much, and why. `unproven`: what proof is missing."""

    seller: Seller
    buyer: Buyer
    totals: Totals
    decisions: dict[tuple[str, Decimal], Decision]
    evidence: Evidence = NO_EVIDENCE
    unproven: str = ""

    def vat_rows(self, invoice: Invoice) -> list[InvoiceVat]:
        """One row for each (category, rate)."""
        return [
            InvoiceVat(
                invoice=invoice,
                category=group.category,
                rate=group.rate,
                treatment=decision.treatment,
                country=decision.country,
                base_cents=group.base.cents,
                vat_cents=group.vat.cents,
                mention=decision.mention_in(self.buyer.language),
                reason_code=decision.reason_code,
                revenue_account=decision.revenue_account,
                vat_account=decision.vat_account,
            )
            for group in self.totals.groups
            for decision in [self.decisions[group.category, group.rate]]
        ]


def price(customer: Customer, lines: Sequence[InvoiceLine], *, at: datetime) -> Priced:
    """Decide the VAT of each line of a draft on the day of `at` (Europe/Paris), write it on the lines, and add up.

    A VAT number that is not proven yet does not stop a draft: it is priced as if it were, and `unproven` says so.
    Nothing is saved. Raises VatNotDecided, NothingToBill, NoSeller.
    """
    day = local_date(at)
    gathered = gather([customer], on=day)
    return _price(copy_seller(current_seller(on=day)), customer, lines, gathered, on=day, on_promise=True)


def same_treatment(seller: Seller, old: Buyer, customer: Customer, *, on: date) -> bool:
    """Whether the VAT of an issued invoice's buyer and of its customer as they are now is decided alike on that day.

    The former number was proven when the invoice was issued; the present one must be. Raises VatNotDecided.
    """
    known = gather([customer], on=on)
    evidence = known.of(customer.pk, selling=ZERO)
    new = decide(seller, copy_buyer(customer), on=on, evidence=evidence, rates=known.rates)
    try:
        former = decide(seller, old, on=on, evidence=evidence, rates=known.rates)
    except VatNotProven as doubt:
        former = doubt.if_proven
    return former == new


def price_for(
    seller_in_force: SellerInForce,
    customer: Customer,
    lines: Sequence[InvoiceLine],
    *,
    on: date,
    gathered: Gathered | None = None,
) -> Priced:
    """The VAT and the totals of an invoice that is being issued. `gathered` is given when many are priced at once.

    Nothing is saved. Raises VatNotDecided (VatNotProven, when a proof is missing), NothingToBill.
    """
    known = gathered or gather([customer], on=on)
    priced = _price(copy_seller(seller_in_force), customer, lines, known, on=on, on_promise=False)
    known.add_sale({decision.treatment for decision in priced.decisions.values()}, priced.totals.net)
    return priced


def _price(
    seller: Seller, customer: Customer, lines: Sequence[InvoiceLine], known: Gathered, *, on: date, on_promise: bool
) -> Priced:
    buyer = copy_buyer(customer)
    evidence = known.of(customer.pk, selling=sum((Money(line.net_cents) for line in lines), ZERO))
    decisions: dict[tuple[str, Decimal], Decision] = {}
    unproven = ""
    for line in lines:
        try:
            decision = decide(
                seller, buyer, on=on, product_rate=line.product_rate, evidence=evidence, rates=known.rates
            )
        except VatNotProven as doubt:
            if not on_promise:
                raise
            decision, unproven = doubt.if_proven, str(doubt)
        line.rate, line.category = decision.rate, decision.category
        decisions[decision.category, decision.rate] = decision
    totals = total_up([TaxedAmount(Money(line.net_cents), line.rate, line.category) for line in lines])
    if any(group.base.cents <= 0 for group in totals.groups):
        raise NothingToBill(gettext("The invoice adds up to nothing or less. Nothing was billed."))
    return Priced(seller, buyer, totals, decisions, evidence, unproven)
