"""Add files to a document before its deposit, take them back. Its Factur-X is made again with them inside."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from chorus.locks import lock_submission
from chorus.models import Attachment, Submission
from chorus.services.completing import BadAnswer, Piece, check_answer
from chorus.services.completing_references import AlreadySent
from chorus.services.preparing import NEVER_LEFT, ask_to_print, reconsider
from invoices import archive
from invoices.extras import ExtraFile

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from django.db.models import QuerySet

MOST: Final = 10
TOGETHER: Final = 8_000_000
"""Bytes of all files of one document: with the Factur-X itself they stay within the 10 MB of a deposit."""
_SIGNS: Final = (
    (b"%PDF-", "application/pdf", {"PDF"}),
    (b"\x89PNG\r\n\x1a\n", "image/png", {"PNG"}),
    (b"\xff\xd8\xff", "image/jpeg", {"JPG", "JPEG"}),
    (b"GIF8", "image/gif", {"GIF"}),
    (b"BM", "image/bmp", {"BMP"}),
    (b"II*\x00", "image/tiff", {"TIF", "TIFF", "FAX"}),
    (b"MM\x00*", "image/tiff", {"TIF", "TIFF", "FAX"}),
    (b"PK\x03\x04", "application/zip", {"ZIP", "DOCX", "XLSX", "PPTX", "ODT", "ODS", "ODP"}),
    (b"\x1f\x8b", "application/gzip", {"GZ", "GZIP", "TGZ"}),
    (b"BZh", "application/x-bzip2", {"BZ2"}),
    (b"\xd0\xcf\x11\xe0", "application/x-ole-storage", {"DOC", "XLS", "PPT", "PPS", "XLC", "XLM"}),
    (b"{\\rtf", "application/rtf", {"RTF"}),
)
"""How files begin, what they then are, and which extensions may say so."""
_TEXTS: Final = {"TXT", "CSV", "XML", "HTM", "HTML", "XHTML", "SVG", "XSD", "XSL"}
_NAME: Final = re.compile(r"[^<>:\"/\\|?*\x00-\x1f]+\.[A-Za-z0-9]+")


def attach(submission_id: int, piece: Piece, *, by: str, at: datetime) -> Attachment:
    """Have a file leave with a document. The bytes are kept first, outside any transaction. The same file again is one.

    Raises BadAnswer: Chorus Pro would not take it; AlreadySent.
    """
    check_answer("-", [piece])
    media_type = media_type_of(piece)
    sha256 = archive.store(piece.content)
    with transaction.atomic():
        submission = _open(submission_id)
        known = list(attachments_of(submission))
        same = next((each for each in known if (each.name, each.sha256) == (piece.name, sha256)), None)
        if same is not None:
            return same
        _check_room(known, piece)
        row = Attachment.objects.create(
            submission=submission,
            name=piece.name,
            media_type=media_type,
            sha256=sha256,
            size=len(piece.content),
            added_by=by,
            added_at=at,
        )
        ask_to_print(submission.invoice, at=at)
    reconsider(submission_id, at=at)
    return row


def detach(submission_id: int, attachment_id: int, *, at: datetime) -> None:
    """Have a file leave no more. Twice is once. Raises AlreadySent, Attachment.DoesNotExist."""
    with transaction.atomic():
        submission = _open(submission_id)
        row = Attachment.objects.get(pk=attachment_id, submission=submission)
        if row.removed_at is None:
            row.removed_at = at
            row.save(update_fields=["removed_at"])
            ask_to_print(submission.invoice, at=at)
    reconsider(submission_id, at=at)


def attachments_of(submission: Submission) -> QuerySet[Attachment]:
    """The files that leave with a document, oldest first. One query."""
    return Attachment.objects.filter(submission=submission, removed_at__isnull=True).order_by("pk")


def media_type_of(piece: Piece) -> str:
    """What a file is by its first bytes, never by what its sender says. Raises BadAnswer when its name says another."""
    extension = piece.name.rpartition(".")[2].upper()
    for begins, media_type, extensions in _SIGNS:
        if piece.content.startswith(begins):
            if extension in extensions:
                return media_type
            raise BadAnswer("files", _("%(name)s is not what its name says.") % {"name": piece.name})
    if extension in _TEXTS and b"\x00" not in piece.content[:4096]:
        return "text/plain"
    if extension == "P7S":
        return "application/pkcs7-signature"
    raise BadAnswer("files", _("%(name)s is not what its name says.") % {"name": piece.name})


class Attached:
    """The attachments as extra files of documents. For `invoices.extras`."""

    def hashes(self, invoice_ids: Sequence[int]) -> dict[int, list[str]]:
        """By document, in their order. One query."""
        found: dict[int, list[str]] = {}
        rows = Attachment.objects.filter(submission__invoice__in=invoice_ids, removed_at__isnull=True).order_by("pk")
        for pk, sha256 in rows.values_list("submission__invoice", "sha256"):
            found.setdefault(pk, []).append(sha256)
        return found

    def files(self, invoice_id: int) -> list[ExtraFile]:
        """The same, with their bytes."""
        rows = Attachment.objects.filter(submission__invoice=invoice_id, removed_at__isnull=True).order_by("pk")
        return [ExtraFile(row.name, archive.read(row.sha256), row.media_type) for row in rows]


def _open(submission_id: int) -> Submission:
    submission = lock_submission(submission_id)
    if submission.state not in NEVER_LEFT:
        raise AlreadySent(str(submission))
    return submission


def _check_room(known: Sequence[Attachment], piece: Piece) -> None:
    if not _NAME.fullmatch(piece.name) or piece.name.lower() == "factur-x.xml":
        raise BadAnswer("files", _("Choose another name for %(name)s.") % {"name": piece.name})
    if any(each.name.lower() == piece.name.lower() for each in known):
        raise BadAnswer("files", _("There is a file of that name already: take it back first."))
    if len(known) >= MOST or sum(each.size for each in known) + len(piece.content) > TOGETHER:
        raise BadAnswer("files", _("There is no room for it: 10 files and 8 MB together at most."))
