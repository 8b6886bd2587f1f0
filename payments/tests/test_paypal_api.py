"""The hardened client, against a server that answers what it is told and writes down what it was asked."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from payments.gateways.paypal.api import PayPalApi, PayPalError, PayPalSilent

TOKEN = "/v1/oauth2/token"
Answer = tuple[int, dict[str, str], bytes]


class Provider(ThreadingHTTPServer):
    """Gives tokens; answers other calls from `answers`, then `{"ok": true}`."""

    daemon_threads = True

    def __init__(self) -> None:
        self.answers: list[Answer | None] = []
        self.asked: list[tuple[str, str, dict[str, str], bytes]] = []
        self.life = 3600
        self.tokens = 0
        super().__init__(("127.0.0.1", 0), _Handler)

    def calls(self) -> list[str]:
        return [f"{method} {path}" for method, path, _headers, _body in self.asked if path != TOKEN]


class _Handler(BaseHTTPRequestHandler):
    server: Provider
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *arguments: object) -> None: ...  # noqa: A002

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.server.asked.append((self.command, self.path, headers, body))
        if self.path == TOKEN:
            self.server.tokens += 1
            given = {"access_token": f"secret-{self.server.tokens}", "expires_in": self.server.life}
            self._send((200, {}, json.dumps(given).encode()))
            return
        self._send(self.server.answers.pop(0) if self.server.answers else (200, {}, b'{"ok": true}'))

    do_GET = do_POST = do_DELETE = _answer  # noqa: N815  named by the standard library

    def _send(self, answer: Answer | None) -> None:
        if answer is None:
            self.close_connection = True
            return
        status, headers, body = answer
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture
def provider() -> Iterator[Provider]:
    server = Provider()
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def pauses() -> list[float]:
    return []


@pytest.fixture
def api(provider: Provider, pauses: list[float]) -> PayPalApi:
    url = f"http://127.0.0.1:{provider.server_port}"
    return PayPalApi(url, "client", "password", timeout=(1, 0.5), sleep=pauses.append)


def error(status: int, name: str, *issues: str, **headers: str) -> Answer:
    body = {"name": name, "debug_id": "d1", "details": [{"issue": issue} for issue in issues]}
    return status, {name.replace("_", "-"): value for name, value in headers.items()}, json.dumps(body).encode()


@pytest.mark.parametrize("status", [400, 403, 404, 409, 422])
def test_an_error_is_raised_with_paypals_words(api: PayPalApi, provider: Provider, status: int) -> None:
    provider.answers = [error(status, "NAME", "FIRST", "SECOND")]

    with pytest.raises(PayPalError) as raised:
        api.post("v2/x", {}, {"PayPal-Request-Id": "k"})

    found = raised.value
    assert (found.status, found.name, found.issues, found.debug_id) == (status, "NAME", ("FIRST", "SECOND"), "d1")
    assert found.word == "FIRST"
    assert len(provider.calls()) == 1


def test_a_refused_token_is_replaced_once_and_no_more(api: PayPalApi, provider: Provider) -> None:
    provider.answers = [(401, {}, b'{"error": "invalid_token"}')]
    assert api.get("v2/x") == {"ok": True}
    assert provider.tokens == 2

    provider.answers = [(401, {}, b'{"error": "invalid_token"}')] * 2
    with pytest.raises(PayPalError) as raised:
        api.get("v2/x")
    assert (raised.value.status, raised.value.name) == (401, "invalid_token")
    assert provider.tokens == 3


def test_a_token_is_asked_for_once_by_many_threads_and_renewed_early(api: PayPalApi, provider: Provider) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: api.get("v2/x"), range(8)))
    assert provider.tokens == 1

    short = PayPalApi(api.endpoint, "client", "password")
    provider.life = 60  # it has a minute left: too little
    short.get("v2/x")
    short.get("v2/x")
    assert provider.tokens == 3


def test_a_get_and_a_delete_have_no_body_and_ask_for_the_whole(api: PayPalApi, provider: Provider) -> None:
    api.get("v2/x")
    api.delete("v3/x")

    for _method, path, headers, body in provider.asked:
        if path != TOKEN:
            assert body == b""
            assert headers["prefer"] == "return=representation"
            assert headers["authorization"] == "Bearer secret-1"


def test_the_callers_headers_stay_out_of_the_token_call(api: PayPalApi, provider: Provider) -> None:
    api.post("v2/x", {"a": 1}, {"PayPal-Request-Id": "k"})

    token_call, call = provider.asked
    assert "paypal-request-id" not in token_call[2]
    assert token_call[2]["authorization"].startswith("Basic ")
    assert call[2]["paypal-request-id"] == "k"
    assert call[3] == b'{"a": 1}'


@pytest.mark.parametrize("bad", [None, error(500, "INTERNAL"), error(503, "DOWN"), error(429, "LIMIT")])
def test_what_may_pass_is_tried_once_more_with_the_same_id(
    api: PayPalApi, provider: Provider, pauses: list[float], bad: Answer | None
) -> None:
    api.get_access_token()
    provider.answers = [bad]

    assert api.post("v2/x", {}, {"PayPal-Request-Id": "k"}) == {"ok": True}

    assert [headers["paypal-request-id"] for _m, path, headers, _b in provider.asked if path != TOKEN] == ["k", "k"]
    assert len(pauses) == 1


def test_a_post_without_an_id_is_never_repeated(api: PayPalApi, provider: Provider) -> None:
    provider.answers = [None]

    with pytest.raises(PayPalSilent):
        api.post("v2/x", {})

    assert provider.calls() == ["POST /v2/x"]


@pytest.mark.parametrize(("wanted", "pause"), [("2", [2]), ("5", [5]), ("6", []), ("soon", [0.2])])
def test_retry_after_is_obeyed_within_reason(
    api: PayPalApi, provider: Provider, pauses: list[float], wanted: str, pause: list[float]
) -> None:
    provider.answers = [error(429, "LIMIT", Retry_After=wanted)] * (1 if pause else 2)

    if pause:
        assert api.get("v2/x") == {"ok": True}
    else:
        with pytest.raises(PayPalError):
            api.get("v2/x")

    assert pauses == pause


@pytest.mark.parametrize("body", [b"<html>", b"[]", b"7", b"\xff"])
def test_words_that_are_no_json_object_are_no_answer(api: PayPalApi, provider: Provider, body: bytes) -> None:
    provider.answers = [(200, {}, body)]

    with pytest.raises(PayPalSilent):
        api.get("v2/x")


@pytest.mark.parametrize("body", [b"", b"<html>", b'{"details": "words"}', b'{"details": [1, {}]}', b"[]"])
def test_an_unreadable_error_is_an_error_all_the_same(api: PayPalApi, provider: Provider, body: bytes) -> None:
    provider.answers = [(422, {"PayPal-Debug-Id": "d9"}, body)]

    with pytest.raises(PayPalError) as raised:
        api.get("v2/x")

    assert (raised.value.status, raised.value.word, raised.value.debug_id) == (422, "UNREADABLE", "d9")


def test_a_redirection_is_not_followed(api: PayPalApi, provider: Provider) -> None:
    provider.answers = [(302, {"Location": "/v2/elsewhere"}, b"")]

    with pytest.raises(PayPalError):
        api.get("v2/x")

    assert provider.calls() == ["GET /v2/x"]


def test_a_half_answer_is_no_answer(api: PayPalApi, provider: Provider) -> None:
    provider.answers = [(200, {"Content-Length": "4000", "Connection": "close"}, b'{"id":')] * 2

    with pytest.raises(PayPalSilent):
        api.get("v2/x")


@pytest.mark.parametrize("token", [{}, {"access_token": "", "expires_in": 5}, {"access_token": "x"}])
def test_a_token_that_cannot_be_read_is_no_answer(api: PayPalApi, token: dict[str, Any]) -> None:
    api.http_call = lambda *_given, **_named: token  # type: ignore[method-assign]

    with pytest.raises(PayPalSilent):
        api.get("v2/x")


def test_nothing_secret_is_logged(api: PayPalApi, provider: Provider, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    provider.answers = [None, error(422, "NAME")]

    with pytest.raises(PayPalError):
        api.post("v2/x?email=a@b.fr", {"email": "a@b.fr"}, {"PayPal-Request-Id": "k"})

    ours = "\n".join(record.getMessage() for record in caplog.records if record.name.startswith(("payments", "paypal")))
    assert "POST /v2/x: 422" in ours
    for secret in ("secret-1", "password", "Basic", "Bearer", "a@b.fr"):
        assert secret not in ours
