"""Verbs of bank statements."""

from __future__ import annotations

from bank.services.importing import import_file
from bank.services.planning import Chain, Planned, Preview
from bank.words import LineState

__all__ = ["Chain", "LineState", "Planned", "Preview", "import_file"]
