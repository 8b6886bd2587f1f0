"""The database says no to a wrong announced transfer, and to a change of what was said, whatever program writes."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from accounts.models import Customer
from bank.announced_transitions import EXPIRED, RECEIVED
from bank.models import AnnouncedTransfer
from bank.tests.announcing import Announcer

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(customer: Customer) -> Announcer:
    return Announcer(customer)


@pytest.mark.parametrize(
    ("columns", "name"),
    [
        ({"state": "LOST"}, "bank_announced_state_known"),
        ({"state": RECEIVED}, "bank_announced_received_by_a_line"),
        ({"received_cents": 1}, "bank_announced_received_by_a_line"),
        ({"state": EXPIRED}, "bank_announced_expired_was_asked"),
        ({"waits_until": "2026-01-01"}, "bank_announced_waits_after"),
        ({"amount_cents": 1}, "bank_announced_as_said"),
        ({"documents": ["FA"]}, "bank_announced_as_said"),
        ({"sent_on": "2026-01-01"}, "bank_announced_as_said"),
    ],
)
def test_the_database_refuses_a_wrong_announcement(desk: Announcer, columns: dict[str, object], name: str) -> None:
    said = desk.announce()

    with pytest.raises(DatabaseError, match=name), transaction.atomic():
        AnnouncedTransfer.objects.filter(pk=said.pk).update(**columns)


def test_the_database_refuses_a_wrong_amount_a_second_form_and_a_second_one_on_a_line(desk: Announcer) -> None:
    first, second = desk.announce(), desk.announce()
    desk.meet(desk.line())
    first.refresh_from_db()
    facts = {"customer": desk.customer, "sent_on": desk.today, "waits_until": desk.today, "announced_at": desk.at}

    with pytest.raises(IntegrityError, match="bank_announced_positive"), transaction.atomic():
        AnnouncedTransfer.objects.create(once=uuid4(), amount_cents=0, updated_at=desk.at, **facts)
    with pytest.raises(IntegrityError, match=r"once"), transaction.atomic():
        AnnouncedTransfer.objects.create(once=first.once, amount_cents=1, updated_at=desk.at, **facts)
    with pytest.raises(IntegrityError, match=r"line"), transaction.atomic():
        AnnouncedTransfer.objects.filter(pk=second.pk).update(state=RECEIVED, line=first.line, received_cents=1)


def test_histories_stay(desk: Announcer) -> None:
    desk.announce()

    for wrong, name in [
        ("UPDATE bank_announcedevent SET name = 'x'", "bank_announced_event_append_only"),
        ("DELETE FROM bank_announcedevent", "bank_announced_event_append_only"),
        ("DELETE FROM bank_announcedtransfer", "bank_announced_stays"),
    ]:
        with pytest.raises(DatabaseError, match=name), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(wrong)
