"""`python -m tests.simulation [--seeds 200] [--first 1] [--steps 150] [--engine …]`: many lives, one after the other.

A life that ends badly prints its seed and its steps; `--first SEED --seeds 1` lives it again.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys


def main() -> int:
    asked = argparse.ArgumentParser(prog="python -m tests.simulation")
    asked.add_argument("--seeds", type=int, default=200, help="How many lives.")
    asked.add_argument("--first", type=int, default=1, help="The first seed.")
    asked.add_argument("--steps", type=int, default=150, help="Steps of each life.")
    asked.add_argument("--engine", choices=("sqlite", "postgresql"), default="sqlite")
    options = asked.parse_args()
    seeds = ",".join(str(seed) for seed in range(options.first, options.first + options.seeds))
    return subprocess.call(
        [sys.executable, "-m", "pytest", "-q", "--engine", options.engine, "tests/simulation"],
        env={**os.environ, "SIMULATION_SEEDS": seeds, "SIMULATION_STEPS": str(options.steps)},
    )


if __name__ == "__main__":
    sys.exit(main())
