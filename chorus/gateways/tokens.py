"""The OAuth2 token of PISTE: one for all processes, kept encrypted in the shared cache, renewed by one of them.

A cache that does not answer costs a token of one's own, never an error: the token is a convenience, not a fact.
"""

from __future__ import annotations

import json
import logging
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from django.core.cache import caches
from redis.exceptions import RedisError

from chorus.gateways import wire
from chorus.gateways.base import AuthenticationRefused, Key, Transient
from core.crypto import NotReadable, blind_index, decrypt, encrypt

if TYPE_CHECKING:
    from django.core.cache import BaseCache

logger = logging.getLogger(__name__)
_EARLY: Final = 60
"""A token is renewed so many seconds before its end."""
_LEASE: Final = 30
_TURN: Final = 0.1
_WAIT: Final = 10.0
"""How long one process waits for another to renew; then it asks for itself."""
_LONGEST: Final = 16_384
_OK, _BAD_REQUEST, _UNAUTHORIZED, _TOO_MANY = 200, 400, 401, 429
_FORM: Final = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
_here = threading.Lock()


@dataclass(frozen=True, slots=True)
class Tokens:
    """Where tokens come from. Its text shows no secret."""

    url: str
    client_id: str = field(repr=False)
    secret: str = field(repr=False)
    seconds: int = 60

    def current(self) -> str:
        """A token that is good for some time still. Raises AuthenticationRefused (PISTE) or Transient."""
        return self._kept() or self._renewed(refused="")

    def renewed(self, refused: str) -> str:
        """Another token than the one that was just refused: the one another process got meanwhile, or a new one."""
        return self._renewed(refused=refused)

    def _renewed(self, *, refused: str) -> str:
        with _here:
            mine = self._take_lease()
            try:
                kept = self._kept()
                return kept if kept and kept != refused else self._fetch()
            finally:
                if mine:
                    _quietly(lambda cache: cache.delete(self._key + ".lease"))

    def _take_lease(self) -> bool:
        """Be the one who renews; whoever is not first waits a moment for the other's token."""
        until = time.monotonic() + _WAIT
        while not _quietly(lambda cache: cache.add(self._key + ".lease", 1, timeout=_LEASE), otherwise=True):
            if time.monotonic() > until:
                return False
            time.sleep(_TURN)
        return True

    def _fetch(self) -> str:
        form = {"grant_type": "client_credentials", "client_id": self.client_id, "client_secret": self.secret}
        answer = wire.post(self.url, urlencode(form | {"scope": "openid"}).encode(), _FORM, seconds=self.seconds)
        if isinstance(answer, wire.Silence):
            logger.warning("PISTE: no token (%s)", answer.word)
            raise Transient(f"TOKEN_{answer.word}")
        if answer.status != _OK:
            raise _refusal(answer)
        token, life = _read(answer)
        logger.info("PISTE: a token of %d s", life)
        if life > _EARLY:
            cipher = encrypt(token).decode()
            _quietly(lambda cache: cache.set(self._key, cipher, timeout=life - _EARLY))
        return token

    def _kept(self) -> str:
        cipher = _quietly(lambda cache: cache.get(self._key))
        try:
            return decrypt(cipher.encode()) if isinstance(cipher, str) else ""
        except NotReadable:
            return ""

    @property
    def _key(self) -> str:
        """Other keys, another token; the name tells nothing of them."""
        return f"piste.{blind_index(f'{self.url}|{self.client_id}|{self.secret}')}"


def _quietly(use: Any, otherwise: Any = None) -> Any:
    """Use the shared cache; `otherwise` when it does not answer."""
    shared: BaseCache = caches["shared"]
    try:
        return use(shared)
    except (RedisError, OSError):
        logger.warning("Shared cache: no answer")
        return otherwise


def _refusal(answer: wire.Answer) -> AuthenticationRefused | Transient:
    """400 and 401 are a wrong client id or a wrong secret: the bytes are the same."""
    logger.warning("PISTE: no token, HTTP %d correlation=%s", answer.status, answer.correlation_id)
    if answer.status in {_BAD_REQUEST, _UNAUTHORIZED}:
        return AuthenticationRefused(Key.PISTE, "INVALID_CLIENT", correlation_id=answer.correlation_id)
    return Transient(f"TOKEN_HTTP_{answer.status}", correlation_id=answer.correlation_id)


def _read(answer: wire.Answer) -> tuple[str, int]:
    """The token and the seconds of its life. Raises Transient when there is none to be read."""
    try:
        said = json.loads(answer.body)
        token, life = said["access_token"], int(said.get("expires_in") or 0)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        token, life = None, 0
    if not isinstance(token, str) or not 0 < len(token) <= _LONGEST or not (token.isascii() and token.isprintable()):
        raise Transient("TOKEN_UNREADABLE", correlation_id=answer.correlation_id)
    return token, life
