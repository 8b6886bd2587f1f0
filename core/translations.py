"""Catalogues of translations, `<app>/locale/*/LC_MESSAGES/django.po`: compiled when their source changed."""

from __future__ import annotations

import os
from pathlib import Path

import polib

_ROOT = Path(__file__).resolve().parent.parent


def catalogues() -> list[Path]:
    """Every catalogue of the project, in a stable order."""
    return sorted(_ROOT.glob("*/locale/*/LC_MESSAGES/django.po"))


def compile_stale() -> int:
    """Compile what changed; several processes may do it at once (each writes aside, then renames). Returns how many.

    What is compiled carries the time of the source that was read: a source saved meanwhile is compiled next time.
    """
    stale = [source for source in catalogues() if _is_stale(source, source.with_suffix(".mo"))]
    for source in stale:
        aside = source.with_name(f"{source.stem}.{os.getpid()}.tmp")
        read_at = source.stat().st_mtime_ns
        polib.pofile(str(source)).save_as_mofile(str(aside))
        os.utime(aside, ns=(read_at, read_at))
        aside.replace(source.with_suffix(".mo"))
    return len(stale)


def _is_stale(source: Path, compiled: Path) -> bool:
    return not compiled.exists() or compiled.stat().st_mtime_ns != source.stat().st_mtime_ns
