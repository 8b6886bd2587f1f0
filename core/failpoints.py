"""Places where a rehearsal may kill the process, to prove that nothing is lost or doubled there.

A rehearsal arms a place by creating a file of that name in FAILPOINT_FOLDER; the first process that comes by removes
the file and dies at once, as by `kill -9`. Without the setting this costs one comparison. Production refuses it.
"""

from __future__ import annotations

import os
import signal
from pathlib import Path

from django.conf import settings


def failpoint(name: str) -> None:
    """Die here if this place is armed. Of several processes exactly one does."""
    if settings.FAILPOINT_FOLDER and _disarm(name):
        os.kill(os.getpid(), signal.SIGKILL)


def _disarm(name: str) -> bool:
    try:
        (Path(settings.FAILPOINT_FOLDER) / name).unlink()
    except FileNotFoundError:
        return False
    return True
