"""Cards that end: their holders hear of it in time, once each time, and one that has ended is not used first."""

from __future__ import annotations

from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import cast

import pytest

from accounts.models import Customer
from core.clock import local_date
from outbox.models import Message
from payments import services
from payments.gateways.base import Gateway, Instrument
from payments.models import Method, MethodState, Reason, SavedMethod
from payments.services.methods.consenting import keep_consent

pytestmark = pytest.mark.django_db


def card(customer: Customer, at: datetime, *, number: int = 1, state: str = MethodState.ACTIVE) -> SavedMethod:
    """A saved card that ends in February 2027."""
    consent = keep_consent("fr", at=at)
    return SavedMethod.objects.create(
        customer=customer,
        kind=Method.CARD,
        provider="STRIPE",
        state=state,
        reason=Reason.ASKED if state == MethodState.REMOVED else "",
        object_id=f"pm_{number}",
        fingerprint=f"fp{number}",
        brand="visa",
        last4=f"424{number}",
        expires_month=2,
        expires_year=2027,
        is_default=number == 1 and state == MethodState.ACTIVE,
        position=number,
        consent=consent,
        consent_sha256=consent.sha256,
        consent_at=at,
        language="fr",
        page_expires_at=at,
        created_at=at,
        updated_at=at,
    )


def days_before_the_end(at: datetime, days: int) -> datetime:
    """Noon of the day so many days before 28 February 2027."""
    return datetime(2027, 2, 28, 12, tzinfo=at.tzinfo) - timedelta(days=days)


def mails(kind: str) -> list[str]:
    return [each.text for each in Message.objects.filter(kind=kind).order_by("pk")]


def test_the_holder_hears_31_and_7_days_before_the_end_of_the_month(customer: Customer, at: datetime) -> None:
    card(customer, at)

    told = {days: services.methods.warn_of_expiry(at=days_before_the_end(at, days)) for days in range(40, -1, -1)}

    assert [days for days, count in told.items() if count] == [31, 7]
    first, second = mails("method.expiring")
    assert "expire le 28 février 2027" in first
    assert "expire le 28 février 2027" in second


def test_days_that_were_missed_are_made_up_for_by_what_is_true_now(customer: Customer, at: datetime) -> None:
    card(customer, at)

    assert services.methods.warn_of_expiry(at=days_before_the_end(at, 20)) == 1
    assert services.methods.warn_of_expiry(at=days_before_the_end(at, 19)) == 0
    assert services.methods.warn_of_expiry(at=days_before_the_end(at, 3)) == 1
    assert services.methods.warn_of_expiry(at=days_before_the_end(at, 2)) == 0


def test_after_a_long_silence_there_is_one_mail_not_two(customer: Customer, at: datetime) -> None:
    card(customer, at)

    assert services.methods.warn_of_expiry(at=days_before_the_end(at, 1)) == 1
    assert services.methods.warn_of_expiry(at=days_before_the_end(at, 1)) == 0
    assert len(mails("method.expiring")) == 1


def test_nobody_is_warned_of_a_card_that_was_removed(customer: Customer, at: datetime) -> None:
    card(customer, at, state=MethodState.REMOVED)

    assert services.methods.warn_of_expiry(at=days_before_the_end(at, 5)) == 0
    assert services.methods.warn_of_expiry(at=days_before_the_end(at, -5)) == 0


def test_a_card_that_its_network_renews_is_not_warned_of_any_more(customer: Customer, at: datetime) -> None:
    method = card(customer, at)
    services.methods.warn_of_expiry(at=days_before_the_end(at, 31))
    renewed = Instrument("pm_1", Method.CARD, "fp1", brand="visa", networks=("visa",), last4="4241", expires=(2, 2030))
    gateway = cast("Gateway", SimpleNamespace(read_instrument=lambda _object_id: renewed))
    services.methods.refresh(method.pk, gateway=gateway, at=at)

    assert services.methods.warn_of_expiry(at=days_before_the_end(at, 7)) == 0
    assert services.methods.warn_of_expiry(at=days_before_the_end(at, -1)) == 0
    assert len(mails("method.expiring")) == 1


def test_a_default_that_has_ended_gives_its_place_to_one_that_is_good(customer: Customer, at: datetime) -> None:
    ended = card(customer, at)
    also_ended = card(customer, at, number=2)
    good = card(customer, at, number=3)
    SavedMethod.objects.filter(pk=good.pk).update(expires_year=2029)

    assert services.methods.warn_of_expiry(at=days_before_the_end(at, -1)) == 2
    assert services.methods.warn_of_expiry(at=days_before_the_end(at, -2)) == 0

    assert list(SavedMethod.objects.filter(is_default=True)) == [good]
    ended.refresh_from_db()
    also_ended.refresh_from_db()
    assert (ended.state, also_ended.state) == (MethodState.ACTIVE, MethodState.ACTIVE)
    assert "Désormais, Visa •• 4243 est utilisé en premier" in mails("method.expired")[0]
    assert "Désormais" not in mails("method.expired")[1]


def test_an_only_card_that_has_ended_stays_the_default(customer: Customer, at: datetime) -> None:
    ended = card(customer, at)
    services.methods.warn_of_expiry(at=days_before_the_end(at, -1))

    ended.refresh_from_db()
    assert ended.is_default
    assert local_date(days_before_the_end(at, -1)).month == 3
    assert len(mails("method.expired")) == 1
