"""Running the sandbox as a process: `manage.py sandbox`, or `python -m sandbox` without loading the product's apps."""

from __future__ import annotations

import json
import signal
import sys
import threading
from argparse import ArgumentParser
from pathlib import Path

from sandbox.server import Options, Sandbox


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--port", type=int, default=8100, help="Port of pages and API (0: any free one).")
    parser.add_argument("--smtp-port", type=int, help="Port of the mail server (default: the next one).")
    parser.add_argument("--product", default="http://localhost:8000", help="Where the webhooks go.")
    parser.add_argument("--state", type=Path, help="File of its memory (default: sandbox.sqlite in RUN_DIR).")


def run(*, port: int, smtp_port: int | None, product: str, state: Path) -> None:
    """Print the settings that lead to the sandbox, and run it until SIGTERM or SIGINT. OSError: a port is taken."""
    stopping = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stopping.set())
    if smtp_port is None:
        smtp_port = port + 1 if port else 0
    sandbox = Sandbox(Options(state, product, port, smtp_port))
    sandbox.start()
    sys.stdout.write(json.dumps(sandbox.settings()) + "\n")
    sys.stdout.flush()
    stopping.wait()
    sandbox.stop()
