"""The calls to Chorus Pro through PISTE: who we are, and what an answer means. The words of the API stay in JSON here.

HTTP 200 is not success: `codeRetour` 0 is. A read is asked once more after silence or an error of the server; a write
is never repeated, except after 401, which says that nothing was done.
"""

from __future__ import annotations

import base64
import json
import logging
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from chorus.gateways import wire
from chorus.gateways.base import AuthenticationRefused, Key, NotAllowed, OutcomeUnknown, Refused, Transient
from core import clock

if TYPE_CHECKING:
    from collections.abc import Mapping

    from chorus.gateways.tokens import Tokens

Json = dict[str, Any]
logger = logging.getLogger(__name__)
_MESSAGE: Final = re.compile(r"([A-Z]{3}_MSG_\d\d)[._](\d{3})")
_LONGEST_WORD: Final = 2000
_LONGEST_WAIT: Final = 86_400
_SERVER_ERROR: Final = 500


class _Broken(Exception):
    """No answer that can be read; whether the request left is told."""

    def __init__(self, word: str, *, left: bool, retry_after: int = 0, correlation_id: str = "") -> None:
        super().__init__(word)
        self.word, self.left, self.retry_after, self.correlation_id = word, left, retry_after, correlation_id


@dataclass(frozen=True, slots=True)
class Piste:
    """Chorus Pro as our technical account sees it. Its text shows no secret."""

    base: str
    tokens: Tokens
    login: str = field(repr=False)
    password: str = field(repr=False)
    seconds: int = 60

    def read(self, path: str, question: Mapping[str, Any]) -> Json:
        """Ask what changes nothing. Raises Refused, Transient, AuthenticationRefused or NotAllowed."""
        try:
            return self._call(path, question)
        except _Broken as broken:
            if not broken.left:
                raise _transient(broken) from None
        try:
            return self._call(path, question)
        except _Broken as broken:
            raise _transient(broken) from None

    def write(self, path: str, order: Mapping[str, Any]) -> Json:
        """Give an order once. Also raises OutcomeUnknown: it may have been done."""
        try:
            return self._call(path, order)
        except _Broken as broken:
            if not broken.left:
                raise _transient(broken) from None
            raise OutcomeUnknown(broken.word, correlation_id=broken.correlation_id) from None

    def _call(self, path: str, body: Mapping[str, Any]) -> Json:
        """One call; a token that is refused is renewed once: 401 says that nothing was done."""
        content = json.dumps(body, ensure_ascii=False).encode()
        token = self.tokens.current()
        answer = self._post(path, content, token)
        if answer.status == HTTPStatus.UNAUTHORIZED:
            answer = self._post(path, content, self.tokens.renewed(token))
        if answer.status == HTTPStatus.UNAUTHORIZED:
            raise AuthenticationRefused(Key.ACCOUNT, "ACCOUNT_REFUSED", correlation_id=answer.correlation_id)
        return _understood(path, answer)

    def _post(self, path: str, content: bytes, token: str) -> wire.Answer:
        headers = {
            "Authorization": f"Bearer {token}",
            "cpro-account": base64.b64encode(f"{self.login}:{self.password}".encode()).decode(),
            "Content-Type": "application/json;charset=utf-8",
            "Accept": "application/json;charset=utf-8",
        }
        answer = wire.post(f"{self.base.rstrip('/')}/{path}", content, headers, seconds=self.seconds)
        if isinstance(answer, wire.Silence):
            logger.warning("Chorus Pro: %s no answer (%s) correlation=%s", path, answer.word, answer.correlation_id)
            raise _Broken(answer.word, left=answer.left, correlation_id=answer.correlation_id)
        return answer


def _understood(path: str, answer: wire.Answer) -> Json:
    """What an answer says, or the error that it is."""
    if answer.status != HTTPStatus.OK:
        logger.warning("Chorus Pro: %s HTTP %d correlation=%s", path, answer.status, answer.correlation_id)
        raise _error(answer)
    said = _json(answer.body)
    code = _code(said)
    logger.info("Chorus Pro: %s codeRetour=%s correlation=%s", path, code, answer.correlation_id)
    if code is None:
        raise _Broken("UNREADABLE", left=True, correlation_id=answer.correlation_id)
    if code:
        raise _refused(code, said, answer)
    return said | {"_correlation": answer.correlation_id}


def _error(answer: wire.Answer) -> Exception:
    trace, wait = answer.correlation_id, _seconds(answer.retry_after)
    if answer.status == HTTPStatus.FORBIDDEN:
        subscribed = answer.body.strip() not in {b"", b"{}"}  # else the request is echoed: no right on its structure
        return NotAllowed("NO_RIGHT" if subscribed else "NOT_SUBSCRIBED", subscribed=subscribed, correlation_id=trace)
    if answer.status == HTTPStatus.TOO_MANY_REQUESTS:
        return Transient("TOO_MANY_REQUESTS", retry_after=wait, correlation_id=trace)
    if answer.status >= _SERVER_ERROR or answer.status < HTTPStatus.BAD_REQUEST:
        return _Broken(f"HTTP_{answer.status}", left=True, retry_after=wait, correlation_id=trace)
    return _refused(answer.status, _json(answer.body), answer)


def _refused(code: int, said: Json, answer: wire.Answer) -> Refused:
    told = said.get("libelle")
    word = " ".join(told.split())[:_LONGEST_WORD] if isinstance(told, str) else ""
    return Refused(code, message_code(word), word or f"HTTP_{answer.status}", correlation_id=answer.correlation_id)


def message_code(word: str) -> str:
    """The code inside a message, its last separator a point: GDP_MSG_11.022. Empty where there is none."""
    found = _MESSAGE.search(word)
    return f"{found[1]}.{found[2]}" if found else ""


def _json(body: bytes) -> Json:
    """The object of a body, numbers as Decimal; empty when it is something else."""
    try:
        said = json.loads(body, parse_float=Decimal, parse_constant=_no_number)
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


def _no_number(word: str) -> None:
    raise ValueError(word)


def _code(said: Json) -> int | None:
    """`codeRetour`; None when the answer has none: then nobody knows."""
    told = said.get("codeRetour")
    if isinstance(told, str) and told.strip().lstrip("-").isdecimal():
        return int(told)
    return told if isinstance(told, int) and not isinstance(told, bool) else None


def _seconds(retry_after: str) -> int:
    """What Retry-After asks for: seconds, or a date. 0 when it asks for nothing."""
    text = retry_after.strip()
    if text.isascii() and text.isdecimal():
        return min(int(text[:9]), _LONGEST_WAIT)
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return 0
    return max(0, min(int((_aware(moment) - clock.now()).total_seconds()), _LONGEST_WAIT))


def _aware(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _transient(broken: _Broken) -> Transient:
    return Transient(broken.word, retry_after=broken.retry_after, correlation_id=broken.correlation_id)
