"""Print while somebody waits: threads of a web process share a font configuration, which two may not use at once."""

from __future__ import annotations

from threading import Lock

_ONE_AT_A_TIME = Lock()


def press_now(page: str, *, identifier: str) -> bytes:
    """The PDF of a page, as `press` gives it, one at a time in this process."""
    from invoices.press import press  # noqa: PLC0415 - 0.8 s and 60 MB, for those who really print

    with _ONE_AT_A_TIME:
        return press(page, identifier=identifier)
