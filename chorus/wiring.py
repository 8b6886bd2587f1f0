"""Which Chorus Pro this process speaks to."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from django.conf import settings

from chorus.gateways.base import NotConfigured
from chorus.gateways.direct import ChorusDirect
from chorus.gateways.directory import ChorusDirectory
from chorus.gateways.piste import Piste
from chorus.gateways.tokens import Tokens
from chorus.states import Environment

if TYPE_CHECKING:
    from chorus.gateways.base import Directory, Transport

KEYS = ("PISTE_TOKEN_URL", "PISTE_API_BASE", "PISTE_CLIENT_ID", "PISTE_SECRET", "CHORUS_LOGIN", "CHORUS_PASSWORD")
"""The settings that must all be written before anything is sent or asked."""


def environment() -> Environment:
    """The environment of Chorus Pro that the settings lead to."""
    return Environment(settings.CHORUS_ENVIRONMENT)


def missing_keys() -> list[str]:
    """The settings that are still empty."""
    return [name for name in KEYS if not getattr(settings, name)]


def is_configured() -> bool:
    """Whether there is a Chorus Pro to speak to."""
    return not missing_keys()


def transport(patience: int = 0) -> Transport:
    """The channel that documents to public bodies take; a call has `patience` seconds at most. Raises NotConfigured."""
    return ChorusDirect(_piste(patience))


def directory(patience: int = 0) -> Directory:
    """The directory of public bodies. As `transport`."""
    return ChorusDirectory(_piste(patience))


def _piste(patience: int) -> Piste:
    if missing := missing_keys():
        raise NotConfigured(f"NOT_CONFIGURED: {', '.join(missing)}")
    seconds = min(patience or settings.CHORUS_TIMEOUT_SECONDS, settings.CHORUS_TIMEOUT_SECONDS)
    return _piste_of(*(getattr(settings, name) for name in KEYS), seconds)


@lru_cache(maxsize=4)
def _piste_of(  # noqa: PLR0917  the four keys, two addresses and the patience
    token_url: str, base: str, client_id: str, secret: str, login: str, password: str, seconds: int
) -> Piste:
    """By the values themselves: other settings, another client."""
    return Piste(base, Tokens(token_url, client_id, secret, seconds), login, password, seconds)
