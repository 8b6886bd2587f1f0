"""What a visit costs, and what paper shows."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

import pytest

from tests.browser.conftest import Visit
from tests.browser.places import PLACES, Place

if TYPE_CHECKING:
    from playwright.sync_api import Page, Response

FIRST_VISIT, HTML, STYLE, SCRIPT, REQUESTS = 60_000, 20_000, 15_000, 15_000, 6
HEAVIEST = ("dashboard, due", "top-up", "transactions", "invoices", "invoice", "people with access")


def weight(response: Response) -> int:
    """As a server that compresses sends it; fonts are compressed by nature."""
    body = response.body()
    return len(body) if response.url.endswith(".woff2") else len(gzip.compress(body, 9))


def load(visit: Visit, place: Place) -> tuple[Page, dict[str, int]]:
    """Open a page with an empty cache; the weight of each answer, by address."""
    page = visit("about:blank", who=place.who(visit.world))
    answers: list[Response] = []
    page.on("response", lambda response: answers.append(response))  # noqa: PLW0108 -- Playwright marks its handlers
    page.goto(place.path(visit.world), wait_until="networkidle")
    return page, {answer.url: weight(answer) for answer in answers}


@pytest.mark.parametrize("place", [place for place in PLACES if place.name in HEAVIEST], ids=lambda place: place.name)
def test_a_first_visit_is_light(visit: Visit, place: Place) -> None:
    page, weights = load(visit, place)

    assert len(weights) <= REQUESTS, sorted(weights)
    assert sum(weights.values()) <= FIRST_VISIT, weights
    assert weights[page.url] <= HTML
    assert all(size <= STYLE for url, size in weights.items() if url.endswith(".css"))
    assert all(size <= SCRIPT for url, size in weights.items() if url.endswith(".js"))


def test_nothing_comes_from_elsewhere(visit: Visit) -> None:
    _page, weights = load(visit, PLACES[0])

    assert [url for url in weights if not url.startswith(visit.world.url)] == []


def test_paper_shows_the_account_and_not_the_screen(visit: Visit) -> None:
    page = visit("/", who=visit.world.cast.claire, scheme="dark")

    page.emulate_media(media="print", color_scheme="dark")

    assert page.locator(".margin").is_hidden()
    whose = page.locator(".print-only")
    assert whose.is_visible()
    assert visit.world.cast.individual.reference.shown in whose.inner_text()
    assert page.locator(".state .actions").is_hidden()
    assert page.locator("table").first.is_visible()
    assert page.evaluate("() => getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.evaluate("() => getComputedStyle(document.body).color") == "rgb(0, 0, 0)"
