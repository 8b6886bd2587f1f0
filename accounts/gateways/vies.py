"""VIES, the service of the European Commission that confirms VAT numbers. The only file that speaks to it.

A question ends in an answer with its receipt, in `Refused` (the question is wrong, or we are shut out) or in `Unsure`.
Silence, an error of a member state and an answer that cannot be believed are all Unsure: never "not valid".
"""

from __future__ import annotations

import json
import logging
import time
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final, Protocol

import requests
from django.conf import settings

if TYPE_CHECKING:
    from collections.abc import Mapping

logger = logging.getLogger(__name__)
_CONNECT_SECONDS: Final = 5
_MOST_BYTES: Final = 65_536
_WORD: Final = 60
_NAME, _ADDRESS, _RECEIPT = 300, 500, 40
_UNTOLD: Final = "---"
_REFUSALS: Final = frozenset({"INVALID_INPUT", "INVALID_REQUESTER_INFO", "VAT_BLOCKED", "IP_BLOCKED"})
_SAID: Final = frozenset({"", "VALID", "INVALID"})


class Refused(Exception):
    """VIES does not take the question: it is malformed, or we are shut out. `code` is its own word, for staff."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Unsure(Exception):
    """No answer, or none that can be believed. The number is neither valid nor invalid. `code` says what was wrong."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Answer:
    """What a member state says of a number. `consultation_number` is the receipt of a valid one."""

    valid: bool
    consultation_number: str = ""
    name: str = ""
    address: str = ""


class NumberRegister(Protocol):
    """Who can be asked about VAT numbers."""

    def ask(self, number: str, *, requester: str) -> Answer:
        """Whether a VAT number, its country in front, is valid; `requester` is ours. Raises Refused or Unsure."""


@dataclass(frozen=True, slots=True)
class Vies:
    """The REST interface of VIES. Only `base` says where it is: nothing that people type becomes part of an address."""

    base: str
    seconds: int

    def ask(self, number: str, *, requester: str) -> Answer:
        """Ask, with our own number so that a valid answer has a receipt. Raises Refused or Unsure."""
        question = {"countryCode": number[:2], "vatNumber": number[2:]}
        if requester:
            question |= {"requesterMemberStateCode": requester[:2], "requesterNumber": requester[2:]}
        status, said = self._post("check-vat-number", question)
        _raise_error(status, said)
        return _understood(said, question)

    def _post(self, path: str, question: Mapping[str, str]) -> tuple[int, Mapping[str, Any]]:
        deadline = time.monotonic() + self.seconds
        try:
            with requests.post(
                f"{self.base}/{path}",
                json=question,
                timeout=(min(_CONNECT_SECONDS, self.seconds), self.seconds),
                allow_redirects=False,
                stream=True,
            ) as response:
                return response.status_code, _read(response, deadline)
        except requests.RequestException as error:
            logger.warning("VIES: no answer (%s)", type(error).__name__)
            raise Unsure(_network_word(error)) from error


@cache
def vies() -> Vies:
    """VIES as the settings say."""
    return Vies(settings.VIES_API_BASE, settings.VIES_TIMEOUT_SECONDS)


def _read(response: requests.Response, deadline: float) -> Mapping[str, Any]:
    """The JSON of an answer, within its time and size: a server that drips does not hold us."""
    body = b""
    for chunk in response.iter_content(8192):
        body += chunk
        if len(body) > _MOST_BYTES or time.monotonic() > deadline:
            raise Unsure("TOO_LONG")
    try:
        said = json.loads(body)
    except ValueError:
        raise Unsure(f"UNREADABLE_{response.status_code}") from None
    if not isinstance(said, dict):
        raise Unsure(f"UNREADABLE_{response.status_code}")
    return said


def _raise_error(status: int, said: Mapping[str, Any]) -> None:
    """Raise what VIES says went wrong; it says so in several places, and once with a "not valid" beside it."""
    wrappers = said.get("errorWrappers")
    first = wrappers[0] if isinstance(wrappers, list) and wrappers and isinstance(wrappers[0], dict) else {}
    code = str(first.get("error") or said.get("userError") or "")[:_WORD]
    if code in _REFUSALS:
        raise Refused(code)
    if code not in _SAID:
        raise Unsure(code)
    if status != requests.codes.ok or said.get("actionSucceed") is False:
        raise Unsure(f"HTTP_{status}")


def _understood(said: Mapping[str, Any], question: Mapping[str, str]) -> Answer:
    """The answer, if it speaks of what we asked, says yes or no, and gives its receipt for a yes."""
    if any(said.get(name) != question[name] for name in ("countryCode", "vatNumber")):
        raise Unsure("OTHER_NUMBER")
    if not isinstance(said.get("valid"), bool):
        raise Unsure("NO_WORD")
    if not said["valid"]:
        return Answer(valid=False)
    receipt = _text(said, "requestIdentifier")[:_RECEIPT]
    if "requesterNumber" in question and not receipt:
        raise Unsure("NO_RECEIPT")
    name, address = _text(said, "name")[:_NAME], _text(said, "address")[:_ADDRESS]
    return Answer(valid=True, consultation_number=receipt, name=name, address=address)


def _text(said: Mapping[str, Any], name: str) -> str:
    value = said.get(name)
    text = " ".join("".join(c if c.isprintable() else " " for c in value).split()) if isinstance(value, str) else ""
    return "" if text == _UNTOLD else text


def _network_word(error: requests.RequestException) -> str:
    return "TIMEOUT" if isinstance(error, requests.Timeout) else "UNREACHABLE"
