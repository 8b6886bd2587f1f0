"""Who asks about disputes: the sweeper each day, the catch-up, staff; and what comes of silence and of rivals."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from pytest_django.fixtures import Settings

from accounts.models import Customer
from core import clock
from ledger.tests.desk import bill
from outbox import services as outbox
from outbox.models import Job
from payments import jobs, selectors, services, tasks
from payments.gateways.base import Dispute as Told
from payments.gateways.base import DisputeState
from payments.gateways.stripe import StripeGateway
from payments.models import (
    Dispute,
    DisputeStatus,
    EventState,
    FraudWarning,
    Method,
    Payment,
    PaymentEvent,
    WebhookEvent,
)
from payments.services import disputes
from payments.services.about import StillUnknown
from payments.tests.dispute_desk import DisputeDesk, moved, told_of
from payments.tests.pointing import point_at
from payments.wiring import gateway_for
from tests.support.bank import Bank
from tests.support.cast import Cast

DAY = timedelta(days=1)


@pytest.fixture
def desk(customer: Customer, gateway: StripeGateway, bank: Bank, at: datetime) -> DisputeDesk:
    return DisputeDesk(customer, gateway, bank, at, Method.CARD)


def work(desk: DisputeDesk, *kinds: str) -> None:
    while outbox.run_due(at=desk.at, kinds=kinds):
        pass


def test_a_decision_that_was_never_told_is_found_the_next_day(desk: DisputeDesk) -> None:
    object_id = desk.contest(desk.pay(100))
    desk.hear()
    desk.decide(object_id, "won", webhooks=False)

    assert disputes.sweep_disputes(at=desk.at) == 0
    desk.later(days=1)
    assert disputes.sweep_disputes(at=desk.at) == 1
    work(desk, "payments.ask_dispute")

    assert desk.dispute.status == DisputeStatus.WON
    assert disputes.sweep_disputes(at=desk.at + DAY) == 0


def test_one_question_waits_for_its_answer_at_a_time(desk: DisputeDesk) -> None:
    desk.contest(desk.pay(100))
    desk.hear()
    desk.later(days=1)

    for _ in range(3):
        disputes.sweep_disputes(at=desk.at)

    assert Job.objects.filter(kind="payments.ask_dispute").count() == 1


def test_a_dispute_that_was_never_told_is_found_by_the_daily_search(desk: DisputeDesk) -> None:
    desk.contest(desk.pay(100), webhooks=False)

    tasks.sweep()
    tasks.sweep()
    desk.at = clock.now()
    work(desk, "payments.find_disputes")

    assert (desk.dispute.status, desk.books.state) == (DisputeStatus.OPENED, "0 / 0 / 0")
    assert Job.objects.filter(kind="payments.find_disputes").count() == 1
    assert disputes.find_untold("STRIPE", gateway=desk.gateway, at=desk.at) == 0


@pytest.mark.parametrize("method", [Method.CARD, Method.PAYPAL])
def test_what_a_dispute_moved_without_a_word_is_found_at_the_next_catch_up(
    method: Method, desk: DisputeDesk, settings: Settings
) -> None:
    point_at(desk.bank, settings)
    desk.gateway, desk.method = gateway_for(method.provider), method
    object_id = desk.contest(desk.pay(100), webhooks=False)
    services.sync_till(desk.provider, gateway=desk.gateway, at=clock.now())

    services.repair(gateway=desk.gateway, provider=desk.provider, at=clock.now())

    assert (desk.dispute.object_id, desk.books.state) == (object_id, "0 / 0 / 0")
    services.sync_till(desk.provider, gateway=desk.gateway, at=clock.now())
    assert services.repair(gateway=desk.gateway, provider=desk.provider, at=clock.now()) == 0


def test_a_turn_that_nobody_took_is_taken_at_the_next_catch_up(desk: DisputeDesk) -> None:
    object_id = desk.contest(desk.pay(100))
    desk.hear()
    desk.decide(object_id, "won", webhooks=False)

    desk.later(days=1)
    assert services.repair(gateway=desk.gateway, provider=desk.provider, at=desk.at) == 0
    desk.later(hours=1)
    assert services.repair(gateway=desk.gateway, provider=desk.provider, at=desk.at) == 1

    assert (desk.dispute.status, desk.books.state) == (DisputeStatus.WON, "100 / 0 / +100")


def test_silence_leaves_a_dispute_as_it_is_and_asks_again(desk: DisputeDesk) -> None:
    desk.contest(desk.pay(100))
    desk.hear()
    desk.bank.fail("refuse", times=100)
    asked_before = desk.dispute.asked_count

    asked = desk.ask(desk.dispute)

    assert (asked.status, asked.asked_count) == (DisputeStatus.OPENED, asked_before + 1)
    assert asked.ask_at == desk.at + timedelta(hours=1)
    assert jobs.find_disputes(at=desk.at) == {"new": 0}


def test_a_question_given_up_is_asked_again_in_its_turn(desk: DisputeDesk) -> None:
    desk.contest(desk.pay(100))
    desk.hear()

    asked_before = desk.dispute.asked_count

    jobs._dispute_question_failed(dispute_id=desk.dispute.pk, at=desk.at)

    assert (desk.dispute.asked_count, desk.dispute.ask_at) == (asked_before + 1, desk.at + timedelta(hours=1))


def test_an_answer_that_another_overtook_is_thrown_away(desk: DisputeDesk) -> None:
    """Two are told: opened, then won. The first is applied last, and asks again instead."""
    object_id = desk.contest(desk.pay(100))
    [old] = desk.gateway.disputes_since(desk.at - DAY)
    desk.decide(object_id, "won")
    desk.hear()

    dispute = disputes.look_at(old, provider="STRIPE", gateway=desk.gateway, at=desk.at)

    assert dispute is not None
    assert dispute.status == DisputeStatus.WON


def test_whoever_is_overtaken_each_time_says_so(desk: DisputeDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.contest(desk.pay(100))
    desk.hear()
    read = StripeGateway.read_dispute

    def slowly(self: StripeGateway, object_id: str) -> Told:
        told = read(self, object_id)
        Dispute.objects.update(version=Dispute.objects.get().version + 1)
        return told

    monkeypatch.setattr(StripeGateway, "read_dispute", slowly)

    with pytest.raises(StillUnknown):
        desk.ask(desk.dispute)


def test_a_payment_that_cannot_be_found_paid_is_asked_about_again(desk: DisputeDesk) -> None:
    payment = desk.open(100)
    told = told_of(payment, amount=payment.amount)

    with pytest.raises(StillUnknown):
        disputes.look_at(told, provider="STRIPE", gateway=desk.gateway, at=desk.at)


def test_an_event_about_nothing_of_ours_is_an_orphan(desk: DisputeDesk) -> None:
    desk.contest(desk.pay(100))
    Payment.objects.update(charge_id="other", intent_id="other", public_id="00000000-0000-4000-8000-000000000001")
    desk.hear(lambda news: [each for each in news if each.type == "charge.dispute.created"])

    assert WebhookEvent.objects.get().state == EventState.ORPHAN


def test_an_inquiry_tells_nobody_and_freezes_only_debits(desk: DisputeDesk) -> None:
    object_id = desk.contest(desk.pay(100), inquiry=True)
    desk.hear()

    assert (desk.dispute.status, desk.books.state, desk.mails()) == (DisputeStatus.WARNING, "100 / 0 / +100", [])
    assert selectors.open_dispute_of(desk.customer) is None
    assert selectors.has_open_dispute(desk.customer)

    desk.bank.control(f"dispute/{object_id}/escalate")
    desk.hear()
    assert (desk.dispute.status, desk.books.state) == (DisputeStatus.OPENED, "0 / 0 / 0")
    assert selectors.open_dispute_of(desk.customer) == desk.dispute
    assert desk.mails() == ["dispute.opened"]


def test_an_inquiry_that_closes_changes_nothing(desk: DisputeDesk) -> None:
    object_id = desk.contest(desk.pay(100), inquiry=True)
    desk.hear()

    desk.decide(object_id, "warning_closed")
    desk.hear()

    assert (desk.dispute.status, desk.books.state, desk.mails()) == (DisputeStatus.CLOSED, "100 / 0 / +100", [])
    assert not selectors.has_open_dispute(desk.customer)


def test_a_fraud_warning_is_kept_once_and_holds_debits_until_somebody_looks(desk: DisputeDesk, cast: Cast) -> None:
    payment = desk.pay(100)
    desk.bank.control(f"fraud-warning/{payment.intent_id}", fraud="made_with_stolen_card")
    desk.hear()
    desk.again()

    warning = FraudWarning.objects.get()
    assert (warning.payment, warning.kind) == (payment, "made_with_stolen_card")
    assert PaymentEvent.objects.filter(name="fraud warning").count() == 1
    assert desk.books.state == "100 / 0 / +100"
    assert selectors.has_open_dispute(desk.customer)

    assert disputes.handle_warning(warning.pk, by=cast.claire, at=desk.at)
    assert not disputes.handle_warning(warning.pk, by=cast.claire, at=desk.at)
    assert not selectors.has_open_dispute(desk.customer)


def test_money_that_a_provider_keeps_aside_is_held_as_far_as_the_lot_has_it(desk: DisputeDesk) -> None:
    payment = desk.credited(100)
    bill(desk.books, "FA1", 70)
    told = told_of(payment, DisputeState.WARNING, freezes=True)

    desk.apply(payment, told)

    assert (desk.books.state, desk.books.available) == ("30 / 0 / +30", "0")
    assert desk.mails() == ["dispute.opened"]
    assert selectors.open_dispute_of(desk.customer) == desk.dispute
    bill(desk.books, "FA2", 20)
    assert desk.books.open == {"FA2": "20"}  # money that is kept aside pays nothing

    desk.apply(payment, told_of(payment, DisputeState.WON))
    assert (desk.books.state, desk.books.open) == ("10 / 0 / +10", {})
    assert desk.mails() == ["dispute.opened", "dispute.won"]


def test_what_was_kept_aside_is_taken_when_the_provider_takes_it(desk: DisputeDesk) -> None:
    payment = desk.credited(100)
    desk.apply(payment, told_of(payment, DisputeState.WARNING, freezes=True))

    desk.apply(payment, told_of(payment, DisputeState.LOST, movements=(moved(payment, 6_000),)))

    assert (desk.books.state, desk.books.available) == ("40 / 0 / +40", "40")
    assert desk.mails() == ["dispute.opened", "dispute.lost"]


def test_a_case_opened_again_holds_its_documents_again(desk: DisputeDesk) -> None:
    payment = desk.credited(100)
    bill(desk.books, "FA1", 100)
    gone = (moved(payment, 10_000),)
    desk.apply(payment, told_of(payment, DisputeState.LOST, movements=gone))
    assert selectors.open_again(desk.dispute)[0].name == "FA1"
    assert not desk.dispute.items.filter(released_at__isnull=True).exists()

    desk.apply(payment, told_of(payment, DisputeState.ANSWERED, movements=gone))
    desk.books.transfer("L3", 40)

    assert (desk.books.open, desk.books.available) == ({"FA1": "100"}, "40")
    desk.apply(payment, told_of(payment, DisputeState.WON, movements=(*gone, moved(payment, -10_000, name="b"))))
    assert desk.books.state == "40 / 0 / +40"
    assert desk.mails() == ["dispute.lost", "dispute.opened", "dispute.won"]


def test_a_case_opened_again_keeps_the_money_aside_again(desk: DisputeDesk) -> None:
    payment = desk.credited(100)
    aside = told_of(payment, DisputeState.WARNING, freezes=True)
    again = told_of(payment, DisputeState.OPENED, freezes=True)
    desk.apply(payment, aside)
    desk.apply(payment, told_of(payment, DisputeState.CLOSED))
    assert desk.books.available == "100"

    for _ in range(2):
        desk.apply(payment, again)
        desk.apply(payment, again)
        bill(desk.books, f"FA{desk.dispute.freeze_number}", 10)
        assert desk.books.available == "0"  # what is kept aside pays no new invoice either
        desk.apply(payment, told_of(payment, DisputeState.WON))

    assert (desk.books.state, desk.books.available) == ("80 / 0 / +80", "80")
    assert desk.mails() == ["dispute.opened", "dispute.won"] * 3


def test_money_that_was_taken_and_given_back_is_kept_aside_while_the_case_lasts(desk: DisputeDesk) -> None:
    payment = desk.credited(100)
    desk.apply(payment, told_of(payment, freezes=True))
    gone = (moved(payment, 10_000),)
    desk.apply(payment, told_of(payment, DisputeState.ANSWERED, freezes=True, movements=gone))
    assert (desk.books.state, desk.books.available) == ("0 / 0 / 0", "0")

    back = (*gone, moved(payment, -10_000, name="back"))
    desk.apply(payment, told_of(payment, DisputeState.ANSWERED, freezes=True, movements=back))

    assert (desk.books.state, desk.books.available) == ("100 / 0 / +100", "0")
    desk.apply(payment, told_of(payment, DisputeState.WON, movements=back))
    assert desk.books.available == "100"
