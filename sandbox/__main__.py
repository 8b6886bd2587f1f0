"""`python -m sandbox`: the same as `manage.py sandbox`, without loading the product's apps."""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser
from pathlib import Path

from sandbox.running import add_arguments, run


def main() -> int:
    parser = ArgumentParser(prog="python -m sandbox")
    add_arguments(parser)
    given = parser.parse_args()
    folder = Path(os.environ.get("RUN_DIR", ".run"))
    try:
        run(
            port=given.port,
            smtp_port=given.smtp_port,
            product=given.product,
            state=given.state or folder / "sandbox.sqlite",
        )
    except OSError as error:
        sys.stderr.write(f"The sandbox cannot start: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
