"""The transport to PayPal: the SDK's `Api`, kept as the authenticated door and hardened where it is weak.

As it comes, it waits for ever, returns the errors 400 as answers, asks for tokens without end after a 401, sends the
caller's headers along when it asks for a token, sends `null` as the body of a GET, and logs tokens.
"""

from __future__ import annotations

import hashlib
import json
import logging
import threading
import time
from http import HTTPStatus
from http.cookiejar import DefaultCookiePolicy
from typing import TYPE_CHECKING, Any, Final, NoReturn
from urllib.parse import urlsplit

import paypalrestsdk
import requests
from urllib3.fields import RequestField
from urllib3.filepost import encode_multipart_formdata

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Json = dict[str, Any]
REQUEST_ID: Final = "PayPal-Request-Id"
_TOKEN_PATH: Final = "/v1/oauth2/token"  # noqa: S105  an address
_EARLY_SECONDS = 60
_FIRST_PAUSE, _LONGEST_PAUSE = 0.2, 5.0
_WORD = 60
logger = logging.getLogger(__name__)


class PayPalError(Exception):
    """PayPal answered that it does not do what was asked. `issues` are its own words, the most telling first."""

    def __init__(self, status: int, name: str, issues: tuple[str, ...] = (), debug_id: str = "") -> None:
        super().__init__(f"{status} {', '.join((name, *issues))} (debug id {debug_id or 'none'})")
        self.status = status
        self.name = name
        self.issues = issues
        self.debug_id = debug_id

    @property
    def word(self) -> str:
        """The most precise word for what is wrong."""
        return next(iter(self.issues), self.name)


class PayPalSilent(Exception):
    """No answer, or one that cannot be read: what happened there is not known."""


class PayPalApi(paypalrestsdk.Api):  # type: ignore[misc]  # the SDK has no types
    """Calls of PayPal's REST API. Every call ends in the JSON of an answer, `PayPalError` or `PayPalSilent`.

    A GET, and a POST that carries a `PayPal-Request-Id`, is repeated once after no answer, a 429 or a 5xx: with the
    same id it is the same request. Safe to share between threads.
    """

    def __init__(  # one parameter for each thing that a test must hold in its hand
        self,
        endpoint: str,
        client_id: str,
        client_secret: str,
        *,
        timeout: tuple[float, float] = (5, 30),
        retries: int = 1,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        # Mode "live" only decides what the SDK logs: nothing.
        super().__init__(mode="live", endpoint=endpoint, client_id=client_id, client_secret=client_secret)
        self._timeout = timeout
        self._retries = retries
        self._sleep = sleep
        self._lock = threading.Lock()
        self._token = ""
        self._token_ends = 0.0
        self._session = requests.Session()
        self._session.auth = _as_it_is
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))

    def get_access_token(self, *_unused: object, **_also_unused: object) -> str:
        """A token that is good for a minute at least. One thread asks for it; the others wait for that answer."""
        with self._lock:
            if not self._token or time.monotonic() >= self._token_ends:
                self._fetch_token()
            return self._token

    def _fetch_token(self) -> None:
        headers = {
            "Authorization": f"Basic {self.basic_auth()}",
            "Content-Type": "application/x-www-form-urlencoded",
            **self._usual_headers(),
        }
        url = self.token_endpoint.rstrip("/") + _TOKEN_PATH
        given = self.http_call(url, "POST", data="grant_type=client_credentials", headers=headers, repeatable=True)
        token, life = given.get("access_token"), given.get("expires_in")
        if not isinstance(token, str) or not token or not isinstance(life, int):
            raise PayPalSilent("unreadable token")
        self._token, self._token_ends = token, time.monotonic() + life - _EARLY_SECONDS

    def _forget_token(self, token: str) -> None:
        """Drop a token that was refused, unless another thread has replaced it already."""
        with self._lock:
            if self._token == token:
                self._token = ""

    def _usual_headers(self) -> dict[str, str]:
        return {"Accept": "application/json", "User-Agent": self.user_agent}

    def request(
        self,
        url: str,
        method: str,
        body: object = None,
        headers: Mapping[str, str] | None = None,
        refresh_token: object = None,
    ) -> Json:
        """Call with a token; one that is refused is replaced once."""
        text = None if body is None or method in ("GET", "DELETE") else json.dumps(body)
        return self._request(url, method, text, headers or {})

    def post_text(self, action: str, text: str) -> Json:
        """POST a body whose very characters matter."""
        return self._request(f"{self.endpoint.rstrip('/')}/{action}", "POST", text, {})

    def post_form(
        self, action: str, told: Json, *, file: tuple[str, bytes], headers: Mapping[str, str] | None = None
    ) -> Json:
        """POST a form: JSON in its part `input`, and one PDF. The same content is the same body to the byte."""
        name, content = file
        parts = [RequestField("input", json.dumps(told)), RequestField("evidence-file", content, filename=name)]
        for part, kind in zip(parts, ("application/json", "application/pdf"), strict=True):
            part.make_multipart(content_type=kind)
        boundary = hashlib.sha256(content).hexdigest()[:32]
        body, kind = encode_multipart_formdata(parts, boundary)
        url = f"{self.endpoint.rstrip('/')}/{action}"
        return self._request(url, "POST", body, {"Content-Type": kind, **(headers or {})})

    def _request(self, url: str, method: str, text: str | bytes | None, headers: Mapping[str, str]) -> Json:
        token = self.get_access_token()
        try:
            return self._with_token(token, url, method, text, headers)
        except PayPalError as error:
            if error.status != HTTPStatus.UNAUTHORIZED:
                raise
        self._forget_token(token)
        return self._with_token(self.get_access_token(), url, method, text, headers)

    def _with_token(
        self, token: str, url: str, method: str, text: str | bytes | None, headers: Mapping[str, str]
    ) -> Json:
        sent = {
            "Prefer": "return=representation",
            "Content-Type": "application/json",
            **self._usual_headers(),
            **headers,
            "Authorization": f"Bearer {token}",
        }
        repeatable = method == "GET" or bool(sent.get(REQUEST_ID))
        return self.http_call(url, method, data=text, headers=sent, repeatable=repeatable)

    def http_call(
        self,
        url: str,
        method: str,
        *,
        data: str | bytes | None = None,
        headers: Mapping[str, str] | None = None,
        repeatable: bool = False,
    ) -> Json:
        """One call, repeated after a failure that may pass if that is harmless."""
        tries = self._retries if repeatable else 0
        for attempt in range(tries + 1):
            last = attempt == tries
            try:
                response = self._send(url, method, data, headers or {})
            except requests.RequestException as error:
                if last:
                    raise PayPalSilent(type(error).__name__) from error
                self._sleep(_FIRST_PAUSE * 2**attempt)
                continue
            pause = _pause_after(response, attempt)
            if last or pause is None:
                return _read(response)
            self._sleep(pause)
        raise PayPalSilent("never asked")

    def _send(self, url: str, method: str, data: str | bytes | None, headers: Mapping[str, str]) -> requests.Response:
        """Send, and say so in the log: the address, the status, PayPal's debug id. Never a header, never a body."""
        path = urlsplit(url).path
        try:
            response = self._session.request(
                method,
                url,
                data=data.encode() if isinstance(data, str) else data,
                headers=dict(headers),
                timeout=self._timeout,
                allow_redirects=False,
            )
        except requests.RequestException as error:
            logger.warning("PayPal %s %s: no answer (%s)", method, path, type(error).__name__)
            raise
        debug_id = response.headers.get("PayPal-Debug-Id", "")
        logger.info("PayPal %s %s: %s (debug id %s)", method, path, response.status_code, debug_id)
        return response


def _as_it_is(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Without this, a .netrc file would replace our Authorization header."""
    return request


def _pause_after(response: requests.Response, attempt: int) -> float | None:
    """How long to wait before asking again; None when there is no reason to, or when PayPal wants us to wait longer."""
    busy = response.status_code == HTTPStatus.TOO_MANY_REQUESTS
    if not busy and response.status_code < HTTPStatus.INTERNAL_SERVER_ERROR:
        return None
    wanted = response.headers.get("Retry-After", "")
    pause = int(wanted) if wanted.isdigit() else _FIRST_PAUSE * 2**attempt
    return pause if pause <= _LONGEST_PAUSE else None


def _read(response: requests.Response) -> Json:
    """The JSON of a good answer. Raises PayPalError for any other status, PayPalSilent for words that are no JSON."""
    if not HTTPStatus.OK <= response.status_code < HTTPStatus.MULTIPLE_CHOICES:
        _raise(response)
    if not response.content:
        return {}
    read = _json(response)
    if read is None:
        raise PayPalSilent("unreadable answer")
    return read


def _json(response: requests.Response) -> Json | None:
    try:
        read = json.loads(response.content)
    except ValueError:
        return None
    return read if isinstance(read, dict) else None


def _raise(response: requests.Response) -> NoReturn:
    """PayPal's error in our words. Tokens are refused in the words of OAuth: `error` instead of `name`."""
    body = _json(response) or {}
    details = body.get("details")
    issues = (
        [detail.get("issue") for detail in details if isinstance(detail, dict)] if isinstance(details, list) else []
    )
    raise PayPalError(
        response.status_code,
        str(body.get("name") or body.get("error") or "UNREADABLE")[:_WORD],
        tuple(str(issue)[:_WORD] for issue in issues if issue),
        str(body.get("debug_id") or response.headers.get("PayPal-Debug-Id", ""))[:_WORD],
    )
