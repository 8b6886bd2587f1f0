"""One HTTP exchange with PISTE, within its time and its size. What it gives back holds no header that we sent.

Errors of the network are told as facts, never raised: the libraries' own exceptions carry the request, and with it the
keys.
"""

from __future__ import annotations

import ssl
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import requests
import urllib3

if TYPE_CHECKING:
    from collections.abc import Mapping

CONNECT_SECONDS: Final = 5
_MOST_BYTES: Final = 32_000_000
_CHUNK: Final = 65_536
_TRACE: Final = "x-correlationid"
_LONGEST_TRACE: Final = 100
_NOT_CONNECTED = (
    urllib3.exceptions.NewConnectionError,
    urllib3.exceptions.ConnectTimeoutError,
    urllib3.exceptions.ProxyError,
    ssl.SSLCertVerificationError,
)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, whole."""

    status: int
    body: bytes
    retry_after: str = ""
    correlation_id: str = ""


@dataclass(frozen=True, slots=True)
class Silence:
    """Nothing whole came back. `left`: whether the request may have arrived."""

    word: str
    left: bool
    correlation_id: str = ""


class _Given(requests.auth.AuthBase):
    """The headers are all there: nothing is to be looked up in a .netrc."""

    def __call__(self, prepared: requests.PreparedRequest) -> requests.PreparedRequest:
        return prepared


def post(url: str, body: bytes, headers: Mapping[str, str], *, seconds: int) -> Answer | Silence:
    """Post once; never repeated, never redirected. The whole answer has `seconds`, however slowly it drips."""
    deadline = time.monotonic() + seconds
    try:
        with requests.post(
            url,
            data=body,
            headers=dict(headers),
            auth=_Given(),
            timeout=(min(CONNECT_SECONDS, seconds), seconds),
            allow_redirects=False,
            stream=True,
        ) as response:
            return _read(response, deadline)
    except requests.RequestException as error:
        return Silence(_word(error), left=not _never_connected(error))


def _read(response: requests.Response, deadline: float) -> Answer | Silence:
    trace = _clean(response.headers.get(_TRACE, ""))
    body = bytearray()
    try:
        while chunk := response.raw.read1(_CHUNK, decode_content=True):
            body += chunk
            if len(body) > _MOST_BYTES or time.monotonic() > deadline:
                return Silence("TOO_LONG", left=True, correlation_id=trace)
    except (urllib3.exceptions.HTTPError, OSError):
        return Silence("CUT_SHORT", left=True, correlation_id=trace)
    return Answer(response.status_code, bytes(body), response.headers.get("Retry-After", ""), trace)


def _never_connected(error: BaseException) -> bool:
    """Whether the request surely did not leave: the connection was never made. Anything else may have arrived."""
    seen: BaseException | None = error
    for _ in range(8):
        if seen is None:
            return False
        if isinstance(seen, (requests.ConnectTimeout, *_NOT_CONNECTED)):
            return True
        reason = getattr(seen, "reason", None)
        first = seen.args[0] if seen.args else None
        seen = next((each for each in (reason, first, seen.__cause__) if isinstance(each, BaseException)), None)
    return isinstance(error, (requests.exceptions.InvalidURL, requests.exceptions.MissingSchema))


def _word(error: requests.RequestException) -> str:
    return "TIMEOUT" if isinstance(error, requests.Timeout) else "UNREACHABLE"


def _clean(text: str) -> str:
    return "".join(c for c in text if c.isprintable())[:_LONGEST_TRACE]
