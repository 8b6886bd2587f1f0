"""The database says no, whatever program writes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, models, transaction

from payments.models import EventState, Payment, PaymentStatus, Provider, ProviderCustomer, Purpose, WebhookEvent
from payments.tests.desk import Desk
from tests.support.cast import make_company


def change(**columns: object) -> Callable[[Desk], object]:
    def run(desk: Desk) -> object:
        payment = desk.start()
        return Payment.objects.filter(pk=payment.pk).update(**columns)

    return run


def change_paid(**columns: object) -> Callable[[Desk], object]:
    def run(desk: Desk) -> object:
        payment = desk.ask(desk.pay(desk.start()))
        return Payment.objects.filter(pk=payment.pk).update(**columns)

    return run


def copy(column: str) -> Callable[[Desk], object]:
    """Two payments with one page, or one piece of money."""

    def run(desk: Desk) -> object:
        first, second = (desk.ask(desk.pay(desk.start())) for _ in range(2))
        return Payment.objects.filter(pk=second.pk).update(**{column: getattr(first, column)})

    return run


def two_for_what_is_due(desk: Desk) -> object:
    desk.start()
    desk.start(6_000)
    return Payment.objects.update(purpose=Purpose.PAY_DUE)


def registered_twice(desk: Desk) -> object:
    desk.start()
    return ProviderCustomer.objects.create(
        customer=desk.customer, provider=Provider.STRIPE, object_id="cus_other", created_at=desk.at
    )


def one_name_for_two(desk: Desk) -> object:
    desk.start()
    known = ProviderCustomer.objects.get()
    return ProviderCustomer.objects.create(
        customer=make_company(desk.at), provider=Provider.STRIPE, object_id=known.object_id, created_at=desk.at
    )


def event(desk: Desk, **columns: object) -> WebhookEvent:
    return WebhookEvent.objects.create(
        **{
            "provider": Provider.STRIPE,
            "event_id": "evt_1",
            "type": "x",
            "livemode": False,
            "payload": {},
            "received_at": desk.at,
            **columns,
        }
    )


def event_twice(desk: Desk) -> object:
    return [event(desk), event(desk, state=EventState.IGNORED)]


ATTEMPTS: dict[str, Callable[[Desk], object]] = {
    "payments_amount_positive": change(amount_cents=0),
    "payments_due_not_negative": change(due_cents=-1),
    "payments_status_known": change(status="LOST", decided_at="2026-11-30T12:00:00Z", ask_at=None),
    "payments_purpose_known": change(purpose="FUN"),
    "payments_method_known": change(method="CHEQUE"),
    "payments_failure_known": change(failure="MOON"),
    "payments_paid_means_posted": change_paid(tx=None),
    "payments_fee_means_posted": change_paid(fee_tx=None),
    "payments_live_or_decided": change_paid(decided_at=None),
    "payments_open_has_a_page": change(session_id=""),
    "payments_collected_by_a_debit": change(purpose=Purpose.COLLECT),
    "payments_page_once": copy("session_id"),
    "payments_credited_once": copy("intent_id"),
    "payments_due_paid_by_one": two_for_what_is_due,
    "payments_provider_customer_once": registered_twice,
    "payments_provider_customer_of_one": one_name_for_two,
    "payments_event_once": event_twice,
    "payments_event_state_known": lambda desk: event(desk, state="EATEN"),
}
MORE: dict[str, Callable[[Desk], object]] = {
    "a live payment that nobody asks about": change(ask_at=None),
    "a live payment that is decided": change(decided_at="2026-11-30T12:00:00Z"),
    "paid without the money’s own id": change_paid(intent_id=""),
    "paid nothing": change_paid(received_cents=0),
    "received without being paid": change(received_cents=4_680),
    "paid by a status alone": change(status=PaymentStatus.SUCCEEDED, decided_at="2026-11-30T12:00:00Z", ask_at=None),
}


def test_each_constraint_is_tried() -> None:
    named = {
        constraint.name
        for model in (Payment, ProviderCustomer, WebhookEvent)
        for constraint in model._meta.constraints
        if isinstance(constraint, models.CheckConstraint | models.UniqueConstraint)
        and constraint.name.startswith("payments_")
    }

    assert named <= ATTEMPTS.keys()


@pytest.mark.parametrize("name", ATTEMPTS)
def test_the_constraint_refuses(desk: Desk, name: str) -> None:
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        ATTEMPTS[name](desk)

    if connection.vendor == "postgresql":
        assert name in str(refusal.value)


@pytest.mark.parametrize("name", MORE)
def test_it_is_refused(desk: Desk, name: str) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        MORE[name](desk)


def test_a_customer_with_payments_cannot_be_deleted(desk: Desk) -> None:
    desk.start()

    with pytest.raises(models.ProtectedError):
        desk.customer.delete()
    assert Payment.objects.filter(created_at__gt=desk.at - timedelta(days=1)).exists()
