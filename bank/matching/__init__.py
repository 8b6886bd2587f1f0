"""What becomes of a new line. So far every line that comes in waits for a person; what goes out is kept apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bank.words import LineState

if TYPE_CHECKING:
    from bank.readers.shape import Line


def first_state(line: Line) -> LineState:
    """Where the work on a new line begins."""
    return LineState.UNMATCHED if line.amount.cents > 0 else LineState.OUT
