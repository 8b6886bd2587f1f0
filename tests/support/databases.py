"""A database of its own for processes outside the tests, migrated, on the engine of this run."""

from __future__ import annotations

import os
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.core.management import call_command
from django.db import connection

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def own_database(folder: Path) -> Iterator[str]:
    """Its address, for DATABASE_URL. Within, this process works on it too; afterwards it is removed."""
    if connection.vendor == "postgresql":
        with _new_postgresql() as name, _working_on(name):
            yield urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()
        return
    path = folder / "portal.sqlite3"
    with _working_on(str(path)):
        yield f"sqlite:///{path}"


@contextmanager
def _new_postgresql() -> Iterator[str]:
    name = f"journeys_{os.getpid()}"
    _outside(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')  # one that a killed run left
    _outside(f'CREATE DATABASE "{name}"')
    try:
        yield name
    finally:
        _outside(f'DROP DATABASE "{name}" WITH (FORCE)')


def _outside(statement: str) -> None:
    with connection._nodb_cursor() as cursor:
        cursor.execute(statement)


@contextmanager
def _working_on(name: str) -> Iterator[None]:
    before = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = name
    try:
        call_command("migrate", verbosity=0, interactive=False)
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = before
