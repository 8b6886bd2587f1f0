"""What the journeys have at hand: the running portal, and people in front of it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from django.test import override_settings
from pytest_django import DjangoDbBlocker

from tests.journeys.visitor import Visitor, new_visitor
from tests.support.databases import own_database
from tests.support.stack import Stack, open_stack

_serials = count(1)


@pytest.fixture(scope="package")
def running(django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Sandbox, web, worker, beat and broker, on a database and an archive of their own that this process reads too."""
    folder = tmp_path_factory.mktemp("stack")
    with (
        django_db_blocker.unblock(),
        own_database(folder) as url,
        open_stack(folder / "run", url) as stack,
        override_settings(ARCHIVE_DIR=Path(stack.environment["ARCHIVE_DIR"])),
    ):
        yield stack


@pytest.fixture
def stack(running: Stack) -> Iterator[Stack]:
    """The running portal, calm again afterwards."""
    yield running
    running.disarm()
    running.bank.calm()
    running.raise_the_dead()


@pytest.fixture
def claire(stack: Stack) -> Visitor:
    """A new customer, signed in."""
    return new_visitor(stack, next(_serials))


@pytest.fixture
def ivan(stack: Stack) -> Visitor:
    """Another new customer, signed in elsewhere."""
    return new_visitor(stack, next(_serials))
