"""The table of guards for docs/ledger.md, made from the tests themselves; a test compares the two."""

from __future__ import annotations

from collections import defaultdict

from ledger.tests.guard_attempts import EFFECTS, REGISTERED
from ledger.tests.guard_world import ATTEMPTS
from ledger.tests.rival_stories import STORIES

_SHOWN = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
assert REGISTERED


def table() -> str:
    """One line a guard: its name, its engines, what it refuses or does (the test that violates it)."""
    engines: dict[str, set[str]] = defaultdict(set)
    tests: dict[str, list[str]] = defaultdict(list)
    for one in ATTEMPTS:
        engines[one.guard] |= set(one.engines)
        tests[one.guard].append(one.run.__name__)
    for guard, effect in EFFECTS.items():
        engines[guard] |= set(_SHOWN)
        tests[guard].append(effect.__name__)
    for story in STORIES:
        engines[story.lock] |= set(story.engines)
        tests[story.lock].append(story.tell.__name__)
    lines = ["| guard | on | what happens, and is tested |", "|---|---|---|"]
    for guard in sorted(tests):
        where = "both" if len(engines[guard]) == len(_SHOWN) else _SHOWN[next(iter(engines[guard]))]
        told = "; ".join(name.replace("_", " ") for name in dict.fromkeys(tests[guard]))
        lines.append(
            f"| `{guard}` | {where} | {told} |" if guard.startswith("ledger_") else f"| {guard} | {where} | {told} |"
        )
    return "\n".join(lines)
