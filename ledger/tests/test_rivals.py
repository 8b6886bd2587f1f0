"""Several people at once: nobody waits crosswise, nothing is paid, held or posted twice."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from django.conf import settings
from django.db import IntegrityError, connection, connections, transaction

from ledger import selectors, services
from ledger.models import Entry, Tx
from ledger.services.writing import lock
from ledger.tests.desk import TODAY, Desk, euros
from ledger.tests.guard_attempts import LOCKS
from ledger.tests.rival_stories import STORIES, Story
from ledger.verification import verify
from tests.support import cast as people
from tests.support.rivals import Rival, race

if TYPE_CHECKING:
    from collections.abc import Iterator

    from accounts.models import Customer

pytestmark = pytest.mark.django_db(transaction=True)
ENGINE = settings.DATABASES["default"]["ENGINE"].rpartition(".")[2].removesuffix("3")
HERE = [story for story in STORIES if ENGINE in story.engines]
only_postgresql = pytest.mark.skipif(ENGINE != "postgresql", reason="SQLite has one writer at a time")
_SAID = {
    "lock of the customer": ("ledger_lock", " FOR NO KEY UPDATE", ""),
    "lowest customer first": ("ledger_lock", "ORDER BY customer_id FOR", "FOR"),
    "missing customers made lowest first": ("ledger_lock", "FROM unnest(ids) id ORDER BY id", "FROM unnest(ids) id"),
    "shared lock of the month": ("ledger_tx_month_open", "PERFORM pg_advisory_xact_lock_shared(411419);", ""),
    "ledger_closedmonth_waits": ("ledger_closedmonth_waits", "PERFORM pg_advisory_xact_lock(411419);", ""),
}
"""Each lock, the function that takes it, and its words."""


@pytest.fixture
def customer(transactional_db: None) -> Customer:
    return people.make_individual()


@pytest.fixture
def other(transactional_db: None) -> Customer:
    return people.make_company()


@contextmanager
def without(lock_name: str) -> Iterator[None]:
    """The same database, less one lock."""
    if ENGINE == "sqlite":
        options = connections.databases["default"]["OPTIONS"]
        with pytest.MonkeyPatch.context() as patch:
            patch.setitem(options, "transaction_mode", "DEFERRED")
            yield
        return
    function, words, instead = _SAID[lock_name]
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_functiondef(oid) FROM pg_proc WHERE proname = %s", [function])
        (definition,) = cursor.fetchone()
        assert words in definition
        cursor.execute(definition.replace(words, instead))
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(definition)


def name_of(story: Story) -> str:
    return story.lock


@pytest.mark.parametrize("story", HERE, ids=name_of)
def test_the_lock_orders_the_rivals(story: Story, customer: Customer, other: Customer) -> None:
    story.tell(customer, other)


@pytest.mark.parametrize("story", HERE, ids=name_of)
def test_without_the_lock_the_story_ends_otherwise(story: Story, customer: Customer, other: Customer) -> None:
    with without(story.lock), pytest.raises(Exception):  # noqa: B017, PT011 - deadlock, refusal, wrong answer
        story.tell(customer, other)


def test_each_lock_has_its_story() -> None:
    assert {story.lock for story in STORIES} == set(LOCKS)


def test_two_payments_at_once_settle_an_invoice_once(customer: Customer) -> None:
    desk = Desk(customer)
    desk.invoice("FA1", 100)

    endings = race(lambda: desk.receive("L1", 80), lambda: desk.receive("L2", 80))

    assert [ending.error for ending in endings] == [None, None]
    assert desk.state == "60 / 0 / +60"
    assert [verdict.broken for verdict in verify() if not verdict.ok] == []


def test_the_same_key_at_once_posts_once(db: None) -> None:
    def post() -> int:
        desk_legs = (services.debit("627800", euros(1)), services.credit("517100", euros(1)))
        posting = services.Posting(
            journal=services.Journal.CARD, label="fee", piece_ref="pi", piece_date=TODAY, legs=desk_legs, key="fee"
        )  # fmt: skip
        [posted] = services.post([posting], at=people.NOON)
        return posted.tx_id

    endings = race(*[post] * 4)

    assert [ending.error for ending in endings] == [None] * 4
    assert {ending.value for ending in endings} == set(Tx.objects.values_list("pk", flat=True))
    assert Entry.objects.count() == 2


def test_the_same_money_announced_twice_at_once_is_credited_once(customer: Customer) -> None:
    desk = Desk(customer)

    endings = race(*[lambda: desk.receive("L1", 80)] * 3)

    assert sorted(ending.value.replayed for ending in endings) == [False, True, True]
    assert len({ending.value.tx_id for ending in endings}) == 1
    assert desk.state == "80 / 0 / +80"


def test_a_refund_asked_while_an_invoice_arrives_never_spends_the_money_twice(customer: Customer) -> None:
    desk = Desk(customer)
    desk.receive("L1", 100)

    asked, booked = race(lambda: desk.ask_refund("L1", 100), lambda: desk.invoice("FA1", 60))

    assert booked.error is None
    if asked.error is None:
        assert desk.state == "100 / 60 / +40"
    else:
        assert isinstance(asked.error, services.NotEnough)
        assert desk.state == "40 / 0 / +40"


@pytest.mark.slow
def test_money_moved_both_ways_at_once_never_deadlocks(customer: Customer, other: Customer) -> None:
    desks = [Desk(customer), Desk(other)]
    for desk in desks:
        desk.receive(f"L{desk.customer.pk}", 100)

    def move(giver: Desk, taker: Desk) -> None:
        for serial in range(10):
            piece = giver.piece(services.Journal.MISCELLANEOUS, f"move {serial}")
            services.move_money(giver.customer.pk, taker.customer.pk, euros(1), piece=piece, at=giver.at)

    endings = race(lambda: move(*desks), lambda: move(*reversed(desks)))

    assert [ending.error for ending in endings] == [None, None]
    assert [desk.state for desk in desks] == ["100 / 0 / +100"] * 2


@only_postgresql
def test_house_accounts_are_never_locked(customer: Customer, other: Customer) -> None:
    with Rival() as first, Rival() as second:
        first.do(lambda: Desk(customer).receive("L1", 10))
        second.do(lambda: Desk(other).receive("L2", 10))
        second.commit()


@only_postgresql
def test_somebody_else_cannot_add_legs_to_a_transaction_that_is_not_committed_yet(customer: Customer) -> None:
    def add_legs(tx_id: int) -> None:
        Entry.objects.create(tx_id=tx_id, seq=8, account_id="627800", amount_cents=5)
        Entry.objects.create(tx_id=tx_id, seq=9, account_id="517100", amount_cents=-5)

    with Rival() as owner, Rival() as intruder:
        received = owner.do(lambda: Desk(customer).receive("L1", 10))
        intruder.do(lambda: add_legs(received.tx_id))
        owner.commit()
        with pytest.raises(IntegrityError, match="ledger_entry_has_its_header"):
            intruder.commit()


def test_posting_inside_a_savepoint_is_the_same_transaction(customer: Customer) -> None:
    with transaction.atomic(), transaction.atomic():
        Desk(customer).receive("L1", 10)

    assert selectors.get_balance(customer.pk).prepaid == euros(10)


def test_a_lock_taken_alone_makes_the_rows(customer: Customer, other: Customer) -> None:
    with transaction.atomic():
        lock([other.pk, customer.pk, other.pk])

    assert set(selectors.balances_of([customer.pk, other.pk])) == {customer.pk, other.pk}


@only_postgresql
def test_two_sealers_at_once_make_one_chain(customer: Customer) -> None:
    desk = Desk(customer)
    for number in range(20):
        desk.receive(f"L{number}", 1)

    endings = race(*[lambda: services.seal(at=desk.at)] * 4)
    services.seal(at=desk.at)

    assert [ending.error for ending in endings] == [None] * 4
    assert selectors.chain_head().length == Tx.objects.count()
    assert all(verdict.ok for verdict in verify(whole=True))


@only_postgresql
def test_a_posting_that_commits_after_a_later_one_was_sealed_is_not_forgotten(
    customer: Customer, other: Customer
) -> None:
    slow, quick = Desk(customer), Desk(other)
    with Rival() as rival:
        rival.do(lambda: slow.receive("slow", 1))
        quick.receive("quick", 1)
        services.seal(at=quick.at)
        rival.commit()

    services.seal(at=quick.at)

    assert selectors.chain_head().length == 2
    assert all(verdict.ok for verdict in verify(whole=True))
