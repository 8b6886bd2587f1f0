from __future__ import annotations

from datetime import date, timedelta

import pytest
from pytest_django.fixtures import Settings

from core.clock import local_date
from core.money import Money
from ledger import services as ledger
from payments import proving, services
from payments.gateways.base import BankPayout
from payments.models import PayoutStatus, ProviderMovement
from payments.proving import Proof, Verdict
from payments.tests.desk import Desk
from payments.tests.till_desk import STRIPE, Till


@pytest.fixture
def till(desk: Desk, settings: Settings) -> Till:
    settings.PROVIDER_FIRST_LOOK_DAYS = 60
    return Till(desk)


def proven(till: Till, days: int = 3) -> Proof:
    today = local_date(till.now)
    return proving.prove(STRIPE, since=today - timedelta(days=days), until=today)


def test_all_three_agree_after_payments_fees_and_a_payout(till: Till) -> None:
    till.earn()
    till.move(-300)
    till.send()
    till.earn(9_900)
    till.sync()

    proof = proven(till)

    assert proof.agrees
    assert proof.items == []
    today = proof.days[0]
    assert today.books == today.provider == today.objects == Money(9_900 - 174)
    assert [day.books for day in proof.days[1:]] == [Money(0)] * 3


def test_what_only_the_provider_has_is_named(till: Till) -> None:
    till.earn()
    till.move(-700, "carbon_contribution")
    till.sync()

    proof = proven(till)

    assert not proof.agrees
    assert proof.days[0].difference == Money(700)
    [item] = proof.items
    assert (item.verdict, item.what, item.theirs, item.our_day) == (
        Verdict.ONLY_THEIRS,
        "carbon_contribution",
        Money(-700),
        None,
    )


def test_what_only_we_have_is_named(till: Till) -> None:
    till.sync()
    services.apply_payout(STRIPE, BankPayout("po_lost", PayoutStatus.PAID, 1_000, "EUR", till.now), at=till.now)

    proof = proven(till)

    assert [(item.verdict, item.source, item.ours) for item in proof.items] == [
        (Verdict.ONLY_OURS, "po_lost", Money(-1_000))
    ]
    assert proof.days[0].difference == Money(-1_000)


def test_an_amount_that_differs_is_named(till: Till) -> None:
    till.earn()
    till.send("paid")
    payout = till.desk.gateway.payouts_since(till.now - timedelta(days=1), until=till.now)
    wrong = next(iter(payout))
    services.apply_payout(
        STRIPE, BankPayout(wrong.object_id, wrong.status, wrong.amount_cents - 1, "EUR", wrong.created_at), at=till.now
    )
    till.sync()

    [item] = proven(till).items

    assert (item.verdict, item.difference) == (Verdict.AMOUNT_DIFFERS, Money(1))


def test_the_same_amount_on_another_day_is_no_loss(till: Till) -> None:
    """Taken at the provider yesterday, credited today: each day is told apart, and both are explained by one line."""
    till.earn()
    till.sync()
    charge = ProviderMovement.objects.get()
    yesterday = charge.day - timedelta(days=1)
    moved = ProviderMovement.objects.filter(pk=charge.pk)
    as_told_yesterday(moved, yesterday)

    proof = proven(till)

    assert [day.agrees for day in proof.days[:2]] == [True, False]
    assert proof.days[1].difference == Money(-(4_680 - 95))
    [item] = proof.items
    assert (item.verdict, item.our_day, item.their_day) == (Verdict.DAY_DIFFERS, charge.day, yesterday)
    assert proven(till, days=0).days[0].agrees
    assert [item.verdict for item in proven(till, days=0).items] == [Verdict.DAY_DIFFERS]


def as_told_yesterday(moved: object, day: date) -> None:
    """The database refuses to change a movement: it is written anew, as the provider would have told it."""
    row = moved.get()  # type: ignore[attr-defined]
    from django.db import connection

    with connection.cursor() as cursor:
        for name in ("payments_movement_stays_as_told",):
            if connection.vendor == "postgresql":
                cursor.execute(f"ALTER TABLE payments_providermovement DISABLE TRIGGER {name}")
            else:
                cursor.execute(f"DROP TRIGGER {name}")
        cursor.execute("UPDATE payments_providermovement SET day = %s WHERE id = %s", [day, row.pk])


def test_a_posting_that_nothing_explains_is_named(till: Till) -> None:
    till.sync()
    posting = ledger.Posting(
        journal=ledger.Journal.MISCELLANEOUS,
        label="by hand",
        piece_ref="OD-1",
        piece_date=local_date(till.now),
        key="by-hand",
        legs=(ledger.debit("517100", Money(5)), ledger.credit("758000", Money(5))),
    )
    ledger.post([posting], at=till.now)

    proof = proven(till)

    assert [(item.verdict, item.source, item.ours) for item in proof.items] == [
        (Verdict.ONLY_IN_BOOKS, "OD-1", Money(5))
    ]
    assert proof.days[0].objects == Money(0) != proof.days[0].books


def test_a_gap_before_the_first_day_is_said(till: Till) -> None:
    till.move(-700, "carbon_contribution", at=(till.now - timedelta(days=5)).isoformat())
    till.sync()

    proof = proven(till, days=2)

    assert (proof.before, proof.items) == (Money(700), [])
    assert proven(till, days=8).before == Money(0)


def test_past_days_stay_as_they_were(till: Till) -> None:
    till.move(-300, at=(till.now - timedelta(days=2)).isoformat())
    till.sync()
    before = proven(till, days=5).days[1:]
    till.earn()
    till.move(-40)
    till.send()
    till.sync()

    assert proven(till, days=5).days[1:] == before


def test_pending_money_is_ours_and_has_its_day(till: Till) -> None:
    till.earn()
    till.sync()

    amount, last = proving.waiting_at(STRIPE, at=till.now)

    assert amount == Money(4_680 - 95)
    assert last is not None
    assert last > till.now
    assert proving.first_day(STRIPE) == local_date(till.now)


def test_the_number_of_queries_does_not_grow(till: Till, django_assert_max_num_queries: object) -> None:
    till.earn()
    till.sync()
    today = local_date(till.now)

    with django_assert_max_num_queries(40):  # type: ignore[operator]
        proving.prove(STRIPE, since=today - timedelta(days=91), until=today)
    assert len(proving.prove(STRIPE, since=today - timedelta(days=900), until=today).days) == proving.MOST_DAYS
