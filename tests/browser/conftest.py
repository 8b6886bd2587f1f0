"""A Chromium, a live portal with its cast, and pages opened as somebody. One browser and one world for all tests."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import override_settings
from pytest_django.live_server_helper import LiveServer

from tests.browser.world import World, make_world
from tests.support.chromium import launch_arguments
from tests.support.databases import own_database
from tests.support.session import open_session

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, BrowserContext, Page

    from accounts.models import User

HERE = Path(__file__).parent
PHONE, DESKTOP = 320, 1280


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker("browser")


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    return {**browser_type_launch_args, **launch_arguments()}


@pytest.fixture(scope="package")
def world(django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """The cast with its history, in a database of its own behind a live server; made once for all the tests here."""
    if connection.vendor != "sqlite":
        pytest.skip("pages do not depend on the engine: the browser runs on SQLite")
    with (
        django_db_blocker.unblock(),
        own_database(tmp_path_factory.mktemp("browser")),
        override_settings(ROOT_URLCONF="tests.browser.urls", STAFF_SECOND_FACTOR=False),
    ):
        server = LiveServer("localhost")
        try:
            yield make_world(server.url)
        finally:
            server.stop()


class Rooms:
    """Browser contexts that many tests may share, because they leave nothing behind: one for each kind of visitor."""

    def __init__(self, world: World, browser: Browser) -> None:
        self._world, self._browser = world, browser
        self._shared: dict[tuple[object, ...], BrowserContext] = {}

    def shared(self, who: User | None, language: str, *, javascript: bool) -> BrowserContext:
        key = (who and who.pk, language, javascript)
        if key not in self._shared:
            self._shared[key] = self.fresh(who, language, javascript=javascript)
        return self._shared[key]

    def fresh(self, who: User | None, language: str, *, javascript: bool) -> BrowserContext:
        context = self._browser.new_context(
            base_url=self._world.url,
            locale="fr-FR" if language == "fr" else "en-GB",
            timezone_id="Europe/Paris",
            reduced_motion="reduce",
            java_script_enabled=javascript,
        )
        context.set_default_timeout(10_000)
        cookies = {settings.LANGUAGE_COOKIE_NAME: language}
        if who is not None:
            cookies[settings.SESSION_COOKIE_NAME] = open_session(who).cookies[settings.SESSION_COOKIE_NAME].value
        context.add_cookies([{"name": name, "value": cookies[name], "url": self._world.url} for name in cookies])
        return context

    def close(self) -> None:
        for context in self._shared.values():
            context.close()


class Visit:
    """Opens pages of the live portal as somebody, and keeps their status, weight and what the console said."""

    def __init__(self, world: World, rooms: Rooms) -> None:
        self.world = world
        self.console: list[str] = []
        self.status = 0
        self.html = b""
        self._rooms = rooms
        self._leave: list[Page | BrowserContext] = []

    def __call__(
        self,
        path: str,
        *,
        who: User | None = None,
        language: str = "fr",
        width: int = DESKTOP,
        scheme: Any = "light",
        javascript: bool = True,
        shared: bool = False,
    ) -> Page:
        enter = self._rooms.shared if shared else self._rooms.fresh
        context = enter(who, language, javascript=javascript)
        page = context.new_page()
        self._leave.append(page if shared else context)
        page.set_viewport_size({"width": width, "height": 900 if width > PHONE else 640})
        page.emulate_media(color_scheme=scheme)
        page.on("console", lambda message: self.console.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: self.console.append(f"error: {error}"))
        response = page.goto(path)
        if response is not None:
            self.status, self.html = response.status, response.body()
        return page

    def close(self) -> None:
        for place in self._leave:
            place.close()

    def complaints(self) -> list[str]:
        """What the console said, but for the status of a page that was meant to be an error."""
        return [said for said in self.console if "the server responded with a status of" not in said]


@pytest.fixture(scope="package")
def rooms(world: World, browser: Browser) -> Iterator[Rooms]:
    kept = Rooms(world, browser)
    yield kept
    kept.close()


@pytest.fixture
def visit(world: World, rooms: Rooms) -> Iterator[Visit]:
    """Open pages; at the end the console must have said nothing (the content policy speaks there)."""
    visiting = Visit(world, rooms)
    yield visiting
    visiting.close()
    assert visiting.complaints() == []
