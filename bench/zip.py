"""A thousand stored documents in one zip: time to the first byte, and memory while it is sent."""

from __future__ import annotations

import tempfile
import time
import tracemalloc
from datetime import date
from typing import Any

from django.test import override_settings

from bench.ledger_world import answer
from core.money import Money
from invoices import archive
from invoices.models import Rendition
from invoices.selectors import StoredDocument
from invoices.states import Series
from invoices.zipping import zip_of

_MANY, _FEW = 1000, 100
_SIZE = 30_000


def first_byte() -> dict[str, Any]:
    """Milliseconds to the first byte of 1,000 documents; memory must not grow with their number."""
    with tempfile.TemporaryDirectory() as folder, override_settings(ARCHIVE_DIR=folder):
        documents = [_document(number) for number in range(1, _MANY + 1)]
        start = time.perf_counter()
        parts = zip_of(documents, language="fr")
        size = len(next(parts))
        value = (time.perf_counter() - start) * 1000
        size += sum(len(part) for part in parts)
        whole = time.perf_counter() - start
        peak, peak_of_few = _peak(documents), _peak(documents[:_FEW])
    flat = peak <= peak_of_few + 2_000_000  # the index grows by a line a document
    return answer(
        value, "ms", reference=100, goal="first byte <= 100 ms, memory flat", ok=value <= 100 and flat,
        megabytes=round(size / 1e6, 1), seconds=round(whole, 2), peak_kb=peak // 1000,
        peak_kb_of_100=peak_of_few // 1000,
    )  # fmt: skip


def _document(number: int) -> StoredDocument:
    content = f"%PDF {number}".encode().ljust(_SIZE, b".")
    return StoredDocument(
        number=f"FA2026-{number:06d}",
        series=Series.INVOICE,
        issue_date=date(2026, 11, 30),
        due_date=date(2026, 12, 30),
        net=Money(3900),
        vat=Money(780),
        total=Money(4680),
        stored=Rendition(kind="PDF", sha256=archive.store(content), size=len(content)),
    )


def _peak(documents: list[StoredDocument]) -> int:
    tracemalloc.start()
    for part in zip_of(documents, language="fr"):
        del part
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak


SCENARIOS = {"zip": first_byte}
