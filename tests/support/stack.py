"""The whole portal as real processes on free ports: sandbox, web, worker, beat, and a broker. For journeys.

Nothing here is eager and nothing is called directly: what a test sees, the processes did.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from django.db import transaction

from tests.support.bank import Bank

_FAST = {
    "ENVIRONMENT": "test",
    "OUTBOX_SWEEP_SECONDS": "1",
    "OUTBOX_LEASE_SECONDS": "2",
    "PAYMENT_SWEEP_SECONDS": "1",
    "PAYMENT_SILENCE_SECONDS": "1",
    "PAYMENT_LADDER_SECONDS": "2,4",
    "PAYMENT_CATCH_UP_SECONDS": "10",
    "COLLECT_SECONDS": "1",
    "COLLECT_HOUR": "0",
    "CARD_NOTICE_DAYS": "0",
    "PROVIDER_TIMEOUT_SECONDS": "1",
    "TOP_UPS_PER_HOUR": "1000",
    "TOP_UPS_PER_HOUR_FROM_ADDRESS": "1000",
    "ALLOWED_HOSTS": "127.0.0.1,localhost",
}
_QUEUES = "default,mail,celery,documents,exports"
_CELERY = (sys.executable, "-m", "celery", "-A", "billing_portal")
_START_SECONDS = 60.0
_PATIENCE_SECONDS = 30.0
_GLANCE_SECONDS = 0.05


class NotInTime(AssertionError):
    """What a journey waited for did not happen."""


@dataclass(slots=True)
class Stack:
    """Running processes. `site` is where the portal answers."""

    folder: Path
    environment: dict[str, str]
    port: int
    bank: Bank = field(init=False)
    _commands: dict[str, list[str]] = field(default_factory=dict)
    _running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    _stopped: set[str] = field(default_factory=set)

    @property
    def site(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    # --- Processes ----------------------------------------------------------------------------------------------------
    def start(self, name: str, command: list[str]) -> None:
        """Start a process; it is started again whenever it is found dead while a test waits."""
        self._commands[name] = command
        with (self.folder / f"{name}.log").open("ab") as log:
            self._running[name] = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=self.environment, start_new_session=True
            )

    def kill(self, name: str) -> None:
        """`kill -9` of a process and its children; it stays dead until `revive`."""
        process = self._running[name]
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        self._stopped.add(name)

    def cpu_seconds(self) -> dict[str, float]:
        """What each process and its children have used of the processors so far (Linux)."""
        used = dict.fromkeys(self._running, 0.0)
        groups = {process.pid: name for name, process in self._running.items()}
        for stat in Path("/proc").glob("[0-9]*/stat"):
            with suppress(OSError):  # it ended meanwhile
                columns = stat.read_text().rpartition(")")[2].split()
                if name := groups.get(int(columns[2])):
                    used[name] += (int(columns[11]) + int(columns[12])) / os.sysconf("SC_CLK_TCK")
        return used

    def revive(self, name: str) -> None:
        """Start a killed process again."""
        self._stopped.discard(name)
        self.start(name, self._commands[name])

    @contextmanager
    def frozen(self, name: str) -> Iterator[None]:
        """Within, the process does nothing: the others have to do without it.

        It is not stopped while it writes: on SQLite it would keep the one lock that everybody needs.
        """
        with transaction.atomic():
            os.killpg(self._running[name].pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.killpg(self._running[name].pid, signal.SIGCONT)

    def raise_the_dead(self) -> None:
        """What a process manager does."""
        for name, process in list(self._running.items()):
            if name not in self._stopped and process.poll() is not None:
                self.start(name, self._commands[name])

    def stop(self) -> None:
        for process in self._running.values():
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGCONT)
                os.killpg(process.pid, signal.SIGKILL)  # nothing to save: every test has looked at the database
            process.wait()

    # --- Rehearsed crashes --------------------------------------------------------------------------------------------
    def arm(self, place: str) -> None:
        """The next process that comes by this place dies there."""
        (self._failpoints / place).touch()

    def was_hit(self, place: str) -> bool:
        return not (self._failpoints / place).exists()

    def disarm(self) -> None:
        for place in self._failpoints.iterdir():
            place.unlink(missing_ok=True)

    @property
    def _failpoints(self) -> Path:
        return Path(self.environment["FAILPOINT_FOLDER"])

    # --- The broker ---------------------------------------------------------------------------------------------------
    def wipe_broker(self) -> None:
        """Every message that waits is gone, as after FLUSHALL or an emptied folder."""
        if url := self.environment.get("REDIS_URL"):
            subprocess.run(["redis-cli", "-u", url, "flushall"], check=True, capture_output=True)
            return
        for message in (self.folder / "queue" / "messages").glob("*"):
            message.unlink(missing_ok=True)

    # --- Waiting ------------------------------------------------------------------------------------------------------
    def wait(self, happened: Callable[[], bool], what: str, *, within: float = _PATIENCE_SECONDS) -> None:
        """Wait for something that the processes bring about. Raises NotInTime, with what they wrote last."""
        deadline = time.monotonic() + within
        while not happened():
            self.raise_the_dead()
            if time.monotonic() > deadline:
                raise NotInTime(f"{what}: not within {within:.0f} s\n{self.said()}")
            time.sleep(_GLANCE_SECONDS)

    def said(self) -> str:
        """The last lines of each log."""
        logs = sorted(self.folder.glob("*.log"))
        return "\n".join(
            f"--- {log.name}\n" + "\n".join(log.read_text(errors="replace").splitlines()[-15:]) for log in logs
        )


@contextmanager
def open_stack(
    folder: Path, database_url: str, *, queues: str = _QUEUES, workers: int = 1, **settings: str
) -> Iterator[Stack]:
    """Start everything on free ports, and kill everything at the end. `settings` are variables of the environment."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "failpoints").mkdir()
    (folder / "queue" / "messages").mkdir(parents=True)
    port = free_port()
    environment = {
        **os.environ,
        **_FAST,
        "RUN_DIR": str(folder),
        "ARCHIVE_DIR": str(folder / "archive"),
        "DATABASE_URL": database_url,
        "SITE_URL": f"http://127.0.0.1:{port}",
        "FAILPOINT_FOLDER": str(folder / "failpoints"),
        "PYTHONUNBUFFERED": "1",
        **settings,
    }
    stack = Stack(folder, environment, port)
    try:
        _start_broker(stack, database_url)
        _start_sandbox(stack)
        for name, command in _servers(stack).items():
            stack.start(name, command)
        for name in ["worker", *(f"worker{number}" for number in range(2, workers + 1))]:
            stack.start(name, _worker(name, queues))
        stack.wait(lambda: _answers(port), "the web server answers", within=_START_SECONDS)
        yield stack
    finally:
        stack.stop()


def _start_broker(stack: Stack, database_url: str) -> None:
    """Redis beside PostgreSQL where there is one, as in production; else the folder."""
    stack.environment.pop("REDIS_URL", None)
    if not database_url.startswith("postgres") or shutil.which("redis-server") is None:
        return
    port = free_port()
    stack.start(
        "redis", ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
    )
    stack.environment["REDIS_URL"] = f"redis://127.0.0.1:{port}/0"
    stack.wait(lambda: _answers(port), "Redis answers")


def _start_sandbox(stack: Stack) -> None:
    state = str(stack.folder / "sandbox.sqlite")
    ports = ["--port", str(free_port()), "--smtp-port", str(free_port())]
    stack.start("sandbox", [sys.executable, "-m", "sandbox", *ports, "--product", stack.site, "--state", state])
    log = stack.folder / "sandbox.log"
    stack.wait(lambda: log.exists() and "\n" in log.read_text(), "the sandbox says its settings", within=_START_SECONDS)
    said: dict[str, str] = json.loads(log.read_text().splitlines()[0])
    stack.environment.update(said)
    stack.bank = Bank(said["SANDBOX_URL"], said)


def _worker(name: str, queues: str) -> list[str]:
    return [
        *(*_CELERY, "worker", "-P", "threads", "-c", "4", "-Q", queues, "-n", f"{name}@%h"),
        *("--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel", "WARNING"),
    ]


def _servers(stack: Stack) -> dict[str, list[str]]:
    return {
        "web": [
            *(sys.executable, "-m", "gunicorn", "billing_portal.wsgi:application", "--bind", f"127.0.0.1:{stack.port}"),
            *("--worker-class", "gthread", "--workers", "2", "--threads", "4", "--preload", "--no-control-socket"),
        ],
        "beat": [*_CELERY, "beat", "-s", str(stack.folder / "beat"), "--pidfile=", "--loglevel", "WARNING"],
    }


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(0.2)
        return probe.connect_ex(("127.0.0.1", port)) == 0
