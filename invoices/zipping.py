"""Documents in one zip, written while it is sent: one file in memory at a time, stored without compression.

PDFs are compressed already. The last member, index.csv, says what each file is, with its SHA-256, and what is missing.
"""

from __future__ import annotations

import io
import logging
import zipfile
from typing import TYPE_CHECKING

from django.utils import translation
from django.utils.translation import gettext as _

from core.sheets import Row, Sheet, csv_lines
from invoices import archive
from invoices.archive import ArchiveDamaged
from invoices.states import RenditionKind, Series

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from invoices.models import Rendition
    from invoices.selectors import StoredDocument

logger = logging.getLogger(__name__)
DOCUMENTS_AT_MOST = 2_000
BYTES_AT_MOST = 1 << 30  # far below the 4 GiB where the format changes
_FILE_MODE = 0o100644 << 16


class TooLarge(ValueError):
    """More documents or bytes than one zip carries; ask for a shorter period."""


def zip_of(documents: Sequence[StoredDocument], *, language: str) -> Iterator[bytes]:
    """The bytes of the zip, file by file. The size is checked at once, before the first byte: raises TooLarge.

    A document that is not printed yet, or whose stored bytes are damaged, has no file: the index says so.
    """
    weight = sum(rendition.size for document in documents for rendition in (document.stored, document.xml) if rendition)
    if len(documents) > DOCUMENTS_AT_MOST or weight > BYTES_AT_MOST:
        raise TooLarge(f"{len(documents)} documents, {weight} bytes")
    return _write(documents, language)


def _write(documents: Sequence[StoredDocument], language: str) -> Iterator[bytes]:
    pipe = _Pipe()
    index: list[Row] = []
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_STORED) as bundle:
        for document in documents:
            content, state = _content(document, document.stored)
            xml, xml_state = _content(document, document.xml)
            if content is not None:
                bundle.writestr(_member(f"{document.number}.pdf", document.issue_date), content)
            if xml is not None:
                bundle.writestr(_member(f"{document.number}.xml", document.issue_date), xml)
            index.append(_row(document, state, xml_state))
            yield pipe.taken()
        with translation.override(language):
            table = _table(index)
        bundle.writestr(_member("index.csv", max((d.issue_date for d in documents), default=None)), table)
    yield pipe.taken()


class _Pipe(io.RawIOBase):
    """A file that only goes forward, and gives away what was written to it."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, content: bytes) -> int:  # type: ignore[override]
        self._parts.append(bytes(content))
        return len(content)

    def taken(self) -> bytes:
        content = b"".join(self._parts)
        self._parts.clear()
        return content


def _content(document: StoredDocument, rendition: Rendition | None) -> tuple[bytes | None, str]:
    if rendition is None:
        return None, "PENDING"
    try:
        return archive.read(rendition.sha256), "STORED"
    except ArchiveDamaged as damage:
        logger.error("Archive: %s of %s", damage, document.number)  # noqa: TRY400 - the reason is in the message
        return None, "DAMAGED"


def _member(name: str, day: date | None) -> zipfile.ZipInfo:
    """A member dated as its document, so that the same documents give the same zip."""
    member = zipfile.ZipInfo(name, (day.year, day.month, day.day, 0, 0, 0) if day else (1980, 1, 1, 0, 0, 0))
    member.external_attr = _FILE_MODE
    return member


def _row(document: StoredDocument, state: str, xml_state: str) -> Row:
    return [
        f"{document.number}.pdf" if state == "STORED" else "",
        document.number,
        document.series.value,
        document.issue_date,
        document.due_date,
        document.net,
        document.vat,
        document.total,
        state,
        document.stored.sha256 if document.stored else "",
        str(RenditionKind(document.stored.kind).label) if document.stored else "",
        document.xml.sha256 if document.xml and xml_state == "STORED" else "",
    ]


def _table(rows: Sequence[Row]) -> str:
    """The index, in the language of this moment."""
    states = {"STORED": "", "PENDING": _("being prepared"), "DAMAGED": _("damaged, we are looking into it")}
    kinds = {
        Series.INVOICE: _("Invoice"),
        Series.CREDIT_NOTE: _("Credit note"),
        Series.RECEIPT: _("Receipt"),
        Series.CANCELLATION: _("Cancellation of a receipt"),
        Series.QUOTE: _("Quote"),
        Series.PROFORMA: _("Pro forma invoice"),
    }
    columns = [
        _("File"),
        _("Number"),
        _("Kind"),
        _("Issue date"),
        _("Due date"),
        _("Excl. VAT"),
        _("VAT"),
        _("Incl. VAT"),
        _("Remark"),
        "SHA-256",
        _("Form"),
        "XML, SHA-256",
    ]
    shown: list[Row] = [
        [*row[:2], kinds[Series(str(row[2]))], *row[3:8], states[str(row[8])], *row[9:]] for row in rows
    ]
    return "".join(csv_lines([Sheet("index", columns, shown)]))
