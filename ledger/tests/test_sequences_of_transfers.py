"""Sequences 7 to 10: direct debits, public bodies, transfers, money between customers.

One test each, read as the accountant's table: posting, allocation, state.
Invoices are 20 % VAT on debits unless said.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest

from ledger import services
from ledger.services import DebitLeg, Journal, Origin
from ledger.tests.desk import TODAY, Amount, Desk, bill, collectable, euros, services_balance

if TYPE_CHECKING:
    from tests.support.cast import Cast

pytestmark = pytest.mark.django_db
OLDER, LATER = date(2026, 10, 31), TODAY + timedelta(days=30)


# --- 7: direct debit ------------------------------------------------------------------------------------------------
def debited(desk: Desk) -> None:
    desk.invoice("FA1", 100, ("445711", 20), due=OLDER)
    services.hold_incoming(desk.customer.pk, euros(120), key="debit", reason="SEPA", at=desk.at)
    desk.posted()


def test_a_direct_debit_sent_is_only_a_hold(desk: Desk) -> None:
    debited(desk)

    assert (desk.posted(), desk.state) == ([], "0 / 120 / -120")
    assert collectable(desk) == 0


def test_a_direct_debit_refused_before_settlement_releases_the_hold(desk: Desk) -> None:
    debited(desk)

    services.release_hold("debit", at=desk.at)

    assert (desk.posted(), desk.state, collectable(desk)) == ([], "0 / 120 / -120", 12_000)


def test_a_direct_debit_settled_then_returned_six_weeks_later(desk: Desk) -> None:
    debited(desk)

    desk.receive(
        "L1", 120, origin=Origin.DIRECT_DEBIT, account="511300", journal=Journal.DIRECT_DEBIT, closes_hold="debit"
    )
    assert desk.posted() == ["PR D 511300 120 / C 419100 120", "OD D 419100 120 / C 411000 120"]
    assert (desk.allocated(), desk.state) == (["L1→FA1 120"], "0 / 0 / 0")

    desk.house(Journal.BANK, ("512000", 120), ("511300", 120))
    assert services_balance("511300") == 0
    desk.posted()

    desk.chargeback("L1", 120, account="512000", journal=Journal.BANK)
    desk.house(Journal.BANK, ("627100", 5), ("512000", 5))
    assert desk.posted() == [
        "OD D 411000 120 / C 419100 120",
        "BQ D 419100 120 / C 512000 120",
        "BQ D 627100 5 / C 512000 5",
    ]
    assert (desk.allocated(), desk.state) == (["-120 L1→FA1"], "0 / 120 / -120")
    assert desk.lines == ["INVOICE -120", "DIRECT_DEBIT 120", "PAYMENT_REVERSED -120"]


# --- 8: public bodies -----------------------------------------------------------------------------------------------
def town_hall_invoice(desk: Desk, ref: str, total: Amount) -> services.Booked:
    return bill(desk, ref, total, settles_by_itself=False)


def test_a_public_body_pays_too_much_and_the_surplus_waits_for_a_decision(desk: Desk) -> None:
    town_hall_invoice(desk, "FA1", 600)
    desk.posted()

    desk.transfer("L1", 720, "FA1", kept=True)
    assert desk.posted() == ["BQ D 512000 720 / C 419100 720", "OD D 419100 600 / C 411000 600"]
    assert desk.allocated() == ["L1→FA1 600"]
    assert (desk.state, desk.available) == ("120 / 0 / +120", "0")

    desk.refund("L1", 120, hold="money:L1#kept", account="512000", journal=Journal.BANK)
    assert desk.posted() == ["BQ D 419100 120 / C 512000 120"]
    assert desk.state == "0 / 0 / 0"


def test_a_surplus_kept_by_agreement_does_not_pay_the_next_public_invoice_by_itself(desk: Desk) -> None:
    desk.transfer("L1", 120, kept=True)

    services.release_hold("money:L1#kept", at=desk.at)
    town_hall_invoice(desk, "FA2", 60)

    assert (desk.available, desk.state) == ("120", "120 / 60 / +60")


def test_a_surplus_kept_by_agreement_pays_the_invoice_that_names_it(desk: Desk) -> None:
    desk.transfer("L1", 120, kept=True)

    booked = bill(desk, "FA2", 60, settles_by_itself=False, names_itself=True, closes_hold="money:L1#kept")

    assert (booked.paid, desk.state) == (euros(60), "60 / 0 / +60")


def test_a_public_invoice_paid_a_second_time_pays_no_other(desk: Desk) -> None:
    town_hall_invoice(desk, "FA1", 600)
    town_hall_invoice(desk, "FA2", 300)
    desk.transfer("L1", 600, "FA1", kept=True)
    desk.posted()

    desk.transfer("L2", 600, "FA1", kept=True)

    assert desk.posted() == ["BQ D 512000 600 / C 419100 600"]
    assert (desk.state, desk.available, desk.open) == ("600 / 300 / +300", "0", {"FA2": "300"})


def test_a_transfer_that_names_nothing_waits_on_471000_until_staff_find_whose_it_is(desk: Desk) -> None:
    desk.house(Journal.BANK, ("512000", 60), ("471000", 60))
    assert desk.posted() == ["BQ D 512000 60 / C 471000 60"]

    desk.receive("L1", 60, origin=Origin.TRANSFER, account="471000", journal=Journal.MISCELLANEOUS)
    assert desk.posted() == ["OD D 471000 60 / C 419100 60"]


# --- 9: which invoice a transfer pays -------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("amount", "names", "allocated", "left"),
    [
        (72, ["FA2"], ["L→FA2 72"], {"FA1": "60"}),
        (100, ["FA2"], ["L→FA2 72", "L→FA1 28"], {"FA1": "32"}),
        (40, ["FA2"], ["L→FA2 40"], {"FA1": "60", "FA2": "32"}),
        (100, ["FA1", "FA2"], ["L→FA1 60", "L→FA2 40"], {"FA2": "32"}),
        (100, [], ["L→FA1 60", "L→FA2 40"], {"FA2": "32"}),
    ],
)
def test_a_transfer_pays_what_it_names_first(
    desk: Desk, amount: int, names: list[str], allocated: list[str], left: dict[str, str]
) -> None:
    bill(desk, "FA1", 60, due=OLDER)
    bill(desk, "FA2", 72, due=LATER)
    desk.posted()

    desk.transfer("L", amount, *names)

    settled = min(amount, 132)
    assert desk.posted() == [f"BQ D 512000 {amount} / C 419100 {amount}", f"OD D 419100 {settled} / C 411000 {settled}"]
    assert (desk.allocated(), desk.open) == (allocated, left)


def test_a_second_payment_of_a_paid_invoice_pays_the_older_one(desk: Desk) -> None:
    bill(desk, "FA1", 60, due=OLDER)
    bill(desk, "FA2", 72, due=LATER)
    desk.transfer("L", 72, "FA2")
    desk.allocated()

    desk.transfer("L'", 72, "FA2")

    assert desk.allocated() == ["L'→FA1 60"]
    assert (desk.remaining("L'"), desk.open) == ("12", {})


def test_a_difference_within_tolerance_is_written_off(desk: Desk) -> None:
    bill(desk, "FA1", 60, due=OLDER)
    bill(desk, "FA2", 72, due=LATER)
    desk.transfer("L", "71.98", "FA2")
    desk.look()

    services.write_off(
        "FA2",
        euros("0.02"),
        legs=[DebitLeg("658000", euros("0.02"))],
        piece=desk.piece(Journal.MISCELLANEOUS, "écart"),
        at=desk.at,
    )

    assert desk.posted() == ["OD D 658000 0.02 / C 411000 0.02"]
    assert desk.allocated() == ["écart→FA2 0.02"]
    assert desk.open == {"FA1": "60"}


def test_money_for_a_quote_pays_the_invoice_made_from_it_first(desk: Desk) -> None:
    bill(desk, "FA1", 60, due=OLDER)
    desk.transfer("L", 72, kept=True)

    bill(desk, "FA2", 72, names_itself=True, closes_hold="money:L#kept")

    assert (desk.allocated(), desk.open) == (["L→FA2 72"], {"FA1": "60"})


# --- 10: from one customer to another -------------------------------------------------------------------------------
@pytest.fixture
def other(cast: Cast) -> Desk:
    return Desk(cast.company)


@pytest.fixture
def owner(cast: Cast) -> Desk:
    return Desk(cast.individual)


def test_a_subscription_given_to_another_customer_credits_the_first_one(owner: Desk) -> None:
    owner.receive("L1", 120)
    owner.invoice("FA1", 100, ("445711", 20))
    owner.posted()

    owner.credit_note("AV1", "FA1", "49.86", "9.97")

    assert owner.posted() == ["OD D 411000 59.83 / C 419100 59.83", "VE D 706100 49.86, D 445711 9.97 / C 411000 59.83"]
    assert owner.state == "59.83 / 0 / +59.83"


def test_one_person_with_two_customers_moves_the_money_with_its_origin(owner: Desk, other: Desk) -> None:
    owner.receive("L1", 60)
    owner.receive("L2", 40)
    bill(other, "FB", 30)
    owner.posted()

    services.move_money(
        owner.customer.pk, other.customer.pk, euros(80), piece=owner.piece(Journal.MISCELLANEOUS, "merge"), at=owner.at
    )

    assert owner.posted() == ["OD D 419100 80 / C 419100 80", "OD D 419100 30 / C 411000 30"]
    assert (owner.state, other.state) == ("20 / 0 / +20", "50 / 0 / +50")
    assert (owner.remaining("L2"), other.remaining("L1"), other.remaining("L2")) == ("20", "30", "20")
    assert (owner.lines[-1], other.lines[-1]) == ("CORRECTION -80", "CORRECTION 80")


def test_a_chargeback_follows_the_money_to_the_customer_it_was_moved_to(owner: Desk, other: Desk) -> None:
    owner.receive("L1", 100)
    services.move_money(
        owner.customer.pk, other.customer.pk, euros(70), piece=owner.piece(Journal.MISCELLANEOUS, "merge"), at=owner.at
    )
    bill(other, "FB", 60)

    out = owner.chargeback("L1", 100)
    assert (owner.state, other.state) == ("0 / 0 / 0", "0 / 60 / -60")

    owner.restore("L1", out)
    assert (owner.state, other.state) == ("30 / 0 / +30", "10 / 0 / +10")


def test_more_money_than_available_does_not_move(owner: Desk, other: Desk) -> None:
    owner.receive("L1", 60)

    with pytest.raises(services.NotEnough):
        services.move_money(
            owner.customer.pk,
            other.customer.pk,
            euros(61),
            piece=owner.piece(Journal.MISCELLANEOUS, "merge"),
            at=owner.at,
        )


def test_a_transfer_matched_to_the_wrong_customer_goes_to_the_right_one(owner: Desk, other: Desk) -> None:
    bill(owner, "FA", 60)
    bill(other, "FB", 60)
    owner.transfer("L1", 60)
    owner.posted()

    services.reverse_money(
        owner.lots["L1"],
        euros(60),
        clearing_account="471000",
        piece=owner.piece(Journal.MISCELLANEOUS, "undo"),
        at=owner.at,
        corrects=True,
    )
    other.receive("L1b", 60, origin=Origin.TRANSFER, account="471000", journal=Journal.MISCELLANEOUS)

    assert owner.posted() == [
        "OD D 411000 60 / C 419100 60",
        "OD D 419100 60 / C 471000 60",
        "OD D 471000 60 / C 419100 60",
        "OD D 419100 60 / C 411000 60",
    ]
    assert (owner.state, other.state) == ("0 / 60 / -60", "0 / 0 / 0")
    assert owner.lines[-1] == "CORRECTION -60"
