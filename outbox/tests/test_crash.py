from __future__ import annotations

import os
import shutil
import sys
from typing import TYPE_CHECKING

import pytest

from core import clock
from outbox import services
from outbox.models import Job, JobState
from outbox.tests.slow_work import KIND
from tests.support.databases import own_database
from tests.support.stack import Stack

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pytest_django import DjangoDbBlocker

_PATIENCE = 120.0
"""Seconds; a worker takes twenty to start on a busy machine, and the work itself one or two."""
pytestmark = [pytest.mark.journey, pytest.mark.slow]
_CELERY = [sys.executable, "-m", "celery", "-A", "billing_portal"]
_WORKER = [
    *(
        *_CELERY,
        "worker",
        "-I",
        "outbox.tests.slow_work",
        "-P",
        "threads",
        "-c",
        "2",
        "-Q",
        "default",
        "-n",
        "crash@%h",
    ),
    *("--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel", "WARNING"),
]


@pytest.fixture(scope="module")
def workers(django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A real worker and a real beat on the folder broker, with a database of their own."""
    folder = tmp_path_factory.mktemp("crash")
    (folder / "queue" / "messages").mkdir(parents=True)
    with django_db_blocker.unblock(), own_database(folder) as url:
        environment = {
            **{name: value for name, value in os.environ.items() if name != "REDIS_URL"},
            "ENVIRONMENT": "test",
            "RUN_DIR": str(folder),
            "DATABASE_URL": url,
            "OUTBOX_SWEEP_SECONDS": "1",
            "OUTBOX_LEASE_SECONDS": "2",
            "C_FORCE_ROOT": "1",
        }
        stack = Stack(folder, environment, port=0)
        try:
            stack.start("worker", _WORKER)
            stack.start("beat", [*_CELERY, "beat", "-s", str(folder / "beat"), "--pidfile=", "--loglevel", "WARNING"])
            yield stack
        finally:
            stack.stop()


def ask(folder: Path) -> Job:
    return services.enqueue(KIND, {"folder": str(folder)}, key=str(folder), at=clock.now())


def diary(folder: Path) -> list[str]:
    book = folder / "diary"
    return book.read_text().split() if book.exists() else []


def is_done(asked: Job) -> bool:
    return Job.objects.get(pk=asked.pk).state == JobState.DONE


def test_a_job_whose_worker_is_killed_is_finished_once_by_another(workers: Stack, tmp_path: Path) -> None:
    asked = ask(tmp_path)
    workers.wait(lambda: diary(tmp_path) == ["start"], "the job starts", within=_PATIENCE)

    workers.kill("worker")
    (tmp_path / "go").touch()
    assert Job.objects.get(pk=asked.pk).state == JobState.RUNNING
    workers.revive("worker")
    workers.wait(lambda: is_done(asked), "another worker finishes the job", within=_PATIENCE)

    ended = Job.objects.get(pk=asked.pk)
    assert diary(tmp_path) == ["start", "start", "end"]
    assert (ended.attempts, ended.failures, ended.result) == (2, 1, {"lines": 3})


def test_a_wiped_broker_costs_time_and_no_work(workers: Stack, tmp_path: Path) -> None:
    (tmp_path / "go").touch()
    workers.kill("worker")
    asked = ask(tmp_path)
    shutil.rmtree(workers.folder / "queue")
    workers.revive("worker")

    workers.wait(lambda: is_done(asked), "the sweeper rings again", within=_PATIENCE)

    assert diary(tmp_path) == ["start", "end"]


def test_a_broker_folder_removed_under_a_running_worker_costs_time_and_no_work(workers: Stack, tmp_path: Path) -> None:
    (tmp_path / "go").touch()
    shutil.rmtree(workers.folder / "queue")
    asked = ask(tmp_path)

    workers.wait(lambda: is_done(asked), "the worker and the beat recover", within=_PATIENCE)

    assert diary(tmp_path) == ["start", "end"]
