"""The whole suite, part by part: `python -m tests.run [part …]`.

Two lanes side by side. One computes: the units on each engine, then the browser. The other waits for real processes
most of the time, and goes first when it wants to (the computing one is nice). Each part prints its closing line; the
last line of all is their sum.
"""

from __future__ import annotations

import re
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Lock

from tests.support.engine import forget_templates, keep_templates

_UNITS = ("-n", "2", "-m", "not journey and not browser")
_FEW = ("-m", "journey")
_FEWER = ("-m", "journey and not production")
"""What fails at providers is rehearsed on production's engine alone; SQLite keeps cards, debits and commands."""
# What asks no database, and what is marked `once`, says the same on each engine.
_ONCE = ("--with-database",)
PARTS: dict[str, tuple[str, ...]] = {
    "sqlite": ("--engine", "sqlite", *_UNITS),
    "postgresql": ("--engine", "postgresql", *_UNITS, *_ONCE),
    "browser": ("--engine", "sqlite", "-n", "2", "-m", "browser"),
    "journeys-postgresql": ("--engine", "postgresql", *_FEW),
    "journeys-sqlite": ("--engine", "sqlite", *_FEWER),
}
_WAITING = ("journeys-postgresql", "journeys-sqlite")
_NO_TESTS = 5
_COUNT = re.compile(r"(\d+) (passed|failed|skipped|error)")
_one_at_a_time = Lock()


@dataclass(slots=True)
class Tally:
    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def add(self, closing: str) -> None:
        for number, word in _COUNT.findall(closing):
            name = "failed" if word == "error" else word
            setattr(self, name, getattr(self, name) + int(number))


@dataclass(frozen=True, slots=True)
class Ending:
    """How a part ended, and the line that pytest closed with."""

    green: bool
    closing: str


def run_part(name: str) -> Ending:
    """Run one part. What computes is printed as it comes; what waits beside it, in one piece at its end."""
    began = time.monotonic()
    nice = [] if name in _WAITING else ["nice", "-n", "5"]
    process = subprocess.Popen(
        [*nice, sys.executable, "-m", "pytest", "-q", *PARTS[name]],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    said, closing = [f"\n=== {name}\n"], ""
    for line in process.stdout or ():
        said.append(line)
        closing = line if _COUNT.search(line) else closing
        if name not in _WAITING:
            _print_all(said)
    status = process.wait()
    said.append(f"=== {name}: {time.monotonic() - began:.0f} s\n")
    _print_all(said)
    return Ending(status in (0, _NO_TESTS), closing)


def _print_all(said: list[str]) -> None:
    with _one_at_a_time:
        print("".join(said), end="", flush=True)
    said.clear()


def run_lane(names: list[str]) -> list[Ending]:
    return [run_part(name) for name in names]


def main(names: list[str]) -> int:
    unknown = set(names) - set(PARTS)
    if unknown:
        print(f"Unknown: {', '.join(sorted(unknown))}. Parts: {', '.join(PARTS)}.", file=sys.stderr)
        return 2
    asked = names or list(PARTS)
    lanes = [[name for name in asked if (name in _WAITING) is waits] for waits in (False, True)]
    templates = keep_templates()
    try:
        with ThreadPoolExecutor(len(lanes)) as pool:
            endings = [ending for lane in pool.map(run_lane, lanes) for ending in lane]
    finally:
        forget_templates(templates)
    tally = Tally()
    for ending in endings:
        tally.add(ending.closing)
    print(f"\n{tally.passed} passed, {tally.failed} failed, {tally.skipped} skipped")
    return 0 if all(ending.green for ending in endings) and tally.passed else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
