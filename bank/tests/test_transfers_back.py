"""Money that goes back by transfer: ordered, approved, in a file, on our statement (postings §8, §10, §12)."""

from __future__ import annotations

import pytest
from pytest_django.fixtures import Settings

from accounts import services as accounts
from accounts.models import Customer, CustomerKind, Seller
from bank import checks, services
from bank.models import OrderState, TransferFile, TransferOrder
from bank.services import transferring
from bank.services.deciding import AlreadyDecided, BadDecision, Handling
from bank.services.transferring import NotOrderable
from bank.tests.transfer_desk import PAYER, TransferDesk, account, balances, lines_of_512, state_of
from bank.words import LineState
from core import clock
from core.money import Money
from invoices import archive
from ledger import selectors as books
from ledger import services as ledger
from payments.selectors import Limit
from tests.support.cast import Cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(db: None) -> TransferDesk:
    return TransferDesk(clock.now().replace(hour=9))


def healthy() -> bool:
    asked = (checks.orders_hold_their_money, checks.orders_that_left_are_posted, checks.payouts_are_met_once)
    return all(check.ok for ask in asked for check in ask())


def test_unknown_money_goes_back_to_its_sender_and_512_moves_once_a_line(desk: TransferDesk) -> None:
    line = desk.comes(12_000, "SANS REFERENCE")
    assert account("471000") == -12_000

    order = desk.order_return(line)
    assert (order.state, state_of(line)) == (OrderState.ORDERED, LineState.POSTED)
    desk.file()
    left = desk.leaves(order)

    order.refresh_from_db()
    assert (order.state, order.left_line_id, state_of(left)) == (OrderState.BOOKED, left.pk, LineState.POSTED)
    assert (account("471000"), account("512000"), lines_of_512()) == (0, 0, 0)
    assert healthy()


def test_the_file_names_the_account_that_the_money_came_from(desk: TransferDesk) -> None:
    order = desk.order_return(desk.comes(12_000, "SANS REFERENCE"))

    file = desk.file()
    content = transferring.take_transfer_file(file.pk, by=desk.staff, at=desk.at).decode()

    assert [text in content for text in (PAYER, order.end_to_end, ">120.00</InstdAmt>")] == [True] * 3
    assert (file.count, file.total_cents) == (1, 12_000)
    assert archive.is_whole(file.sha256)
    assert list(file.events.values_list("name", flat=True)) == ["written", "downloaded"]
    assert transferring.make_transfer_file(at=desk.at) is None


def test_a_customers_transfer_is_refunded_to_its_account(desk: TransferDesk, customer: Customer) -> None:
    desk.comes(10_000, f"client {customer.reference.shown}")
    order = desk.order_refund(customer, 4_000)
    assert balances(customer) == (10_000, 0, 6_000)

    desk.file()
    desk.leaves(order)

    order.refresh_from_db()
    assert order.state == OrderState.BOOKED
    assert balances(customer) == (6_000, 0, 6_000)
    assert account("512000") == lines_of_512() == 6_000
    assert healthy()


def test_an_overdue_document_is_paid_before_anything_goes_back(desk: TransferDesk, customer: Customer) -> None:
    desk.comes(10_000, f"client {customer.reference.shown}")
    lot = desk.lot(customer)
    ledger.hold_outgoing(customer.pk, Money(9_000), key="elsewhere", reason="order", at=desk.at)
    desk.owe(customer, "FA-1", 5_000, in_days=-3)

    with pytest.raises(NotOrderable) as refused:
        transferring.order_refund(lot, Money(1_000), wish=desk.wish(), at=desk.at)

    assert (refused.value.most, TransferOrder.objects.count()) == (Money(0), 0)


@pytest.mark.parametrize("cents", [0, -1, 10_001])
def test_no_more_than_the_lot_has_goes_back(desk: TransferDesk, customer: Customer, cents: int) -> None:
    desk.comes(10_000, f"client {customer.reference.shown}")

    with pytest.raises(NotOrderable) as refused:
        desk.order_refund(customer, cents)

    assert refused.value.most == Money(10_000)


def test_a_lot_that_was_spent_meanwhile_does_not_go_back(desk: TransferDesk, customer: Customer) -> None:
    desk.comes(10_000, f"client {customer.reference.shown}")
    lot = desk.lot(customer)
    desk.owe(customer, "FA-1", 10_000)

    with pytest.raises(NotOrderable) as refused:
        transferring.order_refund(lot, Money(1), wish=desk.wish(), at=desk.at)

    assert (refused.value.most, refused.value.why) == (Money(0), Limit.LOT)


def test_money_that_came_otherwise_never_goes_to_an_iban(desk: TransferDesk, customer: Customer) -> None:
    received = ledger.receive_money(
        customer.pk,
        Money(5_000),
        source=ledger.Source(ledger.Origin.CARD, "pi_1", "stripe:pi_1"),
        clearing_account="517100",
        journal=ledger.Journal.CARD,
        label="Card",
        piece_ref="pi_1",
        piece_date=desk.today,
        key="stripe:pi_1",
        at=desk.at,
    )

    with pytest.raises(NotOrderable) as refused:
        transferring.order_refund(received.lot_id, Money(5_000), wish=desk.wish(), at=desk.at)

    assert refused.value.why == Limit.ELSEWHERE


@pytest.mark.parametrize("iban", ["BR1800360305000010009795493C1", ""])
def test_an_account_that_no_sepa_transfer_reaches_is_refused_at_once(desk: TransferDesk, iban: str) -> None:
    line = desk.comes(12_000, "SANS REFERENCE", iban=iban)

    with pytest.raises(NotOrderable):
        desk.order_return(line)

    assert state_of(line) == LineState.UNMATCHED


def test_much_money_waits_for_a_second_person(desk: TransferDesk, settings: Settings) -> None:
    line = desk.comes(settings.REFUND_APPROVAL_CENTS + 1, "SANS REFERENCE")
    order = desk.order_return(line)
    assert (order.state, order.approval_id is not None) == (OrderState.WAITING, True)
    assert transferring.make_transfer_file(at=desk.at) is None

    accounts.approve(order.approval_id or 0, by=desk.boss, at=desk.at)
    transferring.sweep_orders(at=desk.at)

    order.refresh_from_db()
    assert order.state == OrderState.ORDERED


def test_what_one_person_sends_to_an_account_in_a_day_counts_together(desk: TransferDesk, settings: Settings) -> None:
    settings.REFUND_APPROVAL_CENTS = 10_000

    states = [desk.order_return(desk.comes(6_000, f"X{number}")).state for number in range(2)]

    assert states == [OrderState.ORDERED, OrderState.WAITING]


def test_an_order_that_is_not_approved_gives_the_line_back(desk: TransferDesk, settings: Settings) -> None:
    line = desk.comes(settings.REFUND_APPROVAL_CENTS + 1, "SANS REFERENCE")
    order = desk.order_return(line)

    accounts.refuse(order.approval_id or 0, by=desk.boss, note="unclear", at=desk.at)
    transferring.sweep_orders(at=desk.at)

    order.refresh_from_db()
    assert (order.state, state_of(line)) == (OrderState.CANCELLED, LineState.UNMATCHED)
    assert desk.order_return(line).state == OrderState.WAITING


def test_an_order_is_given_up_before_its_file_and_not_after(desk: TransferDesk, customer: Customer) -> None:
    desk.comes(10_000, f"client {customer.reference.shown}")
    first = desk.order_refund(customer, 4_000)
    assert transferring.cancel_order(first.pk, by=desk.staff, at=desk.at).state == OrderState.CANCELLED
    assert balances(customer) == (10_000, 0, 10_000)

    second = desk.order_refund(customer, 4_000)
    desk.file()

    assert transferring.cancel_order(second.pk, by=desk.staff, at=desk.at).state == OrderState.FILED
    assert balances(customer) == (10_000, 0, 6_000)


def test_the_bank_refuses_an_order_and_the_money_is_free(desk: TransferDesk, customer: Customer) -> None:
    desk.comes(10_000, f"client {customer.reference.shown}")
    order = desk.order_refund(customer, 4_000)
    file = desk.file()
    answer = transferring.TransferAnswer(file.message_id, "PART", "", {order.end_to_end: "AC04"}, "test")

    for _ in range(2):
        transferring.record_transfer_answer(answer, at=desk.at)

    order.refresh_from_db()
    assert (order.state, order.refusal) == (OrderState.REFUSED, "AC04")
    assert balances(customer) == (10_000, 0, 10_000)
    assert order.events.count() == 3
    assert healthy()


def test_a_refund_that_comes_back_is_on_the_account_again(desk: TransferDesk, customer: Customer) -> None:
    desk.comes(10_000, f"client {customer.reference.shown}")
    order = desk.order_refund(customer, 4_000)
    desk.file()
    desk.leaves(order)

    back = desk.comes(4_000, f"REJET {order.end_to_end}", return_code="AC04")

    order.refresh_from_db()
    assert (order.state, order.back_line_id) == (OrderState.RETURNED, back.pk)
    assert balances(customer) == (10_000, 0, 10_000)
    assert account("512000") == lines_of_512() == 10_000
    assert healthy()


def test_unknown_money_that_comes_back_waits_on_471000_again(desk: TransferDesk) -> None:
    order = desk.order_return(desk.comes(12_000, "SANS REFERENCE"))
    desk.file()
    desk.leaves(order)

    back = desk.comes(12_000, f"REJET {order.end_to_end}", return_code="AC04")

    order.refresh_from_db()
    assert (order.state, state_of(back)) == (OrderState.RETURNED, LineState.UNMATCHED)
    assert account("471000") == -12_000


def test_another_amount_under_the_name_of_an_order_waits_for_a_person(desk: TransferDesk) -> None:
    order = desk.order_return(desk.comes(12_000, "SANS REFERENCE"))
    desk.file()

    left = desk.leaves(order, 11_999)

    order.refresh_from_db()
    assert (order.state, state_of(left)) == (OrderState.FILED, LineState.OUT)


def test_a_line_that_waited_on_471000_is_chosen_as_the_order_and_512_does_not_move_again(
    desk: TransferDesk, customer: Customer
) -> None:
    desk.comes(10_000, f"client {customer.reference.shown}")
    order = desk.order_refund(customer, 4_000)
    desk.file()
    left = desk.comes(-4_000, "VIR EMIS")
    assert (state_of(left), account("471000")) == (LineState.OUT, 4_000)

    [choice] = [each for each in services.choices_for(left) if each.kind == "ORDER"]
    services.choose(left.pk, choice.value, Handling(desk.staff, left.work.version), at=desk.at)

    order.refresh_from_db()
    assert order.state == OrderState.BOOKED
    assert (account("471000"), account("512000")) == (0, 6_000)
    assert healthy()


def test_a_return_that_is_ordered_cannot_be_undone_behind_it(desk: TransferDesk) -> None:
    line = desk.comes(12_000, "SANS REFERENCE")
    order = desk.order_return(line)
    decision = line.decisions.get()

    with pytest.raises(BadDecision):
        services.undo(decision.pk, reason="wrong", by=desk.staff, at=desk.at)
    with pytest.raises(AlreadyDecided):
        desk.order_return(line)

    transferring.cancel_order(order.pk, by=desk.staff, at=desk.at)
    assert state_of(line) == LineState.UNMATCHED


def test_a_credit_that_is_being_given_back_cannot_be_undone(desk: TransferDesk, customer: Customer) -> None:
    line = desk.comes(10_000, f"client {customer.reference.shown}")
    order = desk.order_refund(customer, 4_000)

    with pytest.raises(BadDecision):
        services.undo(line.decisions.get().pk, reason="wrong", by=desk.staff, at=desk.at)

    transferring.cancel_order(order.pk, by=desk.staff, at=desk.at)
    services.undo(line.decisions.get().pk, reason="wrong", by=desk.staff, at=desk.at)
    assert balances(customer) == (0, 0, 0)


def test_money_that_was_taken_back_is_not_sent(desk: TransferDesk, customer: Customer) -> None:
    desk.comes(10_000, f"client {customer.reference.shown}", end_to_end="E2E-77")
    order = desk.order_refund(customer, 4_000)
    desk.comes(-10_000, "RAPPEL", kind="taken back", end_to_end="E2E-77")

    assert transferring.make_transfer_file(at=desk.at) is None

    order.refresh_from_db()
    assert (order.state, balances(customer)) == (OrderState.CANCELLED, (0, 0, 0))
    assert healthy()


def test_an_order_whose_hold_ended_is_not_sent(desk: TransferDesk, customer: Customer) -> None:
    desk.comes(10_000, f"client {customer.reference.shown}")
    order = desk.order_refund(customer, 4_000)
    ledger.release_hold(order.hold_key, at=desk.at)

    assert transferring.make_transfer_file(at=desk.at) is None

    order.refresh_from_db()
    assert order.state == OrderState.CANCELLED


def test_the_same_wish_twice_is_one_order(desk: TransferDesk, customer: Customer) -> None:
    desk.comes(10_000, f"client {customer.reference.shown}")
    lot, wish = desk.lot(customer), desk.wish()

    orders = {transferring.order_refund(lot, Money(4_000), wish=wish, at=desk.at).pk for _ in range(2)}

    assert len(orders) == 1
    assert balances(customer) == (10_000, 0, 6_000)


@pytest.fixture
def town(cast: Cast) -> Customer:
    return cast.town_hall


def kept_key() -> str:
    return next(money.key for money in books.kept_money("bank:"))


def test_what_a_public_body_paid_too_much_is_kept_then_given_back(desk: TransferDesk, town: Customer) -> None:
    assert town.kind == CustomerKind.PUBLIC
    desk.comes(12_000, f"client {town.reference.shown}")
    assert balances(town) == (12_000, 0, 0)

    order = desk.order_refund(town, 12_000, of_hold=kept_key())
    desk.file()
    desk.leaves(order)

    assert balances(town) == (0, 0, 0)
    assert account("512000") == 0
    assert healthy()


def test_what_was_kept_is_kept_again_when_its_transfer_comes_back_or_is_given_up(
    desk: TransferDesk, town: Customer
) -> None:
    desk.comes(12_000, f"client {town.reference.shown}")
    first = desk.order_refund(town, 12_000, of_hold=kept_key())
    transferring.cancel_order(first.pk, by=desk.staff, at=desk.at)
    assert balances(town) == (12_000, 0, 0)

    second = desk.order_refund(town, 12_000, of_hold=kept_key())
    desk.file()
    desk.leaves(second)
    desk.comes(12_000, f"REJET {second.end_to_end}")

    assert balances(town) == (12_000, 0, 0)
    assert len(books.kept_money("bank:")) == 1


def test_what_was_kept_stays_by_written_agreement(desk: TransferDesk, town: Customer) -> None:
    desk.comes(12_000, f"client {town.reference.shown}")
    key = kept_key()

    released = [
        transferring.leave_kept_money(key, agreement="Lettre du 24/11", reason="accord", by=desk.staff, at=desk.at)
        for _ in range(2)
    ]

    assert released[0] == released[1]
    assert balances(town) == (12_000, 0, 12_000)
    with pytest.raises(transferring.AlreadyReleased):
        transferring.leave_kept_money("bank:0#kept", agreement="x", reason="x", by=desk.staff, at=desk.at)


def test_a_seller_that_no_bank_would_take_writes_no_file(desk: TransferDesk) -> None:
    order = desk.order_return(desk.comes(12_000, "SANS REFERENCE"))
    Seller.objects.update(bic="")

    with pytest.raises(transferring.CannotTransfer):
        transferring.make_transfer_file(at=desk.at)

    order.refresh_from_db()
    assert (order.state, TransferFile.objects.count()) == (OrderState.ORDERED, 0)
