"""What each answer of PISTE and of Chorus Pro means for a read, and for a write; and that no secret ever shows."""

from __future__ import annotations

import base64
import logging
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from threading import Thread

import pytest
from django.core.cache import caches
from redis.exceptions import RedisError

from chorus.gateways.base import (
    AuthenticationRefused,
    ChorusError,
    Key,
    NotAllowed,
    OutcomeUnknown,
    Refused,
    Transient,
)
from chorus.gateways.piste import Piste, message_code
from chorus.gateways.tokens import Tokens
from chorus.tests.scripted import OK, Line, Script, said, scripted, token

pytestmark = pytest.mark.once
_TOKEN, _PATH = "/oauth", "/cpro/some/v1/call"
_SECRETS = ("the-client", "the-secret", "the-login", "the-password", "token-one", "token-two")
_ACCOUNT = base64.b64encode(b"the-login:the-password").decode()


@pytest.fixture(scope="module")
def stage() -> Iterator[Script]:
    with scripted() as script:
        yield script


@pytest.fixture
def script(stage: Script) -> Script:
    stage.lines.clear()
    stage.heard.clear()
    caches["shared"].clear()
    stage.answer(_TOKEN, token())
    stage.answer(_PATH, said(OK))
    return stage


@pytest.fixture
def piste(script: Script) -> Piste:
    return _piste(script)


def _piste(script: Script, **more: str) -> Piste:
    tokens = Tokens(more.get("token_url", script.url + _TOKEN), "the-client", "the-secret", seconds=1)
    return Piste(more.get("base", f"{script.url}/cpro/"), tokens, "the-login", "the-password", seconds=1)


def _hang_up(handler: BaseHTTPRequestHandler) -> None:
    handler.close_connection = True


def _be_silent(handler: BaseHTTPRequestHandler) -> None:
    handler.connection.settimeout(3)
    try:
        handler.rfile.read(1)  # until the other side hangs up
    except OSError:
        return


def _drip(handler: BaseHTTPRequestHandler) -> None:
    """A byte now and then, for longer than anybody should wait."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
    try:
        for _ in range(40):
            handler.wfile.write(b" ")
            time.sleep(0.1)
    except OSError:
        return


def _cut(handler: BaseHTTPRequestHandler) -> None:
    handler.wfile.write(b'HTTP/1.1 200 OK\r\nContent-Length: 1000\r\nx-correlationid: cut-1\r\n\r\n{"codeRetour":0')


def _flood(handler: BaseHTTPRequestHandler) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
    try:
        for _ in range(600):
            handler.wfile.write(b" " * 65_536)
    except OSError:
        return


_NOT_READABLE = {
    "nothing": Line(),
    "HTML": Line(200, b"<html>maintenance</html>"),
    "half of an answer": Line(speak=_cut),
    "a list": said([]),
    "no code": said({"libelle": "TRA_MSG_00.000"}),
    "a code that is none": said({"codeRetour": "zero"}),
    "not a number": Line(200, b'{"codeRetour":NaN}'),
    "depth": Line(200, b"[" * 100_000),
    "hung up": Line(speak=_hang_up),
    "500": said({}, 500),
    "503": Line(503, b"<html>"),
    "moved": Line(302, b"", {"Location": "/cpro/elsewhere"}),
}


def test_a_call_carries_the_token_and_the_technical_account(script: Script, piste: Piste) -> None:
    assert piste.read("some/v1/call", {"é": 1})["codeRetour"] == 0

    heard = script.asked(_PATH)[0]
    assert heard.headers["authorization"] == "Bearer token-one"
    assert heard.headers["cpro-account"] == _ACCOUNT
    assert heard.headers["content-type"] == "application/json;charset=utf-8"
    assert heard.said == {"é": 1}
    asked = script.asked(_TOKEN)[0].body
    assert asked == b"grant_type=client_credentials&client_id=the-client&client_secret=the-secret&scope=openid"


@pytest.mark.parametrize("what", _NOT_READABLE)
def test_what_cannot_be_read_is_asked_once_more_for_a_read_and_unknown_for_a_write(
    script: Script, piste: Piste, what: str
) -> None:
    script.answer(_PATH, _NOT_READABLE[what], said(OK))
    assert piste.read("some/v1/call", {})["codeRetour"] == 0
    assert len(script.asked(_PATH)) == 2

    script.answer(_PATH, _NOT_READABLE[what])
    with pytest.raises(Transient):
        piste.read("some/v1/call", {})
    assert len(script.asked(_PATH)) == 4

    with pytest.raises(OutcomeUnknown):
        piste.write("some/v1/call", {})
    assert len(script.asked(_PATH)) == 5
    assert not script.asked("/cpro/elsewhere")


@pytest.mark.parametrize("speak", [_be_silent, _drip, _flood])
def test_silence_dripping_and_floods_do_not_hold_us(script: Script, piste: Piste, speak: object) -> None:
    script.answer(_PATH, Line(speak=speak))  # type: ignore[arg-type]
    begun = time.monotonic()

    with pytest.raises(OutcomeUnknown):
        piste.write("some/v1/call", {})

    assert time.monotonic() - begun < 3
    assert len(script.asked(_PATH)) == 1


def test_a_connection_that_was_never_made_means_that_nothing_was_done(script: Script) -> None:
    nowhere = _piste(script, base="http://127.0.0.1:9/cpro/")

    with pytest.raises(Transient, match="UNREACHABLE"):
        nowhere.write("some/v1/call", {})
    with pytest.raises(Transient, match="UNREACHABLE"):
        nowhere.read("some/v1/call", {})


def test_without_a_token_nothing_is_done(script: Script) -> None:
    for line in (Line(500), Line(200, b"<html>"), said({"expires_in": 3600}), said({"access_token": "a\nb"})):
        script.answer(_TOKEN, line)
        with pytest.raises(Transient, match="TOKEN_"):
            _piste(script).write("some/v1/call", {})
    with pytest.raises(Transient, match="TOKEN_UNREACHABLE"):
        _piste(script, token_url="http://127.0.0.1:9/").write("some/v1/call", {})
    assert not script.asked(_PATH)


def test_a_refused_client_is_a_matter_of_the_keys_of_piste(script: Script, piste: Piste) -> None:
    script.answer(_TOKEN, said({"error": "invalid_client", "error_description": "…"}, 400))

    with pytest.raises(AuthenticationRefused) as told:
        piste.write("some/v1/call", {})

    assert told.value.key is Key.PISTE
    assert not script.asked(_PATH)


def test_a_token_that_expired_in_between_is_renewed_once_and_the_work_goes_on(script: Script, piste: Piste) -> None:
    """Also for a write: 401 says that nothing was done."""
    script.answer(_TOKEN, token(), token("token-two"))
    script.answer(_PATH, said(OK), Line(401), said(OK))

    piste.read("some/v1/call", {})
    piste.write("some/v1/call", {})

    used = [each.headers["authorization"] for each in script.asked(_PATH)]
    assert used == ["Bearer token-one", "Bearer token-one", "Bearer token-two"]
    assert len(script.asked(_TOKEN)) == 2


def test_two_401_are_a_matter_of_the_technical_account(script: Script, piste: Piste) -> None:
    script.answer(_PATH, said({}, 401, x_correlationid="trace-7"))

    with pytest.raises(AuthenticationRefused) as told:
        piste.write("some/v1/call", {})

    assert (told.value.key, told.value.correlation_id) == (Key.ACCOUNT, "trace-7")
    assert len(script.asked(_PATH)) == 2


def test_the_two_kinds_of_403_are_told_apart(script: Script, piste: Piste) -> None:
    script.answer(_PATH, Line(403, b"{}"))
    with pytest.raises(NotAllowed) as not_subscribed:
        piste.write("some/v1/call", {"idStructure": 7})
    script.answer(_PATH, Line(403, b'{"idStructure":7}'))
    with pytest.raises(NotAllowed) as no_right:
        piste.write("some/v1/call", {"idStructure": 7})

    assert not not_subscribed.value.subscribed
    assert no_right.value.subscribed


@pytest.mark.parametrize(
    ("asks", "least", "most"),
    [
        ("17", 17, 17),
        ("", 0, 0),
        ("soon", 0, 0),
        ("99999999999", 86_400, 86_400),
        ("Wed, 21 Oct 2099 07:28:00 GMT",) + (86_400,) * 2,
    ],
)
def test_too_many_requests_say_how_long_to_wait(script: Script, piste: Piste, asks: str, least: int, most: int) -> None:
    script.answer(_PATH, said({}, 429, **{"Retry-After": asks} if asks else {}))

    with pytest.raises(Transient) as told:
        piste.write("some/v1/call", {})

    assert least <= told.value.retry_after <= most
    assert len(script.asked(_PATH)) == 1


@pytest.mark.parametrize(
    ("line", "code", "message"),
    [
        (said({"codeRetour": 20001, "libelle": "GDP_MSG_11.022"}), 20001, "GDP_MSG_11.022"),
        (said({"codeRetour": "20001", "libelle": "GDP_MSG_11_022 - Trop gros"}), 20001, "GDP_MSG_11.022"),
        (said({"codeRetour": 20003, "libelle": None}), 20003, ""),
        (said({"codeRetour": 400, "libelle": "enum"}, 400), 400, ""),
        (Line(404), 404, ""),
        (Line(413, b"<html>"), 413, ""),
        (Line(415), 415, ""),
    ],
)
def test_a_no_is_a_no_at_once(script: Script, piste: Piste, line: Line, code: int, message: str) -> None:
    script.answer(_PATH, line)
    for call in (piste.read, piste.write):
        with pytest.raises(Refused) as told:
            call("some/v1/call", {})
        assert (told.value.code, told.value.message_code) == (code, message)
    assert len(script.asked(_PATH)) == 2


def test_the_code_of_a_message_is_written_in_one_way() -> None:
    assert message_code("GCU_MSG_01_000") == "GCU_MSG_01.000"
    assert message_code("TRA_MSG_00.015 - La recherche…") == "TRA_MSG_00.015"
    assert message_code("Erreur") == ""


def test_one_token_serves_every_client_until_a_minute_before_its_end(script: Script) -> None:
    script.answer(_TOKEN, token(life=3600), token("token-two", life=60))
    for _ in range(3):
        _piste(script).read("some/v1/call", {})
    assert len(script.asked(_TOKEN)) == 1

    caches["shared"].clear()
    for _ in range(2):
        _piste(script).read("some/v1/call", {})
    assert len(script.asked(_TOKEN)) == 3, "a token of a minute is not kept"


def test_a_cache_that_does_not_answer_costs_a_token_and_nothing_else(
    script: Script, piste: Piste, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fall(*_args: object, **_more: object) -> None:
        raise RedisError("down")

    for name in ("get", "set", "add", "delete"):
        monkeypatch.setattr(caches["shared"], name, fall)

    for _ in range(2):
        assert piste.read("some/v1/call", {})["codeRetour"] == 0
    assert len(script.asked(_TOKEN)) == 2


def test_workers_that_need_a_token_at_once_ask_for_one(script: Script) -> None:
    workers = [Thread(target=_piste(script).read, args=("some/v1/call", {})) for _ in range(6)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert len(script.asked(_TOKEN)) == 1
    assert len(script.asked(_PATH)) == 6


def test_other_keys_get_another_token(script: Script, piste: Piste) -> None:
    piste.read("some/v1/call", {})
    other = Tokens(script.url + _TOKEN, "the-client", "another-secret", seconds=1)
    script.answer(_TOKEN, token("token-two"))

    assert other.current() == "token-two"
    assert piste.tokens.current() == "token-one"


def test_no_secret_is_in_a_log_an_error_a_text_or_the_cache(
    script: Script, piste: Piste, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    told = [repr(piste), repr(piste.tokens), str(piste.tokens)]
    for line in (Line(401), Line(403, b"{}"), Line(500), said({"codeRetour": 20001, "libelle": "no"}), said(OK)):
        script.answer(_PATH, line)
        try:
            piste.write("some/v1/call", {"fichierFlux": "the-invoice"})
        except ChorusError as error:
            chain = [error, error.__cause__, error.__context__]
            told += [f"{each!r} {vars(each)}" for each in chain if each is not None]
    for line in (Line(speak=_hang_up), Line(400)):
        script.answer(_PATH, line)
        with pytest.raises(ChorusError) as caught:
            piste.read("some/v1/call", {})
        assert not hasattr(caught.value.__context__, "request")
    kept = str(vars(caches["shared"]))

    for secret in (*_SECRETS, _ACCOUNT, "the-invoice"):
        assert secret not in "".join(told)
        assert secret not in caplog.text
        assert secret not in kept
    assert "some/v1/call" in caplog.text
    assert "codeRetour=20001" in caplog.text
