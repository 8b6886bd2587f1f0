"""The whole portal on this machine, with its sandbox: web, workers, beat. Ctrl-C stops all."""

from __future__ import annotations

import json
import os
import shutil
import sys
import time
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connections

from accounts.models import Customer
from billing_portal.demo import cast
from billing_portal.exports.building import QUEUE as EXPORTS
from billing_portal.processes import (
    NoAnswer,
    ProcessDied,
    StopAsked,
    Supervisor,
    page_answers,
    port_is_free,
    stop_signals,
)
from outbox import registry

if TYPE_CHECKING:
    from pathlib import Path

SANDBOX_OFFSET = 100
_FIRST_PAGE = "/account/login/"
_SANDBOX_SECONDS = 60.0
_PAGE_SECONDS = 60.0
_DOCUMENTS = "documents"
_HEAVY = {_DOCUMENTS, EXPORTS}  # they take a processor each
_RECYCLED = ("--max-tasks-per-child", "200", "--max-memory-per-child", "800000")
"""The validator keeps the memory it once needed."""


class Command(BaseCommand):
    help = "Run the portal on this machine: sandbox, web, workers and beat, with a demonstration history."
    requires_system_checks: list[str] = []  # the children check

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=8000, help="Of the portal; the sandbox takes 100 more.")
        parser.add_argument("--no-demo", action="store_false", dest="demo", help="Start with an empty database.")

    def handle(self, *, port: int, demo: bool, **_options: Any) -> None:
        self._refuse(port)
        began = time.monotonic()
        processes = Supervisor(write=self._say, environment=_environment(port))
        with stop_signals():
            try:
                self._start(processes, port, demo=demo)
                self._announce(port, demo=demo, seconds=time.monotonic() - began)
                processes.watch()
            except StopAsked:
                self._say("\nStopping.\n")
            except (ProcessDied, NoAnswer) as fault:
                raise CommandError(f"{fault} Everything is being stopped.") from fault
            finally:
                processes.stop()
        self._say("Stopped.\n")

    def _refuse(self, port: int) -> None:
        if settings.PRODUCTION:
            raise CommandError("`run` is for trying the portal. In production start each process: docs/operations/.")
        for each in (port, port + SANDBOX_OFFSET):
            if not port_is_free(each):
                raise CommandError(f"Port {each} is in use. Stop what listens there, or choose: make run PORT=…")

    def _start(self, processes: Supervisor, port: int, *, demo: bool) -> None:
        """Sandbox first: the history is made through it. Workers last: they would send its mails in the present."""
        unfinished = settings.RUN_DIR / "demo.unfinished"
        if unfinished.exists():
            _forget_trial(settings.RUN_DIR)
        self._say("Starting the sandbox, preparing the database …\n")
        sandbox = _manage("sandbox", "--port", str(port + SANDBOX_OFFSET), "--product", _site(port))
        hear = processes.start_and_hear("sandbox", sandbox)
        empty = _migrated_database_is_empty()
        settings_of_sandbox = json.loads(hear(_SANDBOX_SECONDS))
        processes.environment.update({name: str(value) for name, value in settings_of_sandbox.items()})
        processes.start("web", _web(port))
        if empty and demo:
            unfinished.touch()
            processes.finish("demo", _manage("demo"))
            unfinished.unlink()
        for name, command in _workers().items():
            processes.start(name, command)
        processes.wait_until(lambda: page_answers(port, _FIRST_PAGE), what="The first page", within=_PAGE_SECONDS)

    def _announce(self, port: int, *, demo: bool, seconds: float) -> None:
        lines = [
            f"The portal answers after {seconds:.0f} seconds.",
            "",
            f"  Portal   {_site(port)}/",
            f"  Staff    {_site(port)}/admin/",
            f"  Sandbox  http://localhost:{port + SANDBOX_OFFSET}/   the bank's side, and every mail sent",
            "",
        ]
        if demo:
            lines += [f"  {person.email:<26}{person.words}" for person in cast.PEOPLE]
            lines += ["", f"  Password of everybody: {cast.PASSWORD}", ""]
        self._say("\n".join([*lines, "Ctrl-C stops everything.", ""]))

    def _say(self, words: str) -> None:
        self.stdout.write(words, ending="")
        self.stdout.flush()


def _site(port: int) -> str:
    return f"http://localhost:{port}"


def _environment(port: int) -> dict[str, str]:
    """What the children see: ours, with one folder for all state and the address they are reached at."""
    quiet = {"LOG_LEVEL": "WARNING", "PYTHONWARNINGS": "ignore:You're running the worker with superuser"}
    return {**quiet, **os.environ, "RUN_DIR": str(settings.RUN_DIR), "SITE_URL": _site(port)}


def _manage(*words: str) -> list[str]:
    return [sys.executable, str(settings.BASE_DIR / "manage.py"), *words]


def _web(port: int) -> list[str]:
    return [
        *(sys.executable, "-m", "gunicorn", "billing_portal.wsgi:application", "--bind", f"127.0.0.1:{port}"),
        *("--worker-class", "gthread", "--workers", "2", "--threads", "4", "--no-control-socket"),
        *("--log-level", "warning", "--access-logfile", "-", "--access-logformat", "%(m)s %(U)s %(s)s %(M)s ms"),
    ]


def _workers() -> dict[str, list[str]]:
    return {
        "worker": _celery("worker", "-P", "threads", "-c", "4", "-Q", _other_queues(), "-n", "portal@%h"),
        _DOCUMENTS: _celery(
            "worker", "-P", "prefork", "-c", "1", *_RECYCLED, "-Q", ",".join(sorted(_HEAVY)), "-n", "documents@%h"
        ),
        "beat": _celery("beat", "-s", str(settings.RUN_DIR / "beat-schedule"), "--pidfile="),
    }


def _celery(role: str, *words: str) -> list[str]:
    alone = ("--without-gossip", "--without-mingle") if role == "worker" else ()
    return [sys.executable, "-m", "celery", "-q", "-A", "billing_portal", role, *words, *alone, "--loglevel", "WARNING"]


def _other_queues() -> str:
    """Every queue that some kind of job uses, but those of heavy work."""
    used = {registry.kind_of(name).queue for name in registry.kinds()} | {settings.CELERY_TASK_DEFAULT_QUEUE}
    return ",".join(sorted(used - _HEAVY))


def _migrated_database_is_empty() -> bool:
    """Bring the tables up to date; True when nobody is billed yet."""
    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # served by finders here; whitenoise asks for the folder
    call_command("migrate", verbosity=0, interactive=False)
    empty = not Customer.objects.exists()
    connections.close_all()
    return empty


def _forget_trial(run_dir: Path) -> None:
    """Remove what an interrupted first start left: half a history is worth nothing."""
    connections.close_all()
    for pattern in ("portal.sqlite3*", "sandbox.sqlite*", "demo.unfinished"):
        for file in run_dir.glob(pattern):
            file.unlink()
    for folder in ("archive", "queue"):
        shutil.rmtree(run_dir / folder, ignore_errors=True)
    for folder in ("messages", "control"):
        (run_dir / "queue" / folder).mkdir(parents=True, exist_ok=True)
