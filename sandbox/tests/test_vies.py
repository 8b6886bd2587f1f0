"""VIES, imitated: what it answers, and how it fails."""

from __future__ import annotations

import time
from typing import Any

import pytest
import requests

from sandbox.server import Sandbox
from sandbox.tests.conftest import Control

GERMAN = {"countryCode": "DE", "vatNumber": "136695976"}
US = {"requesterMemberStateCode": "FR", "requesterNumber": "11999999998"}


@pytest.fixture
def base(sandbox: Sandbox) -> str:
    return sandbox.settings()["VIES_API_BASE"]


def ask(base: str, **question: str) -> tuple[int, Any]:
    answer = requests.post(f"{base}/check-vat-number", json=question, timeout=5)
    return answer.status_code, answer.json()


def test_a_number_whose_check_digits_hold_is_valid_and_has_a_receipt(base: str) -> None:
    status, said = ask(base, **GERMAN, **US)

    assert status == 200
    assert (said["countryCode"], said["vatNumber"], said["valid"]) == ("DE", "136695976", True)
    assert said["requestIdentifier"].startswith("WAPIAAAA")
    assert said["name"] == "---"  # Germany tells no name


def test_who_does_not_say_their_own_number_gets_no_receipt(base: str) -> None:
    assert ask(base, **GERMAN)[1]["requestIdentifier"] == ""


def test_a_number_is_what_the_controls_say(base: str, control: Control) -> None:
    control("vies/numbers/BE0428759497", name="ATELIER SPRL", address="RUE HAUTE 1")
    control("vies/numbers/DE136695976", valid=False)

    assert ask(base, countryCode="BE", vatNumber="0428759497")[1]["name"] == "ATELIER SPRL"
    assert ask(base, **GERMAN)[1]["valid"] is False
    control("reset")
    assert ask(base, **GERMAN)[1]["valid"] is True


@pytest.mark.parametrize("state", ["DE", "ALL"])
def test_a_member_state_that_fails_answers_with_its_error(base: str, control: Control, state: str) -> None:
    control(f"vies/states/{state}", error="MS_UNAVAILABLE")

    assert ask(base, **GERMAN) == (
        500,
        {"actionSucceed": False, "errorWrappers": [{"error": "MS_UNAVAILABLE"}]},
    )
    looked_up = requests.get(f"{base}/ms/DE/vat/136695976", timeout=5).json()
    assert (looked_up["isValid"], looked_up["userError"]) == (False, "MS_UNAVAILABLE")
    availability = {each["countryCode"]: each["availability"] for each in _status(base)["countries"]}
    assert availability["DE"] == "Unavailable"
    control(f"vies/states/{state}")
    assert ask(base, **GERMAN)[0] == 200


def _status(base: str) -> Any:
    return requests.get(f"{base}/check-status", timeout=5).json()


@pytest.mark.parametrize(
    ("question", "error"),
    [
        ({"countryCode": "ZZ", "vatNumber": "1"}, "INVALID_INPUT"),
        ({"countryCode": "DE", "vatNumber": ""}, "INVALID_INPUT"),
        ({**GERMAN, "requesterMemberStateCode": "FR", "requesterNumber": ""}, "INVALID_REQUESTER_INFO"),
    ],
)
def test_a_wrong_question_is_refused(base: str, question: dict[str, str], error: str) -> None:
    assert ask(base, **question) == (400, {"actionSucceed": False, "errorWrappers": [{"error": error}]})


def test_what_is_no_json_is_refused(base: str) -> None:
    for body in (b"", b"[]", b"\xff"):
        assert requests.post(f"{base}/check-vat-number", data=body, timeout=5).status_code == 400


def test_lies_are_told_on_demand(base: str, control: Control) -> None:
    def told(kind: str) -> Any:
        control("vies/lie", kind=kind)
        return ask(base, **GERMAN, **US)[1]

    assert told("other_number")["vatNumber"] != GERMAN["vatNumber"]
    assert told("no_receipt")["requestIdentifier"] == ""
    assert told("no_word")["valid"] is None
    assert told("invalid_with_error")["userError"] == "MS_UNAVAILABLE"
    assert control("vies/lie", kind="something")["http_status"] == 400
    assert told("")["valid"] is True


def test_faults_of_the_whole_sandbox_are_its_own_too(base: str, control: Control) -> None:
    control("faults", kind="status", path="/vies/", status=503)
    assert ask(base, **GERMAN)[0] == 503

    control("faults", kind="refuse", path="/vies/")
    with pytest.raises(requests.ConnectionError):
        ask(base, **GERMAN)

    control("faults", kind="slow", path="/vies/", seconds=0.2)
    began = time.monotonic()
    assert ask(base, **GERMAN)[0] == 200
    assert time.monotonic() - began >= 0.2
