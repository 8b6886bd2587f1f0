"""Disputes in the books, at both providers, through their webhooks: read as the accountant's table."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from pytest_django.fixtures import Settings

from core.clock import local_date
from core.money import Money
from ledger import selectors as ledger
from ledger import services as ledger_services
from ledger.tests.desk import TODAY, Desk, bill, euros
from payments.checks import provider_balance
from payments.gateways.base import DisputeMovement, DisputeState
from payments.gateways.paypal import paypal_gateway
from payments.models import Dispute, DisputeStatus, Method, Payment
from payments.models import DisputeMovement as Booked
from payments.services.crediting import BOOKS
from payments.services.disputes import look_at
from payments.tests.dispute_desk import FEES, DisputeDesk, moved, told_of
from payments.tests.pointing import point_at
from tests.support.cast import Cast

pytestmark = pytest.mark.django_db


@pytest.fixture(params=[Method.CARD, Method.PAYPAL], ids=["stripe", "paypal"])
def desk(request: pytest.FixtureRequest, card: DisputeDesk, settings: Settings) -> Iterator[DisputeDesk]:
    """The individual, at one provider after the other."""
    if request.param is Method.PAYPAL:
        point_at(card.bank, settings)
        card.gateway, card.method = paypal_gateway(), Method.PAYPAL
    yield card
    paypal_gateway.cache_clear()


def clearing(desk: DisputeDesk) -> str:
    books = BOOKS[desk.provider]
    return f"{books.journal} {books.clearing}"


def proof_holds() -> bool:
    return all(check.ok for check in provider_balance())


def test_a_chargeback_after_the_money_was_used_and_won(desk: DisputeDesk) -> None:
    """The whole table: 100 paid two invoices, 20 of another source are unspent."""
    journal, account = clearing(desk).split()
    fee = FEES[desk.provider] // 100
    payment = desk.pay(100)
    bill(desk.books, "FA1", 60)
    bill(desk.books, "FA2", 40)
    desk.books.transfer("L2", 20)
    desk.books.look()
    assert desk.books.state == "20 / 0 / +20"

    object_id = desk.contest(payment)
    desk.hear()

    lot = payment.intent_id
    assert desk.books.posted() == [
        "OD D 411000 100 / C 419100 100",
        f"{journal} D 419100 100 / C {account} 100",
        "OD D 419100 20 / C 411000 20",
        f"{journal} D 627800 {fee} / C {account} {fee}",
    ]
    assert desk.books.allocated() == [f"-40 {lot}→FA2", f"-60 {lot}→FA1", "L2→FA1 20"]
    assert (desk.books.state, desk.books.open) == ("0 / 80 / -80", {"FA1": "40", "FA2": "40"})
    assert (desk.dispute.taken, desk.dispute.fee) == (euros(100), euros(fee))
    assert (ledger.disputed_documents(), ledger.amount_to_collect(desk.customer.pk)) == ({"FA1", "FA2"}, Money(0))
    assert proof_holds()

    desk.decide(object_id, "won", fee_back=True)
    desk.hear()

    assert desk.books.posted() == [
        f"{journal} D {account} 100 / C 419100 100",
        "OD D 419100 80 / C 411000 80",
        f"{journal} D {account} {fee} / C 627800 {fee}",
    ]
    assert desk.books.allocated() == [f"{lot}→FA1 40", f"{lot}→FA2 40"]
    assert (desk.books.state, desk.books.open) == ("20 / 0 / +20", {})
    assert (desk.dispute.status, desk.dispute.taken, desk.dispute.fee) == (DisputeStatus.WON, Money(0), Money(0))
    assert ledger.disputed_documents() == set()
    assert desk.books.lines[-2:] == ["PAYMENT_REVERSED -100", "PAYMENT_RESTORED 100"]
    assert desk.mails() == ["dispute.opened", "dispute.won"]
    assert proof_holds()


def test_a_dispute_lost_leaves_what_it_had_paid_to_pay(desk: DisputeDesk) -> None:
    payment = desk.pay(100)
    bill(desk.books, "FA1", 60)
    object_id = desk.contest(payment)
    desk.hear()
    desk.books.look()
    desk.later(days=40)

    desk.decide(object_id, "lost")
    desk.hear()

    assert desk.books.posted() == []  # the money was out already
    [item] = ledger.open_items(desk.customer.pk)
    assert (item.disputed, item.open, item.due_date) == (False, euros(60), TODAY)
    assert item.reminders_from == local_date(desk.at)
    assert ledger.amount_to_collect(desk.customer.pk) == euros(60)
    assert (desk.dispute.status, desk.dispute.taken) == (DisputeStatus.LOST, euros(100))
    assert desk.mails() == ["dispute.opened", "dispute.lost"]
    assert desk.dispute.ask_at is None
    assert proof_holds()


def test_every_event_again_changes_nothing(desk: DisputeDesk) -> None:
    payment = desk.pay(100)
    bill(desk.books, "FA1", 60)
    desk.decide(desk.contest(payment), "won")
    desk.hear()
    desk.books.look()
    before = (desk.books.state, desk.dispute.status, desk.mails(), Booked.objects.count())

    desk.again()

    assert desk.books.posted() == []
    assert (desk.books.state, desk.dispute.status, desk.mails(), Booked.objects.count()) == before


def test_news_in_the_wrong_order_ends_the_same(desk: DisputeDesk) -> None:
    """F12: `closed` before `created`: what counts is what the provider says now."""
    payment = desk.pay(100)
    bill(desk.books, "FA1", 60)
    desk.decide(desk.contest(payment), "lost")

    desk.hear(lambda news: news[::-1])

    assert (desk.dispute.status, desk.books.state) == (DisputeStatus.LOST, "0 / 60 / -60")
    assert not ledger.disputed_documents()
    assert proof_holds()


def test_a_part_of_a_payment_is_contested(desk: DisputeDesk) -> None:
    payment = desk.pay(100)
    bill(desk.books, "FA1", 60)

    desk.contest(payment, amount=7_000)
    desk.hear()

    assert (desk.books.state, desk.books.open) == ("0 / 30 / -30", {"FA1": "30"})
    assert (desk.dispute.amount, desk.dispute.attention) == (euros(70), "")


def test_what_was_refunded_before_is_to_pay_again(desk: DisputeDesk) -> None:
    journal, account = clearing(desk).split()
    payment = desk.pay(100)
    lot = ledger.lot_of(payment.tx_id or 0)
    piece = ledger_services.Piece(BOOKS[desk.provider].journal, "Remboursement", "RE1", TODAY, "refund:1")
    ledger_services.refund_lot(lot.id, euros(100), clearing_account=account, piece=piece, at=desk.at)
    desk.books.look()

    # The sandbox takes back no more than is left; a bank may.
    told = told_of(payment, movements=(moved(payment, 10_000),))
    desk.apply(payment, told)

    assert desk.books.posted() == [f"{journal} D 411000 100 / C {account} 100"]
    [item] = ledger.open_items(desk.customer.pk)
    assert (item.kind, item.open, item.disputed) == ("REVERSED_PAYMENT", euros(100), True)

    desk.apply(payment, replace(told, state=DisputeState.WON, movements=(*told.movements, back(payment, 10_000))))
    assert (desk.books.state, desk.books.open) == ("0 / 0 / 0", {})


def back(payment: Payment, cents: int) -> DisputeMovement:
    return moved(payment, -cents, name="txn_back")


def test_a_dispute_won_after_the_customer_paid_again(desk: DisputeDesk) -> None:
    payment = desk.pay(100)
    bill(desk.books, "FA1", 60)
    bill(desk.books, "FA2", 40)
    object_id = desk.contest(payment)
    desk.hear()

    desk.books.transfer("L3", 100)
    assert (desk.books.state, desk.books.open) == ("100 / 100 / 0", {"FA1": "60", "FA2": "40"})  # contested: not paid
    desk.decide(object_id, "won")
    desk.hear()

    assert (desk.books.state, desk.books.open) == ("100 / 0 / +100", {})
    assert proof_holds()


def test_a_transfer_that_names_the_contested_invoice_pays_it(desk: DisputeDesk) -> None:
    payment = desk.pay(100)
    bill(desk.books, "FA1", 100)
    object_id = desk.contest(payment)
    desk.hear()

    desk.books.transfer("L3", 100, "FA1")
    desk.decide(object_id, "won")
    desk.hear()

    assert (desk.books.state, desk.books.open) == ("100 / 0 / +100", {})


def test_a_refund_in_flight_loses_its_money_to_a_chargeback(desk: DisputeDesk) -> None:
    payment = desk.pay(100)
    lot = ledger.lot_of(payment.tx_id or 0)
    ledger_services.hold_outgoing(
        desk.customer.pk, euros(40), key="refund:1", reason="refund", at=desk.at, lot_id=lot.id
    )

    object_id = desk.contest(payment)
    desk.hear()
    assert (desk.books.state, desk.books.available) == ("0 / 0 / 0", "0")

    # The provider accepts the refund all the same: the money left twice.
    piece = ledger_services.Piece(BOOKS[desk.provider].journal, "Remboursement", "RE1", TODAY, "refund:1")
    account = BOOKS[desk.provider].clearing
    ledger_services.refund_lot(
        lot.id, euros(40), clearing_account=account, piece=piece, at=desk.at, closes_hold="refund:1"
    )
    assert desk.books.state == "0 / 40 / -40"

    desk.decide(object_id, "won")
    desk.hear()
    assert (desk.books.state, desk.books.open) == ("60 / 0 / +60", {})


def test_money_that_was_moved_is_taken_where_it_is(card: DisputeDesk, cast: Cast) -> None:
    payment = card.pay(100)
    bill(card.books, "FA1", 40)
    piece = ledger_services.Piece(ledger_services.Journal.MISCELLANEOUS, "Réunion", "R1", TODAY, "move:1")
    ledger_services.move_money(card.customer.pk, cast.company.pk, euros(60), piece=piece, at=card.at)
    theirs = Desk(cast.company, card.at)
    bill(theirs, "FB1", 60)

    object_id = card.contest(payment)
    card.hear()

    assert (card.books.open, theirs.open) == ({"FA1": "40"}, {"FB1": "60"})
    assert ledger.disputed_documents() == {"FA1", "FB1"}
    card.decide(object_id, "won")
    card.hear()
    assert (card.books.state, theirs.state) == ("0 / 0 / 0", "0 / 0 / 0")
    assert not ledger.disputed_documents()


def test_two_disputes_hold_one_invoice_until_both_are_over(card: DisputeDesk) -> None:
    first, second = card.pay(60), card.pay(40)
    bill(card.books, "FA1", 100)
    one, other = card.contest(first), card.contest(second)
    card.hear()
    assert card.books.open == {"FA1": "100"}

    card.decide(one, "lost")
    card.hear()
    card.books.transfer("L3", 10)
    assert card.books.open == {"FA1": "100"}  # the other dispute still holds it
    card.decide(other, "lost")
    card.hear()

    assert (card.books.state, card.books.open) == ("0 / 90 / -90", {"FA1": "90"})


def test_less_may_come_back_than_was_taken(card: DisputeDesk) -> None:
    payment = card.pay(100)
    bill(card.books, "FA1", 100)
    told = told_of(payment, movements=(moved(payment, 10_000, fee=1_500),))
    card.apply(payment, told)
    card.books.look()

    card.apply(payment, replace(told, state=DisputeState.WON, movements=(*told.movements, back(payment, 7_000))))

    assert (card.books.state, card.books.open) == ("0 / 30 / -30", {"FA1": "30"})
    assert card.dispute.taken == euros(30)
    assert ledger.account_balance("517100") == Money(10_000 - 175 - 10_000 - 1_500 + 7_000)
    assert proof_holds()


def test_money_in_another_currency_is_not_booked_but_shown(card: DisputeDesk) -> None:
    payment = card.pay(100)

    card.apply(payment, told_of(payment, currency="USD", movements=(moved(payment, 10_000, currency="USD"),)))

    assert card.books.state == "100 / 0 / +100"
    assert "USD" in card.dispute.attention
    assert not Booked.objects.exists()


def test_more_than_was_received_is_not_booked_but_shown(card: DisputeDesk) -> None:
    payment = card.pay(100)

    card.apply(payment, told_of(payment, movements=(moved(payment, 10_100),)))

    assert card.books.state == "100 / 0 / +100"
    assert "more is taken" in card.dispute.attention


def test_money_that_comes_back_without_having_been_taken_is_shown(card: DisputeDesk) -> None:
    payment = card.pay(100)

    card.apply(payment, told_of(payment, DisputeState.WON, movements=(back(payment, 10_000),)))

    assert card.books.state == "100 / 0 / +100"
    assert "was not taken" in card.dispute.attention


def test_an_unknown_status_survives_and_is_shown(desk: DisputeDesk) -> None:
    payment = desk.pay(100)
    object_id = desk.contest(payment)
    desk.hear()

    desk.bank.control(f"{desk.control}/{object_id}/say", status="IN_MEDIATION")
    desk.hear()

    assert desk.dispute.status == DisputeStatus.OPENED
    assert "IN_MEDIATION" in desk.dispute.attention
    desk.decide(object_id, "lost")
    desk.hear()
    assert (desk.dispute.status, desk.dispute.attention) == (DisputeStatus.LOST, "")


def test_a_dispute_before_its_payment_is_known_finds_the_payment_first(card: DisputeDesk) -> None:
    """The card is contested in the very second in which it is charged; the return page never came."""
    payment = card.open(100)
    card.bank.pay(payment.session_id, card="4000000000000259")

    card.hear(lambda news: sorted(news, key=lambda each: not each.type.startswith("charge.dispute")))

    assert (card.books.state, card.dispute.status) == ("0 / 0 / 0", DisputeStatus.OPENED)
    assert card.books.lines == ["TOP_UP 100", "PAYMENT_REVERSED -100"]


def test_a_dispute_of_somebody_elses_payment_is_no_concern_of_ours(card: DisputeDesk) -> None:
    card.contest(card.pay(100))
    news = next(each for each in card.news() if each.type == "charge.dispute.created")
    told = replace(card.gateway.disputes_about(news)[0], charge_id="ch_other", reference="not-ours")

    assert look_at(told, provider="STRIPE", gateway=card.gateway, at=card.at) is None
    assert not Dispute.objects.exists()
