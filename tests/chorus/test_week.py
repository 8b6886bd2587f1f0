"""Whatever goes wrong, each document is in Chorus Pro once. `python -m tests.chorus` lives many more weeks."""

from __future__ import annotations

import os
import signal
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from billing_portal import selfcheck
from chorus.models import Submission
from chorus.states import SubmissionState
from chorus.tests.conftest import chorus_sandbox, shared_chorus  # noqa: F401 - the sandbox of Chorus Pro
from core import clock
from core.money import ZERO
from ledger import selectors as books
from tests.chorus.week import Crash, Week
from tests.support import cast as people
from tests.support.bank import Bank

pytestmark = pytest.mark.django_db(transaction=True)
STEPS = int(os.environ.get("CHORUS_STEPS", "30"))
DOCUMENTS = int(os.environ.get("CHORUS_DOCUMENTS", "5"))
SEEDS = [int(seed) for seed in os.environ.get("CHORUS_SEEDS", "1").split(",")]


@pytest.fixture
def places(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where crashes are armed; a crash ends the step instead of this process."""

    def die(_pid: int, number: int) -> None:
        assert number == signal.SIGKILL
        raise Crash

    monkeypatch.setattr("core.failpoints.os.kill", die)
    folder = tmp_path / "places"
    folder.mkdir()
    settings.FAILPOINT_FOLDER = str(folder)
    settings.ARCHIVE_DIR = tmp_path / "archive"
    return folder


@pytest.mark.parametrize("seed", SEEDS)
def test_each_document_is_there_once_whatever_goes_wrong(seed: int, chorus_sandbox: Bank, places: Path) -> None:  # noqa: F811 - the fixture of that name
    at = clock.now()
    town_hall = people.make_town_hall(at)
    chorus_sandbox.control("chorus/pace", seconds=5)
    week = Week(seed, chorus_sandbox, at, places, town_hall, DOCUMENTS)

    for _ in range(STEPS):
        week.step()
    week.come_to_rest()

    story = f"seed {seed}: {', '.join(week.told)}"
    assert week.under_way() == [], story
    there = chorus_sandbox.control_read("chorus/invoices")["invoices"]
    assert Counter(each["number"] for each in there) == Counter(week.numbers), story
    known = dict(Submission.objects.values_list("invoice__number", "chorus_id"))
    assert known == {each["number"]: int(each["id"]) for each in there}, story
    integrated = [flow for flow in chorus_sandbox.control_read("chorus/deposits")["deposits"] if _is_in(flow)]
    assert Counter(flow["number"] for flow in integrated) == Counter(week.numbers), story
    assert books.get_balance(town_hall.pk).prepaid == ZERO
    assert [check for check in selfcheck.collect() if not check.ok] == [], story
    assert set(Submission.objects.values_list("state", flat=True)) <= {SubmissionState.INTEGRATED}


def _is_in(flow: dict[str, Any]) -> bool:
    return flow["state"] in {"IN_INTEGRE", "IN_INTEGRE_PARTIEL"} and flow["invoice"] is not None
