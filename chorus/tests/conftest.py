"""What the tests of Chorus Pro have at hand: the real client in front of the sandbox, and a desk of documents."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.cache import caches
from pytest_django.fixtures import Settings

from chorus.tests.desk import Desk
from tests.support.bank import Bank, open_bank


@pytest.fixture(scope="session")
def shared_chorus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bank]:
    with open_bank(tmp_path_factory.mktemp("chorus")) as sandbox:
        yield sandbox


@pytest.fixture
def chorus_sandbox(shared_chorus: Bank, settings: Settings) -> Bank:
    """The sandbox, empty and calm, and the settings that lead to its Chorus Pro. Flows go their way at once.

    `control("chorus/…")` are its switches; `control("chorus/pace", seconds=1)` gives it its own pace back.
    """
    shared_chorus.control("reset", everything=True)
    shared_chorus.control("chorus/pace", seconds=0)
    for name, value in shared_chorus.settings.items():
        if name.startswith(("PISTE_", "CHORUS_")):
            setattr(settings, name, value)
    settings.CHORUS_TIMEOUT_SECONDS = 1
    caches["shared"].clear()
    return shared_chorus


@pytest.fixture(autouse=True)
def archive_folder(settings: Settings, tmp_path: Path) -> Path:
    """Each test keeps its documents apart."""
    settings.ARCHIVE_DIR = tmp_path / "archive"
    return tmp_path / "archive"


@pytest.fixture
def desk(db: None) -> Desk:
    return Desk()
