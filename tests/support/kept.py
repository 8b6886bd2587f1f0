"""What the migrations make of an empty database, kept from one run to the next.

A kept database is named after all that its migrations read: themselves, the modules and SQL of ours that they use, the
packages installed, the settings about tables. It holds what migrations wrote and nothing of what follows them (groups,
permissions, first rows): `migrate` runs on each copy, so that this is always written by the code of now.
"""

from __future__ import annotations

import ast
import fcntl
import hashlib
import sys
from contextlib import contextmanager
from importlib.metadata import distributions
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader

from tests.support.engine import BEGUN, KEPT

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

ROOT = Path(__file__).resolve().parents[2]
KEPT_AT_MOST = 12
"""Several branches are worked on at once; a database takes a few megabytes."""

_SETTINGS = ("INSTALLED_APPS", "AUTH_USER_MODEL", "DEFAULT_AUTO_FIELD", "LANGUAGE_CODE", "TIME_ZONE", "USE_TZ")


def name_of(files: Mapping[str, bytes]) -> str:
    """The database that these files make here: the same name is the same database, whoever made it and when."""
    digest = hashlib.sha256()
    for word in (sys.version, *_packages(), *(f"{name}={getattr(settings, name)}" for name in _SETTINGS)):
        digest.update(f"{word}\n".encode())
    for name, content in sorted(files.items()):
        digest.update(f"{name}\n".encode() + hashlib.sha256(content).digest())
    return f"portal_{digest.hexdigest()[:24]}"


def contents(paths: Iterable[Path]) -> dict[str, bytes]:
    return {str(path.relative_to(ROOT)): path.read_bytes() for path in paths}


def migrate_only() -> None:
    """Live every migration, and nothing of what `migrate` does around them."""
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())


@contextmanager
def alone_with_the_kept() -> Iterator[Path]:
    """The folder of those of this engine, while nobody else makes, copies or forgets one."""
    folder = KEPT / connection.vendor
    folder.mkdir(parents=True, exist_ok=True)
    with (KEPT / f"{connection.vendor}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield folder


def as_when_imported(paths: Iterable[Path]) -> bool:
    """None was written since this process began: what it lived is what they say."""
    return all(path.stat().st_mtime < BEGUN for path in paths)


def long_unused(folder: Path) -> list[Path]:
    """Those to forget: beyond the few that were used last."""
    marks = sorted(folder.glob("portal_*"), key=lambda mark: mark.stat().st_mtime, reverse=True)
    return marks[KEPT_AT_MOST:]


def _packages() -> list[str]:
    return sorted(f"{package.metadata['Name']}=={package.version}" for package in distributions())


def read_by_migrations() -> list[Path]:
    """Our migrations, the modules of ours that they import, directly or not, and every SQL file of their apps."""
    migrations = MigrationLoader(None).disk_migrations.values()
    files = (Path(str(sys.modules[migration.__module__].__file__)) for migration in migrations)
    waiting = {file for file in files if file.parents[2] == ROOT}
    seen = {sql for file in waiting for sql in file.parents[1].rglob("*.sql")}
    while waiting:
        seen.add(path := waiting.pop())
        waiting |= _imported_by(path) - seen
    return sorted(seen)


def _imported_by(path: Path) -> set[Path]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    places = [ROOT.joinpath(*name.split(".")) for name in names]
    return {file for place in places for file in (place.with_suffix(".py"), place / "__init__.py") if file.exists()}
