"""How much one file may ask of us: size, lines, time. A file comes from outside, and may be made to exhaust us."""

from __future__ import annotations

import time
from typing import Final

from django.utils.translation import gettext as _

from bank.readers.refusing import FileRefused

MOST_BYTES: Final = 20 * 1024 * 1024
MOST_LINES: Final = 50_000
MOST_SECONDS: Final = 60
MOST_FILES: Final = 100
"""Files in one zip."""
_MEBIBYTE: Final = 1024 * 1024
_LOOKS: Final = 200


class Budget:
    """What is left to spend on one file, with all that is packed in it. Raises FileRefused when it is spent.

    Time is that of the processor in this thread: a machine that is busy with other things refuses no file.
    """

    def __init__(self) -> None:
        self._lines, self._ends, self._looks = MOST_LINES, time.thread_time() + MOST_SECONDS, 0

    def spend_line(self) -> None:
        """One more line, or one more part of one."""
        self._lines -= 1
        if self._lines < 0:
            raise FileRefused(
                _("The file has more than %(most)d lines.") % {"most": MOST_LINES}, advice=_("Export a shorter period.")
            )
        self.look_at_the_clock()

    def look_at_the_clock(self) -> None:
        """Refuse what takes too long. Called for each small piece, it looks now and then."""
        self._looks += 1
        if self._looks % _LOOKS == 1 and time.thread_time() > self._ends:
            raise FileRefused(
                _("The file could not be read within %(most)d seconds.") % {"most": MOST_SECONDS},
                advice=_("Export a shorter period."),
            )


def check_size(length: int) -> None:
    """Refuse nothing at all, and too much."""
    if length > MOST_BYTES:
        raise FileRefused(
            _("The file is larger than %(most)d MiB.") % {"most": MOST_BYTES // _MEBIBYTE},
            advice=_("Export a shorter period."),
        )
    if not length:
        raise FileRefused(_("The file is empty."))
