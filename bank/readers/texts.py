"""Bytes into text, when nobody says in which encoding they are."""

from __future__ import annotations

import codecs
from typing import Final

from django.utils.translation import gettext as _

from bank.readers.refusing import FileRefused

_MARKS: Final = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
# Windows first: it has the euro sign and the apostrophe where ISO 8859-1 has control characters; 8859-1 takes any byte.
_GUESSES: Final = ("utf-8", "cp1252", "latin-1")


def decoded(content: bytes, *, encoding: str = "", partial: bool = False) -> str:
    """The text: by its mark, else by the encoding announced, else by the first that fits. Raises FileRefused.

    `partial` says that the bytes are the beginning of a file, and may end in the middle of a character.
    """
    marked = next((name for mark, name in _MARKS if content.startswith(mark)), "")
    for name in [marked] if marked else [encoding, *_GUESSES]:
        text = _decode(content, name, partial=partial) if name else None
        if text is not None:
            if "\0" in text:
                raise FileRefused(_("It contains NUL bytes: it is no text, or was damaged on its way."))
            return text
    raise FileRefused(_("The text is not in the encoding that the file announces."))


def _decode(content: bytes, encoding: str, *, partial: bool) -> str | None:
    try:
        return codecs.getincrementaldecoder(encoding)().decode(content, final=not partial)
    except (UnicodeDecodeError, LookupError):
        return None
