"""Take away each trigger, check, key and lock of the ledger in turn, on both engines: some test must fail each time.

    python -m tests.mutation.remove_guards [--engine sqlite|postgresql]

The tests of ledger/tests/test_guards.py and test_rivals.py do it one guard at a time: the guard is dropped inside
the test's own transaction (a lock: from the function that takes it), the test that violates it is run, and it must
fail. This prints the whole as a table and counts what no test noticed.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TESTS = ("ledger/tests/test_guards.py", "ledger/tests/test_rivals.py")
COMPLETE = ("test_each_guard_has_its_attempt", "test_each_guard_is_in_the_database", "test_each_lock_has_its_story")
_LINE = re.compile(r"^(PASSED|FAILED|ERROR) \S+::test_without_\w+\[([\w ]+?)(?:-(\w+))?\]", re.MULTILINE)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--engine", choices=("sqlite", "postgresql"), action="append")
    engines = parser.parse_args().engine or ["sqlite", "postgresql"]
    return max([_report(engine) for engine in engines])


def _report(engine: str) -> int:
    output, status = _run(engine)
    verdicts: dict[str, list[tuple[str, bool]]] = defaultdict(list)
    for ending, guard, tried in _LINE.findall(output):
        verdicts[guard].append((tried or "its own test", ending == "PASSED"))
    survivors = [guard for guard, tries in sorted(verdicts.items()) if not any(caught for _, caught in tries)]
    print(f"\n{engine}: {len(verdicts)} guards removed, {len(verdicts) - len(survivors)} noticed by a test\n")
    for guard, tries in sorted(verdicts.items()):
        caught = ", ".join(tried for tried, ok in tries if ok)
        print(f"  {guard:<42} {'caught by ' + caught if caught else 'NOT CAUGHT'}")
    if status or survivors or not verdicts:
        print(f"\n{engine}: the run ended with status {status}; not caught: {', '.join(survivors) or 'none'}")
        print("\n".join(output.splitlines()[-15:]))
        return 1
    return 0


def _run(engine: str) -> tuple[str, int]:
    """The removals, and the tests that say that no guard was forgotten."""
    chosen = " or ".join(("test_without", *COMPLETE))
    command = [sys.executable, "-m", "pytest", "-q", "-rA", "--no-header", "--engine", engine, "-k", chosen, *TESTS]
    environment = {name: value for name, value in os.environ.items() if name != "TEST_DATABASE_NAME"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    return done.stdout + done.stderr, done.returncode


if __name__ == "__main__":
    sys.exit(main())
