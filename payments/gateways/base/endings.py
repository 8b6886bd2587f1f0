"""How a call ends when it does not end in an answer."""

from __future__ import annotations

from payments.models import Failure


class Refused(Exception):
    """The provider said no, and nothing happened there. `code` is its own word, for staff."""

    def __init__(self, code: str, failure: Failure = Failure.PROVIDER) -> None:
        super().__init__(code)
        self.code = code
        self.failure = failure


class Unsure(Exception):
    """We do not know what happened: no answer, or one that cannot be read. Ask again later; never conclude."""


class NotAuthentic(Exception):
    """A message that does not come from the provider, is too old, or is not for this environment."""
