"""The Chromium of the machine, for whoever wants to look at pages with it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
_NOTHING_MISSING = os.environ.get("REQUIRE_ALL") == "1" or os.environ.get("CI") == "true"


def launch_arguments() -> dict[str, Any]:
    """How it is started. Where there is none, the test is skipped, or fails when nothing may be missing."""
    if not Path(CHROMIUM).exists():
        (pytest.fail if _NOTHING_MISSING else pytest.skip)(
            f"no browser at {CHROMIUM}: apt install chromium, or CHROMIUM=…"
        )
    # --no-sandbox: Chromium refuses its sandbox to root, and containers are root.
    return {"executable_path": CHROMIUM, "args": ["--no-sandbox", "--disable-dev-shm-usage"]}
