"""Migrated databases, on the engine of this run.

Each run has a template that nobody works on: whoever needs it first makes it, and every worker and every stack of
processes begins with a copy. `TEST_TEMPLATES` names its folder; it is forgotten with the run. Migrations are lived
again when something that they read has changed: else the template begins with what they made before (kept.py).
"""

from __future__ import annotations

import fcntl
import os
import shutil
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.backends.base.creation import BaseDatabaseCreation

from tests.support.engine import template_name
from tests.support.kept import (
    alone_with_the_kept,
    as_when_imported,
    contents,
    long_unused,
    migrate_only,
    name_of,
    read_by_migrations,
)

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def own_database(folder: Path) -> Iterator[str]:
    """For processes outside the tests: its address, for DATABASE_URL. Within, this process works on it too."""
    if connection.vendor == "postgresql":
        name = f"journeys_{os.getpid()}"
        make_database(name)
        try:
            with working_on(name):
                yield urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()
        finally:
            _outside(f'DROP DATABASE "{name}" WITH (FORCE)')
        return
    path = folder / "portal.sqlite3"
    make_database(str(path))
    with working_on(str(path)):
        yield f"sqlite:///{path}"


@contextmanager
def working_on(name: str) -> Iterator[None]:
    """Within, this process is connected to that database."""
    before = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = name
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = before


def make_database(name: str) -> None:
    """A new database, migrated; one that a killed run left under this name is replaced."""
    if connection.vendor == "postgresql":
        with _alone() as folder:
            template = template_name(folder)
            if not (folder / "postgresql").exists():
                _begin_postgresql(template)
                _migrate(template)
                (folder / "postgresql").touch()
            _new_postgresql(name, template)
        return
    with _alone() as folder:
        if not (folder / "portal.sqlite3").exists():
            _begin_sqlite(folder / "draft")
            _migrate(str(folder / "draft"))
            (folder / "draft").rename(folder / "portal.sqlite3")
    _forget_sqlite(Path(name))
    shutil.copyfile(folder / "portal.sqlite3", name)


def _forget_sqlite(path: Path) -> None:
    for rest in ("", "-wal", "-shm"):
        path.with_name(path.name + rest).unlink(missing_ok=True)


@pytest.fixture(autouse=True, scope="session")
def _test_databases_are_copies() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BaseDatabaseCreation, "create_test_db", _create_test_db)
        yield


def _create_test_db(creation: BaseDatabaseCreation, *_asked: object, **_options: object) -> str:
    """In place of Django's, which migrates each time. Django removes it at the end as it does its own."""
    name: str = creation._get_test_db_name()  # type: ignore[attr-defined]
    make_database(name)
    creation.connection.close()
    settings.DATABASES[creation.connection.alias]["NAME"] = name
    creation.connection.settings_dict["NAME"] = name
    creation.connection.ensure_connection()
    return name


@contextmanager
def _alone() -> Iterator[Path]:
    """The folder of the templates, while nobody else works in it."""
    folder = Path(os.environ["TEST_TEMPLATES"])
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield folder


def _begin_sqlite(draft: Path) -> None:
    """What the migrations make, lived now or kept."""
    _forget_sqlite(draft)
    read = read_by_migrations()
    with alone_with_the_kept() as folder:
        kept = folder / f"{name_of(contents(read))}.sqlite3"
        if kept.exists():
            shutil.copyfile(kept, draft)
            kept.touch()
            return
        with working_on(str(draft)):
            migrate_only()
        if as_when_imported(read):
            shutil.copyfile(draft, folder / "draft")
            (folder / "draft").rename(kept)
        for old in long_unused(folder):
            old.unlink()


def _begin_postgresql(template: str) -> None:
    """As on SQLite. A mark tells when the kept one was used; on a server that somebody lends us nothing is kept."""
    read = read_by_migrations()
    with alone_with_the_kept() as folder:
        kept, lent = folder / name_of(contents(read)), "TEST_DATABASE_URL" in os.environ
        if not lent and _exists(kept.name):
            _new_postgresql(template, kept.name)
            kept.touch()
            return
        _new_postgresql(template)
        with working_on(template):
            migrate_only()
        if not lent and as_when_imported(read):
            _new_postgresql(kept.name, template)
            kept.touch()
        for old in [] if lent else long_unused(folder):
            _outside(f'DROP DATABASE IF EXISTS "{old.name}" WITH (FORCE)')
            old.unlink()


def _exists(name: str) -> bool:
    with connection._nodb_cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
        return cursor.fetchone() is not None


def _migrate(name: str) -> None:
    with working_on(name):
        call_command("migrate", verbosity=0, interactive=False)


def _new_postgresql(name: str, template: str = "template1") -> None:
    _outside(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    _outside(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')


def _outside(statement: str) -> None:
    with connection._nodb_cursor() as cursor:
        cursor.execute(statement)
