"""Staff see the run of a day before it starts, begin it, pause a customer, and read why something is not collected."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db.models import QuerySet
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from accounts.models import Customer, User
from billing_portal.staff.groups import FINANCE, SUPPORT
from billing_portal.staff.run_of_day import Row, run_of, uncollected
from billing_portal.tests.test_staff_debits import member, text
from core import clock
from core.money import Money
from ledger import selectors as books
from ledger import services as ledger
from outbox.models import Job, JobState
from payments.models import (
    CollectingEvent,
    CollectingRule,
    Debit,
    DebitState,
    Method,
    MethodState,
    Payment,
    Reason,
    SavedMethod,
)
from payments.services import collecting
from payments.services.debits import COLLECT
from payments.tests.drawer import AGREED
from payments.tests.remittance_desk import RemittanceDesk
from tests.browser.methods import keep_methods
from tests.support.cast import Cast
from tests.support.session import open_session

pytestmark = [pytest.mark.django_db, pytest.mark.once]
RUN = reverse("staff:run")


@pytest.fixture
def desk(cast: Cast, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> RemittanceDesk:
    """The individual, with a saved card; the clock of pages is that of the desk."""
    settings.STAFF_SECOND_FACTOR = False
    desk = RemittanceDesk(cast.individual, clock.now().replace(hour=9))
    keep_methods(cast.individual, desk.at)
    monkeypatch.setattr(clock, "now", lambda: desk.at)
    return desk


@pytest.fixture
def fanny(cast: Cast) -> Client:
    assert cast is not None
    return member("fanny", FINANCE)


@pytest.fixture
def debit(desk: RemittanceDesk) -> Debit:
    """By card, due in ten days."""
    desk.owe(4_680, in_days=10)
    collecting.turn_on(desk.customer, AGREED, at=desk.at)
    return Debit.objects.get()


def only_row(desk: RemittanceDesk) -> Row:
    (row,) = run_of(desk.today, today=desk.today)["rows"]
    return row  # type: ignore[no-any-return]


def no_longer_usable(methods: QuerySet[SavedMethod]) -> None:
    methods.update(state=MethodState.UNUSABLE, reason=Reason.BANK, is_default=False)


def address(name: str, customer: Customer) -> str:
    return reverse(f"staff:{name}", args=[customer.number])


def test_a_day_to_come_says_who_how_much_and_why(desk: RemittanceDesk, debit: Debit, fanny: Client) -> None:
    assert "Aucun prélèvement n’est plus à lancer ce jour-là" in text(fanny, RUN)

    shown = text(fanny, f"{RUN}?day={debit.start_on}")

    for words in ("Claire Martin", "46,80 €", f"FA-{desk.customer.pk}-1", debit.method.title, "premier prélèvement"):
        assert words in shown
    assert "Lancer 1 prélèvement maintenant" not in shown
    assert "Aucun prélèvement n’est plus à lancer ce jour-là" in text(fanny, f"{RUN}?day=nonsense")


def test_the_amount_is_that_of_now_and_compared_with_the_last_debit(desk: RemittanceDesk, debit: Debit) -> None:
    debit.pk, debit.public_id = None, "5d9f3c1e-0000-4000-8000-000000000001"
    debit.state, debit.collected_cents, debit.collected_on = DebitState.CLOSED, 4_000, desk.today
    debit.due_on -= timedelta(days=31)
    debit.save(force_insert=True)
    desk.wait_until(Debit.objects.exclude(state=DebitState.CLOSED).get().start_on)

    row = only_row(desk)
    assert (row.amount, row.before, row.change, row.hindrance) == (Money(4_680), Money(4_000), Money(680), "")

    desk_receives(desk, 2_000)
    row = only_row(desk)
    assert (row.amount, row.debit.announced, row.change) == (Money(2_680), Money(4_680), Money(-1_320))
    assert books.get_balance(desk.customer.pk).receivable == row.amount


def desk_receives(desk: RemittanceDesk, cents: int) -> None:

    ledger.receive_money(
        desk.customer.pk,
        Money(cents),
        source=ledger.Source(ledger.Origin.TRANSFER, "T1", ""),
        clearing_account="512000",
        journal=ledger.Journal.BANK,
        label="Virement",
        piece_ref="R-1",
        piece_date=desk.today,
        key="transfer:1",
        at=desk.at,
    )


def test_what_holds_a_debit_back_is_said_and_left_out_of_the_total(desk: RemittanceDesk, debit: Debit) -> None:
    desk.wait_until(debit.start_on)
    assert run_of(desk.today, today=desk.today)["total"].amount == Money(4_680)

    no_longer_usable(SavedMethod.objects.filter(kind=Method.CARD))
    assert only_row(desk).hindrance.startswith("Son moyen n’est plus utilisable")
    no_longer_usable(SavedMethod.objects.all())
    assert only_row(desk).hindrance.startswith("Aucun moyen utilisable")
    collecting.pause(
        desk.customer, until=desk.today + timedelta(days=3), because="Litige commercial", actor=None, at=desk.at
    )
    assert "Litige commercial" in only_row(desk).hindrance

    context = run_of(desk.today, today=desk.today)
    assert (context["total"].count, context["held"].count, context["online"]) == (0, 1, 0)


def test_begin_now_asks_once_and_says_who_asked(desk: RemittanceDesk, debit: Debit, fanny: Client) -> None:
    start = reverse("staff:start_run")
    fanny.post(start)
    assert Job.objects.filter(kind=COLLECT).count() == 0  # its day has not come
    desk.wait_until(debit.start_on)
    assert "Lancer 1 prélèvement maintenant" in text(fanny, RUN)

    fanny.post(start)
    fanny.post(start)

    job = Job.objects.get(kind=COLLECT)
    assert (job.payload, job.state) == ({"debit_id": debit.pk}, JobState.WAITING)
    kept = CollectingEvent.objects.filter(name="begun by staff").first()
    assert kept is not None
    assert (kept.actor, kept.detail) == (User.objects.get(email="fanny@example.org"), debit.reference)
    shown = text(fanny, RUN)
    assert ("0 à l’instant, 1 en attente" in shown, "data-poll" in shown) == (True, True)


def test_results_of_the_day_are_counted_by_their_end(desk: RemittanceDesk, debit: Debit, fanny: Client) -> None:
    desk.wait_until(debit.start_on)
    attempt = collecting.claim(debit.pk, on=desk.today, at=desk.at)
    assert isinstance(attempt, Payment)

    (outcome,) = run_of(desk.today, today=desk.today)["outcomes"]

    assert (outcome.status, outcome.count, outcome.amount) == (attempt.status, 1, Money(4_680))
    assert "Lancés aujourd’hui" in text(fanny, RUN)


def test_staff_pause_and_resume_a_customer_and_the_history_says_why(
    desk: RemittanceDesk, debit: Debit, fanny: Client
) -> None:
    pause, resume = address("pause_collecting", desk.customer), address("resume_collecting", desk.customer)
    until = desk.today + timedelta(days=20)
    assert fanny.get(resume).status_code == 404

    refused = [
        fanny.post(pause, {"until": desk.today, "reason": "Trop tôt"}).status_code,
        fanny.post(pause, {"until": until, "reason": ""}).status_code,
        fanny.post(pause, {"until": until + timedelta(days=400), "reason": "Trop long"}).status_code,
    ]
    fanny.post(pause, {"until": until, "reason": "Plan de paiement"})

    assert refused == [422, 422, 422]
    desk.wait_until(debit.start_on)
    assert collecting.claim(debit.pk, on=desk.today, at=desk.at) is None
    shown = text(fanny, address("collecting", desk.customer))
    assert ("Plan de paiement" in shown, "fanny@example.org" in shown) == (True, True)

    fanny.post(resume, {"reason": "Plan tenu"})
    assert CollectingRule.objects.get().paused_until is None
    assert collecting.claim(debit.pk, on=desk.today, at=desk.at) is not None
    steps = CollectingEvent.objects.order_by("pk").values_list("name", flat=True)
    assert list(steps) == ["turned on", "paused", "resumed"]


def test_nothing_is_left_uncollected_without_a_reason(desk: RemittanceDesk, debit: Debit, fanny: Client) -> None:
    by = User.objects.get(email="fanny@example.org")
    desk.wait_until(debit.due_on)
    assert uncollected(today=desk.today, until=desk.today) == []

    collecting.cancel_for(debit.pk, because="Accord", by=by, at=desk.at)
    (row,) = uncollected(today=desk.today, until=desk.today)
    assert (row.amount, row.why, row.debit) == (Money(4_680), "Par notre équipe", debit)
    no_longer_usable(SavedMethod.objects.all())
    (row,) = uncollected(today=desk.today, until=desk.today)
    assert row.why.startswith("Aucun moyen n’est utilisable")

    shown = text(fanny, reverse("staff:run_exceptions"))
    assert ("46,80 €" in shown, debit.reference in shown) == (True, True)


def test_pages_of_the_run_cost_ten_questions_at_most(
    desk: RemittanceDesk, debit: Debit, fanny: Client, django_assert_max_num_queries: Any
) -> None:
    desk.wait_until(debit.start_on)
    fanny.get(RUN)  # what stands in the margin is counted once in a while

    for each in (RUN, reverse("staff:run_exceptions"), address("collecting", desk.customer)):
        with django_assert_max_num_queries(10):
            text(fanny, each)


def test_support_looks_at_runs_and_strangers_find_nothing(desk: RemittanceDesk, debit: Debit, cast: Cast) -> None:
    support = member("sam", SUPPORT)
    looked = [RUN, reverse("staff:run_exceptions"), address("collecting", desk.customer)]
    acted = [
        reverse("staff:start_run"),
        address("pause_collecting", desk.customer),
        address("resume_collecting", desk.customer),
    ]
    desk.wait_until(debit.start_on)

    assert [support.get(each).status_code for each in looked] == [200] * 3
    assert "Lancer" not in text(support, RUN)
    assert {support.post(each, {"reason": "x"}).status_code for each in acted} == {403}
    for person in (cast.claire, cast.accountant):
        theirs = open_session(person)
        assert {theirs.get(each).status_code for each in looked} == {404}
        assert {theirs.post(each, {"reason": "x"}).status_code for each in acted} == {404}
    assert {Client().get(each).status_code for each in looked} == {302}
    assert not Job.objects.filter(kind=COLLECT).exists()
