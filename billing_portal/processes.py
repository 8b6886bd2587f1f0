"""Several processes on one machine: start them, prefix what they say, watch them, and stop them all."""

from __future__ import annotations

import http.client
import os
import queue
import signal
import socket
import subprocess
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import IO, TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from types import FrameType

_GLANCE_SECONDS = 0.2
_STOP_SECONDS = 20.0
_ANSWER_SECONDS = 5.0
_NAME_WIDTH = 10


class StopAsked(Exception):
    """Somebody pressed Ctrl-C, or sent SIGTERM."""


class ProcessDied(Exception):
    """A process that must live has ended, or one that must succeed has failed."""


class NoAnswer(Exception):
    """What was waited for did not come in time."""


@contextmanager
def stop_signals() -> Iterator[None]:
    """Within, Ctrl-C and SIGTERM raise StopAsked where the program is."""

    def ask(_signal: int, _frame: FrameType | None) -> NoReturn:
        raise StopAsked

    before = {each: signal.signal(each, ask) for each in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


def port_is_free(port: int) -> bool:
    """Whether we could listen there now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def page_answers(port: int, path: str) -> bool:
    """Whether a page of this machine can be opened."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_ANSWER_SECONDS)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


@dataclass(slots=True)
class Supervisor:
    """The parent of some processes. Each has a session of its own: a terminal's Ctrl-C reaches the parent only."""

    write: Callable[[str], object]
    environment: dict[str, str]
    _processes: dict[str, subprocess.Popen[str]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def start(self, name: str, command: Sequence[str]) -> None:
        """Start a process that is to live until `stop`."""
        self._open(name, command, self._prefixed(name))

    def start_and_hear(self, name: str, command: Sequence[str]) -> Callable[[float], str]:
        """Start a process, and return how to wait for its first line of output, so many seconds; it is not shown.

        The waiting raises ProcessDied or NoAnswer.
        """
        first: queue.Queue[str] = queue.Queue()
        self._open(name, command, _one_then_all(first.put, self._prefixed(name)))
        return lambda within: self._hear(name, first, within=within)

    def _hear(self, name: str, first: queue.Queue[str], *, within: float) -> str:
        deadline = time.monotonic() + within
        while time.monotonic() < deadline:
            try:
                return first.get(timeout=_GLANCE_SECONDS)
            except queue.Empty:
                self.refuse_the_dead()
        raise NoAnswer(f"{name} said nothing for {within:.0f} seconds.")

    def finish(self, name: str, command: Sequence[str]) -> None:
        """Run a process to its end while the others live. Raises ProcessDied when it, or one of them, fails."""
        process = self._open(name, command, self._prefixed(name))
        while process.poll() is None:
            self.refuse_the_dead(but=name)
            time.sleep(_GLANCE_SECONDS)
        del self._processes[name]
        if process.returncode:
            raise ProcessDied(f"{name} ended with status {process.returncode}.")

    def wait_until(self, ready: Callable[[], bool], *, what: str, within: float) -> None:
        """Wait for something the processes bring about. Raises ProcessDied or NoAnswer."""
        deadline = time.monotonic() + within
        while not ready():
            self.refuse_the_dead()
            if time.monotonic() > deadline:
                raise NoAnswer(f"{what} did not come within {within:.0f} seconds.")
            time.sleep(_GLANCE_SECONDS)

    def watch(self) -> NoReturn:
        """Wait until somebody asks to stop (StopAsked) or a process ends (ProcessDied)."""
        while True:
            self.refuse_the_dead()
            time.sleep(_GLANCE_SECONDS)

    def refuse_the_dead(self, *, but: str = "") -> None:
        """Raise ProcessDied, naming it, when one of the processes has ended."""
        for name, process in self._processes.items():
            if name != but and process.poll() is not None:
                raise ProcessDied(f"{name} ended with status {process.returncode}.")

    def stop(self) -> None:
        """Ask every process to end, then insist: after 20 seconds, or at a second Ctrl-C."""
        try:
            for process in self._processes.values():
                if process.poll() is None:
                    process.terminate()  # the leader only: it ends its own children in good order
            self._wait(_STOP_SECONDS)
        except StopAsked:
            pass
        finally:
            self._kill()

    def _open(self, name: str, command: Sequence[str], hear: Callable[[str], object]) -> subprocess.Popen[str]:
        process = subprocess.Popen(  # noqa: S603 - our own programs, no shell
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            start_new_session=True,
            env={**self.environment, "PYTHONUNBUFFERED": "1"},
        )
        self._processes[name] = process
        for stream, hears in ((process.stdout, hear), (process.stderr, self._prefixed(name))):
            threading.Thread(target=_pump, args=(stream, hears), daemon=True).start()
        return process

    def _prefixed(self, name: str) -> Callable[[str], object]:
        def show(line: str) -> None:
            with self._lock:
                self.write(f"{name:<{_NAME_WIDTH}}| {line.rstrip()}\n")

        return show

    def _wait(self, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and any(each.poll() is None for each in self._processes.values()):
            time.sleep(_GLANCE_SECONDS)

    def _kill(self) -> None:
        for process in self._processes.values():
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def _one_then_all(one: Callable[[str], object], others: Callable[[str], object]) -> Callable[[str], object]:
    turns = iter([one])

    def hear(line: str) -> None:
        next(turns, others)(line)

    return hear


def _pump(stream: IO[str], hear: Callable[[str], object]) -> None:
    with stream:
        for line in stream:
            hear(line)
