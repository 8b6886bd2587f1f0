"""The door to VIES: an answer with its receipt, a refusal, or doubt; never a "no" that VIES did not say."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from accounts.gateways.vies import Answer, Refused, Unsure, Vies
from tests.support.bank import Bank

GERMAN, OURS = "DE136695976", "FR11999999998"


def doubt(register: Vies, number: str = GERMAN) -> str:
    with pytest.raises(Unsure) as raised:
        register.ask(number, requester=OURS)
    return raised.value.code


def test_a_valid_number_comes_with_its_receipt_name_and_address(register: Vies, outside: Bank) -> None:
    outside.control("vies/numbers/BE0428759497", name="ATELIER\tSPRL", address="RUE HAUTE 1\n1000 BRUXELLES")

    answer = register.ask("BE0428759497", requester=OURS)

    assert answer.valid
    assert answer.consultation_number.startswith("WAPIAAAA")
    assert (answer.name, answer.address) == ("ATELIER SPRL", "RUE HAUTE 1 1000 BRUXELLES")


def test_a_number_that_is_not_valid_is_an_answer_too(register: Vies, outside: Bank) -> None:
    outside.control(f"vies/numbers/{GERMAN}", valid=False)

    assert register.ask(GERMAN, requester=OURS) == Answer(valid=False)


def test_a_seller_without_number_asks_without_receipt(register: Vies) -> None:
    assert register.ask(GERMAN, requester="") == Answer(valid=True)


@pytest.mark.parametrize(
    "error",
    [
        *("MS_UNAVAILABLE", "TIMEOUT", "MS_MAX_CONCURRENT_REQ", "GLOBAL_MAX_CONCURRENT_REQ", "SERVICE_UNAVAILABLE"),
        *("MS_MAX_CONCURRENT_REQ_TIME", "GLOBAL_MAX_CONCURRENT_REQ_TIME"),
    ],
)
def test_a_member_state_that_does_not_answer_has_not_said_no(register: Vies, outside: Bank, error: str) -> None:
    outside.control("vies/states/DE", error=error)

    assert doubt(register) == error


@pytest.mark.parametrize("error", ["IP_BLOCKED", "VAT_BLOCKED", "INVALID_REQUESTER_INFO", "INVALID_INPUT"])
def test_a_question_that_vies_does_not_take_is_refused(register: Vies, outside: Bank, error: str) -> None:
    outside.control("vies/states/ALL", error=error)

    with pytest.raises(Refused, match=error):
        register.ask(GERMAN, requester=OURS)


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("other_number", "OTHER_NUMBER"),
        ("no_receipt", "NO_RECEIPT"),
        ("no_word", "NO_WORD"),
        ("invalid_with_error", "MS_UNAVAILABLE"),
    ],
)
def test_an_answer_that_cannot_be_believed_is_none(register: Vies, outside: Bank, kind: str, code: str) -> None:
    outside.control("vies/lie", kind=kind)

    assert doubt(register) == code


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ({"kind": "refuse"}, "UNREACHABLE"),
        ({"kind": "timeout_before", "seconds": 3}, "TIMEOUT"),
        ({"kind": "garbage"}, "UNREADABLE_200"),
        ({"kind": "truncate"}, "UNREACHABLE"),
        ({"kind": "status", "status": 503}, "HTTP_503"),
        ({"kind": "status", "status": 302}, "HTTP_302"),
    ],
)
def test_down_slow_and_broken_are_doubts(register: Vies, outside: Bank, fault: dict[str, object], code: str) -> None:
    outside.control("faults", path="/vies/", **fault)

    assert doubt(register) == code


class _Dripping(BaseHTTPRequestHandler):
    """Sends a little at a time, for ever; each part arrives before the reader loses patience with it."""

    def log_message(self, format: str, *arguments: object) -> None: ...  # noqa: A002

    def do_POST(self) -> None:
        self.send_response(200)
        self.end_headers()
        try:
            while not self.server.over.wait(0.01):  # type: ignore[attr-defined]
                self.wfile.write(b" " * 8192)
        except OSError:
            return


@pytest.fixture
def dripping() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Dripping)
    server.over = threading.Event()  # type: ignore[attr-defined]
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.over.set()  # type: ignore[attr-defined]
    server.shutdown()
    server.server_close()


def test_an_answer_without_end_is_cut(dripping: str) -> None:
    assert doubt(Vies(dripping, seconds=1)) == "TOO_LONG"
