"""The table of submissions, and the page that draws it."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings

from chorus.states import SubmissionState
from chorus.transitions import TRANSITIONS, submission_states_page


def test_the_page_of_states_is_the_table() -> None:
    assert (Path(settings.BASE_DIR) / "docs/states/submission.md").read_text(
        encoding="utf-8"
    ) == submission_states_page()


def test_each_state_can_be_reached_and_only_two_are_ends() -> None:
    left = {before for before, _after in TRANSITIONS}

    assert set(SubmissionState) - left == {SubmissionState.WITHDRAWN}
    assert {after for _before, after in TRANSITIONS} == set(SubmissionState)
