"""A kind of work that only the crash tests know: it writes that it starts, waits to be let go, writes that it ends."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

from outbox.registry import job

if TYPE_CHECKING:
    from datetime import datetime

KIND = "tests.slow"


@job(KIND)
def slow(*, folder: str, at: datetime) -> dict[str, int]:
    diary = Path(folder, "diary")
    _write(diary, "start")
    while not Path(folder, "go").exists():
        time.sleep(0.02)
    _write(diary, "end")
    return {"lines": len(diary.read_text().splitlines())}


def _write(diary: Path, word: str) -> None:
    with diary.open("a") as book:
        book.write(f"{word}\n")
