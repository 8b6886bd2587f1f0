from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from core.money import Money
from ledger import selectors as ledger
from outbox.models import Job
from outbox.services import run_due
from payments import services
from payments.gateways.base import News, Unsure
from payments.models import EventState, Payment, PaymentStatus, Provider, ProviderCursor, WebhookEvent
from payments.services import inbox
from payments.services.about import Subject, payments
from payments.services.hearing import HEARD
from payments.services.inbox import TRIES
from payments.tests.desk import Desk
from payments.tests.test_stripe_gateway import signed
from payments.tests.till_desk import Till
from tests.house.source import ROOT


def news_of(desk: Desk, kind: str = "checkout.session.completed") -> News:
    """What the provider said last of that kind."""
    return list(desk.gateway.news_since(desk.at - timedelta(days=1), types=[kind]))[-1]


def received(desk: Desk, news: News) -> WebhookEvent:
    return services.receive(news, at=desk.at)


def worked(desk: Desk, event: WebhookEvent) -> WebhookEvent:
    return services.apply_event(event.pk, gateway=desk.gateway, at=desk.at)


def paid(desk: Desk) -> Payment:
    return desk.pay(desk.start())


def test_news_of_a_payment_credits_it(desk: Desk) -> None:
    payment = paid(desk)

    event = worked(desk, received(desk, news_of(desk)))

    assert (event.state, event.payment) == (EventState.PROCESSED, payment)
    assert ledger.get_balance(desk.customer.pk).balance == Money(4_680)


@pytest.mark.parametrize("kind", ["payment_intent.succeeded", "checkout.session.completed"])
def test_any_news_of_the_payment_is_enough(desk: Desk, kind: str) -> None:
    payment = paid(desk)
    worked(desk, received(desk, news_of(desk, kind)))

    payment.refresh_from_db()
    assert payment.status == PaymentStatus.SUCCEEDED


def test_the_same_news_is_one_row_and_one_job(desk: Desk) -> None:
    paid(desk)
    news = news_of(desk)

    events = {received(desk, news).pk for _ in range(5)}

    assert len(events) == 1
    assert Job.objects.filter(kind="payments.apply_event").count() == 1


def test_news_that_failed_is_worked_on_again_when_it_is_repeated(desk: Desk) -> None:
    payment = paid(desk)
    news = news_of(desk)
    event = received(desk, news)
    desk.silence()
    for _ in range(TRIES):
        with pytest.raises(services.StillUnknown):
            worked(desk, event)
    desk.bank.calm()
    event.refresh_from_db()
    assert (event.state, event.attempts) == (EventState.FAILED, TRIES)
    assert event.error

    received(desk, news)

    assert Job.objects.filter(kind="payments.apply_event").count() == 2
    assert worked(desk, event).state == EventState.PROCESSED
    payment.refresh_from_db()
    assert payment.status == PaymentStatus.SUCCEEDED


def test_news_that_was_applied_is_not_applied_again(desk: Desk) -> None:
    paid(desk)
    event = worked(desk, received(desk, news_of(desk)))
    desk.silence()

    assert worked(desk, event).state == EventState.PROCESSED
    assert received(desk, news_of_row(event)).state == EventState.PROCESSED


def news_of_row(event: WebhookEvent) -> News:
    return News(event.event_id, event.type, event.object_id, livemode=False, api_version="", payload=event.payload)


def test_kinds_of_no_concern_are_kept_and_left_alone(desk: Desk) -> None:
    paid(desk)
    news = replace(news_of(desk), type="customer.updated", event_id="evt_other")

    assert received(desk, news).state == EventState.IGNORED
    assert not Job.objects.filter(kind="payments.apply_event").exists()


def test_news_about_nothing_of_ours_is_kept_as_an_orphan(desk: Desk) -> None:
    paid(desk)
    news = news_of(desk)
    Payment.objects.update(session_id="cs_other", public_id="00000000-0000-4000-8000-000000000000")

    assert worked(desk, received(desk, news)).state == EventState.ORPHAN


def test_an_orphan_may_be_replayed(desk: Desk) -> None:
    payment = paid(desk)
    news = news_of(desk)
    Payment.objects.update(session_id="cs_other", public_id="00000000-0000-4000-8000-000000000000")
    event = worked(desk, received(desk, news))
    Payment.objects.update(session_id=payment.session_id, public_id=payment.public_id)

    replayed = services.replay(event.pk, at=desk.at)

    assert replayed.state == EventState.RECEIVED
    assert worked(desk, replayed).state == EventState.PROCESSED


def test_news_that_names_another_customers_payment_cannot_move_money(desk: Desk) -> None:
    """Metadata may be written by anybody with access to the account: the owner is read from our row."""
    victim = desk.start(9_900)
    thief = paid(desk)
    payload: dict[str, Any] = news_of(desk).payload
    payload["data"]["object"] |= {"id": "cs_forged", "client_reference_id": str(victim.public_id)}
    news = replace(desk.gateway.recall_news(payload), event_id="evt_forged")

    worked(desk, received(desk, news))

    victim.refresh_from_db()
    thief.refresh_from_db()
    assert victim.status == PaymentStatus.OPEN
    assert ledger.get_balance(desk.customer.pk).balance == Money(0)


def test_news_comes_before_we_wrote_the_page_down(desk: Desk) -> None:
    """The process died between the provider's answer and our commit; the customer had the address and paid."""
    payment = paid(desk)
    news = news_of(desk)
    Payment.objects.filter(pk=payment.pk).update(session_id="", status=PaymentStatus.SENT)

    worked(desk, received(desk, news))

    payment.refresh_from_db()
    assert payment.status == PaymentStatus.SUCCEEDED


def test_a_refusal_of_the_first_card_told_after_the_second_one_paid_changes_nothing(desk: Desk) -> None:
    payment = desk.pay(desk.start(), card="4000000000009995")
    refusal = news_of(desk, "payment_intent.payment_failed")
    desk.ask(desk.pay(payment))

    worked(desk, received(desk, refusal))

    payment.refresh_from_db()
    assert (payment.status, payment.failure) == (PaymentStatus.SUCCEEDED, "")


def test_lost_news_is_fetched(desk: Desk) -> None:
    paid(desk)

    assert services.catch_up(gateway=desk.gateway, at=desk.at) == 2
    assert services.catch_up(gateway=desk.gateway, at=desk.at) == 0
    run_due(at=desk.at, kinds=("payments.apply_event",))
    assert ledger.get_balance(desk.customer.pk).balance == Money(4_680)


def test_a_silent_provider_is_asked_for_news_at_the_next_turn(desk: Desk) -> None:
    desk.silence()

    with pytest.raises(Unsure):
        services.catch_up(gateway=desk.gateway, at=desk.at)


def test_each_kind_of_event_is_heard_once_and_named_in_the_docs() -> None:
    pages = " ".join(path.read_text(encoding="utf-8") for path in (ROOT / "docs").glob("*.md"))

    assert len(set(HEARD)) == len(HEARD)
    assert [kind for kind in HEARD if f"`{kind}`" not in pages and f"`{kind.split('.')[0]}.*`" not in pages] == []


# --- The door ---------------------------------------------------------------------------------------------------------
def body_of(desk: Desk) -> bytes:
    import json

    return json.dumps(news_of(desk).payload).encode()


def post(client: Client, desk: Desk, body: bytes, **changes: Any) -> int:
    secret = desk.bank.settings["STRIPE_WEBHOOK_SECRET"]
    signature = changes.pop("signature", None)
    if signature is None:
        signature = signed(body, secret=secret, at=changes.pop("at", desk.at))
    answer = client.post(
        "/webhooks/stripe/", body, content_type="application/json", headers={"Stripe-Signature": signature}, **changes
    )
    return answer.status_code


def test_the_door_keeps_signed_news_and_answers_at_once(desk: Desk, client: Client) -> None:
    paid(desk)
    body = body_of(desk)
    desk.silence()  # the door asks nobody

    assert post(client, desk, body) == 200
    assert WebhookEvent.objects.get().state == EventState.RECEIVED


def test_the_door_answers_the_same_to_repetitions(desk: Desk, client: Client) -> None:
    paid(desk)
    body = body_of(desk)

    assert [post(client, desk, body) for _ in range(3)] == [200, 200, 200]
    assert WebhookEvent.objects.count() == 1


@pytest.mark.parametrize("signature", ["", "t=1,v1=00", "nonsense"])
def test_the_door_refuses_what_is_not_signed(desk: Desk, client: Client, signature: str) -> None:
    assert post(client, desk, b"{}", signature=signature) == 400
    assert not WebhookEvent.objects.exists()


def test_the_door_refuses_what_is_old(desk: Desk, client: Client) -> None:
    paid(desk)

    assert post(client, desk, body_of(desk), at=desk.at - timedelta(seconds=400)) == 400


def test_the_door_refuses_large_bodies_unread(desk: Desk, client: Client) -> None:
    assert post(client, desk, b"x" * (256 * 1024 + 1)) == 413
    assert post(client, desk, b"x" * 5_000_000) == 413


def test_the_door_takes_posts_only_and_needs_no_form_token(desk: Desk) -> None:
    strict = Client(enforce_csrf_checks=True)
    paid(desk)

    assert strict.get("/webhooks/stripe/").status_code == 405
    assert post(strict, desk, body_of(desk)) == 200


def test_a_broker_that_is_down_stops_nothing(desk: Desk, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    from outbox import doorbell

    class Dead:
        def send_task(self, *_args: object, **_kwargs: object) -> None:
            raise ConnectionRefusedError

    monkeypatch.setattr(doorbell, "current_app", Dead())
    paid(desk)

    assert post(client, desk, body_of(desk)) == 200
    run_due(at=desk.at + timedelta(minutes=1), kinds=("payments.apply_event",))
    assert ledger.get_balance(desk.customer.pk).balance == Money(4_680)


def test_the_moment_is_the_one_it_came(desk: Desk, at: datetime) -> None:
    paid(desk)

    assert received(desk, news_of(desk)).received_at == at


# --- Catching up ------------------------------------------------------------------------------------------------------
def test_a_quiet_provider_is_asked_about_the_last_turn_only(desk: Desk) -> None:
    services.catch_up(gateway=desk.gateway, at=desk.at)
    a_month_later = desk.at + timedelta(days=30)

    class Counting:
        asked: datetime

        def news_since(self, moment: datetime, *, types: object) -> list[News]:
            Counting.asked = moment
            return []

    services.catch_up(gateway=Counting(), at=a_month_later)  # type: ignore[arg-type]
    services.catch_up(gateway=Counting(), at=a_month_later + timedelta(hours=1))  # type: ignore[arg-type]

    assert Counting.asked == a_month_later - timedelta(hours=1)


def test_a_silent_provider_leaves_the_place_where_it_was(desk: Desk) -> None:
    services.catch_up(gateway=desk.gateway, at=desk.at)
    desk.silence()
    with pytest.raises(Unsure):
        services.catch_up(gateway=desk.gateway, at=desk.at + timedelta(days=2))
    desk.bank.calm()

    assert ProviderCursor.objects.get(stream="events").read_until == desk.at


def test_too_many_events_at_once_are_taken_in_turns(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    paid(desk)
    paid(desk)
    monkeypatch.setattr(inbox, "_FETCHED_AT_ONCE", 3)

    assert services.catch_up(gateway=desk.gateway, at=desk.at) == 3
    assert not ProviderCursor.objects.exists()
    assert services.catch_up(gateway=desk.gateway, at=desk.at) == 1
    assert ProviderCursor.objects.exists()


def test_an_event_that_failed_gets_another_chance_at_the_next_turn(desk: Desk) -> None:
    paid(desk)
    event = received(desk, news_of(desk))
    WebhookEvent.objects.update(state=EventState.FAILED, attempts=TRIES)

    services.catch_up(gateway=desk.gateway, at=desk.at)

    assert Job.objects.filter(payload__event_id=event.pk).count() == 2


def test_lost_news_of_a_payout_is_repaired(desk: Desk, settings: Settings) -> None:
    settings.PROVIDER_FIRST_LOOK_DAYS = 20
    till = Till(desk)
    till.earn()
    sent = till.send("pending")
    till.sync()
    till.become(sent, "failed")

    asked = services.repair(gateway=desk.gateway, provider=Provider.STRIPE, at=till.now + timedelta(hours=2))

    assert asked == 1
    assert (till.payout().status, till.books("580000")) == ("FAILED", Money(0))


def test_one_subject_that_fails_does_not_keep_the_others_from_being_repaired(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def breaks(_provider: str, **_more: object) -> int:
        raise Unsure("no")

    def works(provider: str, **_more: object) -> int:
        asked.append(provider)
        return 1

    repairs: list[Any] = [breaks, works]
    subjects = tuple(Subject(heard={}, look=payments.look, repair=each) for each in repairs)
    monkeypatch.setattr(inbox, "SUBJECTS", subjects)

    with pytest.raises(Unsure):
        services.repair(gateway=desk.gateway, provider=Provider.STRIPE, at=desk.at)
    assert asked == [Provider.STRIPE]


def test_more_kinds_than_stripe_lists_at_once_are_asked_for_in_parts(desk: Desk) -> None:
    paid(desk)
    kinds = [*(f"made.up_{turn}" for turn in range(30)), "checkout.session.completed", "payment_intent.succeeded"]

    news = list(desk.gateway.news_since(desk.at - timedelta(hours=1), types=kinds))

    assert [each.type for each in news] == ["payment_intent.succeeded", "checkout.session.completed"]
