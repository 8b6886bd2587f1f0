"""The one way in which a file is refused: in words, with the place in the file and what to do next."""

from __future__ import annotations

from typing import Self

from django.utils.translation import gettext as _


class FileRefused(Exception):
    """A file cannot be read as it is. Nothing of it was written. The message is for people, in their language."""

    def __init__(self, reason: str, *, line: int = 0, entry: int = 0, advice: str = "") -> None:
        super().__init__(reason)
        self.reason, self.line, self.entry, self.advice = reason, line, entry, advice
        self.file = ""

    def of(self, file: str) -> Self:
        """The same, naming the file. A file inside a zip is already named."""
        self.file = f"{file}/{self.file}" if self.file and self.file != file else file
        return self

    @property
    def place(self) -> str:
        """Where: the file, and the line or the entry in it."""
        where = [self.file] if self.file else []
        if self.line:
            where.append(_("line %(number)d") % {"number": self.line})
        if self.entry:
            where.append(_("entry %(number)d") % {"number": self.entry})
        return ", ".join(where)

    def __str__(self) -> str:
        place = self.place
        advice = self.advice or _("Nothing was imported. Ask the bank for the file again, or for another format.")
        said = _("%(place)s: %(reason)s") % {"place": place, "reason": self.reason} if place else self.reason
        return f"{said} {advice}"
