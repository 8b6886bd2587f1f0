"""What becomes of a new line: its text is decoded, what it names is looked up, and the rules judge it."""

from __future__ import annotations

from bank.words import LineState

FIRST_STATE = LineState.NEW
"""Where the work on a new line begins."""
