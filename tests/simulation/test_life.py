"""Whatever chance does, the books end where the providers are. `python -m tests.simulation` lives many more lives."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from billing_portal import selfcheck
from core import clock
from core.money import Money
from invoices.models import Receipt
from ledger import selectors as ledger
from ledger.verification import verify
from payments.gateways.paypal import paypal_gateway
from payments.gateways.stripe import stripe_gateway
from payments.models import Method, Payment, PaymentStatus, Provider
from payments.services import Wish, read_till, request_top_up, sync_till
from payments.tests.conftest import bank, shared_bank  # noqa: F401 - the sandbox of payments
from payments.tests.pointing import point_at
from payments.tests.refund_desk import staff
from payments.wiring import gateway_for
from tests.simulation.life import Crash, Life
from tests.support import cast as people
from tests.support.bank import Bank

pytestmark = pytest.mark.django_db(transaction=True)
STEPS = int(os.environ.get("SIMULATION_STEPS", "70"))
SEEDS = [int(seed) for seed in os.environ.get("SIMULATION_SEEDS", "1,2").split(",")]


@pytest.fixture
def places(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where crashes are armed; a crash ends the step instead of this process."""

    def die(_pid: int, number: int) -> None:
        assert number == signal.SIGKILL
        raise Crash

    monkeypatch.setattr("core.failpoints.os.kill", die)
    folder = tmp_path / "places"
    folder.mkdir()
    settings.FAILPOINT_FOLDER = str(folder)
    return folder


@pytest.fixture
def speaking(bank: Bank, settings: Any) -> Iterator[Bank]:  # noqa: F811 - the fixture of that name
    """Both gateways in front of the sandbox."""
    settings.STRIPE_API_BASE = bank.url
    settings.STRIPE_SECRET_KEY = bank.settings["STRIPE_SECRET_KEY"]
    settings.STRIPE_WEBHOOK_SECRETS = [bank.settings["STRIPE_WEBHOOK_SECRET"]]
    settings.TOP_UPS_PER_HOUR = 1_000
    point_at(bank, settings)
    stripe_gateway.cache_clear()
    yield bank
    stripe_gateway.cache_clear()
    paypal_gateway.cache_clear()


def test_a_review_that_begins_when_all_else_has_ended_ends_too(speaking: Bank, places: Path) -> None:
    """Seeds 20 and 26: approved at the very last step, looked at by PayPal only once we had captured it."""
    customer, at = people.make_individual(), clock.now()
    life = Life(20, speaking, [customer], staff("fanny"), at, places)
    wish = Wish(Money(5_000), method=Method.PAYPAL)
    payment = request_top_up(customer, wish, gateway=gateway_for(Provider.PAYPAL), at=at)
    speaking.control(f"paypal/approve/{payment.session_id}", funding="pending")

    life.come_to_rest()

    assert life.undecided() == []


@pytest.mark.parametrize("seed", SEEDS)
def test_after_any_life_the_books_are_where_the_providers_are(seed: int, speaking: Bank, places: Path) -> None:
    customers = [people.make_individual(), people.make_company(), people.make_town_hall()]
    life = Life(seed, speaking, customers, staff("fanny"), clock.now(), places)

    for _ in range(STEPS):
        life.step()
    life.come_to_rest()

    assert life.undecided() == [], _story(life)
    life.at += timedelta(hours=1)  # the sandbox's clock went on while we worked
    for provider in (Provider.STRIPE, Provider.PAYPAL):
        gateway = gateway_for(provider)
        sync_till(provider, gateway=gateway, at=life.at, deep=True)
        reading = read_till(provider, gateway=gateway, at=life.at)
        seen = f"{reading.total.cents} there, {reading.movements_cents} moved, {reading.books_cents} in our books"
        assert reading.agrees, f"{provider}: {seen}; {_story(life)}"
    assert _taken(speaking) == _credited(), _story(life)
    assert [verdict.broken for verdict in verify(whole=True) if not verdict.ok] == [], _story(life)
    wrong = [f"{check.name}: {check.detail}" for check in selfcheck.collect() if not check.ok]
    assert wrong == [], _story(life)
    firsts = Receipt.objects.filter(restores=None)  # the others are for money that was taken back, and came again
    assert firsts.count() == Payment.objects.filter(status=PaymentStatus.SUCCEEDED).count(), _story(life)


def _taken(bank: Bank) -> int:  # noqa: F811 - the sandbox itself
    """What both providers took from payers, whatever became of it."""
    totals = bank.totals()
    return totals["captured_cents"] + int(totals["paypal"]["captured_cents"])  # type: ignore[index]


def _credited() -> int:
    """What we say that they took."""
    return sum(payment.received_cents or 0 for payment in Payment.objects.all())


def _story(life: Life) -> str:
    """How to live it again."""
    held = {code: ledger.account_balance(code).cents for code in ("517100", "517200", "419100", "411000")}
    return f"seed {life.seed}, {len(life.told)} steps, {held}, undecided {life.undecided()}\n{' '.join(life.told)}"
