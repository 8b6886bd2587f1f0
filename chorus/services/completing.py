"""SUSPENDUE: answer what the buyer asks for, in words and files. The same document goes on; its clock runs again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django.utils.translation import gettext_lazy as _

from chorus.gateways.base import PieceToAdd
from chorus.services import acting
from chorus.services.linking import SUSPENDED
from chorus.states import ActionKind
from invoices import archive

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from django.utils.functional import Promise

    from chorus.gateways.base import Transport
    from chorus.models import Submission, SupplierAction

LONGEST_COMMENT: Final = 2000
LONGEST_NAME: Final = 50
LARGEST_PIECE: Final = 10_000_000
LARGEST_TOGETHER: Final = 118_000_000
MOST_PIECES: Final = 20
_EXTENSIONS: Final = (
    "BMP GIF FAX ODT PPT TIFF XLS BZ2 GZ JPEG P7S RTF TXT XML CSV GZIP JPG PDF SVG XHTML XLSX DOC HTM ODP PNG TGZ XLC"
    " ZIP DOCX HTML ODS PPS TIF XLM PPTX XSD XSL"
)
"""Those that Chorus Pro takes (AIFE, ajouterFichierDansSysteme)."""


class BadAnswer(ValueError):
    """An answer cannot be sent like that. `field` names what to correct; `words` say how."""

    def __init__(self, field: str, words: str | Promise) -> None:
        super().__init__(str(words))
        self.field = field
        self.words = words


@dataclass(frozen=True, slots=True)
class Piece:
    """A file that goes with an answer."""

    name: str
    content: bytes
    mime_type: str = "application/octet-stream"


def ask_to_complete(
    submission_id: int, *, comment: str, pieces: Sequence[Piece] = (), key: str, by: acting.Asker, at: datetime
) -> SupplierAction:
    """Have a suspension answered with these words and files. Raises BadAnswer, CannotDecide.

    The files are kept before the answer is written down, outside any transaction.
    """
    comment = comment.strip()
    check_answer(comment, pieces)
    kept = [{"name": each.name, "mime_type": each.mime_type, "sha256": archive.store(each.content)} for each in pieces]
    return acting.ask(submission_id, VERB, {"comment": comment, "pieces": kept}, key=key, by=by, at=at)


def check_answer(comment: str, pieces: Sequence[Piece]) -> None:
    """Whether Chorus Pro takes such words and files. Raises BadAnswer."""
    if not comment and not pieces:
        raise BadAnswer("comment", _("Write an answer, or add a file."))
    if len(comment) > LONGEST_COMMENT:
        raise BadAnswer("comment", _("Write %(most)s characters at most.") % {"most": LONGEST_COMMENT})
    if len(pieces) > MOST_PIECES or sum(len(each.content) for each in pieces) > LARGEST_TOGETHER:
        raise BadAnswer("pieces", _("Add fewer files: they are too many, or too large together."))
    for each in pieces:
        _check_piece(each)


def can_be_completed(submission: Submission) -> bool:
    """Whether its buyer waits for an answer."""
    return acting.may_ask(submission, VERB)


def _check_piece(piece: Piece) -> None:
    stem, _dot, extension = piece.name.rpartition(".")
    if not stem or extension.upper() not in _EXTENSIONS.split():
        raise BadAnswer(
            "pieces",
            _("Chorus Pro does not take %(name)s: add a PDF, an image or an office document.") % {"name": piece.name},
        )
    if len(piece.name) > LONGEST_NAME:
        raise BadAnswer("pieces", _("The name of a file has 50 characters at most."))
    if not piece.content:
        raise BadAnswer("pieces", _("%(name)s is empty.") % {"name": piece.name})
    if len(piece.content) > LARGEST_PIECE:
        raise BadAnswer("pieces", _("%(name)s is too large: 10 MB at most.") % {"name": piece.name})


def _prepare(action: SupplierAction, transport: Transport) -> list[tuple[int, PieceToAdd]]:
    """Give its files; a file that was given twice and named once harms nobody."""
    pieces = [
        PieceToAdd(each["name"], archive.read(each["sha256"]), each["mime_type"], label=each["name"])
        for each in action.payload["pieces"]
    ]
    return [(transport.attach(piece), piece) for piece in pieces]


def _call(action: SupplierAction, transport: Transport, pieces: Any) -> None:
    transport.complete(int(action.submission.chorus_id or 0), comment=action.payload["comment"], pieces=pieces)


def _after(_action: SupplierAction, _submission: Submission, _at: datetime) -> None:
    """The next look brings its new status."""


VERB: Final = acting.Verb(
    kind=ActionKind.COMPLETE, answers=SUSPENDED, brings="COMPLETEE", prepare=_prepare, call=_call, after=_after
)
