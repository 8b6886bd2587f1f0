"""Sequences 5, 6 and 11 of the accountant, from the document to the books: posting, allocation, state.

Invoices are 100 + 20 % on debits unless said. Numbers are written short: FA1 is FA2026-000001.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from accounts.models import Seller
from core.money import Money
from invoices import selectors, services
from invoices.services import NewLine, Request, TakenBack
from invoices.states import FreedMoney
from invoices.tests.making import issued
from ledger import services as ledger
from ledger.services import Journal, Origin
from ledger.tests.desk import Desk, euros
from tests.support.cast import NOON

if TYPE_CHECKING:
    from accounts.models import Customer
    from invoices.models import Invoice
    from tests.support.cast import Cast

pytestmark = pytest.mark.django_db
HUNDRED = NewLine("Serveur dédié", Decimal(1), Decimal(100), Decimal(20))
TEN, TWENTY = Money(1000), Money(2000)


class Office:
    """The accountant's desk, with documents that have real numbers, written short."""

    def __init__(self, customer: Customer) -> None:
        self.customer, self.desk = customer, Desk(customer)
        self.serial = 0

    def bill(self, *lines: NewLine) -> Invoice:
        return issued(self.customer, *(lines or (HUNDRED,)))

    def credit(self, invoice: Invoice, amount: Money | None, **more: Any) -> Invoice:
        self.serial += 1
        taken = None if amount is None else [TakenBack(1, amount=amount)]
        return services.issue_credit_note(
            invoice, taken, Request("Résiliation", f"test:{self.serial}", **more), at=NOON
        )

    @property
    def posted(self) -> list[str]:
        return self.desk.posted()

    @property
    def allocated(self) -> list[str]:
        return [short(arrow) for arrow in self.desk.allocated()]

    @property
    def open(self) -> dict[str, str]:
        return {short(number): amount for number, amount in self.desk.open.items()}


def short(text: str) -> str:
    return text.replace("2026-00000", "")


@pytest.fixture
def office(customer: Customer) -> Office:
    return Office(customer)


def encaissements() -> None:
    Seller.objects.update(vat_on_debits=False)


# --- 5: credit note on an unpaid or part-paid invoice ---------------------------------------------------------------
def test_on_an_unpaid_invoice(office: Office) -> None:
    invoice = office.bill()
    office.desk.look()

    note = office.credit(invoice, TEN)

    assert office.posted == ["VE D 706100 10, D 445711 2 / C 411000 12"]
    assert office.allocated == ["AV1→FA1 12"]
    assert office.desk.state == "0 / 108 / -108"
    assert office.desk.lines[-1] == "CREDIT_NOTE 12"
    assert (note.number, note.total_cents, note.freed_cents) == ("AV2026-000001", 1200, 0)


def test_on_an_invoice_paid_in_part_the_difference_is_undone_first(office: Office) -> None:
    office.desk.receive("L1", 110)
    invoice = office.bill()
    office.desk.look()

    note = office.credit(invoice, TWENTY)

    assert office.posted == ["OD D 411000 14 / C 419100 14", "VE D 706100 20, D 445711 4 / C 411000 24"]
    assert office.allocated == ["-14 L1→FA1", "AV1→FA1 24"]
    assert office.desk.state == "14 / 0 / +14"
    assert note.freed_cents == 1400


def test_while_a_debit_is_in_flight(office: Office) -> None:
    invoice = office.bill()
    ledger.hold_incoming(office.customer.pk, euros(120), key="debit", reason="SEPA", at=NOON)
    office.desk.look()

    office.credit(invoice, TEN)
    assert office.posted == ["VE D 706100 10, D 445711 2 / C 411000 12"]
    assert office.allocated == ["AV1→FA1 12"]

    office.desk.receive(
        "L1",
        120,
        origin=Origin.DIRECT_DEBIT,
        account="511300",
        journal=Journal.DIRECT_DEBIT,
        names=[str(invoice.number)],
        closes_hold="debit",
    )
    assert office.allocated == ["L1→FA1 108"]
    assert (office.desk.remaining("L1"), office.desk.state) == ("12", "12 / 0 / +12")


# --- 6: credit note on a paid invoice -------------------------------------------------------------------------------
def test_on_a_paid_invoice(office: Office) -> None:
    office.desk.receive("L1", 120)
    invoice = office.bill()
    office.desk.look()

    office.credit(invoice, TEN)

    assert office.posted == ["OD D 411000 12 / C 419100 12", "VE D 706100 10, D 445711 2 / C 411000 12"]
    assert office.allocated == ["-12 L1→FA1", "AV1→FA1 12"]
    assert office.desk.state == "12 / 0 / +12"


def test_on_a_paid_invoice_then_the_customer_wants_it_back(office: Office) -> None:
    office.desk.receive("L1", 120)
    note = office.credit(office.bill(), TEN, freed_money=FreedMoney.REFUND)
    office.desk.look()
    assert office.desk.available == "0"

    [held] = selectors.money_to_refund(note)
    assert (held.lot_id, held.amount) == (office.desk.lots["L1"], euros(12))
    office.desk.refund("L1", 12, hold=held.key)

    assert office.posted == ["CB D 419100 12 / C 517100 12"]
    assert (office.desk.remaining("L1"), office.desk.state) == ("0", "0 / 0 / 0")
    assert selectors.money_to_refund(note) == []


def test_a_withdrawal_keeps_the_money_from_everything_else(office: Office) -> None:
    office.desk.receive("L1", 120)
    invoice = office.bill()
    office.bill(replace(HUNDRED, unit_price=Decimal(20)))

    office.credit(invoice, None, freed_money=FreedMoney.REFUND)

    assert (office.desk.state, office.desk.available, office.open) == ("120 / 24 / +96", "0", {"FA2": "24"})


def test_freed_money_pays_what_else_is_due(office: Office) -> None:
    office.desk.receive("L1", 120)
    invoice = office.bill()
    office.bill(replace(HUNDRED, unit_price=Decimal(5)))
    office.desk.look()

    office.credit(invoice, TEN)

    assert office.allocated == ["-12 L1→FA1", "AV1→FA1 12", "L1→FA2 6"]
    assert office.desk.state == "6 / 0 / +6"


def test_on_an_invoice_paid_by_two_lots_the_newest_payment_is_undone_first(office: Office) -> None:
    office.desk.receive("L1", 50)
    invoice = office.bill()
    office.desk.receive("L2", 70)
    office.desk.look()

    note = office.credit(invoice, Money(7500), freed_money=FreedMoney.REFUND)

    assert office.allocated == ["-70 L2→FA1", "-20 L1→FA1", "AV1→FA1 90"]
    assert {held.lot_id: held.amount for held in selectors.money_to_refund(note)} == {
        office.desk.lots["L1"]: euros(20),
        office.desk.lots["L2"]: euros(70),
    }
    assert (office.desk.state, office.desk.available) == ("90 / 0 / +90", "0")


def test_on_a_disputed_invoice_the_rest_stays_disputed(office: Office) -> None:
    invoice = office.bill()
    ledger.dispute_item(str(invoice.number), disputed=True, key="dispute", at=NOON)
    office.desk.receive("L1", 120)

    office.credit(invoice, TEN)
    assert (office.open, office.desk.state) == ({"FA1": "108"}, "120 / 108 / +12")

    ledger.dispute_item(str(invoice.number), disputed=False, key="dispute over", at=NOON)
    assert office.desk.state == "12 / 0 / +12"


def test_a_public_body_decides_what_becomes_of_its_money(cast: Cast) -> None:
    office = Office(cast.town_hall)
    invoice = office.bill()
    office.desk.transfer("L1", 120, str(invoice.number))

    note = office.credit(invoice, TEN)

    assert note.freed_money == FreedMoney.REFUND
    assert (office.desk.state, office.desk.available) == ("12 / 0 / +12", "0")


# --- 11: VAT on encaissements ---------------------------------------------------------------------------------------
def test_on_encaissements_paid_in_full(office: Office) -> None:
    encaissements()
    office.desk.receive("L1", 120)
    invoice = office.bill()
    office.desk.look()

    office.credit(invoice, TEN)

    assert office.posted == [
        "OD D 411000 12, D 445711 2 / C 419100 12, C 445870 2",
        "VE D 706100 10, D 445870 2 / C 411000 12",
    ]


def test_on_encaissements_unpaid(office: Office) -> None:
    encaissements()
    invoice = office.bill()
    office.desk.look()

    office.credit(invoice, TEN)

    assert office.posted == ["VE D 706100 10, D 445870 2 / C 411000 12"]


def test_the_basis_of_the_invoice_holds_after_the_option_changed(office: Office) -> None:
    invoice = office.bill()
    encaissements()
    office.desk.look()

    note = office.credit(invoice, TEN)

    assert office.posted == ["VE D 706100 10, D 445711 2 / C 411000 12"]
    assert note.vat_on_debits
