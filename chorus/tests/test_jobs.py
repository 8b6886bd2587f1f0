"""What beat and the outbox do: turns that are one job each, a minute's worth, and looks as long as one is due soon."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.db import connection

from chorus import jobs, tasks, wiring
from chorus.models import Submission
from chorus.states import SubmissionState
from chorus.tests.desk import Desk, print_file
from outbox.models import Job
from outbox.registry import Later


@pytest.fixture
def configured(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setattr(wiring, "is_configured", lambda: True)
    monkeypatch.setattr(wiring, "transport", lambda: desk.chorus)
    monkeypatch.setattr(wiring, "directory", lambda: desk.directory)
    return desk


def test_an_issue_begins_and_leaves_and_is_asked_about_soon(configured: Desk) -> None:
    desk = configured
    invoice = desk.issue()

    jobs.hear_of_issue(invoice_ids=[invoice.pk], at=desk.at)
    assert Job.objects.filter(kind=jobs.SEND).count() == 1
    assert jobs.send(at=desk.at) == {"sent": 1}

    [look] = Job.objects.filter(kind=jobs.FOLLOW)
    assert (look.run_after - desk.at).total_seconds() == 30
    with pytest.raises(Later) as again:
        jobs.follow(at=desk.at)
    assert again.value.seconds == 31
    submission = desk.submission(invoice)
    desk.chorus.integrate(invoice, at=desk.at, flow=desk.flow(submission))
    desk.pass_time(seconds=31)
    assert jobs.follow(at=desk.at) == {"integrated": 1, "rejected": 0}
    assert jobs.update(at=desk.at)["news"] == 0


def test_a_completed_document_leaves_by_itself(configured: Desk, django_capture_on_commit_callbacks: Any) -> None:
    desk = configured
    desk.directory.engagement_required = True
    submission = desk.opened(engagement_number="")
    jobs.send(at=desk.at)
    desk.now(submission, SubmissionState.WAITING_REFERENCES)

    with django_capture_on_commit_callbacks(execute=True):
        print_file(desk.complete(submission.invoice, "EJ-9"), at=desk.at)

    desk.now(submission, SubmissionState.READY)
    assert Job.objects.filter(kind=jobs.SEND, key__contains="completed").count() == 1
    assert jobs.send(at=desk.at) == {"sent": 1}


def test_more_than_a_minute_takes_come_a_minute_later(configured: Desk, settings: object) -> None:
    desk = configured
    settings.CHORUS_DEPOSITS_PER_MINUTE = 1  # type: ignore[attr-defined]
    desk.issue()
    desk.issue()

    with pytest.raises(Later) as later:
        jobs.send(at=desk.at)

    assert later.value.seconds == 60
    desk.pass_time(seconds=60)
    assert jobs.send(at=desk.at) == {"sent": 1}


def test_without_settings_documents_are_begun_and_wait(desk: Desk) -> None:
    desk.issue()

    assert jobs.send(at=desk.at) == {"sent": 0}

    assert Submission.objects.get().state == SubmissionState.READY
    assert jobs.follow(at=desk.at) == {"integrated": 0, "rejected": 0}
    assert jobs.update(at=desk.at)["news"] == 0


@pytest.mark.django_db
def test_one_turn_is_one_job_of_each_kind_whoever_rings() -> None:
    for _ in range(2):
        tasks.turn()
        tasks.update()

    assert Job.objects.filter(kind__in=[jobs.SEND, jobs.FOLLOW, jobs.UPDATE]).count() <= 6
    assert {job.kind for job in Job.objects.all()} >= {jobs.SEND, jobs.FOLLOW, jobs.UPDATE}


def test_documents_from_before_the_app_are_never_sent(desk: Desk) -> None:
    invoice = desk.issue()

    import_module("chorus.migrations.0005_documents_before").leave_out(apps, connection.schema_editor)

    assert desk.submission(invoice).state == SubmissionState.WITHDRAWN
    assert desk.sync().submitted == 0
