"""What tests of VAT numbers have at hand: the real gateway in front of a VIES of the sandbox."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from accounts.gateways.vies import Vies, vies
from tests.support.bank import Bank, open_bank


@pytest.fixture(scope="session")
def shared_outside(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bank]:
    with open_bank(tmp_path_factory.mktemp("outside")) as outside:
        yield outside


@pytest.fixture
def outside(shared_outside: Bank) -> Bank:
    """The sandbox, as new."""
    shared_outside.control("reset", everything=True)
    return shared_outside


@pytest.fixture
def register(outside: Bank) -> Vies:
    """VIES, as jobs and commands get it."""
    return Vies(outside.settings["VIES_API_BASE"], seconds=1)


@pytest.fixture
def wired(outside: Bank, settings: object) -> Iterator[Bank]:
    """The settings lead to the sandbox's VIES, for what finds its gateway by itself."""
    vies.cache_clear()
    settings.VIES_API_BASE = outside.settings["VIES_API_BASE"]  # type: ignore[attr-defined]
    settings.VIES_TIMEOUT_SECONDS = 1  # type: ignore[attr-defined]
    yield outside
    vies.cache_clear()
