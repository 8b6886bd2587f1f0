from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from core import translations

if TYPE_CHECKING:
    from pathlib import Path

PO = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\nmsgid "Pay"\nmsgstr "Payer"\n'


@pytest.fixture
def catalogue(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "shop" / "locale" / "fr" / "LC_MESSAGES" / "django.po"
    path.parent.mkdir(parents=True)
    path.write_text(PO, encoding="utf-8")
    monkeypatch.setattr(translations, "_ROOT", tmp_path)
    return path


def test_a_catalogue_is_compiled_once(catalogue: Path) -> None:
    assert translations.compile_stale() == 1
    assert translations.compile_stale() == 0
    assert b"Payer" in catalogue.with_suffix(".mo").read_bytes()
    assert list(catalogue.parent.glob("*.tmp")) == []


def test_a_catalogue_saved_while_it_was_compiled_is_compiled_again(catalogue: Path) -> None:
    translations.compile_stale()
    catalogue.write_text(PO.replace("Payer", "Régler"), encoding="utf-8")
    earlier = catalogue.with_suffix(".mo").stat().st_mtime_ns - 1  # saved before the other process wrote its result
    os.utime(catalogue, ns=(earlier, earlier))

    assert translations.compile_stale() == 1
    assert "Régler".encode() in catalogue.with_suffix(".mo").read_bytes()
