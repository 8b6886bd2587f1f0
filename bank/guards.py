"""The guards of what our bank told us, and of what was decided about it."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from core.triggers import Guards

FIRST, ANNOUNCED, DECISIONS, TRANSFERS, ANYWAY = "", "announced_", "decisions_", "transfer_", "anyway_"
_GUARDS: Final = Guards("bank", Path(__file__).parent, (FIRST, ANNOUNCED, DECISIONS, TRANSFERS, ANYWAY))
install = _GUARDS.install
expected_triggers = _GUARDS.expected
installed_triggers = _GUARDS.installed
