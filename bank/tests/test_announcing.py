"""Announced transfers: said, waited for, met by a line, opened again, asked about once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from importlib import import_module
from uuid import uuid4

import pytest
from django.apps import apps
from django.db import connection, transaction
from pytest_django.fixtures import DjangoAssertNumQueries, Settings

from accounts.models import Customer
from bank import checks, selectors, services
from bank.announced_transitions import (
    ANNOUNCED,
    EXPIRED,
    RECEIVED,
    TRANSITIONS,
    WITHDRAWN,
    NotAllowed,
    announced_states_page,
    may_move,
    move,
)
from bank.models import AnnouncedState, AnnouncedTransfer, RuleSet
from bank.tests.announcing import MONDAY, Announcer
from core.money import Money
from tests.house.source import ROOT
from tests.support.cast import make_company
from tests.support.rivals import race

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(customer: Customer) -> Announcer:
    if not RuleSet.objects.exists():  # a test before this one emptied the tables
        import_module("bank.migrations.0007_matching")._first_rules(apps, None)
    return Announcer(customer)


def received(desk: Announcer) -> AnnouncedTransfer:
    desk.announce()
    met = desk.meet(desk.line())
    assert met is not None
    return met


def expired(desk: Announcer) -> AnnouncedTransfer:
    said = desk.announce()
    desk.wait(6)
    desk.expire()
    said.refresh_from_db()
    return said


def come_after_all(desk: Announcer) -> AnnouncedTransfer:
    expired(desk)
    met = desk.meet(desk.line())
    assert met is not None
    return met


def reopened(desk: Announcer, met: AnnouncedTransfer) -> AnnouncedTransfer:
    assert met.line is not None
    [again] = desk.reopen(met.line)
    return again


SCENARIOS: dict[tuple[AnnouncedState, AnnouncedState], Callable[[Announcer], AnnouncedTransfer]] = {
    (ANNOUNCED, RECEIVED): received,
    (ANNOUNCED, WITHDRAWN): lambda desk: services.withdraw_announced(desk.announce().pk, by=None, at=desk.at),
    (ANNOUNCED, EXPIRED): expired,
    (EXPIRED, RECEIVED): come_after_all,
    (RECEIVED, ANNOUNCED): lambda desk: reopened(desk, received(desk)),
    (RECEIVED, EXPIRED): lambda desk: reopened(desk, come_after_all(desk)),
}


def test_each_step_of_the_table_has_a_scenario() -> None:
    assert SCENARIOS.keys() == TRANSITIONS.keys()


@pytest.mark.parametrize("edge", SCENARIOS, ids=" → ".join)
def test_the_step_is_taken_and_told(desk: Announcer, edge: tuple[AnnouncedState, AnnouncedState]) -> None:
    said = SCENARIOS[edge](desk)

    steps = list(said.events.order_by("pk").values_list("from_state", "to_state", "name"))
    assert steps[0] == ("", ANNOUNCED, "announced")
    assert steps[-1] == (*edge, TRANSITIONS[edge])
    assert [check.ok for check in checks.announced_transfers_follow_their_history()] == [True]


@pytest.mark.parametrize(
    "edge",
    [(a, b) for a in AnnouncedState for b in AnnouncedState if a != b and (a, b) not in TRANSITIONS],
    ids=" → ".join,
)
def test_no_other_step_is_possible(edge: tuple[AnnouncedState, AnnouncedState]) -> None:
    said = AnnouncedTransfer(state=edge[0])

    assert not may_move(said, edge[1])
    with pytest.raises(NotAllowed):
        move(said, edge[1], at=MONDAY)


def test_the_page_of_states_shows_the_table() -> None:
    page = (ROOT / "docs/states/announced.md").read_text(encoding="utf-8")

    assert page == announced_states_page(), "run `make docs`"


def test_a_form_sent_twice_is_one_announcement(desk: Announcer) -> None:
    once = uuid4()

    first, second = (desk.announce(once=once) for _ in range(2))

    assert first == second
    assert first.events.count() == 1


def test_reminders_wait_five_days_of_the_banks(desk: Announcer) -> None:
    assert selectors.reminders_paused_until(desk.customer, desk.today) is None
    said = desk.announce()

    monday_after = date(2026, 11, 30)
    assert said.waits_until == monday_after
    assert selectors.reminders_paused_until(desk.customer, desk.today) == monday_after
    assert selectors.reminders_paused_until(desk.customer, monday_after + timedelta(days=1)) is None


def test_what_was_withdrawn_holds_nothing_and_withdrawing_twice_is_once(desk: Announcer) -> None:
    said = desk.announce()

    for _ in range(2):
        services.withdraw_announced(said.pk, by=None, at=desk.at)

    assert selectors.reminders_paused_until(desk.customer, desk.today) is None
    assert said.events.count() == 2


def test_what_came_cannot_be_withdrawn(desk: Announcer) -> None:
    met = received(desk)

    with pytest.raises(services.NotWithdrawable):
        services.withdraw_announced(met.pk, by=None, at=desk.at)


@pytest.mark.parametrize(
    ("cents", "days", "refusal"),
    [
        (0, 0, services.AmountRefused),
        (-1, 0, services.AmountRefused),
        (100_000_000_01, 0, services.AmountRefused),
        (100, -7, services.DayRefused),
        (100, 15, services.DayRefused),
    ],
)
def test_what_cannot_be_is_refused(desk: Announcer, cents: int, days: int, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        desk.announce(cents, sent_on=desk.today + timedelta(days=days))

    assert not AnnouncedTransfer.objects.exists()


def test_a_public_accountant_may_say_a_month_ahead(desk: Announcer) -> None:
    desk.customer.kind = "PUBLIC"

    assert desk.announce(sent_on=desk.today + timedelta(days=30)).is_open


def test_another_customers_invoice_cannot_be_named(desk: Announcer) -> None:
    mine = desk.owe()
    other = Announcer(make_company(desk.at))

    assert desk.announce(4_680, mine).documents == [mine]
    with pytest.raises(services.NotDue):
        other.announce(4_680, mine)


def test_five_at_once_and_no_more(desk: Announcer) -> None:
    for _ in range(services.AT_ONCE):
        desk.announce()

    with pytest.raises(services.TooManyAnnounced):
        desk.announce()


def test_announcing_and_withdrawing_all_day_ends(desk: Announcer) -> None:
    for _ in range(20):
        services.withdraw_announced(desk.announce().pk, by=None, at=desk.at)

    with pytest.raises(services.TooManyAnnounced):
        desk.announce()


def test_who_announced_twice_for_nothing_holds_no_reminder_any_more(desk: Announcer) -> None:
    for _ in range(2):
        expired(desk)

    said = desk.announce()

    assert not said.holds
    assert selectors.reminders_paused_until(desk.customer, desk.today) is None


def test_the_nearest_amount_is_met_then_the_nearest_day(desk: Announcer) -> None:
    early = desk.announce(10_000, sent_on=desk.today - timedelta(days=3))
    late = desk.announce(10_000, sent_on=desk.today + timedelta(days=1))
    desk.announce(9_999)

    assert desk.meet(desk.line(10_000)) == late
    assert desk.meet(desk.line(10_000)) == early
    assert desk.meet(desk.line(10_000)) is None


def test_another_amount_meets_by_a_named_document_only(desk: Announcer) -> None:
    number = desk.owe()
    said = desk.announce(4_680, number)

    assert desk.meet(desk.line(4_000), "FA2026-999999") is None
    met = desk.meet(desk.line(4_000), number)

    assert met == said
    assert met is not None
    assert met.received == Money(4_000)


def test_a_line_from_before_or_long_after_is_another_transfer(desk: Announcer) -> None:
    before = desk.line(on=desk.today - timedelta(days=10))
    desk.announce()
    assert desk.meet(before) is None

    desk.at += timedelta(days=61)
    assert desk.meet(desk.line()) is None


def test_a_transfer_that_was_missing_is_met_by_the_import_that_brings_it(desk: Announcer) -> None:
    lost = expired(desk)

    desk.line(text=desk.customer.reference.compact)

    lost.refresh_from_db()
    assert (lost.state, lost.received) == (RECEIVED, Money(4_680))


def test_a_line_meets_once_however_often_it_is_said(desk: Announcer) -> None:
    desk.announce()
    desk.announce()
    line = desk.line()

    assert desk.meet(line) == desk.meet(line)
    assert AnnouncedTransfer.objects.filter(state=RECEIVED).count() == 1


def test_who_announced_nothing_costs_one_question(
    desk: Announcer, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    line = desk.line()
    amount = line.amount

    with transaction.atomic(), django_assert_num_queries(1):
        assert services.meet_announced(desk.customer.pk, amount, line.pk, [], desk.at) is None


def test_a_credit_undone_after_the_last_day_leaves_two_days_to_come(desk: Announcer) -> None:
    met = received(desk)
    desk.wait(8)

    again = reopened(desk, met)

    assert (again.state, again.line_id, again.received_cents) == (ANNOUNCED, None, None)
    assert again.waits_until == date(2026, 12, 7)
    assert desk.expire() == 0
    assert desk.reopen(desk.line()) == []


def test_its_customer_is_asked_once(desk: Announcer) -> None:
    number = desk.owe()
    desk.announce(4_680, number)
    desk.wait(5)
    assert desk.expire() == 0

    desk.wait(1)
    assert [desk.expire(), desk.expire()] == [1, 0]

    [mail] = desk.mails()
    assert mail.subject == "Nous n’avons pas reçu votre virement de 46,80 €"
    assert "23 novembre 2026" in mail.text
    assert number in mail.text
    reopened(desk, desk.meet(desk.line()) or AnnouncedTransfer())
    desk.wait(9)
    assert (desk.expire(), len(desk.mails())) == (0, 1)


def test_the_setting_says_how_long(desk: Announcer, settings: Settings) -> None:
    settings.ANNOUNCED_TRANSFER_DAYS = 1

    assert desk.announce().waits_until == desk.today + timedelta(days=1)


def test_the_usual_delay_is_measured_when_enough_came(desk: Announcer) -> None:
    assert selectors.usual_delay(at=desk.at) == selectors.Delay(1, 2, measured=False)
    line = desk.line(on=desk.today + timedelta(days=3))
    AnnouncedTransfer.objects.bulk_create(
        [
            AnnouncedTransfer(
                once=uuid4(),
                customer=Customer.objects.create(number=f"C9{count:05d}", name="x", kind="PERSON", created_at=desk.at),
                state=RECEIVED,
                amount_cents=1,
                sent_on=desk.today,
                waits_until=desk.today,
                line=line,
                received_cents=1,
                announced_at=desk.at,
                updated_at=desk.at,
            )
            for count in range(20)
        ]
    )

    assert selectors.usual_delay(at=desk.at) == selectors.Delay(3, 3, measured=True)


def test_matching_asks_for_all_its_customers_at_once(
    desk: Announcer, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    said = desk.announce()
    other = make_company(desk.at)

    with django_assert_num_queries(1):
        assert selectors.announced_open([desk.customer.pk, other.pk]) == {desk.customer.pk: [said]}
    with django_assert_num_queries(0):
        assert selectors.announced_open([]) == {}


@pytest.mark.django_db(transaction=True)
def test_of_two_who_announce_the_last_one_exactly_one_is_taken(desk: Announcer) -> None:
    if connection.vendor == "sqlite":
        pytest.skip("one writer at a time")
    for _ in range(services.AT_ONCE - 1):
        desk.announce()

    endings = race(*[desk.announce] * 3)

    assert sorted(type(ending.error).__name__ for ending in endings) == [
        "NoneType",
        "TooManyAnnounced",
        "TooManyAnnounced",
    ]


@pytest.mark.django_db(transaction=True)
def test_a_line_and_the_end_of_waiting_agree(desk: Announcer) -> None:
    if connection.vendor == "sqlite":
        pytest.skip("one writer at a time")
    said = desk.announce()
    desk.wait(6)
    line = desk.line()

    def credit() -> None:
        with transaction.atomic():
            services.meet_announced(desk.customer.pk, line.amount, line.pk, [], desk.at)

    endings = race(credit, desk.expire)

    assert [ending.error for ending in endings] == [None, None]
    said.refresh_from_db()
    assert said.state == RECEIVED
