"""What one event costs in statements: each is a round trip, and 50 events a second are to be credited soon."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from ledger import selectors as ledger
from outbox import services as outbox
from outbox.models import Job, JobState
from payments import services
from payments.tests.desk import Desk

RECEIVE, APPLY, SEND = 4, 35, 7
"""With BEGIN, COMMIT and savepoints, on PostgreSQL; SQLite posts with more statements."""

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.postgresql,
    pytest.mark.skipif("sqlite" in connection.vendor, reason="SQLite posts with more statements"),
]


def work(kind: str) -> int:
    return Job.objects.filter(kind=kind, state=JobState.WAITING).latest("pk").pk


def test_news_of_a_card_payment_cost_few_statements(desk: Desk, django_assert_max_num_queries: Any) -> None:
    for payment in (desk.start(), desk.start()):
        desk.pay(payment)
    first, second = desk.gateway.news_since(desk.at - timedelta(days=1), types=["checkout.session.completed"])
    services.receive(first, at=desk.at)
    outbox.run_due(at=desk.at + timedelta(seconds=1))

    with django_assert_max_num_queries(RECEIVE):
        services.receive(second, at=desk.at)
    applying = work("payments.apply_event")
    with django_assert_max_num_queries(APPLY):
        outbox.offer(applying, at=desk.at + timedelta(seconds=1))
    sending = work("outbox.send_message")
    with django_assert_max_num_queries(SEND):
        outbox.offer(sending, at=desk.at + timedelta(seconds=1))

    assert ledger.get_balance(desk.customer.pk).balance.cents == 2 * 4_680
    assert Job.objects.filter(pk__in=[applying, sending], state=JobState.DONE).count() == 2
