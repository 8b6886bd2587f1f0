"""Many sure lines are accepted at once by a job, and undone together."""

from __future__ import annotations

import html
import re

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from bank import services
from bank.models import Decision, LineWork
from bank.services import BadDecision
from bank.tests.matching_desk import PAYER, MatchingDesk
from bank.words import Action, LineState
from billing_portal.staff.groups import FINANCE, SUPPORT
from billing_portal.tests.reconciling_desk import PAGE, clerk, text
from core import clock
from invoices.tests.making import issued
from outbox.models import Job, JobState
from outbox.services import run
from tests.support.cast import Cast
from tests.support.session import open_session

pytestmark = [pytest.mark.django_db, pytest.mark.once]
CONFIRM = reverse("staff:reconcile_confirm")


@pytest.fixture(autouse=True)
def _place(settings: Settings, tmp_path: object) -> None:
    settings.STAFF_SECOND_FACTOR = False
    settings.ARCHIVE_DIR = f"{tmp_path}/archive"


@pytest.fixture
def desk(cast: Cast) -> MatchingDesk:
    return MatchingDesk(clock.now())


@pytest.fixture
def alice() -> Client:
    return clerk(FINANCE, "alice")


@pytest.fixture
def sure(desk: MatchingDesk, cast: Cast, alice: Client) -> list[LineWork]:
    """Two lines of which the rules are sure: known payer, exact amount; the customer owes two invoices."""
    for _turn in range(2):
        learnt = desk.receive(1_111, "premier virement", iban=PAYER, name="C MARTIN")
        desk.credit(learnt, (cast.individual, 1_111, ""), by=alice.user)  # type: ignore[attr-defined]
    works = desk.receive_all([(4_680, "novembre"), (4_680, "décembre")], iban=PAYER, name="C MARTIN")
    issued(cast.individual, at=desk.at)
    LineWork.objects.filter(pk__in=[work.pk for work in works]).update(state=LineState.SURE)
    return works


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found is not None
    return html.unescape(found[1])


def confirmed(client: Client, page: str) -> Job:
    data = {name: hidden(page, name) for name in ("batch", "lines")}
    client.post(reverse("staff:reconcile_accept_many"), data)
    client.post(reverse("staff:reconcile_accept_many"), data)
    return Job.objects.get(kind="bank.accept_many")


def test_all_sure_lines_are_listed_by_customer_then_accepted_by_one_job(
    desk: MatchingDesk, cast: Cast, alice: Client, sure: list[LineWork]
) -> None:
    assert "Accepter les 2 lignes sûres" in text(alice.get(PAGE, {"lot": "sures"}))
    page = text(alice.get(CONFIRM))
    assert cast.individual.number in page
    assert "93,60" in page
    job = confirmed(alice, page)
    batch = job.payload["batch"]
    waiting = text(alice.get(reverse("staff:reconcile_batch", args=[batch])))
    assert 'data-poll="2"' in waiting

    done = run(job.pk, at=clock.now())
    services.accept_many(done.payload["lines"], **{k: v for k, v in done.payload.items() if k != "lines"}, at=desk.at)

    assert (done.state, done.result["done"], done.result["skipped"]) == (JobState.DONE, 2, [])
    assert (done.done_count, done.total_count) == (2, 2)
    assert Decision.objects.filter(batch=batch).count() == 2
    page = text(alice.get(reverse("staff:reconcile_batch", args=[batch])))
    assert "2 lignes restent créditées" in page
    assert "data-poll" not in page


def test_a_line_that_changed_meanwhile_is_left_and_listed(
    desk: MatchingDesk, cast: Cast, alice: Client, sure: list[LineWork]
) -> None:
    page = text(alice.get(CONFIRM, {"pick": [work.pk for work in sure]}))
    desk.credit(sure[0], (cast.company, 4_680, ""), by=alice.user)  # type: ignore[attr-defined]
    done = run(confirmed(alice, page).pk, at=clock.now())

    assert done.result["done"] == 1
    assert done.result["skipped"] == [[sure[0].pk, "Quelqu’un a décidé entre-temps."]]
    shown = text(alice.get(reverse("staff:reconcile_batch", args=[done.payload["batch"]])))
    assert "Quelqu’un a décidé entre-temps." in html.unescape(shown)
    assert desk.has(cast.company) == 4_680


def test_a_batch_is_undone_together_with_a_reason(
    desk: MatchingDesk, cast: Cast, alice: Client, sure: list[LineWork]
) -> None:
    before = desk.has(cast.individual) - desk.owes(cast.individual)
    job = run(confirmed(alice, text(alice.get(CONFIRM))).pk, at=clock.now())
    batch = job.payload["batch"]
    address = reverse("staff:reconcile_undo_batch", args=[batch])
    assert alice.post(address, {"reason": ""}).status_code == 422
    alice.post(address, {"reason": "mauvais relevé"})
    undone = run(Job.objects.get(kind="bank.undo_many").pk, at=clock.now())

    assert undone.result == {"done": 2, "skipped": []}
    assert Decision.objects.filter(action=Action.UNDO).count() == 2
    assert desk.has(cast.individual) - desk.owes(cast.individual) == before
    with pytest.raises(BadDecision):
        services.ask_undo(batch, reason=" ", by=alice.user, language="fr", at=desk.at)  # type: ignore[attr-defined]


def test_nothing_to_accept_and_nobody_else(cast: Cast, alice: Client) -> None:
    support, stranger = clerk(SUPPORT), open_session(cast.claire)
    addresses = [
        reverse("staff:reconcile_accept_many"),
        reverse("staff:reconcile_undo_batch", args=["0" * 32]),
    ]

    assert alice.get(CONFIRM).status_code == 302
    assert alice.post(addresses[0], {"batch": "x", "lines": "1:1:1"}).status_code == 404
    assert alice.get(reverse("staff:reconcile_batch", args=["0" * 32])).status_code == 404
    assert {support.post(address).status_code for address in addresses} == {403}
    assert {stranger.post(address).status_code for address in addresses} == {404}
