"""Sequences 11 and 12: VAT on encaissements, commissions, losses, and the rest.

One test each, read as the accountant's table: posting, allocation, state.
Invoices are 20 % VAT on debits unless said.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest

from ledger import services
from ledger.services import DebitLeg, ItemKind, Journal, Origin
from ledger.tests.desk import TODAY, Desk, bill, euros, services_balance

if TYPE_CHECKING:
    pass

pytestmark = pytest.mark.django_db
OLDER, LATER = date(2026, 10, 31), TODAY + timedelta(days=30)


# --- 11: VAT on encaissements ---------------------------------------------------------------------------------------
def test_vat_is_released_with_each_part_of_the_money_and_returns_with_it(desk: Desk) -> None:
    desk.invoice("FA1", "33.33", ("445711", "6.67"), encaissements=True)
    assert desk.posted() == ["VE D 411000 40 / C 706100 33.33, C 445870 6.67"]

    for lot, amount, released in (("L1", 10, "1.67"), ("L2", 15, "2.50"), ("L3", 15, "2.50")):
        desk.receive(lot, amount)
        assert desk.posted()[1:] == [
            f"OD D 419100 {amount}, D 445870 {released} / C 411000 {amount}, C 445711 {released}"
        ]
    assert services_balance("445870") == 0

    desk.chargeback("L1", 10)
    assert desk.posted() == [
        "OD D 411000 10, D 445711 1.67 / C 419100 10, C 445870 1.67",
        "CB D 419100 10 / C 517100 10",
    ]
    assert services_balance("445711") == -500


def test_vat_of_two_rates_is_released_rate_by_rate(desk: Desk) -> None:
    desk.invoice("FA1", 100, ("445711", "10.00"), ("445712", "4.25"), encaissements=True)
    desk.posted()

    desk.receive("L1", "57.13")

    assert desk.posted()[1:] == ["OD D 419100 57.13, D 445870 7.13 / C 411000 57.13, C 445711 5, C 445712 2.13"]


def test_vat_on_encaissements_paid_in_full_then_credited_in_part(desk: Desk) -> None:
    desk.receive("L1", 120)
    desk.invoice("FA1", 100, ("445711", 20), encaissements=True)
    desk.posted()

    desk.credit_note("AV1", "FA1", 10, 2, encaissements=True)

    assert desk.posted() == [
        "OD D 411000 12, D 445711 2 / C 419100 12, C 445870 2",
        "VE D 706100 10, D 445870 2 / C 411000 12",
    ]
    assert services_balance("445870") == 0


def test_vat_on_encaissements_unpaid_then_credited_in_part(desk: Desk) -> None:
    desk.invoice("FA1", 100, ("445711", 20), encaissements=True)
    desk.posted()

    desk.credit_note("AV1", "FA1", 10, 2, encaissements=True)

    assert desk.posted() == ["VE D 706100 10, D 445870 2 / C 411000 12"]
    desk.receive("L1", 108)
    assert services_balance("445870") == 0
    assert services_balance("445711") == -1800


def test_vat_on_encaissements_lost_for_good(desk: Desk) -> None:
    desk.invoice("FA1", 100, ("445711", 20), encaissements=True)
    desk.posted()

    services.write_off(
        "FA1",
        euros(120),
        legs=[DebitLeg("654000", euros(100)), DebitLeg("445870", euros(20))],
        through="416000",
        releases=[services.Release("445870", "445711", euros(20))],
        piece=desk.piece(Journal.MISCELLANEOUS, "perte"),
        at=desk.at,
    )

    assert desk.posted() == ["OD D 416000 120 / C 411000 120", "OD D 654000 100, D 445870 20 / C 416000 120"]
    assert (services_balance("445870"), desk.state) == (0, "0 / 0 / 0")


def test_a_tolerated_difference_leaves_no_vat_waiting(desk: Desk) -> None:
    desk.invoice("FA1", 1000, ("445711", 200), encaissements=True)
    desk.receive("L1", "1199.96")
    desk.posted()

    services.write_off(
        "FA1",
        euros("0.04"),
        legs=[DebitLeg("658000", euros("0.04"))],
        piece=desk.piece(Journal.MISCELLANEOUS, "écart"),
        at=desk.at,
    )

    assert services_balance("445870") == 0


# --- 12: others -----------------------------------------------------------------------------------------------------
def test_a_commission_is_pending_then_spendable(desk: Desk) -> None:
    bill(desk, "FA1", 6)
    desk.posted()
    desk.house(Journal.MISCELLANEOUS, ("622200", 10), ("467100", 10), aux=True)
    assert desk.posted() == ["OD D 622200 10 / C 467100 10"]
    assert desk.state == "0 / 6 / -6"

    desk.receive("K1", 10, origin=Origin.COMMISSION, account="467100", journal=Journal.MISCELLANEOUS)
    assert desk.posted() == ["OD D 467100 10 / C 419100 10", "OD D 419100 6 / C 411000 6"]
    assert (desk.state, desk.lines[-1]) == ("4 / 0 / +4", "COMMISSION 10")


def test_commissions_are_spent_first(desk: Desk) -> None:
    desk.receive("L1", 50)
    desk.receive("K1", 10, origin=Origin.COMMISSION, account="467100", journal=Journal.MISCELLANEOUS)
    desk.allocated()

    bill(desk, "FA1", 30)

    assert desk.allocated() == ["K1→FA1 10", "L1→FA1 20"]


def test_a_commission_taken_back_takes_only_what_is_available(desk: Desk) -> None:
    desk.receive("K1", 10, origin=Origin.COMMISSION, account="467100", journal=Journal.MISCELLANEOUS)
    bill(desk, "FA1", 6)
    desk.house(Journal.MISCELLANEOUS, ("467100", 10), ("622200", 10), aux=True)
    desk.posted()

    piece = desk.piece(Journal.MISCELLANEOUS, "sponsored payment reversed")
    taken = services.withdraw(desk.customer.pk, euros(10), into_account="467100", piece=piece, at=desk.at)
    again = services.withdraw(desk.customer.pk, euros(10), into_account="467100", piece=piece, at=desk.at)

    assert desk.posted() == ["OD D 419100 4 / C 467100 4"]
    assert (taken, again, desk.state, desk.lines[-1]) == (euros(4), euros(4), "0 / 0 / 0", "COMMISSION -4")


def test_a_doubtful_invoice_is_lost(desk: Desk) -> None:
    desk.invoice("FA1", 100, ("445711", 20))
    desk.look()

    services.write_off(
        "FA1",
        euros(120),
        legs=[DebitLeg("654000", euros(100)), DebitLeg("445711", euros(20))],
        through="416000",
        piece=desk.piece(Journal.MISCELLANEOUS, "perte"),
        at=desk.at,
    )

    assert desk.posted() == ["OD D 416000 120 / C 411000 120", "OD D 654000 100, D 445711 20 / C 416000 120"]
    assert desk.allocated() == ["perte→FA1 120"]


def test_interest_and_indemnity_are_paid_last_unless_named(desk: Desk) -> None:
    legs = [services.CreditLeg("763100", euros("3.10")), services.CreditLeg("758000", euros(40))]
    document = services.NewDocument(
        desk.customer.pk,
        "FI1",
        euros("43.10"),
        OLDER,
        tuple(legs),
        "Intérêts",
        TODAY,
        "note:FI1",
        kind=ItemKind.FEE_NOTE,
    )
    services.book_documents([document], at=desk.at)
    assert desk.posted() == ["VE D 411000 43.10 / C 763100 3.10, C 758000 40"]
    bill(desk, "FA1", 60, due=LATER)

    desk.receive("L1", 50)
    assert desk.open == {"FI1": "43.10", "FA1": "10"}

    desk.receive("L2", 5, names=["FI1"])
    assert desk.open == {"FI1": "38.10", "FA1": "10"}

    desk.receive("L3", 20)
    assert desk.open == {"FI1": "28.10"}


def test_fees_with_reverse_charge(desk: Desk) -> None:
    desk.house(Journal.MISCELLANEOUS, ("445662", 20), ("445200", 20))

    assert desk.posted() == ["OD D 445662 20 / C 445200 20"]


def test_an_order_that_cannot_be_undone_is_held_then_invoiced_and_paid_with_that_money(desk: Desk) -> None:
    desk.receive("L1", "14.40")
    services.hold_outgoing(desk.customer.pk, euros("14.40"), key="order", reason="domain", at=desk.at)
    bill(desk, "FA1", 6, due=OLDER)
    desk.posted()

    legs = [services.CreditLeg("707000", euros(12)), services.CreditLeg("445711", euros("2.40"))]
    desk.invoice("FA2", 12, ("445711", "2.40"), legs=legs, names_itself=True, closes_hold="order")

    assert desk.posted() == ["VE D 411000 14.40 / C 707000 12, C 445711 2.40", "OD D 419100 14.40 / C 411000 14.40"]
    assert desk.open == {"FA1": "6"}


def test_opening_balances_are_taken_over(desk: Desk) -> None:
    desk.invoice("old 1", 120, legs=[services.CreditLeg("890000", euros(120))], journal=Journal.OPENING)
    desk.receive("opening", 30, origin=Origin.OPENING, account="890000", journal=Journal.OPENING)

    assert desk.posted() == [
        "AN D 411000 120 / C 890000 120",
        "AN D 890000 30 / C 419100 30",
        "OD D 419100 30 / C 411000 30",
    ]


def test_a_bank_line_of_a_closed_month_takes_effect_on_the_first_open_day(desk: Desk) -> None:
    services.close_month(date(2026, 10, 1), at=desk.at)

    with pytest.raises(Exception, match="ledger_tx_month_open"):
        desk.transfer("L1", 60, effective_on=date(2026, 10, 31))
    desk.transfer("L1", 60, effective_on=date(2026, 11, 1))

    assert desk.state == "60 / 0 / +60"


def test_a_disputed_invoice_is_paid_only_when_named_until_the_dispute_is_over(desk: Desk) -> None:
    bill(desk, "FA1", 60)
    services.dispute_item("FA1", disputed=True, key="dispute", at=desk.at)

    desk.receive("L1", 50)
    assert (desk.open, desk.state) == ({"FA1": "60"}, "50 / 60 / -10")
    desk.receive("L2", 5, names=["FA1"])
    assert desk.open == {"FA1": "55"}

    settled = services.dispute_item("FA1", disputed=False, key="dispute over", at=desk.at)
    assert (desk.open, settled) == ({"FA1": "5"}, (services.Settled("FA1", euros(50)),))
