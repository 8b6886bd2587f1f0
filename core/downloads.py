"""Files that a page hands out to keep: streamed, and kept by no proxy or shared computer."""

from __future__ import annotations

import tempfile
from typing import TYPE_CHECKING

from django.db import models
from django.http import FileResponse, StreamingHttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import get_language

from core.sheets import csv_lines, write_xlsx

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.http import HttpResponseBase

    from core.sheets import Sheet


class SheetForm(models.TextChoices):
    """The forms in which a table is handed out."""

    CSV = "csv", "CSV"
    XLSX = "xlsx", "XLSX"


CONTENT_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "txt": "text/plain; charset=utf-8",
    "xml": "application/xml",
    "zip": "application/zip",
}


def download_headers(kind: str, name: str) -> dict[str, str]:
    """Headers of a file to keep (RFC 6266)."""
    disposition = content_disposition_header(as_attachment=True, filename=name) or "attachment"
    return {"Content-Type": kind, "Content-Disposition": disposition, "Cache-Control": "private, no-store"}


def sheet_download(sheet: Sheet, form: SheetForm, *, stem: str) -> HttpResponseBase:
    """The table as a file: CSV is sent while its rows are read; a workbook is written aside first, then sent."""
    headers = download_headers(CONTENT_TYPES[form], f"{stem}.{form.value}")
    headers["Content-Language"] = get_language() or "fr"
    if form == SheetForm.CSV:
        return StreamingHttpResponse(_some(csv_lines([sheet])), headers=headers)
    aside = tempfile.TemporaryFile()  # noqa: SIM115 - the answer closes it
    write_xlsx([sheet], aside)
    aside.seek(0)
    return FileResponse(aside, headers=headers)


def _some(lines: Iterable[str], *, at_least: int = 16_384) -> Iterable[str]:
    """The lines, some kilobytes at a time: each part costs the server a call."""
    waiting: list[str] = []
    length = 0
    for line in lines:
        waiting.append(line)
        length += len(line)
        if length >= at_least:
            yield "".join(waiting)
            waiting.clear()
            length = 0
    yield "".join(waiting)
