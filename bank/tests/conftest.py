"""What the tests of bank statements have at hand."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytest_django.fixtures import Settings

from tests.support.statements import OUR_IBAN


@pytest.fixture(autouse=True)
def _archive_of_its_own(settings: Settings, tmp_path: Path) -> None:
    settings.ARCHIVE_DIR = tmp_path / "archive"


@pytest.fixture
def own_iban(db: None) -> str:
    """The account of the demonstration seller."""
    return OUR_IBAN
