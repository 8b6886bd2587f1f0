"""What every test has at hand: the cast and the clock."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.utils import translation
from hypothesis import settings as hypothesis_settings

from tests.support import cast as people

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from accounts.models import Customer
    from tests.support.cast import Cast

pytest_plugins = ["tests.support.databases", "tests.support.flush"]

# Machines are shared: a slow example is not a failure. Examples are the same in each run unless a seed is given.
hypothesis_settings.register_profile("portal", deadline=None, derandomize=True)
hypothesis_settings.load_profile("portal")


@pytest.fixture(autouse=True)
def _every_test_starts_in_french() -> None:
    """A page read in English by one test leaves its language to the thread; the next one starts anew."""
    translation.deactivate()


@pytest.fixture(autouse=True, scope="session")
def _stripe_is_asked_again_at_once() -> Iterator[None]:
    """As often as in production, but its library does not sleep half a second before; a journey's processes do."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("stripe._http_client.HTTPClient.INITIAL_DELAY", 0.0)
        yield


@pytest.fixture
def noon() -> datetime:
    """Noon in Paris on 30 November 2026."""
    return people.NOON


@pytest.fixture
def cast(db: None) -> Cast:
    """Everybody: individual, her accountant, company, town hall, stranger."""
    return people.make_cast()


@pytest.fixture
def customer(db: None) -> Customer:
    """The individual, alone."""
    return people.make_individual()
