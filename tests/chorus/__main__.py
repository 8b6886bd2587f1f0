"""`python -m tests.chorus [--seeds 20] [--first 1] [--documents 12] [--steps 60] [--engine …]`: many bad weeks.

One that ends badly prints its seed and its steps; `--first SEED --seeds 1` lives it again.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys


def main() -> int:
    asked = argparse.ArgumentParser(prog="python -m tests.chorus")
    asked.add_argument("--seeds", type=int, default=20, help="How many weeks.")
    asked.add_argument("--first", type=int, default=1, help="The first seed.")
    asked.add_argument("--documents", type=int, default=12, help="Documents of each week.")
    asked.add_argument("--steps", type=int, default=60, help="Steps of each week.")
    asked.add_argument("--engine", choices=("sqlite", "postgresql"), default="sqlite")
    options = asked.parse_args()
    told = {
        "CHORUS_SEEDS": ",".join(str(seed) for seed in range(options.first, options.first + options.seeds)),
        "CHORUS_DOCUMENTS": str(options.documents),
        "CHORUS_STEPS": str(options.steps),
    }
    command = [sys.executable, "-m", "pytest", "-q", "--engine", options.engine, "tests/chorus/test_week.py"]
    return subprocess.call(command, env={**os.environ, **told})


if __name__ == "__main__":
    sys.exit(main())
