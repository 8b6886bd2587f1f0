from __future__ import annotations

import logging
import threading
from datetime import timedelta
from typing import Any

import pytest
from celery import current_app
from django.db import connection, transaction

from core import clock
from outbox import registry, services
from outbox.models import Job, JobState
from outbox.registry import GiveUp, KindTaken, Later, UnknownKind, job
from outbox.selectors import jobs_due, oldest_due

pytestmark = pytest.mark.django_db
KIND = "tests.work"


class Work:
    """A kind of work whose next endings a test decides."""

    def __init__(self) -> None:
        self.calls: list[dict[str, Any]] = []
        self.endings: list[Exception | dict[str, Any] | None] = []
        self.given_up: list[dict[str, Any]] = []

    def handle(self, **payload: Any) -> dict[str, Any] | None:
        self.calls.append(payload)
        ending = self.endings.pop(0) if self.endings else None
        if isinstance(ending, Exception):
            raise ending
        return ending

    def give_up(self, **payload: Any) -> None:
        self.given_up.append(payload)


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> Work:
    known = dict(registry._kinds)
    monkeypatch.setattr(registry, "_kinds", known)
    doing = Work()
    job(KIND, queue="documents", attempts=3, on_failed=doing.give_up)(doing.handle)
    return doing


@pytest.fixture
def rung(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The job ids that the broker was given."""
    told: list[int] = []

    def send(_name: str, *, args: list[int], **_options: Any) -> None:
        told.append(args[0])

    monkeypatch.setattr(current_app, "send_task", send)
    return told


def ask(key: str = "k", **fields: Any) -> Job:
    return services.enqueue(KIND, {"number": 7}, key=key, at=clock.now(), **fields)


def test_a_job_is_done_once_and_keeps_its_result(work: Work) -> None:
    work.endings = [{"pages": 2}]
    asked = ask()
    at = clock.now()

    done = services.run(asked.pk, at=at)
    again = services.run(asked.pk, at=at)

    assert work.calls == [{"at": at, "number": 7}]
    assert (done.state, done.result, done.queue, done.finished_at) == (JobState.DONE, {"pages": 2}, "documents", at)
    assert again.attempts == 1


def test_the_same_key_is_the_same_job(work: Work) -> None:
    first, second = ask(), ask()

    assert first.pk == second.pk
    assert Job.objects.count() == 1


def test_many_new_jobs_cost_one_statement(work: Work, django_assert_num_queries: Any) -> None:
    asked = [services.NewJob(KIND, f"k{number}") for number in range(50)]

    with django_assert_num_queries(1):
        jobs = services.enqueue_many(asked, at=clock.now())

    assert [each.key for each in jobs] == [each.key for each in asked]
    assert Job.objects.count() == 50


def test_jobs_that_exist_are_given_beside_the_new_ones(work: Work, django_assert_num_queries: Any) -> None:
    old = services.enqueue(KIND, {"n": 1}, key="old", at=clock.now())

    with django_assert_num_queries(2):
        jobs = services.enqueue_many([services.NewJob(KIND, key) for key in ("new", "old", "new")], at=clock.now())

    assert [each.key for each in jobs] == ["new", "old", "new"]
    assert (jobs[1].pk, jobs[1].payload) == (old.pk, {"n": 1})
    assert jobs[0].pk == jobs[2].pk == Job.objects.get(key="new").pk


def test_a_kind_that_nobody_handles_is_refused_at_once() -> None:
    with pytest.raises(UnknownKind):
        services.enqueue("nobody.knows", {}, key="k", at=clock.now())


def test_two_handlers_cannot_share_a_kind(work: Work) -> None:
    with pytest.raises(KindTaken):
        job(KIND)(lambda **_payload: None)


def test_a_job_waits_for_its_hour(work: Work) -> None:
    later = clock.now() + timedelta(hours=2)
    asked = ask(run_after=later)

    assert services.run(asked.pk, at=later - timedelta(seconds=1)).state == JobState.WAITING
    assert services.run(asked.pk, at=later).state == JobState.DONE


def test_a_rehearsal_on_a_later_day_is_due_at_once(work: Work) -> None:
    asked = services.enqueue(KIND, {}, key="k", at=clock.now() + timedelta(days=40))

    assert services.run(asked.pk, at=clock.now()).state == JobState.DONE


def test_a_failure_is_tried_again_on_a_ladder_then_given_up(work: Work) -> None:
    work.endings = [OSError("one"), OSError("two"), OSError("three")]
    asked = ask()
    at = clock.now()

    first = services.run(asked.pk, at=at)
    assert (first.state, first.failures) == (JobState.WAITING, 1)
    assert first.run_after - at >= timedelta(seconds=5)
    assert services.run(asked.pk, at=at).attempts == 1  # not before its hour
    second = services.run(asked.pk, at=first.run_after)
    assert second.run_after - first.run_after == timedelta(seconds=30)
    third = services.run(asked.pk, at=second.run_after)

    assert (third.state, third.failures) == (JobState.FAILED, 3)
    assert "OSError: three" in third.error
    assert "Traceback" in third.error
    assert work.given_up == [{"at": second.run_after, "number": 7}]


def test_giving_up_skips_the_ladder(work: Work) -> None:
    work.endings = [GiveUp("the address does not exist")]

    ended = services.run(ask().pk, at=clock.now())

    assert (ended.state, len(work.given_up)) == (JobState.FAILED, 1)
    assert "the address does not exist" in ended.error


def test_later_is_no_failure(work: Work) -> None:
    work.endings = [Later(10)] * 5
    asked = ask()
    at = clock.now()

    for _ in range(5):
        waiting = services.run(asked.pk, at=at)
        at = waiting.run_after
    done = services.run(asked.pk, at=at)

    assert (done.state, done.failures, done.attempts) == (JobState.DONE, 0, 6)


def test_a_failed_job_may_be_retried_by_staff_and_only_a_failed_one(work: Work) -> None:
    work.endings = [GiveUp("no")]
    asked = ask()
    services.run(asked.pk, at=clock.now())

    assert services.retry(asked.pk, at=clock.now())
    assert services.run(asked.pk, at=clock.now()).state == JobState.DONE
    assert not services.retry(asked.pk, at=clock.now())


def test_secrets_do_not_reach_the_row_nor_the_log(work: Work, caplog: pytest.LogCaptureFixture) -> None:
    said = (
        "POST https://user:hunter2@host?token=abcdef Authorization: Bearer eyJhbGciOi sk_live_51Habcdef whsec_x1234567"
    )
    work.endings = [RuntimeError(said)]

    with caplog.at_level(logging.DEBUG):
        ended = services.run(ask().pk, at=clock.now())

    for secret in ("hunter2", "abcdef", "eyJhbGciOi", "sk_live_51", "whsec_x1"):
        assert secret not in ended.error
        assert secret not in caplog.text


def test_a_worker_that_died_is_replaced_once_its_lease_is_over(work: Work) -> None:
    asked = ask()
    dead = clock.now() - timedelta(minutes=10)
    Job.objects.filter(pk=asked.pk).update(
        state=JobState.RUNNING, attempts=1, lease_until=dead, run_after=dead - timedelta(minutes=5)
    )

    done = services.run(asked.pk, at=clock.now())

    assert (done.state, done.attempts, done.failures) == (JobState.DONE, 2, 1)


def test_a_job_that_kills_its_workers_is_given_up(work: Work) -> None:
    asked = ask()
    dead = clock.now() - timedelta(minutes=10)
    Job.objects.filter(pk=asked.pk).update(state=JobState.RUNNING, attempts=3, failures=2, lease_until=dead)

    ended = services.run(asked.pk, at=clock.now())

    assert (ended.state, work.calls) == (JobState.FAILED, [])
    assert "died 3 times" in ended.error


def test_only_the_holder_of_the_lease_notes_the_ending(work: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = ask()

    def slow(**_payload: Any) -> dict[str, Any]:
        Job.objects.filter(pk=asked.pk).update(attempts=2, state=JobState.DONE, result={"by": "the other"})
        return {"by": "the slow one"}

    monkeypatch.setattr(work, "handle", slow)
    registry._kinds[KIND] = registry.Kind(KIND, slow, "default", 3, None)

    ended = services.run(asked.pk, at=clock.now())

    assert ended.result == {"by": "the other"}


def test_progress_is_seen_and_keeps_the_lease(work: Work) -> None:
    asked = ask()
    seen: list[Job] = []

    def long(**_payload: Any) -> None:
        Job.objects.filter(pk=asked.pk).update(lease_until=clock.now())
        services.progress(asked.pk, done=3, total=10, message="page 3")
        seen.append(Job.objects.get(pk=asked.pk))

    registry._kinds[KIND] = registry.Kind(KIND, long, "default", 3, None)
    services.run(asked.pk, at=clock.now())

    assert (seen[0].done_count, seen[0].total_count, seen[0].message) == (3, 10, "page 3")
    assert seen[0].lease_until is not None
    assert seen[0].lease_until > clock.now() + timedelta(seconds=60)


def test_a_worker_that_lost_its_lease_is_told_to_stop(work: Work) -> None:
    asked = ask()
    reached: list[str] = []

    def long(**_payload: Any) -> None:
        Job.objects.filter(pk=asked.pk).update(attempts=2)
        services.progress(asked.pk, done=1, total=2)
        reached.append("too far")

    registry._kinds[KIND] = registry.Kind(KIND, long, "default", 3, None)
    ended = services.run(asked.pk, at=clock.now())

    assert reached == []
    assert (ended.state, ended.attempts) == (JobState.RUNNING, 2)


def test_the_handler_is_called_outside_any_transaction(work: Work) -> None:
    asked = ask()

    with pytest.raises(RuntimeError), transaction.atomic():
        services.run(asked.pk, at=clock.now())


@pytest.mark.django_db(transaction=True)
def test_nothing_is_rung_before_the_commit_nor_after_a_rollback(work: Work, rung: list[int]) -> None:
    with transaction.atomic():
        asked = ask("kept")
        assert rung == []
    with transaction.atomic():
        ask("undone")
        transaction.set_rollback(True)

    assert rung == [asked.pk]
    assert list(Job.objects.values_list("key", flat=True)) == ["kept"]


@pytest.mark.django_db(transaction=True)
def test_a_broker_that_is_down_breaks_no_business(
    work: Work, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(*_args: Any, **_options: Any) -> None:
        raise ConnectionRefusedError

    monkeypatch.setattr(current_app, "send_task", refuse)

    asked = ask()

    assert Job.objects.get(pk=asked.pk).state == JobState.WAITING
    assert "the sweeper will ring again" in caplog.text


def test_the_sweeper_rings_what_is_due_and_leaves_fresh_bells_alone(work: Work, rung: list[int]) -> None:
    now = clock.now()
    old, dead, fresh, later, done = (ask(key) for key in ("old", "dead", "fresh", "later", "done"))
    Job.objects.update(rung_at=now - timedelta(hours=1), run_after=now - timedelta(hours=1))
    Job.objects.filter(pk=dead.pk).update(state=JobState.RUNNING, lease_until=now - timedelta(seconds=1))
    Job.objects.filter(pk=fresh.pk).update(rung_at=now)
    Job.objects.filter(pk=later.pk).update(run_after=now + timedelta(hours=1))
    Job.objects.filter(pk=done.pk).update(state=JobState.DONE)

    assert services.sweep(at=now) == 2
    assert rung == [old.pk, dead.pk]
    assert services.sweep(at=now) == 0
    assert oldest_due(at=now) == now - timedelta(hours=1)


def test_a_short_wait_is_rung_ahead_and_a_long_one_left_to_the_sweeper(
    work: Work, rung: list[int], django_capture_on_commit_callbacks: Any
) -> None:
    asked = ask()
    work.endings = [Later(20), Later(3600)]

    with django_capture_on_commit_callbacks(execute=True):
        first = services.run(asked.pk, at=clock.now())
    assert rung == [asked.pk]
    with django_capture_on_commit_callbacks(execute=True):
        services.run(asked.pk, at=first.run_after)
    assert rung == [asked.pk]


def test_a_command_finishes_its_own_work(work: Work) -> None:
    work.endings = [OSError("first one fails"), None, None]
    for number in range(3):
        ask(f"k{number}")

    assert services.run_due(at=clock.now(), kinds=(KIND,)) == 3
    assert [each.state for each in Job.objects.order_by("pk")] == [JobState.WAITING, JobState.DONE, JobState.DONE]


@pytest.mark.django_db(transaction=True)
def test_of_several_workers_exactly_one_does_the_job(work: Work, rung: list[int]) -> None:
    asked = ask()
    start = threading.Barrier(4)

    def compete() -> None:
        start.wait()
        services.run(asked.pk, at=clock.now())
        connection.close()

    workers = [threading.Thread(target=compete) for _ in range(4)]
    for each in workers:
        each.start()
    for each in workers:
        each.join()

    assert len(work.calls) == 1
    assert Job.objects.get(pk=asked.pk).attempts == 1


@pytest.mark.django_db(transaction=True)
def test_asking_at_once_for_the_same_key_makes_one_job(work: Work, rung: list[int]) -> None:
    start = threading.Barrier(4)
    found: list[int] = []

    def compete() -> None:
        start.wait()
        with transaction.atomic():
            found.append(ask("same").pk)
        connection.close()

    askers = [threading.Thread(target=compete) for _ in range(4)]
    for each in askers:
        each.start()
    for each in askers:
        each.join()

    assert len(set(found)) == 1
    assert Job.objects.count() == 1


def test_the_oldest_due_job_comes_first(work: Work) -> None:
    now = clock.now()
    second = ask("second", run_after=now - timedelta(hours=1))
    first = ask("first", run_after=now - timedelta(hours=2))

    assert list(jobs_due(at=now)) == [first, second]
