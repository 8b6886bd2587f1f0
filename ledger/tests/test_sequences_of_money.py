"""Sequences 1 to 6: top-ups, refunds, chargebacks, credit notes.

One test each, read as the accountant's table: posting, allocation, state.
Invoices are 20 % VAT on debits unless said.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest

from core.money import Money
from ledger import services
from ledger.services import Journal, Origin
from ledger.tests.desk import TODAY, Desk, bill, euros, services_balance

if TYPE_CHECKING:
    pass

pytestmark = pytest.mark.django_db
OLDER, LATER = date(2026, 10, 31), TODAY + timedelta(days=30)


# --- 1 and 2: top-up, invoice ---------------------------------------------------------------------------------------
def test_top_up_with_no_invoice_open_then_payout_then_invoice(desk: Desk) -> None:
    desk.receive("L1", 100)
    assert desk.posted() == ["CB D 517100 100 / C 419100 100"]
    assert desk.state == "100 / 0 / +100"

    desk.house(Journal.CARD, ("627800", "1.65"), ("517100", "1.65"))
    desk.house(Journal.CARD, ("580000", "98.35"), ("517100", "98.35"))
    desk.house(Journal.BANK, ("512000", "98.35"), ("580000", "98.35"))
    assert desk.posted() == [
        "CB D 627800 1.65 / C 517100 1.65",
        "CB D 580000 98.35 / C 517100 98.35",
        "BQ D 512000 98.35 / C 580000 98.35",
    ]
    assert [services_balance(code) for code in ("517100", "580000")] == [0, 0]

    booked = desk.invoice("FA1", 50, ("445711", 10))
    assert desk.posted() == ["VE D 411000 60 / C 706100 50, C 445711 10", "OD D 419100 60 / C 411000 60"]
    assert desk.allocated() == ["L1→FA1 60"]
    assert desk.state == "40 / 0 / +40"
    assert booked.paid == euros(60)
    assert desk.lines == ["TOP_UP 100", "INVOICE -60"]


def test_an_invoice_larger_than_the_prepaid_account(desk: Desk) -> None:
    desk.receive("L1", 50)
    booked = desk.invoice("FA1", 100, ("445711", 20))
    desk.posted()
    assert booked.paid == euros(50)
    assert desk.allocated() == ["L1→FA1 50"]
    assert desk.state == "0 / 70 / -70"

    desk.receive("L2", 100)
    assert desk.posted() == ["CB D 517100 100 / C 419100 100", "OD D 419100 70 / C 411000 70"]
    assert desk.allocated() == ["L2→FA1 70"]
    assert desk.state == "30 / 0 / +30"


# --- 3: refund ------------------------------------------------------------------------------------------------------
def used_in_part(desk: Desk) -> None:
    desk.receive("L1", 100)
    desk.invoice("FA1", 50, ("445711", 10))
    desk.look()


def test_a_refund_asked_is_not_available_any_more_and_leaves_when_accepted(desk: Desk) -> None:
    used_in_part(desk)

    desk.ask_refund("L1", 40)
    assert (desk.posted(), desk.state, desk.available) == ([], "40 / 0 / +40", "0")

    desk.refund("L1", 40, hold="refund")
    assert desk.posted() == ["CB D 419100 40 / C 517100 40"]
    assert (desk.remaining("L1"), desk.state) == ("0", "0 / 0 / 0")
    assert desk.lines[-1] == "REFUND -40"


def test_a_refund_that_fails_later_comes_back_to_its_lot(desk: Desk) -> None:
    used_in_part(desk)
    out = desk.refund("L1", 40)
    desk.posted()

    desk.restore("L1", out)

    assert desk.posted() == ["CB D 517100 40 / C 419100 40"]
    assert (desk.remaining("L1"), desk.state) == ("40", "40 / 0 / +40")
    assert desk.lines[-1] == "REFUND 40"


def test_more_than_what_remains_of_the_lot_cannot_be_held_for_refund(desk: Desk) -> None:
    used_in_part(desk)

    with pytest.raises(services.NotEnough):
        desk.ask_refund("L1", 70)

    assert desk.state == "40 / 0 / +40"


def test_an_invoice_is_not_paid_with_money_that_is_being_refunded(desk: Desk) -> None:
    used_in_part(desk)
    desk.ask_refund("L1", 40)

    desk.invoice("FA2", 30, ("445711", 6))

    assert desk.posted() == ["VE D 411000 36 / C 706100 30, C 445711 6"]
    assert (desk.state, desk.open) == ("40 / 36 / +4", {"FA2": "36"})


def test_a_refund_given_up_pays_what_is_open(desk: Desk) -> None:
    used_in_part(desk)
    desk.ask_refund("L1", 40)
    desk.invoice("FA2", 30, ("445711", 6))
    desk.posted()

    services.release_hold("refund", at=desk.at)

    assert desk.posted() == ["OD D 419100 36 / C 411000 36"]
    assert desk.state == "4 / 0 / +4"


# --- 4: chargeback --------------------------------------------------------------------------------------------------
def used_up(desk: Desk) -> None:
    """L1 card 100 paid FA1 60 and FA2 40; L2 PayPal 20 is unspent."""
    desk.receive("L1", 100)
    bill(desk, "FA1", 60, due=OLDER)
    bill(desk, "FA2", 40)
    desk.receive("L2", 20, origin=Origin.PAYPAL, account="517200", journal=Journal.PAYPAL)
    desk.look()
    assert desk.state == "20 / 0 / +20"


def test_a_chargeback_undoes_what_the_money_paid_and_other_money_pays_again(desk: Desk) -> None:
    used_up(desk)

    out = desk.chargeback("L1", 100)

    assert desk.posted() == [
        "OD D 411000 100 / C 419100 100",
        "CB D 419100 100 / C 517100 100",
        "OD D 419100 20 / C 411000 20",
    ]
    assert desk.allocated() == ["-40 L1→FA2", "-60 L1→FA1", "L2→FA1 20"]
    assert (desk.remaining("L1"), desk.state, desk.open) == ("0", "0 / 80 / -80", {"FA1": "40", "FA2": "40"})
    assert (out.taken, out.missing) == (euros(100), Money(0))
    assert desk.lines[-1] == "PAYMENT_REVERSED -100"


def test_a_dispute_won_brings_the_money_back_to_its_lot_and_settles(desk: Desk) -> None:
    used_up(desk)
    out = desk.chargeback("L1", 100)
    desk.look()

    desk.restore("L1", out)

    assert desk.posted() == ["CB D 517100 100 / C 419100 100", "OD D 419100 80 / C 411000 80"]
    assert desk.allocated() == ["L1→FA1 40", "L1→FA2 40"]
    assert desk.state == "20 / 0 / +20"
    assert desk.lines[-1] == "PAYMENT_RESTORED 100"


def test_a_dispute_is_won_only_once(desk: Desk) -> None:
    used_up(desk)
    out = desk.chargeback("L1", 100)
    desk.restore("L1", out)

    with pytest.raises(services.AlreadyRestored):
        desk.restore("L1", out)


def test_a_chargeback_of_money_already_refunded_is_to_pay(desk: Desk) -> None:
    desk.receive("L1", 100)
    desk.refund("L1", 100)
    desk.posted()

    out = desk.chargeback("L1", 100)

    assert desk.posted() == ["CB D 411000 100 / C 517100 100"]
    assert (out.taken, out.missing) == (Money(0), euros(100))
    assert desk.state == "0 / 100 / -100"
    assert len(desk.open) == 1


def test_a_dispute_won_about_money_already_refunded_pays_what_had_become_due(desk: Desk) -> None:
    desk.receive("L1", 100)
    desk.refund("L1", 100)
    out = desk.chargeback("L1", 100)

    desk.restore("L1", out)

    assert desk.state == "0 / 0 / 0"


def test_a_chargeback_during_a_refund_ends_its_hold(desk: Desk) -> None:
    used_in_part(desk)
    desk.ask_refund("L1", 40)

    desk.chargeback("L1", 100)
    assert (desk.state, desk.available) == ("0 / 60 / -60", "0")

    desk.posted()
    out = desk.refund("L1", 40, hold="refund")
    assert desk.posted() == ["CB D 411000 40 / C 517100 40"]
    assert out.missing == euros(40)
    assert desk.state == "0 / 100 / -100"


def test_a_chargeback_ends_the_hold_of_an_order_that_has_no_money_left(desk: Desk) -> None:
    desk.receive("L1", 100)
    services.hold_outgoing(desk.customer.pk, euros(30), key="order", reason="domain", at=desk.at)

    desk.chargeback("L1", 100)

    assert (desk.state, desk.available) == ("0 / 0 / 0", "0")


def test_money_that_a_provider_freezes_is_held(desk: Desk) -> None:
    desk.receive("L1", 100, origin=Origin.PAYPAL, account="517200", journal=Journal.PAYPAL)
    desk.ask_refund("L1", 100, "dispute")
    bill(desk, "FA1", 60)
    assert desk.state == "100 / 60 / +40"

    services.release_hold("dispute", at=desk.at)

    assert desk.state == "40 / 0 / +40"


# --- 5 and 6: credit notes ------------------------------------------------------------------------------------------
def test_a_credit_note_on_an_unpaid_invoice(desk: Desk) -> None:
    desk.invoice("FA1", 100, ("445711", 20))
    desk.posted()

    desk.credit_note("AV1", "FA1", 10, 2)

    assert desk.posted() == ["VE D 706100 10, D 445711 2 / C 411000 12"]
    assert desk.allocated() == ["AV1→FA1 12"]
    assert desk.state == "0 / 108 / -108"
    assert desk.lines[-1] == "CREDIT_NOTE 12"


def test_a_credit_note_larger_than_what_is_open_undoes_the_difference_first(desk: Desk) -> None:
    desk.receive("L1", 110)
    desk.invoice("FA1", 100, ("445711", 20))
    desk.look()

    reduced = desk.credit_note("AV1", "FA1", 20, 4)

    assert desk.posted() == ["OD D 411000 14 / C 419100 14", "VE D 706100 20, D 445711 4 / C 411000 24"]
    assert desk.allocated() == ["-14 L1→FA1", "AV1→FA1 24"]
    assert (reduced.freed, desk.state) == (euros(14), "14 / 0 / +14")


def test_a_credit_note_while_a_debit_is_in_flight_leaves_the_surplus_in_the_lot(desk: Desk) -> None:
    desk.invoice("FA1", 100, ("445711", 20))
    services.hold_incoming(desk.customer.pk, euros(120), key="debit", reason="SEPA", at=desk.at)
    desk.credit_note("AV1", "FA1", 10, 2)

    desk.receive(
        "L1", 120, origin=Origin.DIRECT_DEBIT, account="511300", journal=Journal.DIRECT_DEBIT, closes_hold="debit"
    )

    assert (desk.remaining("L1"), desk.state) == ("12", "12 / 0 / +12")


def test_a_credit_note_on_a_paid_invoice_frees_money_that_can_be_refunded(desk: Desk) -> None:
    desk.receive("L1", 120)
    desk.invoice("FA1", 100, ("445711", 20))
    desk.look()

    desk.credit_note("AV1", "FA1", 10, 2)
    assert desk.posted() == ["OD D 411000 12 / C 419100 12", "VE D 706100 10, D 445711 2 / C 411000 12"]
    assert desk.allocated() == ["-12 L1→FA1", "AV1→FA1 12"]
    assert desk.state == "12 / 0 / +12"

    desk.ask_refund("L1", 12)
    desk.refund("L1", 12, hold="refund")
    assert desk.posted() == ["CB D 419100 12 / C 517100 12"]
    assert desk.state == "0 / 0 / 0"


def test_an_invoice_with_a_wrong_name_is_credited_and_made_again_with_the_same_money(desk: Desk) -> None:
    desk.receive("L1", 120)
    desk.invoice("FA1", 100, ("445711", 20))
    bill(desk, "FA0", 24, due=OLDER)
    desk.look()

    desk.credit_note("AV1", "FA1", 100, 20, keeps_as="again")
    desk.invoice("FA2", 100, ("445711", 20), names_itself=True, closes_hold="again")

    assert desk.posted() == [
        "OD D 411000 120 / C 419100 120",
        "VE D 706100 100, D 445711 20 / C 411000 120",
        "VE D 411000 120 / C 706100 100, C 445711 20",
        "OD D 419100 120 / C 411000 120",
    ]
    assert desk.allocated() == ["-120 L1→FA1", "AV1→FA1 120", "L1→FA2 120"]
    assert desk.open == {"FA0": "24"}


def test_money_freed_by_a_withdrawal_waits_for_its_refund(desk: Desk) -> None:
    desk.receive("L1", 120)
    desk.invoice("FA1", 100, ("445711", 20))
    bill(desk, "FA0", 24, due=OLDER)

    desk.credit_note("AV1", "FA1", 100, 20, keeps_as="withdrawal")
    assert (desk.state, desk.available) == ("120 / 24 / +96", "0")

    desk.refund("L1", 120, hold="withdrawal")
    assert desk.state == "0 / 24 / -24"


def test_a_credit_note_cannot_exceed_its_invoice(desk: Desk) -> None:
    desk.invoice("FA1", 10, ("445711", 2))

    with pytest.raises(services.TooMuch):
        desk.credit_note("AV1", "FA1", 20, 4)
