"""The page of reconciliation by the keyboard, and without any script. Nothing that these tests do stays."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import reverse

from bank.words import LineState
from tests.browser.lines import line_that_is

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.conftest import Visit


def opened(visit: Visit, *, javascript: bool = True) -> Page:
    address = f"{reverse('staff:reconcile')}?lot=a-choisir&line={line_that_is(LineState.SUGGESTED).pk}"
    return visit(address, who=visit.world.finance, javascript=javascript, width=1400)


def test_keys_choose_search_mark_and_rest_in_fields(visit: Visit) -> None:
    page = opened(visit)
    page.keyboard.press("2")
    assert page.locator("#candidate-2").is_checked()
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "find"
    page.keyboard.type("fsi")
    assert page.locator("#find").input_value() == "fsi"
    page.keyboard.press("Escape")
    for words in ("À vérifier : la ligne est marquée.", "À vérifier : la marque est retirée."):
        page.keyboard.press("f")
        page.get_by_text(words).wait_for()
    page.keyboard.press("s")
    page.wait_for_url("**mode=repartir**")


def test_the_shortcuts_can_be_switched_off_for_the_browser(visit: Visit) -> None:
    page = opened(visit)
    page.keyboard.press("?")
    page.get_by_role("button", name="Désactiver les raccourcis").click()
    page.reload()
    page.keyboard.press("2")

    assert not page.locator("#candidate-2").is_checked()
    assert page.locator(".recon-panel .key").first.is_hidden()


def test_without_a_script_everything_is_a_link_or_a_button(visit: Visit) -> None:
    page = opened(visit, javascript=False)
    page.get_by_role("radio", name="Claire Martin").check()
    page.get_by_role("button", name="À vérifier").click()
    assert page.get_by_text("À vérifier : la ligne est marquée.").is_visible()
    page.get_by_role("button", name="Vérifiée").click()
    page.get_by_role("link", name="Répartir").click()
    page.get_by_label("Montant 1").fill("3OO")
    page.get_by_role("button", name="Rapprocher").click()

    assert page.get_by_label("Montant 1").input_value() == "3OO"
    assert page.locator(".errors").is_visible()
