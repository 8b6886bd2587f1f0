"""The parent of the local processes, with small real children."""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading
import time
from typing import TYPE_CHECKING

import pytest

from billing_portal.processes import NoAnswer, ProcessDied, StopAsked, Supervisor, port_is_free, stop_signals

if TYPE_CHECKING:
    from collections.abc import Iterator

FOREVER = "import time\nwhile True: time.sleep(60)"
DEAF = "import signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\nprint('deaf')\nwhile True: time.sleep(60)"


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def processes(said: list[str]) -> Iterator[Supervisor]:
    supervisor = Supervisor(write=said.append, environment=dict(os.environ))
    yield supervisor
    supervisor.stop()


def python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_the_first_line_is_heard_and_the_others_are_shown(processes: Supervisor, said: list[str]) -> None:
    heard = processes.start_and_hear("one", python(f"print('first'); print('second')\n{FOREVER}"))(20)
    processes.wait_until(lambda: bool(said), what="The second line", within=20)

    assert heard == "first\n"
    assert said == ["one       | second\n"]


def test_a_silent_process_is_given_up(processes: Supervisor) -> None:
    with pytest.raises(NoAnswer, match="mute said nothing"):
        processes.start_and_hear("mute", python(FOREVER))(0.5)


def test_a_process_that_ends_is_named_with_its_status(processes: Supervisor) -> None:
    processes.start("steady", python(FOREVER))
    processes.start("brief", python("raise SystemExit(3)"))

    with pytest.raises(ProcessDied, match="brief ended with status 3"):
        processes.watch()


def test_a_step_that_fails_is_named_and_one_that_succeeds_is_forgotten(processes: Supervisor) -> None:
    processes.finish("good", python("pass"))
    processes.refuse_the_dead()

    with pytest.raises(ProcessDied, match="bad ended with status 1"):
        processes.finish("bad", python("raise SystemExit(1)"))


def test_stopping_ends_every_process(processes: Supervisor) -> None:
    pid = int(processes.start_and_hear("one", python(f"import os; print(os.getpid())\n{FOREVER}"))(20))

    processes.stop()

    assert not is_alive(pid)


def test_a_second_request_kills_what_does_not_listen(processes: Supervisor) -> None:
    processes.start_and_hear("deaf", python(DEAF))(20)
    threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT)).start()
    began = time.monotonic()

    with stop_signals():
        processes.stop()

    assert time.monotonic() - began < 10


def test_a_signal_asks_to_stop() -> None:
    with stop_signals(), pytest.raises(StopAsked):
        signal.raise_signal(signal.SIGTERM)


def test_a_port_in_use_is_seen() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert not port_is_free(port)
    assert port_is_free(port)
