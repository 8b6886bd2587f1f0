"""A top-up rule is looked at as soon as money is used, waits for debits to come, and is paused by staff."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, transaction
from pytest_django.fixtures import Settings

from accounts.models import User
from core.money import Money
from outbox.models import Job
from payments.collecting_checks import top_ups_keep_to_their_rule
from payments.models import CollectingEvent, Debit, DebitKind, TopUpRule
from payments.selectors import NoTopUp
from payments.services import collecting
from payments.tests.debit_desk import DebitDesk
from payments.tests.test_top_ups import agree, look, to_day, why_not
from payments.top_up_rule_presenting import rule_context


def test_money_that_is_used_has_the_rule_looked_at_at_once(
    debits: DebitDesk, django_capture_on_commit_callbacks: Any
) -> None:
    debits.save()
    agree(debits)
    look(debits)
    Job.objects.all().delete()
    with django_capture_on_commit_callbacks(execute=True):
        debits.owe(6_000)
    with django_capture_on_commit_callbacks(execute=True):
        debits.receive(500)

    rung = Job.objects.get(kind=collecting.TOP_UP)
    assert (rung.payload, rung.key.startswith(f"{collecting.TOP_UP}:{debits.customer_id}:tx:")) == (
        {"customer_id": debits.customer_id},
        True,
    )
    assert look(debits) is not None


def test_the_books_of_others_cost_one_question(
    debits: DebitDesk, django_capture_on_commit_callbacks: Any, django_assert_num_queries: Any
) -> None:
    debits.receive(5_000)
    with django_capture_on_commit_callbacks() as callbacks:
        debits.owe(6_000)
    with django_assert_num_queries(2):  # whose rule asks, who is collected from
        for each in callbacks:
            each()

    assert not Job.objects.filter(kind=collecting.TOP_UP).exists()


def test_what_a_debit_is_to_collect_no_credit_pays_before_it(debits: DebitDesk) -> None:
    debits.save()
    debits.turn_on()
    agree(debits)
    debits.owe(7_000)

    assert (look(debits), why_not(debits)) == (None, NoTopUp.COMING)

    due = Debit.objects.get()
    assert (due.kind, due.announced_cents) == (DebitKind.DUE, 7_000)
    debits.day_of(due)
    debits.collect()
    look(debits)
    assert (debits.taken(), debits.balance()) == (17_000, Money(10_000))


def test_staff_pause_a_rule_whatever_its_customer_agrees_to_meanwhile(debits: DebitDesk) -> None:
    debits.save()
    agree(debits)
    sam = User.objects.create_user("sam@example.org", "a-long-password-for-tests", is_staff=True)
    customer = debits.drawer.customer
    collecting.pause_top_up_rule(customer, because="Nous vous appelons", by=sam, at=debits.at)
    agree(debits)

    assert (look(debits), why_not(debits)) == (None, NoTopUp.STAFF)
    assert collecting.ring_top_ups(at=debits.at) == 0
    assert "Nous vous appelons" in rule_context(TopUpRule.objects.get(), customer, debits.at)["top_up_why_not"]
    for _ in range(2):
        collecting.resume_top_up_rule(customer, because="Appelée", by=sam, at=debits.at)
    assert look(debits) is not None
    kept = CollectingEvent.objects.filter(actor=sam).order_by("pk").values_list("name", "detail")
    assert list(kept) == [("top-up rule paused", "Nous vous appelons"), ("top-up rule resumed", "Appelée")]


def test_a_pause_without_a_reason_is_refused_by_the_database(debits: DebitDesk) -> None:
    debits.save()
    agree(debits)
    with pytest.raises(IntegrityError, match="payments_top_up_rule_paused_why"), transaction.atomic():
        TopUpRule.objects.update(paused_at=debits.at)


def test_the_self_check_finds_a_month_beyond_what_was_agreed(debits: DebitDesk, settings: Settings) -> None:
    settings.AUTO_TOP_UPS_PER_DAY = 24
    to_day(debits, 5)
    debits.save()
    agree(debits)
    for _ in range(2):
        look(debits)
        debits.owe(10_000)
    assert top_ups_keep_to_their_rule().ok
    TopUpRule.objects.update(monthly_cents=19_999)

    found = top_ups_keep_to_their_rule()

    assert (found.ok, found.detail) == (False, debits.drawer.customer.number)
