"""Keep secrets out of what is stored and logged about a failure."""

from __future__ import annotations

import re

_SECRETS = (
    re.compile(r"\b(?:sk|rk|whsec)_[A-Za-z0-9_]{4,}"),  # keys of the card provider
    re.compile(r"(?i)(?<=bearer )[A-Za-z0-9._~+/=-]{8,}"),
    re.compile(r"(?i)(?<=basic )[A-Za-z0-9+/=]{8,}"),
    re.compile(r"(?<=://)[^\s/@:]*:[^\s/@]+(?=@)"),  # user:password@host
    re.compile(r"(?i)(?<=password=)[^\s&'\"]+"),
    re.compile(r"(?i)(?<=secret=)[^\s&'\"]+"),
    re.compile(r"(?i)(?<=token=)[^\s&'\"]+"),
)
_MOST = 20_000


def without_secrets(text: str) -> str:
    """The same text with anything that looks like a key, a token or a password struck out, cut from the front."""
    for secret in _SECRETS:
        text = secret.sub("•••", text)
    return text[-_MOST:]
