from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from payments import services
from payments.models import EventState, Payment, PaymentStatus, WebhookEvent
from payments.tests.desk import Desk

PAYMENTS = reverse("admin:payments_payment_changelist")
NEWS = reverse("admin:payments_webhookevent_changelist")


@pytest.fixture
def staff(desk: Desk, client: Client) -> Client:
    client.force_login(User.objects.create_superuser("staff@example.org", "a-long-password-for-tests"))
    return client


def event_of(desk: Desk) -> WebhookEvent:
    news = list(desk.gateway.news_since(desk.at - timedelta(days=1), types=services.HEARD))[-1]
    return services.receive(news, at=desk.at)


def test_staff_find_a_payment_by_what_the_customer_or_the_provider_says(desk: Desk, staff: Client) -> None:
    payment = desk.ask(desk.pay(desk.start()))

    for words in (desk.customer.number, "Claire", payment.intent_id, payment.session_id):
        page = staff.get(PAYMENTS, {"q": words}).content.decode()
        assert payment.reference in page
    assert payment.reference not in staff.get(PAYMENTS, {"q": "nobody"}).content.decode()


@pytest.mark.parametrize("attention", ["live", "differs"])
def test_staff_find_what_needs_attention(desk: Desk, staff: Client, attention: str) -> None:
    live = desk.start()

    page = staff.get(PAYMENTS, {"attention": attention}).content.decode()

    assert (live.reference in page) == (attention == "live")


def test_staff_read_the_history_and_change_nothing(desk: Desk, staff: Client) -> None:
    payment = desk.ask(desk.pay(desk.start()))
    address = reverse("admin:payments_payment_change", args=[payment.pk])

    page = staff.get(address).content.decode()
    assert "page opened" in page
    assert payment.intent_id in page
    assert staff.post(address, {"status": "REFUSED"}).status_code == 403
    assert staff.get(reverse("admin:payments_payment_add")).status_code == 403
    assert staff.post(reverse("admin:payments_payment_delete", args=[payment.pk])).status_code == 403


def test_staff_may_ask_the_provider_at_once(desk: Desk, staff: Client) -> None:
    payment = desk.pay(desk.start())

    staff.post(PAYMENTS, {"action": "ask_again", "_selected_action": [payment.pk]})

    assert Payment.objects.get().status == PaymentStatus.SUCCEEDED


def test_staff_read_and_replay_the_news(desk: Desk, staff: Client) -> None:
    desk.pay(desk.start())
    event = event_of(desk)
    WebhookEvent.objects.update(state=EventState.FAILED, error="it went wrong")

    assert event.event_id in staff.get(NEWS, {"state__exact": "FAILED"}).content.decode()
    page = staff.get(reverse("admin:payments_webhookevent_change", args=[event.pk])).content.decode()
    assert "it went wrong" in page
    staff.post(NEWS, {"action": "replay", "_selected_action": [event.pk]})

    event.refresh_from_db()
    assert event.state == EventState.RECEIVED
