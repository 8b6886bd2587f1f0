"""The sequences of money, one test each, read as the accountant's table: posting, allocation, state.

Invoices are 20 % VAT on debits unless said.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from core.money import Money
from ledger import selectors, services
from ledger.services import DebitLeg, ItemKind, Journal, Origin
from ledger.tests.desk import TODAY, Amount, Desk, euros

if TYPE_CHECKING:
    from accounts.models import Customer
    from tests.support.cast import Cast

pytestmark = pytest.mark.django_db
OLDER, LATER = date(2026, 10, 31), TODAY + timedelta(days=30)


@pytest.fixture
def desk(customer: Customer) -> Desk:
    return Desk(customer)


def bill(desk: Desk, ref: str, total: Amount, **more: Any) -> services.Booked:
    """An invoice of that total, 20 % VAT included."""
    net = euros(total).cents * 5 // 6
    return desk.invoice(ref, str(Money(net).euros), ("445711", str((euros(total) - Money(net)).euros)), **more)


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


def services_balance(code: str) -> int:
    return selectors.account_balance(code).cents


def collectable(desk: Desk) -> int:
    return selectors.amount_to_collect(desk.customer.pk).cents
