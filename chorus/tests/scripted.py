"""A server on loopback that answers as it is told: what no imitation of Chorus Pro would ever say is said here."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

OK: Final = {"codeRetour": 0, "libelle": "TRA_MSG_00.000"}
Speaker = Callable[[BaseHTTPRequestHandler], None]


@dataclass(frozen=True, slots=True)
class Line:
    """One answer. `speak` writes it instead, for those that are not even HTTP."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    speak: Speaker | None = None


@dataclass(slots=True)
class Heard:
    """One request."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def said(self) -> Any:
        return json.loads(self.body)


@dataclass(slots=True)
class Script:
    """What will be answered, path by path, and what was asked. The last line of a path repeats."""

    url: str
    lines: dict[str, list[Line]] = field(default_factory=dict)
    heard: list[Heard] = field(default_factory=list)

    def answer(self, path: str, *lines: Line) -> None:
        self.lines[path] = list(lines)

    def asked(self, path: str) -> list[Heard]:
        return [each for each in self.heard if each.path == path]

    def next_line(self, path: str) -> Line:
        lines = self.lines.get(path, [Line(404)])
        return lines.pop(0) if len(lines) > 1 else lines[0]


def said(body: object, status: int = 200, **headers: str) -> Line:
    """An answer in JSON; `headers` with _ for -."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Line(status, json.dumps(body).encode(), named)


def token(text: str = "token-one", life: int = 3600) -> Line:
    return said({"access_token": text, "token_type": "Bearer", "expires_in": life, "scope": "openid"})


@contextmanager
def scripted() -> Iterator[Script]:
    """A server that listens until the end of the block."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    server.script = Script(f"http://127.0.0.1:{server.server_port}")  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield server.script  # type: ignore[attr-defined]
    finally:
        server.shutdown()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        script: Script = self.server.script  # type: ignore[attr-defined]
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        script.heard.append(Heard(self.path, {k.lower(): v for k, v in self.headers.items()}, body))
        line = script.next_line(self.path)
        if line.speak is not None:
            line.speak(self)
            return
        self.send_response(line.status)
        for name, value in line.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(line.body)))
        self.end_headers()
        self.wfile.write(line.body)

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002  named by the standard library
        """Nothing is printed."""
