from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from pytest_django.fixtures import Settings

from core.failpoints import failpoint

PROGRAM = """
import sys
from django.conf import settings
settings.configure(FAILPOINT_FOLDER=sys.argv[1])
from core.failpoints import failpoint
failpoint("here")
print("survived")
"""


def test_an_unarmed_place_costs_nothing(tmp_path: Path, settings: Settings) -> None:
    settings.FAILPOINT_FOLDER = ""
    failpoint("here")
    settings.FAILPOINT_FOLDER = str(tmp_path)
    failpoint("here")


def test_an_armed_place_kills_the_first_process_that_comes_by(tmp_path: Path) -> None:
    (tmp_path / "here").touch()
    command = [sys.executable, "-c", PROGRAM, str(tmp_path)]

    first = subprocess.run(command, capture_output=True, check=False)
    second = subprocess.run(command, capture_output=True, check=False)

    assert (first.returncode, first.stdout) == (-9, b"")
    assert (second.returncode, second.stdout) == (0, b"survived\n")
