from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import stripe

from sandbox.server import Options, Sandbox
from sandbox.tests.conftest import Json, Visitor, client_of, headers_of, top_up

ROOT = Path(__file__).resolve().parents[2]
EXPECTED = {
    "STRIPE_API_BASE",
    "STRIPE_SECRET_KEY",
    "STRIPE_WEBHOOK_SECRET",
    "STRIPE_CHECKOUT_ORIGIN",
    "EMAIL_HOST",
    "EMAIL_PORT",
    "SANDBOX_URL",
}


@contextmanager
def process(state: Path, *command: str) -> Iterator[tuple[subprocess.Popen[str], Json]]:
    started = subprocess.Popen(
        [sys.executable, *command, "--port", "0", "--state", str(state), "--product", "http://127.0.0.1:9"],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    try:
        assert started.stdout is not None
        yield started, json.loads(started.stdout.readline())
    finally:
        started.kill()
        started.wait()


def client_at(settings: Json) -> stripe.StripeClient:
    return stripe.StripeClient(settings["STRIPE_SECRET_KEY"], base_addresses={"api": settings["STRIPE_API_BASE"]})


def test_the_command_says_first_how_to_reach_it_and_stops_cleanly(tmp_path: Path) -> None:
    with process(tmp_path / "s.sqlite", "manage.py", "sandbox") as (running, settings):
        assert set(settings) >= EXPECTED
        assert settings["STRIPE_SECRET_KEY"].startswith("sk_test_")
        assert settings["STRIPE_WEBHOOK_SECRET"].startswith("whsec_")
        assert settings["STRIPE_API_BASE"].startswith("http://127.0.0.1:")
        assert client_at(settings).v1.customers.list().data == []

        running.send_signal(signal.SIGTERM)

        assert running.wait(timeout=5) == 0


def test_a_killed_sandbox_forgets_nothing(tmp_path: Path) -> None:
    state = tmp_path / "s.sqlite"
    options = {"idempotency_key": "debit-1"}
    charge = {"amount": 5000, "currency": "eur", "payment_method": "pm_card_visa", "confirm": True}
    with process(state, "-m", "sandbox") as (running, settings):
        first = client_at(settings).v1.payment_intents.create(charge, options)  # type: ignore[arg-type]
        Visitor(settings["SANDBOX_URL"]).post("/_control/clock", {"advance": "3600"})
        running.kill()
        running.wait()

    with process(state, "-m", "sandbox") as (_running, again):
        client = client_at(again)
        replayed = client.v1.payment_intents.create(charge, options)  # type: ignore[arg-type]
        assert (replayed.id, headers_of(replayed)["Idempotent-Replayed"]) == (first.id, "true")
        assert len(client.v1.payment_intents.list().data) == 1
        assert Visitor(again["SANDBOX_URL"]).get("/_control/state").json()["clock_offset"] == 3600
    for name in ("STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRET"):
        assert again[name] == settings[name]


def test_a_taken_port_is_said_in_words(sandbox: Sandbox, tmp_path: Path) -> None:
    port = sandbox.url.rpartition(":")[2]
    ended = subprocess.run(
        [sys.executable, "-m", "sandbox", "--port", port, "--state", str(tmp_path / "s.sqlite")],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )

    assert (ended.returncode, ended.stdout) == (1, "")
    assert "cannot start" in ended.stderr


def test_a_session_opened_before_a_restart_is_paid_after_it(tmp_path: Path) -> None:
    options = Options(tmp_path / "s.sqlite", "http://127.0.0.1:9")
    with _started(options) as before:
        session = top_up(client_of(before)).id

    with _started(options) as after:
        answer = Visitor(after.url).post(f"/checkout/{session}", {"card": "4242424242424242"})
        assert answer.status == 303
        assert client_of(after).v1.checkout.sessions.retrieve(session).payment_status == "paid"


@contextmanager
def _started(options: Options) -> Iterator[Sandbox]:
    sandbox = Sandbox(options)
    sandbox.start()
    yield sandbox
    sandbox.stop()


@pytest.mark.parametrize("name", ["accounts", "billing_portal", "core", "invoices", "ledger", "outbox", "payments"])
def test_nothing_of_the_product_is_imported(name: str) -> None:
    sources = [path.read_text(encoding="utf-8") for path in (ROOT / "sandbox").rglob("*.py")]

    assert [text for text in sources if f"\nfrom {name}" in text or f"\nimport {name}" in text] == []
