"""An HTTP proxy that fails on purpose, for tests: between the product and the sandbox, or before the product itself.

    with FaultProxy("http://127.0.0.1:8100") as proxy:
        proxy.plan("accept_then_drop", "pass")  # what happens to the next two calls; the following ones pass

Modes: `pass`; `refuse` (closed at once); `timeout_before[:seconds]` (silence, never sent on);
`accept_then_drop[:seconds]` (sent on, then silence, then closed: the answer is lost); `status:NNN[:retry_after]`
(answered here); `slow:seconds`; `dup` (sent on twice, the second answer is returned); `truncate` (half of the answer).
"""

from __future__ import annotations

import http.client
import threading
import time
from collections import deque
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self
from urllib.parse import urlsplit

SILENCE_SECONDS = 30.0
_MODES = {"pass", "refuse", "timeout_before", "accept_then_drop", "status", "slow", "dup", "truncate"}
_OURS_TO_SAY = {"transfer-encoding", "content-length", "connection", "keep-alive", "date", "server"}


@dataclass(frozen=True, slots=True)
class Fault:
    """One mode with its arguments."""

    mode: str = "pass"
    arguments: tuple[str, ...] = ()

    @classmethod
    def read(cls, text: str) -> Fault:
        mode, *arguments = text.split(":")
        if mode not in _MODES:
            raise ValueError(f"{text!r} is no mode of the fault proxy: {', '.join(sorted(_MODES))}")
        return cls(mode, tuple(arguments))

    def seconds(self, default: float) -> float:
        return float(self.arguments[0]) if self.arguments else default


@dataclass(frozen=True, slots=True)
class Seen:
    """A call that came by."""

    method: str
    path: str
    mode: str


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    headers: list[tuple[str, str]]
    body: bytes


class FaultProxy(ThreadingHTTPServer):
    """Stands before `upstream`; `log` tells what came by, in order."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, upstream: str) -> None:
        parts = urlsplit(upstream)
        self.upstream = (parts.hostname or "127.0.0.1", parts.port or 80)
        self.log: list[Seen] = []
        self._planned: deque[tuple[Fault, str]] = deque()
        self._lock = threading.Lock()
        super().__init__(("127.0.0.1", 0), _Handler)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def plan(self, *modes: str, path: str = "") -> None:
        """What happens to the next calls, one mode each; with `path`, to the next calls whose address contains it."""
        with self._lock:
            self._planned.extend((Fault.read(mode), path) for mode in modes)

    def next_fault(self, method: str, path: str) -> Fault:
        with self._lock:
            found = next((planned for planned in self._planned if planned[1] in path), None)
            if found:
                self._planned.remove(found)
            fault = found[0] if found else Fault()
            self.log.append(Seen(method, path, fault.mode))
            return fault

    def __enter__(self) -> Self:
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.shutdown()
        self.server_close()


class _Handler(BaseHTTPRequestHandler):
    """One call: read, fail as planned, or send on."""

    server: FaultProxy
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = 60

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002  named by the standard library
        """Say nothing: `log` of the proxy is the record."""

    def _go(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        fault = self.server.next_fault(self.command, self.path)
        if fault.mode in {"refuse", "timeout_before"}:
            time.sleep(fault.seconds(SILENCE_SECONDS) if fault.mode == "timeout_before" else 0)
            self.close_connection = True
        elif fault.mode == "status":
            retry_after = [("Retry-After", fault.arguments[1])] if len(fault.arguments) > 1 else []
            self._send(_Answer(int(fault.arguments[0]), retry_after, b""))
        else:
            self._send_on(fault, body)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = _go  # noqa: N815  named by the standard library

    def _send_on(self, fault: Fault, body: bytes) -> None:
        if fault.mode == "slow":
            time.sleep(fault.seconds(1.0))
        answer = self._ask(body)
        if fault.mode == "dup":
            answer = self._ask(body)
        if fault.mode == "accept_then_drop":
            time.sleep(fault.seconds(0.0))
            self.close_connection = True
            return
        self._send(answer, cut=fault.mode == "truncate")

    def _ask(self, body: bytes) -> _Answer:
        connection = http.client.HTTPConnection(*self.server.upstream, timeout=SILENCE_SECONDS)
        headers = {name: value for name, value in self.headers.items() if name.lower() not in {"host", "connection"}}
        try:
            connection.request(self.command, self.path, body, headers)
            answer = connection.getresponse()
            return _Answer(answer.status, answer.getheaders(), answer.read())
        finally:
            connection.close()

    def _send(self, answer: _Answer, *, cut: bool = False) -> None:
        self.send_response(answer.status)
        for name, value in answer.headers:
            if name.lower() not in _OURS_TO_SAY:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.body)))
        if cut:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body[: len(answer.body) // 2] if cut else answer.body)
