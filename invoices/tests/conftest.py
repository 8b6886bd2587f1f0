"""What tests of documents have at hand: an archive of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_django.fixtures import Settings


@pytest.fixture(autouse=True)
def archive_folder(settings: Settings, tmp_path: Path) -> Path:
    """Each test keeps its documents apart."""
    settings.ARCHIVE_DIR = tmp_path / "archive"
    return tmp_path / "archive"
