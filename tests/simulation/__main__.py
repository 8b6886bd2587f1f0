"""`python -m tests.simulation [--seeds 200] [--first 1] [--steps 150] [--engine …]`: many lives, one after the other.

A life that ends badly prints its seed and its steps; `--first SEED --seeds 1` lives it again. With `--year CUSTOMERS`
it is a year of automatic collection instead (`--first` is its seed, `--months` how many), which prints its figures.
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
    asked.add_argument("--year", type=int, default=0, metavar="CUSTOMERS", help="Live a year of so many customers.")
    asked.add_argument("--months", type=int, default=12, help="Months of invoices of that year.")
    asked.add_argument("--no-papers", action="store_true", help="Leave the jobs of PDFs undone in that year.")
    options = asked.parse_args()
    if options.year:
        how = {"YEAR_CUSTOMERS": options.year, "YEAR_MONTHS": options.months, "YEAR_SEED": options.first}
        how["YEAR_PAPERS"] = int(not options.no_papers)
        return _pytest("test_year.py", options.engine, {name: str(value) for name, value in how.items()})
    seeds = ",".join(str(seed) for seed in range(options.first, options.first + options.seeds))
    return _pytest("test_life.py", options.engine, {"SIMULATION_SEEDS": seeds, "SIMULATION_STEPS": str(options.steps)})


def _pytest(file: str, engine: str, told: dict[str, str]) -> int:
    command = [sys.executable, "-m", "pytest", "-q", "--engine", engine, f"tests/simulation/{file}"]
    return subprocess.call(command, env={**os.environ, **told})


if __name__ == "__main__":
    sys.exit(main())
