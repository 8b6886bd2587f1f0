"""Two beats, and a top-up beside a debit of what is due, at the same instant, on PostgreSQL."""

from __future__ import annotations

import pytest
from django.db import connection
from pytest_django.fixtures import Settings

from accounts.services import ensure_first_rows
from core import clock
from payments.gateways.stripe import StripeGateway, stripe_gateway
from payments.models import LIVE, Debit, DebitKind, Payment
from payments.services import collecting
from payments.tests.debit_desk import DebitDesk
from payments.tests.drawer import Drawer
from payments.tests.test_races import at_once
from payments.tests.test_top_ups import agree, look
from tests.support.bank import Bank
from tests.support.cast import make_individual

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.postgresql,
    pytest.mark.skipif("sqlite" in connection.vendor, reason="SQLite has one writer at a time"),
]


@pytest.fixture
def debits(transactional_db: None, gateway: StripeGateway, bank: Bank, settings: Settings) -> DebitDesk:
    settings.PROVIDER_TIMEOUT_SECONDS = 20  # several threads and a loaded machine are no silence
    settings.CARD_NOTICE_DAYS = 0
    stripe_gateway.cache_clear()
    ensure_first_rows()
    at = clock.now()
    return DebitDesk(Drawer(make_individual(at), bank, at), at)


def test_six_looks_at_once_make_one_top_up(debits: DebitDesk) -> None:
    debits.save()
    agree(debits)

    at_once(*(lambda: look(debits) for _ in range(6)))

    assert Debit.objects.filter(kind=DebitKind.TOP_UP).count() == 1
    assert (debits.taken(), debits.balance().cents) == (10_000, 10_000)


def test_a_top_up_and_a_debit_of_what_is_due_are_never_both_in_flight(debits: DebitDesk) -> None:
    debits.save()
    debits.owe(in_days=0)
    agree(debits)
    debits.drawer.silence()

    at_once(lambda: look(debits), debits.turn_on, debits.collect, lambda: look(debits))
    at_once(lambda: look(debits), debits.collect, debits.collect)

    assert Payment.objects.filter(status__in=LIVE).count() == 1
    assert collecting.ring_top_ups(at=debits.at) == 1
