from __future__ import annotations

import http.client
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.support.faultproxy import FaultProxy, Seen

ANSWER = b"the whole answer"


class Upstream(ThreadingHTTPServer):
    """A server that counts what reaches it."""

    daemon_threads = True

    def __init__(self) -> None:
        self.bodies: list[bytes] = []
        super().__init__(("127.0.0.1", 0), _Echo)


class _Echo(BaseHTTPRequestHandler):
    server: Upstream

    def log_message(self, format: str, *arguments: object) -> None: ...  # noqa: A002  named by the standard library

    def do_POST(self) -> None:
        self.server.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(201)
        self.send_header("Content-Length", str(len(ANSWER)))
        self.send_header("X-Upstream", "yes")
        self.end_headers()
        self.wfile.write(ANSWER)


@pytest.fixture
def upstream() -> Iterator[Upstream]:
    server = Upstream()
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def proxy(upstream: Upstream) -> Iterator[FaultProxy]:
    with FaultProxy(f"http://127.0.0.1:{upstream.server_port}") as proxy:
        yield proxy


def post(proxy: FaultProxy, path: str = "/v1/charge") -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection("127.0.0.1", proxy.server_port, timeout=2)
    connection.request("POST", path, b"amount=50")
    return connection.getresponse()


def test_a_call_without_a_plan_passes_unchanged(proxy: FaultProxy, upstream: Upstream) -> None:
    answer = post(proxy)

    assert (answer.status, answer.read(), answer.headers["X-Upstream"]) == (201, ANSWER, "yes")
    assert upstream.bodies == [b"amount=50"]
    assert proxy.log == [Seen("POST", "/v1/charge", "pass")]


@pytest.mark.parametrize(("mode", "reached"), [("refuse", 0), ("timeout_before:0.05", 0), ("accept_then_drop", 1)])
def test_a_cut_call_has_no_answer(proxy: FaultProxy, upstream: Upstream, mode: str, reached: int) -> None:
    proxy.plan(mode)

    with pytest.raises((http.client.RemoteDisconnected, ConnectionError)):
        post(proxy)
    assert len(upstream.bodies) == reached


def test_silence_lasts_longer_than_the_caller_waits(proxy: FaultProxy, upstream: Upstream) -> None:
    proxy.plan("accept_then_drop:5")

    with pytest.raises(TimeoutError):
        post(proxy)
    assert len(upstream.bodies) == 1


def test_an_error_status_is_answered_here(proxy: FaultProxy, upstream: Upstream) -> None:
    proxy.plan("status:429:2")

    answer = post(proxy)

    assert (answer.status, answer.headers["Retry-After"], upstream.bodies) == (429, "2", [])


def test_a_slow_call_arrives_in_the_end(proxy: FaultProxy) -> None:
    proxy.plan("slow:0.2")
    began = time.monotonic()

    assert post(proxy).status == 201
    assert time.monotonic() - began >= 0.2


def test_a_doubled_call_reaches_upstream_twice_and_answers_once(proxy: FaultProxy, upstream: Upstream) -> None:
    proxy.plan("dup")

    assert post(proxy).read() == ANSWER
    assert upstream.bodies == [b"amount=50"] * 2


def test_a_truncated_answer_ends_early(proxy: FaultProxy) -> None:
    proxy.plan("truncate")

    with pytest.raises(http.client.IncompleteRead):
        post(proxy).read()


def test_a_plan_for_a_path_waits_for_it(proxy: FaultProxy) -> None:
    proxy.plan("status:503", path="/v1/refunds")

    assert [post(proxy).status, post(proxy, "/v1/refunds").status, post(proxy, "/v1/refunds").status] == [201, 503, 201]


def test_an_unknown_mode_is_refused_when_it_is_planned(proxy: FaultProxy) -> None:
    with pytest.raises(ValueError, match="no mode"):
        proxy.plan("explode")
