"""Disputes and what comes at the same moment, on PostgreSQL: real connections, real locks."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from pytest_django.fixtures import Settings

from accounts.models import User
from accounts.services import ensure_first_rows
from core import clock
from ledger import selectors as ledger
from ledger.tests.desk import bill, euros
from payments import checks, services
from payments.gateways.stripe import StripeGateway, stripe_gateway
from payments.models import Dispute, DisputeMovement, DisputeStatus, Method, WebhookEvent
from payments.services import disputes
from payments.tests.dispute_desk import DisputeDesk
from tests.support.bank import Bank
from tests.support.cast import make_individual
from tests.support.rivals import Ending, race

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.postgresql,
    pytest.mark.skipif("sqlite" in connection.vendor, reason="SQLite has one writer at a time"),
]


@pytest.fixture
def desk(transactional_db: None, gateway: StripeGateway, bank: Bank, settings: Settings) -> DisputeDesk:
    settings.PROVIDER_TIMEOUT_SECONDS = 20  # several threads and a loaded machine are no silence
    stripe_gateway.cache_clear()
    ensure_first_rows()
    at = clock.now()
    return DisputeDesk(make_individual(at), stripe_gateway(), bank, at, Method.CARD)


def hear(desk: DisputeDesk, event: WebhookEvent) -> Callable[[], object]:
    return lambda: services.apply_event(event.pk, gateway=desk.gateway, at=desk.at)


def told(desk: DisputeDesk) -> list[WebhookEvent]:
    """The events about disputes that came and were not worked on yet."""
    news = [each for each in desk.news() if each.type.startswith("charge.dispute")]
    return [services.receive(each, at=desk.at) for each in news]


def errors(endings: list[Ending]) -> list[BaseException]:
    return [each.error for each in endings if each.error]


def all_holds() -> bool:
    questions = (checks.provider_balance, checks.disputes_are_booked, checks.disputed_documents_have_a_dispute)
    return all(each.ok for question in questions for each in question())


def test_all_news_of_a_dispute_at_once_books_it_once(desk: DisputeDesk) -> None:
    payment = desk.pay(100)
    bill(desk.books, "FA1", 100)
    desk.decide(desk.contest(payment), "won")
    events = told(desk)

    endings = race(*(hear(desk, event) for event in events * 2))

    assert errors(endings) == []
    assert (desk.dispute.status, desk.books.state) == (DisputeStatus.WON, "0 / 0 / 0")
    assert DisputeMovement.objects.count() == 2
    assert all_holds()


def test_a_dispute_while_money_comes_and_an_invoice_is_issued(desk: DisputeDesk) -> None:
    payment = desk.pay(100)
    bill(desk.books, "FA1", 60)
    second = desk.open(50)
    desk.bank.pay(second.session_id)
    desk.contest(payment)
    events = told(desk)

    endings = race(
        *(hear(desk, event) for event in events),
        lambda: services.ask(second.pk, gateway=desk.gateway, at=desk.at),
        lambda: bill(desk.books, "FA2", 30),
    )

    assert errors(endings) == []
    # 150 came, 100 went back, 90 were billed; which of the two invoices the 50 paid depends on who came first.
    balance = ledger.get_balance(desk.customer.pk)
    assert balance.balance == euros(-40)
    open_items = ledger.open_items(desk.customer.pk)
    assert sum(item.open.cents for item in open_items) - balance.prepaid.cents == 4_000
    assert all(item.disputed for item in open_items) or not balance.prepaid
    assert all_holds()


def test_two_of_staff_who_send_evidence_at_once_send_it_once(desk: DisputeDesk) -> None:
    desk.contest(desk.pay(100))
    desk.hear()
    fanny = User.objects.create_user("fanny@example.org", "a-long-password-for-tests", is_staff=True)

    def send() -> object:
        return disputes.request_evidence(desk.dispute.pk, by=fanny, at=desk.at)

    endings = race(send, send, lambda: disputes.request_acceptance(desk.dispute.pk, reason="", by=fanny, at=desk.at))

    assert [type(each) for each in errors(endings)] == [disputes.NotAnswerable] * 2


def test_what_staff_write_survives_news_that_comes_meanwhile(desk: DisputeDesk) -> None:
    desk.contest(desk.pay(100))
    desk.hear()
    fanny = User.objects.create_user("fanny@example.org", "a-long-password-for-tests", is_staff=True)

    def write() -> object:
        return disputes.write_answer(desk.dispute.pk, "Le service a été rendu.", by=fanny, at=desk.at)

    endings = race(*[lambda: desk.ask(Dispute.objects.get())] * 3, write)

    assert errors(endings) == []
    assert desk.dispute.evidence_text == "Le service a été rendu."
