"""The addresses for machines."""

from __future__ import annotations

import pytest
from django.db import DatabaseError
from django.db.migrations.executor import MigrationExecutor
from django.test import Client

from billing_portal import status

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _not_seen_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(status, "_migrated", False)


def test_a_portal_that_can_serve_says_ok(client: Client) -> None:
    response = client.get("/healthz")

    assert (response.status_code, response.content) == (200, b"ok")
    assert "no-store" in response["Cache-Control"]


def test_a_portal_before_its_migrations_is_kept_out_of_the_balance(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(MigrationExecutor, "migration_plan", lambda *_args: ["one"])

    response = client.get("/healthz")

    assert (response.status_code, response.content) == (503, b"migrations")


def test_a_silent_database_is_said_in_one_word(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> str:
        raise DatabaseError("connection to server at 10.0.0.7 failed: password …")

    monkeypatch.setattr(status, "_fault", broken)

    response = client.get("/healthz")

    assert (response.status_code, response.content) == (503, b"database")


def test_a_finder_of_weaknesses_knows_where_to_write(client: Client) -> None:
    body = client.get("/.well-known/security.txt").content.decode()

    assert "Contact: mailto:" in body
    assert "Expires: 20" in body
