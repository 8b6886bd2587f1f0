"""`manage.py run`: one command, and everybody of the cast can sign in; one signal, and nothing is left."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests
from pytest_django import DjangoDbBlocker

from billing_portal.demo import cast
from billing_portal.management.commands.run import SANDBOX_OFFSET
from billing_portal.processes import port_is_free
from tests.support.databases import make_database

pytestmark = [
    pytest.mark.journey,
    pytest.mark.skipif(
        os.environ.get("DATABASE_URL", "").startswith("postgres"),
        reason="the command tries the portal on SQLite; the other journeys walk its processes on PostgreSQL",
    ),
]
MANAGE = [sys.executable, str(Path(__file__).resolve().parents[2] / "manage.py")]
FIRST_PAGE_SECONDS = 240
"""Generous: tests share the machine. On a quiet one it is a quarter of a minute."""
STOP_SECONDS = 40
STAFF = {cast.SAMIR, cast.FANNY}


@dataclass(slots=True)
class Portal:
    """A portal that somebody started in a terminal."""

    process: subprocess.Popen[str]
    port: int
    environment: dict[str, str]
    output: Path

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"

    @property
    def said(self) -> str:
        return self.output.read_text(encoding="utf-8")

    def children(self) -> dict[int, str]:
        """Every process of this portal, by its environment, with its command line."""
        mark = f"RUN_DIR={self.environment['RUN_DIR']}".encode()
        found = {}
        for folder in Path("/proc").iterdir():
            try:
                if folder.name.isdigit() and mark in (folder / "environ").read_bytes().split(b"\0"):
                    found[int(folder.name)] = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            except OSError:  # it ended while we looked
                continue
        return found

    def wait_for(self, words: str) -> None:
        deadline = time.monotonic() + FIRST_PAGE_SECONDS
        while words not in self.said:
            assert self.process.poll() is None, self.said
            assert time.monotonic() < deadline, self.said
            time.sleep(0.2)

    def command(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Another command, as somebody types it in a second terminal."""
        return subprocess.run(
            [*MANAGE, *words], env=self.environment, capture_output=True, text=True, timeout=120, check=False
        )


def free_pair() -> int:
    """A port that is free, and the sandbox's too."""
    first = 20_000 + os.getpid() % 10_000
    return next(port for port in range(first, 60_000) if port_is_free(port) and port_is_free(port + SANDBOX_OFFSET))


@contextmanager
def started(folder: Path, *options: str) -> Iterator[Portal]:
    port = free_pair()
    kept = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "TEST_DATABASE_NAME"}}
    environment = {**kept, "ENVIRONMENT": "development", "RUN_DIR": str(folder / "run")}
    output = folder / "output.txt"
    with output.open("w") as sink:
        process = subprocess.Popen(
            [*MANAGE, "run", "--port", str(port), *options], env=environment, stdout=sink, stderr=sink, text=True
        )
    portal = Portal(process, port, environment, output)
    try:
        portal.wait_for("Ctrl-C stops everything.")
        yield portal
    finally:
        process.terminate()
        process.wait(STOP_SECONDS)


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    with started(tmp_path_factory.mktemp("run")) as portal:
        yield portal


def sign_in(portal: Portal, person: cast.Person) -> requests.Session:
    session = requests.Session()
    page = session.get(f"{portal.url}/account/login/")
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)
    assert token is not None
    answer = session.post(
        f"{portal.url}/account/login/",
        {"csrfmiddlewaretoken": token[1], "login": person.email, "password": cast.PASSWORD},
        allow_redirects=False,
    )
    assert answer.status_code == 302, answer.text
    return session


def test_it_says_where_it_is_and_who_can_sign_in(portal: Portal) -> None:
    assert f"{portal.url}/admin/" in portal.said
    assert f"http://localhost:{portal.port + SANDBOX_OFFSET}/" in portal.said
    assert all(person.email in portal.said for person in cast.PEOPLE)
    assert cast.PASSWORD in portal.said


@pytest.mark.parametrize("person", cast.PEOPLE, ids=lambda person: person.first_name)
def test_everybody_of_the_cast_signs_in(portal: Portal, person: cast.Person) -> None:
    session = sign_in(portal, person)

    home = session.get(f"{portal.url}{'/admin/' if person in STAFF else '/'}")

    assert home.status_code == 200
    other = session.get(f"{portal.url}/admin/")
    assert other.status_code == (200 if person in STAFF else 404)


# What each provider said that it holds when the history was made, beside what the books say.
_TILLS = """
from ledger.selectors import account_balance
from payments.models import BalanceReading
for provider, account in (("STRIPE", "517100"), ("PAYPAL", "517200")):
    reading = BalanceReading.objects.filter(provider=provider).latest("pk")
    same = reading.agrees and reading.total == account_balance(account)
    print("till", provider, "agrees" if same else f"{reading.total}!={account_balance(account)}")
"""


def test_the_books_hold_and_the_provider_agrees_to_the_cent(portal: Portal) -> None:
    check = portal.command("selfcheck", "--json")
    totals = requests.get(f"http://localhost:{portal.port + SANDBOX_OFFSET}/_control/totals", timeout=10).json()
    booked = portal.command("shell", "--no-imports", "-c", _TILLS).stdout

    assert json.loads(check.stdout.splitlines()[-1])["ok"], check.stdout
    assert totals["captured_cents"] > 0
    read = dict(line.split()[1:3] for line in booked.splitlines() if line.startswith("till "))
    assert read == {"STRIPE": "agrees", "PAYPAL": "agrees"}


def test_a_port_that_is_taken_is_refused_with_what_to_do(portal: Portal) -> None:
    second = portal.command("run", "--port", str(portal.port))

    assert second.returncode == 1
    assert f"Port {portal.port} is in use." in second.stderr
    assert "PORT=" in second.stderr


def test_one_signal_stops_everything(portal: Portal) -> None:
    assert len(portal.children()) >= 6  # itself, sandbox, web, two workers, beat

    portal.process.send_signal(signal.SIGTERM)

    assert portal.process.wait(STOP_SECONDS) == 0, portal.said
    assert portal.said.rstrip().endswith("Stopped.")
    assert portal.children() == {}
    assert port_is_free(portal.port)


def test_a_process_that_dies_takes_the_others_with_it_and_is_named(
    tmp_path: Path, django_db_blocker: DjangoDbBlocker
) -> None:
    (tmp_path / "run").mkdir()
    with django_db_blocker.unblock():
        make_database(str(tmp_path / "run" / "portal.sqlite3"))  # the portal above has lived the migrations

    with started(tmp_path, "--no-demo") as portal:
        beat = next(pid for pid, command in portal.children().items() if " beat " in command)

        os.kill(beat, signal.SIGKILL)

        assert portal.process.wait(STOP_SECONDS) == 1
        assert "beat ended with status -9. Everything is being stopped." in portal.said
        assert portal.children() == {}
