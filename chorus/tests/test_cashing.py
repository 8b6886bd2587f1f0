"""Each payment of a business or a public body becomes sealed events by rate of VAT, once, and steps of the timeline."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction

from chorus import services
from chorus.cashing_checks import payments_wrong
from chorus.models import CashingCursor, LifecycleEvent, PaymentEvent
from chorus.services import cashing
from chorus.tasks import record_payments
from invoices import pricing
from invoices.models import Invoice
from invoices.services import NewLine, Request, TakenBack, issue_credit_note
from invoices.tax import Decision, decide
from invoices.tests.making import issued
from ledger import selectors as ledger
from ledger.tests.desk import Desk
from tests.support.cast import Cast, make_company
from tests.support.rivals import race

pytestmark = pytest.mark.django_db
NORMAL = NewLine("Hébergement", Decimal(1), Decimal("50.00"), Decimal(20))
REDUCED = NewLine("Livre", Decimal(1), Decimal("50.00"), Decimal("5.50"))
LATER = timedelta(hours=1)


@pytest.fixture(autouse=True)
def rates_as_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Today every service has the standard rate; here each line has the one that it asks for."""

    def decide_as_asked(*parties: Any, product_rate: Decimal | None = None, **more: Any) -> Decision:
        decision = decide(*parties, **more)
        return replace(decision, rate=decision.rate if product_rate is None else product_rate)

    monkeypatch.setattr(pricing, "decide", decide_as_asked)


def _events(invoice: Invoice) -> list[tuple[str, int]]:
    rows = PaymentEvent.objects.filter(invoice=invoice).order_by("allocation_id", "category", "rate")
    return [(f"{row.category} {row.rate}", row.amount_cents) for row in rows]


def _steps(invoice: Invoice) -> list[tuple[str, str]]:
    rows = LifecycleEvent.objects.filter(invoice=invoice, cdar=212).order_by("pk")
    return [(row.code, row.comment) for row in rows]


def test_a_transfer_of_a_public_body_is_told_by_rate_sealed_and_on_the_timeline(cast: Cast, noon: datetime) -> None:
    invoice = issued(cast.town_hall, NORMAL, REDUCED, at=noon)
    Desk(cast.town_hall, noon).transfer("L1", "112.75", invoice.number or "")

    assert services.record_payments(at=noon) == 2

    assert _events(invoice) == [("S 5.50", 5_275), ("S 20.00", 6_000)]
    assert _steps(invoice) == [("ENCAISSEE", "112,75\u00a0€")]
    sealed = [
        event.payload
        for event in apps.get_model("ledger", "SealedEvent").objects.filter(kind="chorus.payment_event").order_by("pk")
    ]
    assert [(each["invoice"], each["rate"], each["amount_cents"]) for each in sealed] == [
        (invoice.number, "5.50", 5_275),
        (invoice.number, "20.00", 6_000),
    ]
    assert payments_wrong() == []


def test_money_taken_back_is_told_as_negative(cast: Cast, noon: datetime) -> None:
    invoice = issued(cast.company, NORMAL, at=noon)
    desk = Desk(cast.company, noon)
    desk.receive("L1", 60)
    services.record_payments(at=noon)
    desk.at = noon + LATER
    desk.chargeback("L1", 60)

    services.record_payments(at=noon + LATER)

    assert _events(invoice) == [("S 20.00", 6_000), ("S 20.00", -6_000)]
    assert [code for code, _ in _steps(invoice)] == ["ENCAISSEE", "ENCAISSEMENT_ANNULE"]
    assert payments_wrong() == []


def test_a_credit_note_of_one_line_leaves_the_money_on_the_rate_of_the_other(cast: Cast, noon: datetime) -> None:
    invoice = issued(cast.company, NORMAL, REDUCED, at=noon)
    Desk(cast.company, noon).receive("L1", "112.75")
    services.record_payments(at=noon)
    issue_credit_note(invoice, [TakenBack(1)], Request("Erreur", "k1"), at=noon + LATER)

    services.record_payments(at=noon + LATER)

    sums: Counter[str] = Counter()
    for name, cents in _events(invoice):
        sums[name] += cents
    assert dict(sums) == {"S 5.50": 5_275, "S 20.00": 0}
    assert payments_wrong() == []


def test_twice_is_once_whenever_the_sweep_comes(cast: Cast, noon: datetime) -> None:
    invoice = issued(cast.company, NORMAL, REDUCED, at=noon)
    desk = Desk(cast.company, noon)
    for lot, amount in (("L1", 10), ("L2", "33.33"), ("L3", "69.42")):
        desk.receive(lot, amount)
        services.record_payments(at=noon)
    before = _events(invoice)
    assert CashingCursor.objects.get().through == 0, "what is young may still be overtaken"

    assert services.record_payments(at=noon) == 0
    assert services.record_payments(at=noon + LATER) == 0
    record_payments()

    assert _events(invoice) == before
    assert sum(cents for _, cents in before) == 11_275
    assert CashingCursor.objects.get().through == ledger.allocated_after(0, most=10)[-1].id


@pytest.mark.django_db(transaction=True)
def test_two_sweeps_at_once_tell_each_payment_once(noon: datetime) -> None:
    if connection.vendor == "sqlite":
        pytest.skip("one writer at a time")
    company = make_company(noon)
    invoice = issued(company, NORMAL, REDUCED, at=noon)
    desk = Desk(company, noon)
    for place in range(5):
        desk.receive(f"L{place}", 10)

    endings = race(*[lambda: services.record_payments(at=noon)] * 3)

    assert [ending.error for ending in endings] == [None] * 3
    assert sorted(ending.value for ending in endings) == [0, 0, 10]
    assert sum(cents for _, cents in _events(invoice)) == 5_000


def test_all_at_once_tells_the_same_as_one_by_one(cast: Cast, noon: datetime) -> None:
    one, other = (issued(who, NORMAL, REDUCED, at=noon) for who in (cast.company, cast.town_hall))
    first, second = Desk(cast.company, noon), Desk(cast.town_hall, noon)
    for place, amount in enumerate(("10", "33.33", "69.42")):
        first.receive(f"A{place}", amount)
        services.record_payments(at=noon)
        second.transfer(f"B{place}", amount, other.number or "")
    services.record_payments(at=noon)

    assert _events(one) == _events(other)


def test_parts_are_looked_at_however_many_there_are(
    cast: Cast, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cashing, "_AT_ONCE", 2)
    invoice = issued(cast.company, NORMAL, at=noon)
    desk = Desk(cast.company, noon)
    for place in range(5):
        desk.receive(f"L{place}", 1)

    assert services.record_payments(at=noon + LATER) == 5
    assert len(_events(invoice)) == 5


def test_private_people_and_other_countries_are_not_reported(cast: Cast, noon: datetime) -> None:
    invoice = issued(cast.individual, NORMAL, at=noon)
    Desk(cast.individual, noon).receive("L1", 60)

    assert services.record_payments(at=noon) == 0
    assert (_events(invoice), _steps(invoice)) == ([], [])


def test_the_check_names_a_document_whose_payment_is_untold(cast: Cast, noon: datetime) -> None:
    invoice = issued(cast.company, NORMAL, at=noon)
    Desk(cast.company, noon).receive("L1", 60)
    last = ledger.allocated_after(0, most=10)[-1].id
    CashingCursor.objects.update_or_create(pk=1, defaults={"through": last})

    assert payments_wrong() == [f"{invoice.number}: 0 of 6000 cents"]


def test_an_event_is_never_changed_nor_deleted(cast: Cast, noon: datetime) -> None:
    issued(cast.company, NORMAL, at=noon)
    Desk(cast.company, noon).receive("L1", 60)
    services.record_payments(at=noon)

    attempts: list[Any] = [lambda: PaymentEvent.objects.update(amount_cents=1), PaymentEvent.objects.all().delete]
    for attempt in attempts:
        with pytest.raises(IntegrityError, match="chorus_payment_event_append_only"), transaction.atomic():
            attempt()


def test_the_database_refuses_a_second_event_an_empty_one_and_a_second_cursor(cast: Cast, noon: datetime) -> None:
    issued(cast.company, NORMAL, at=noon)
    Desk(cast.company, noon).receive("L1", 60)
    services.record_payments(at=noon)
    known = PaymentEvent.objects.values("invoice_id", "allocation_id", "category", "rate", "amount_cents", "on").get()
    again: dict[str, Any] = {**known, "recorded_at": noon}

    with pytest.raises(IntegrityError, match=r"chorus_payment_event_once|allocation_id"), transaction.atomic():
        PaymentEvent.objects.create(**again)
    with pytest.raises(IntegrityError, match="chorus_payment_event_not_zero"), transaction.atomic():
        PaymentEvent.objects.create(**{**again, "allocation_id": -1, "amount_cents": 0})
    with pytest.raises(IntegrityError, match="chorus_cashing_cursor_alone"), transaction.atomic():
        CashingCursor.objects.create(pk=2)
