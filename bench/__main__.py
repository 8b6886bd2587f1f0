"""`python -m bench [SCENARIO …]`: run all scenarios, or those named; one JSON line each. Status 1: a goal was missed.

A module of this folder offers scenarios in `SCENARIOS: dict[str, Callable[[], dict]]`. It is imported after the
environment is ready: Django set up on a PostgreSQL of the bench's own (BENCH_DATABASE_URL: another one).
"""

from __future__ import annotations

import importlib
import json
import pkgutil
import sys
from typing import TYPE_CHECKING, Any

import bench
from bench.environment import prepare

if TYPE_CHECKING:
    from collections.abc import Callable

_PARTS = {"__main__", "environment"}


def main(wanted: list[str]) -> int:
    with prepare():
        scenarios = _scenarios()
        if unknown := set(wanted) - set(scenarios):
            print(f"unknown: {', '.join(sorted(unknown))}; known: {', '.join(scenarios)}", file=sys.stderr)
            return 2
        missed = 0
        for name in wanted or scenarios:
            result = {"scenario": name, **scenarios[name]()}
            print(json.dumps(result), flush=True)
            missed += not result["ok"]
    return 1 if missed else 0


def _scenarios() -> dict[str, Callable[[], dict[str, Any]]]:
    found: dict[str, Callable[[], dict[str, Any]]] = {}
    for module in sorted(module.name for module in pkgutil.iter_modules(bench.__path__)):
        if module not in _PARTS:
            found |= getattr(importlib.import_module(f"bench.{module}"), "SCENARIOS", {})
    return found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
