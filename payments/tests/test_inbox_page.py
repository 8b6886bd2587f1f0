"""The inbox as staff see it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from accounts.models import User
from payments import selectors, services
from payments.models import EventState, Payment, Provider, WebhookEvent
from payments.services.hearing import heard_of
from payments.tests.desk import Desk

pytestmark = pytest.mark.once

INBOX = reverse("admin:payments_webhookevent_changelist")
ALL = reverse("admin:payments_webhookevent_replay_failed")


@pytest.fixture
def staff(desk: Desk, client: Client) -> Client:
    client.force_login(User.objects.create_superuser("staff@example.org", "a-long-password-for-tests"))
    return client


def failed(desk: Desk, count: int = 1) -> list[WebhookEvent]:
    """Events whose work failed, since the provider did not answer."""
    for _ in range(count):
        desk.pay(desk.start(on_top=True))
    news = list(desk.gateway.news_since(desk.at - timedelta(days=1), types=["checkout.session.completed"]))
    events = [services.receive(each, at=desk.at) for each in news]
    desk.silence()
    for event in events:
        with pytest.raises(services.StillUnknown):
            services.apply_event(event.pk, gateway=desk.gateway, at=desk.at)
    desk.bank.calm()
    return events


def shown(client: Client, address: str) -> str:
    return client.get(address).content.decode()


def test_the_inbox_counts_and_says_how_long_ago_the_last_event_came(desk: Desk, staff: Client) -> None:
    failed(desk, 2)

    page = shown(staff, INBOX)

    assert "Stripe" in page
    assert "Reprendre 2 événements en échec" in page
    [news] = selectors.news_of_providers(at=desk.at)
    assert (news.failed, news.received, news.processed, news.last_at) == (2, 0, 0, desk.at)


def test_an_event_shows_where_it_failed_and_hides_what_belongs_to_people(desk: Desk, staff: Client) -> None:
    [event] = failed(desk)
    payload = event.payload
    payload["data"]["object"]["customer_details"] = {"email": "claire@example.org", "name": "Claire Martin"}
    payload["data"]["object"]["client_secret"] = "cs_test_secret_1"
    payload["data"]["object"]["note"] = "card 4242 4242 4242 4242"
    WebhookEvent.objects.update(payload=payload)

    page = shown(staff, reverse("admin:payments_webhookevent_change", args=[event.pk]))

    assert "StillUnknown" in page
    assert "Traceback" in page
    assert "about/payments.py" in page
    for hidden in ("claire@example.org", "cs_test_secret_1", "4242 4242"):
        assert hidden not in page
    assert "[personal]" in page
    assert event.object_id in page


def test_a_traceback_keeps_no_secret(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.pay(desk.start())
    news = list(desk.gateway.news_since(desk.at - timedelta(days=1), types=["checkout.session.completed"]))[-1]
    event = services.receive(news, at=desk.at)

    class Leaking:
        """A gateway that breaks, with a key and a card number on its lips."""

        def recall_news(self, _payload: object) -> object:
            raise RuntimeError("sk_live_abcdefgh1234 refused 4242424242424242")

    with pytest.raises(RuntimeError):
        services.apply_event(event.pk, gateway=Leaking(), at=desk.at)  # type: ignore[arg-type]

    event.refresh_from_db()
    assert "recall_news" in event.traceback
    assert "sk_live_abcdefgh1234" not in event.traceback + event.error
    assert "4242424242424242" not in event.traceback + event.error


def test_an_event_that_is_applied_in_the_end_forgets_its_traceback(desk: Desk) -> None:
    [event] = failed(desk)

    applied = services.apply_event(event.pk, gateway=desk.gateway, at=desk.at)

    assert (applied.state, applied.error, applied.traceback) == (EventState.PROCESSED, "", "")


def test_an_orphan_says_what_it_may_be(desk: Desk, staff: Client) -> None:
    [event] = failed(desk)
    WebhookEvent.objects.update(state=EventState.ORPHAN)

    assert "rien que nous connaissions" in shown(staff, reverse("admin:payments_webhookevent_change", args=[event.pk]))


def test_replaying_all_asks_first(desk: Desk, staff: Client) -> None:
    events = failed(desk, 2)

    page = shown(staff, ALL)
    assert all(event.object_id in page for event in events)
    assert WebhookEvent.objects.filter(state=EventState.FAILED).count() == 2

    answer = staff.post(ALL, follow=True)

    assert "2 événements sont repris" in answer.content.decode()
    assert WebhookEvent.objects.filter(state=EventState.RECEIVED).count() == 2
    assert "Aucun événement en échec" in shown(staff, ALL)


def test_who_may_only_look_replays_nothing(desk: Desk) -> None:
    [event] = failed(desk)
    reader = User.objects.create_user("reader@example.org", "a-long-password-for-tests", is_staff=True)
    reader.user_permissions.add(Permission.objects.get(codename="view_webhookevent"))
    client = Client()
    client.force_login(reader)

    assert "Reprendre" not in shown(client, INBOX)
    assert client.post(ALL).status_code == 403
    client.post(INBOX, {"action": "replay", "_selected_action": [event.pk]})
    event.refresh_from_db()
    assert event.state == EventState.FAILED


def test_the_stranger_does_not_find_the_inbox(desk: Desk, client: Client) -> None:
    client.force_login(User.objects.create_user("ivan@example.org", "a-long-password-for-tests"))

    assert client.get(INBOX).status_code == 404
    assert client.post(ALL).status_code == 404


# --- Silence ----------------------------------------------------------------------------------------------------------
def silent(desk: Desk, *, later: timedelta) -> bool:
    return bool(selectors.silent_since(at=desk.at + later))


def test_silence_alarms_when_payments_say_that_there_should_be_news(desk: Desk) -> None:
    desk.ask(desk.pay(desk.start()))

    assert not silent(desk, later=timedelta(minutes=5))
    assert silent(desk, later=timedelta(minutes=20))


def test_a_quiet_night_alarms_nobody(desk: Desk) -> None:
    desk.ask(desk.pay(desk.start()))
    news = list(desk.gateway.news_since(desk.at - timedelta(days=1), types=heard_of(Provider.STRIPE)))
    for each in news:
        services.receive(each, at=desk.at + timedelta(minutes=1))

    assert not silent(desk, later=timedelta(days=1))


def test_a_webhook_that_was_switched_off_alarms_after_some_hours(desk: Desk) -> None:
    payment = desk.ask(desk.pay(desk.start()))
    news = list(desk.gateway.news_since(desk.at - timedelta(days=1), types=heard_of(Provider.STRIPE)))
    for each in news:
        services.receive(each, at=desk.at)
    Payment.objects.filter(pk=payment.pk).update(decided_at=desk.at + timedelta(hours=1))

    assert not silent(desk, later=timedelta(hours=5))
    assert silent(desk, later=timedelta(hours=7))
