"""The whole suite, part by part: `python -m tests.run [part …]`.

Parts run one after the other because the journeys start real processes and want the machine for themselves.
"""

from __future__ import annotations

import re
import subprocess
import sys
import time
from dataclasses import dataclass

from tests.support.engine import forget_templates, keep_templates

_UNITS = ("-n", "2", "-m", "not journey and not browser")
_FEW = ("-m", "journey")
# What asks no database says the same on each engine: it is run once.
_ONCE = ("--with-database",)
PARTS: dict[str, tuple[str, ...]] = {
    "sqlite": ("--engine", "sqlite", *_UNITS),
    "postgresql": ("--engine", "postgresql", *_UNITS, *_ONCE),
    "journeys-sqlite": ("--engine", "sqlite", *_FEW),
    "journeys-postgresql": ("--engine", "postgresql", *_FEW),
    "browser": ("--engine", "sqlite", "-n", "2", "-m", "browser"),
}
_NO_TESTS = 5
_COUNT = re.compile(r"(\d+) (passed|failed|skipped|error)")


@dataclass(slots=True)
class Tally:
    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def add(self, closing: str) -> None:
        for number, word in _COUNT.findall(closing):
            name = "failed" if word == "error" else word
            setattr(self, name, getattr(self, name) + int(number))


def run_part(name: str, tally: Tally) -> bool:
    """Run one part, pass its output through, and count its closing line. True when it is green."""
    print(f"\n=== {name}", flush=True)
    began = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "-m", "pytest", "-q", *PARTS[name]],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    closing = ""
    for line in process.stdout or ():
        print(line, end="", flush=True)
        closing = line if _COUNT.search(line) else closing
    status = process.wait()
    tally.add(closing)
    print(f"=== {name}: {time.monotonic() - began:.0f} s", flush=True)
    return status in (0, _NO_TESTS)


def main(names: list[str]) -> int:
    unknown = set(names) - set(PARTS)
    if unknown:
        print(f"Unknown: {', '.join(sorted(unknown))}. Parts: {', '.join(PARTS)}.", file=sys.stderr)
        return 2
    tally = Tally()
    templates = keep_templates()
    try:
        endings = [run_part(name, tally) for name in names or PARTS]
    finally:
        forget_templates(templates)
    print(f"\n{tally.passed} passed, {tally.failed} failed, {tally.skipped} skipped")
    return 0 if all(endings) and tally.passed else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
