"""A process killed before the call, after it, and after its ending was kept: deposited once (F37, kill -9)."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import settings as configured
from django.db import connection

from chorus.models import Deposit, Submission
from chorus.services import depositing, syncing
from chorus.states import DepositState, SubmissionState
from chorus.tests.desk import Desk
from core import clock
from invoices.tests.making import issued
from tests.support.bank import Bank
from tests.support.cast import make_town_hall


class Killed(BaseException):
    """As by `kill -9`: nothing catches it, what was not committed is gone."""


def kill_at(place: str, desk: Desk, submission: Submission, monkeypatch: pytest.MonkeyPatch) -> None:
    def failpoint(name: str) -> None:
        if name == place:
            raise Killed

    with monkeypatch.context() as dead:
        dead.setattr(depositing, "failpoint", failpoint)
        with pytest.raises(Killed):
            desk.send(submission)


@pytest.mark.parametrize(
    ("place", "arrived", "state"),
    [
        ("chorus-deposit-written", 0, SubmissionState.SENDING),
        ("chorus-deposit-called", 1, SubmissionState.SENDING),
        ("chorus-deposit-received", 1, SubmissionState.DEPOSITED),
    ],
)
def test_killed_around_the_call_it_is_deposited_once(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, place: str, arrived: int, state: SubmissionState
) -> None:
    submission = desk.opened()
    kill_at(place, desk, submission, monkeypatch)
    desk.now(submission, state)
    assert len(desk.chorus.deposits) == arrived
    if arrived:
        desk.chorus.integrate(submission.invoice, at=desk.at)
    for _ in range(40):
        desk.pass_time(minutes=5)
        syncing.begin(at=desk.at, whole=False)
        desk.turn()
        desk.look(submission)
        if desk.now(submission).state == SubmissionState.DEPOSITED:
            break

    assert len(desk.chorus.deposits) == 1
    expected = {SubmissionState.INTEGRATED} if place == "chorus-deposit-called" else {SubmissionState.DEPOSITED}
    assert {desk.now(submission).state} == expected


def sync(folder: Path, sandbox: Bank) -> subprocess.CompletedProcess[str]:
    name = str(connection.settings_dict["NAME"])
    on_server = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()
    keys = {name: value for name, value in sandbox.settings.items() if name.startswith(("PISTE_", "CHORUS_"))}
    return subprocess.run(
        [sys.executable, "manage.py", "chorus_sync", "--json"],
        cwd=configured.BASE_DIR,
        env={
            **os.environ,
            **keys,
            "DATABASE_URL": on_server if connection.vendor == "postgresql" else f"sqlite:///{name}",
            "FAILPOINT_FOLDER": str(folder),
            "ARCHIVE_DIR": str(folder / "archive"),
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.mark.once
@pytest.mark.django_db(transaction=True)
def test_a_process_killed_after_its_call_deposits_once(tmp_path: Path, chorus_sandbox: Bank) -> None:
    at = clock.now()
    configured.ARCHIVE_DIR = tmp_path / "archive"
    invoice = issued(make_town_hall(at), at=at, engagement_number="EJ-1")
    (tmp_path / "chorus-deposit-called").touch()

    killed = sync(tmp_path, chorus_sandbox)

    assert killed.returncode == -signal.SIGKILL
    assert Submission.objects.get().state == SubmissionState.SENDING
    assert Deposit.objects.get().state == DepositState.SENDING
    depositing.sweep_dead(at=at + depositing.DIED_AFTER * 2)
    found = sync(tmp_path, chorus_sandbox)
    assert json.loads(found.stdout.splitlines()[-1]) == {
        "submitted": 0,
        "integrated": 1,
        "rejected": 0,
        "waiting": 0,
        "unknown": 0,
    }
    [there] = chorus_sandbox.control_read("chorus/deposits")["deposits"]
    assert there["number"] == invoice.number
