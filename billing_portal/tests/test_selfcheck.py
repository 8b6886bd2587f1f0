"""The self-check: green when all is well, red and precise when a row is broken."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.core.management import call_command

from accounts.models import CustomerSeries
from billing_portal import checks, heartbeats, selfcheck
from core import clock
from core.checks import Check
from outbox.models import Job

if TYPE_CHECKING:
    from datetime import datetime

pytestmark = pytest.mark.django_db


def a_job_due(since: datetime) -> Job:
    return Job.objects.create(
        kind="invoices.render", key="late", queue="documents", run_after=since, rung_at=since, created_at=since
    )


def test_a_fresh_portal_holds(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("selfcheck", "--json")
    answer = json.loads(capsys.readouterr().out.splitlines()[-1])

    assert answer["ok"] is True
    assert {"name", "ok", "detail"} == set(answer["checks"][0])
    assert "platform: no migration waits" in {each["name"] for each in answer["checks"]}


def test_work_that_waits_too_long_is_named_and_the_command_fails(capsys: pytest.CaptureFixture[str]) -> None:
    a_job_due(clock.now() - timedelta(hours=2))

    with pytest.raises(SystemExit) as ending:
        call_command("selfcheck")

    assert ending.value.code == 1
    assert "WRONG outbox: no job is due for more than an hour: the oldest is due since" in capsys.readouterr().out


def test_customer_numbers_near_their_end_are_told() -> None:
    CustomerSeries.objects.update_or_create(pk=1, defaults={"last": 950_000})

    assert [each.ok for each in checks.sequences()] == [True, False]


def test_a_check_that_cannot_run_fails_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> list[Check]:
        raise ZeroDivisionError("no rows")

    broken.__module__ = checks.__name__
    monkeypatch.setattr(checks, "migrations", broken)

    wrong = [each for each in selfcheck.collect() if not each.ok]

    assert wrong == [
        Check("billing_portal.checks.broken", ok=False, detail="could not run: ZeroDivisionError: no rows")
    ]


def test_each_result_is_kept_for_the_health_page(noon: datetime, caplog: pytest.LogCaptureFixture) -> None:
    selfcheck.run(at=noon)
    green = heartbeats.last(heartbeats.SELFCHECK)
    a_job_due(clock.now() - timedelta(hours=2))
    selfcheck.run(at=noon + timedelta(hours=1))
    red = heartbeats.last(heartbeats.SELFCHECK)

    assert green is not None
    assert green.ok
    assert red is not None
    assert not red.ok
    assert "no job is due for more than an hour" in red.detail
    assert "no job is due for more than an hour" in caplog.text


class Request:
    delivery_info = {"routing_key": "documents"}


class Task:
    name = "billing_portal.tasks.pulse"
    request = Request()


def sign(name: str, at: datetime) -> Any:
    return next(each for each in heartbeats.signs(at=at) if each.name == name)


def test_a_periodic_task_that_ended_is_a_sign_of_life() -> None:
    heartbeats._note_ending(sender=Task(), state="SUCCESS")

    seen = sign("documents-pulse", clock.now())
    assert (seen.ok, seen.late) == (True, False)
    assert sign("documents-pulse", clock.now() + timedelta(minutes=5)).late


def test_a_periodic_task_that_failed_is_shown_as_such() -> None:
    heartbeats._note_ending(sender=Task(), state="FAILURE")

    assert not sign("documents-pulse", clock.now()).ok


def test_what_was_never_seen_is_late(noon: datetime) -> None:
    assert all(each.late and each.seen_at is None for each in heartbeats.signs(at=noon))
