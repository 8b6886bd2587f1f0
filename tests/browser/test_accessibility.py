"""axe finds nothing, and nothing is wider than a phone: each page, both languages, both themes, 320 and 1280 px."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from axe_playwright_python.base import AXE_FILE_PATH

from tests.browser.conftest import DESKTOP, PHONE, Visit
from tests.browser.places import PLACES, STAFF_PLACES, Place

if TYPE_CHECKING:
    from playwright.sync_api import Page

ALL_RULES = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
# Every two of language, width and theme meet, with all rules: words do not change colours, nor colours the widths.
SIGHTS = {
    "fr": [(DESKTOP, "light"), (PHONE, "dark")],
    "en": [(DESKTOP, "dark"), (PHONE, "light")],
}
AXE = AXE_FILE_PATH.read_text(encoding="utf-8")


def violations(page: Page) -> list[str]:
    """What axe finds, in a page of staff in what is ours: the frame is the admin's."""
    found: list[dict[str, Any]] = page.evaluate(
        """only => axe.run(document.querySelector('.ours') ?? document, {runOnly: only, resultTypes: ['violations']})
        .then(result => result.violations)""",
        ALL_RULES,
    )
    return [f"{each['id']}: {node['html'][:200]} {node['failureSummary']}" for each in found for node in each["nodes"]]


def wider_than_the_screen(page: Page) -> list[str]:
    """The elements that make a page scroll sideways."""
    found: list[str] = page.evaluate(
        """() => document.documentElement.scrollWidth <= innerWidth ? [] :
        [...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > innerWidth + 1)
        .map(e => e.outerHTML.slice(0, 120)).slice(0, 5).concat('the page')"""
    )
    return found


@pytest.mark.parametrize("language", SIGHTS)
@pytest.mark.parametrize("place", [*PLACES, *STAFF_PLACES], ids=lambda place: place.name)
def test_everybody_can_read_and_use_the_page(visit: Visit, place: Place, language: str) -> None:
    page = visit(place.path(visit.world), who=place.who(visit.world), language=language, shared=True)
    assert visit.status == place.status
    page.evaluate(AXE)
    wrong: dict[str, list[str]] = {}
    for width, scheme in SIGHTS[language]:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        wrong[f"{width} {scheme}"] = violations(page)
    wrong["wider"] = wider_than_the_screen(page)

    assert {name: found for name, found in wrong.items() if found} == {}
    assert page.locator("html").get_attribute("lang") == language
    assert page.locator("h1").count() == 1
    assert page.title()
