"""The guards of submissions, of our answers about them, and of payment events."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from core.triggers import Guards

FIRST, ACTIONS, CASHING = "", "action_", "cashing_"
_GUARDS: Final = Guards("chorus", Path(__file__).parent, (FIRST, ACTIONS, CASHING))
install = _GUARDS.install
expected_triggers = _GUARDS.expected
installed_triggers = _GUARDS.installed
