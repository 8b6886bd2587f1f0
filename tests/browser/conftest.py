"""A Chromium, a live portal with its cast, and pages opened as somebody. One browser and one world for all tests."""

from __future__ import annotations

import os
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test import Client, override_settings
from pytest_django.live_server_helper import LiveServer

from tests.browser.world import World, make_world

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize

    from accounts.models import User

HERE = Path(__file__).parent
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
NOTHING_MISSING = os.environ.get("REQUIRE_ALL") == "1" or os.environ.get("CI") == "true"
PHONE, DESKTOP = 320, 1280


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker("browser")


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    if not Path(CHROMIUM).exists():
        (pytest.fail if NOTHING_MISSING else pytest.skip)(
            f"no browser at {CHROMIUM}: apt install chromium, or CHROMIUM=…"
        )
    # --no-sandbox: Chromium refuses its sandbox to root, and containers are root.
    return {
        **browser_type_launch_args,
        "executable_path": CHROMIUM,
        "args": ["--no-sandbox", "--disable-dev-shm-usage"],
    }


@pytest.fixture(scope="package")
def world(django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """The cast with its history, in a database of its own behind a live server; made once for all the tests here."""
    if connection.vendor != "sqlite":
        pytest.skip("pages do not depend on the engine: the browser runs on SQLite")
    with django_db_blocker.unblock(), _other_database(tmp_path_factory.mktemp("browser") / "portal.sqlite3"):
        call_command("migrate", verbosity=0)
        with override_settings(ROOT_URLCONF="tests.browser.urls"):
            server = LiveServer("localhost")
            try:
                yield make_world(server.url)
            finally:
                server.stop()


@contextmanager
def _other_database(path: Path) -> Iterator[None]:
    """Every thread connects to this file meanwhile."""
    usual = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = path
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = usual


class Visit:
    """Opens pages of the live portal as somebody, and keeps their status and what the console said."""

    def __init__(self, world: World, browser: Browser) -> None:
        self.world = world
        self.console: list[str] = []
        self.status = 0
        self._browser = browser
        self._contexts: list[BrowserContext] = []

    def __call__(
        self,
        path: str,
        *,
        who: User | None = None,
        language: str = "fr",
        width: int = DESKTOP,
        scheme: Any = "light",
        javascript: bool = True,
    ) -> Page:
        size: ViewportSize = {"width": width, "height": 900 if width > PHONE else 640}
        context = self._browser.new_context(
            base_url=self.world.url,
            locale="fr-FR" if language == "fr" else "en-GB",
            timezone_id="Europe/Paris",
            viewport=size,
            color_scheme=scheme,
            reduced_motion="reduce",
            java_script_enabled=javascript,
        )
        self._contexts.append(context)
        context.set_default_timeout(10_000)
        context.add_cookies([{"name": settings.LANGUAGE_COOKIE_NAME, "value": language, "url": self.world.url}])
        if who is not None:
            context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": _session(who), "url": self.world.url}])
        page = context.new_page()
        page.on("console", lambda message: self.console.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: self.console.append(f"error: {error}"))
        response = page.goto(path)
        self.status = response.status if response else 0
        return page

    def close(self) -> None:
        for context in self._contexts:
            context.close()

    def complaints(self) -> list[str]:
        """What the console said, but for the status of a page that was meant to be an error."""
        return [said for said in self.console if "the server responded with a status of" not in said]


@pytest.fixture
def visit(world: World, browser: Browser) -> Iterator[Visit]:
    """Open pages; at the end the console must have said nothing (the content policy speaks there)."""
    visiting = Visit(world, browser)
    yield visiting
    visiting.close()
    assert visiting.complaints() == []


def _session(user: User) -> str:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    session = client.session
    # As a sign-in by password just now: the pages about passwords and second factors ask for a recent one.
    session["account_authentication_methods"] = [{"method": "password", "at": time.time(), "email": user.email}]
    session.save()
    UserSession.objects.create(user=user, session_key=session.session_key, ip="127.0.0.1", user_agent="Chromium")
    return client.cookies[settings.SESSION_COOKIE_NAME].value
