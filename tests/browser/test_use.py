"""Keyboard, no JavaScript, and what the script adds."""

from __future__ import annotations

import gzip
import re
from typing import TYPE_CHECKING

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from tests.browser.conftest import DESKTOP, PHONE, Visit
from tests.browser.places import PLACES, Place

if TYPE_CHECKING:
    from playwright.sync_api import Page

HTML_BUDGET = 20_000
FOCUS = """() => {
    const style = getComputedStyle(document.activeElement);
    return style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
}"""


def name_of_focus(page: Page) -> str:
    return str(page.evaluate("() => document.activeElement.textContent.trim()"))


# --- Keyboard ---------------------------------------------------------------------------------------------------------
def test_the_first_key_offers_to_skip_the_menu(visit: Visit) -> None:
    page = visit("/", who=visit.world.cast.claire)

    page.keyboard.press("Tab")

    skip = page.get_by_role("link", name="Aller au contenu")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    assert page.evaluate("() => document.activeElement.id") == "main"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_focus_is_seen_on_every_stop_and_comes_back_round(visit: Visit, scheme: str) -> None:
    page = visit("/", who=visit.world.late, scheme=scheme)
    stops = []
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("() => document.activeElement === document.body"):
            break
        assert page.evaluate(FOCUS), name_of_focus(page)
        stops.append(name_of_focus(page))

    assert len(stops) < 60, "the focus is caught somewhere"
    assert stops.index("Tableau de bord") < stops.index("Alimenter le compte")  # as it is read


def test_the_menu_of_a_phone_opens_and_closes_by_keyboard(visit: Visit) -> None:
    page = visit("/", who=visit.world.cast.claire, width=PHONE)
    menu = page.get_by_role("navigation", name="Facturation")
    expect(menu).to_be_hidden()

    page.get_by_role("button", name="Menu").press("Enter")
    expect(menu).to_be_visible()
    page.keyboard.press("Escape")

    expect(menu).to_be_hidden()


def test_the_menu_of_a_phone_needs_no_script(visit: Visit) -> None:
    page = visit("/", who=visit.world.cast.claire, width=PHONE, javascript=False)

    page.get_by_role("button", name="Menu").click()
    page.get_by_role("link", name="Transactions", exact=True).click()

    expect(page).to_have_url(re.compile(reverse("ledger:transactions")))


@pytest.mark.parametrize("width", [800, DESKTOP])
def test_leaving_and_changing_language_are_always_in_sight(visit: Visit, width: int) -> None:
    page = visit("/", who=visit.world.cast.claire, width=width)

    for name in ("English", "Se déconnecter"):
        expect(page.get_by_role("button", name=name)).to_be_visible()


# --- Without JavaScript -----------------------------------------------------------------------------------------------
@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.name)
def test_a_page_works_without_script_and_is_short(visit: Visit, place: Place) -> None:
    page = visit(place.path(visit.world), who=place.who(visit.world), javascript=False, shared=True)

    assert visit.status == place.status
    expect(page.locator("h1")).to_be_visible()
    assert page.locator(".with-js:visible").count() == 0
    assert len(gzip.compress(visit.html, 9)) <= HTML_BUDGET
    for form in page.locator("main form").all():
        assert form.get_attribute("action") or form.get_attribute("method") in {"get", "post"}


def test_the_language_is_changed_without_script_and_stays(visit: Visit) -> None:
    page = visit(reverse("ledger:transactions"), who=visit.world.cast.outsider, javascript=False)

    page.get_by_role("button", name="English").click()

    expect(page).to_have_url(re.compile(reverse("ledger:transactions")))
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.get_by_role("button", name="Français").click()
    expect(page.locator("html")).to_have_attribute("lang", "fr")


def test_another_account_is_opened_without_script(visit: Visit) -> None:
    page = visit("/", who=visit.world.late, javascript=False)

    page.get_by_text("Changer de compte").click()
    page.get_by_role("button", name="Claire Martin").click()

    expect(page.locator(".who strong")).to_have_text("Claire Martin")


# --- What the script adds ---------------------------------------------------------------------------------------------
def test_the_value_is_copied_without_its_spaces(visit: Visit) -> None:
    page = visit("/", who=visit.world.cast.claire)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])

    page.get_by_role("button", name="Copier l’IBAN").click()

    expect(page.get_by_role("status").filter(has_text="Copié")).to_be_attached()
    assert page.evaluate("() => navigator.clipboard.readText()") == "FR7699999000010001234567809"


def test_the_chosen_appearance_stays_and_comes_with_the_page(visit: Visit) -> None:
    page = visit("/", who=visit.world.cast.claire)
    paper = page.evaluate("() => getComputedStyle(document.body).backgroundColor")

    page.get_by_role("button", name="Sombre").click()
    page.goto(reverse("ledger:transactions"))

    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    assert page.evaluate("() => getComputedStyle(document.body).backgroundColor") != paper
    page.get_by_role("button", name="Automatique").click()
    page.reload()
    assert page.locator("html").get_attribute("data-theme") is None


def test_the_chosen_amount_is_on_the_button_and_a_typed_one_is_the_other_amount(visit: Visit) -> None:
    page = visit(reverse("payments:top_up"), who=visit.world.cast.claire)
    amount, pay = page.get_by_role("textbox", name="Montant"), page.locator("main form button[type=submit]")

    page.get_by_role("radio", name="100,00").check()
    expect(amount).to_have_value("100,00")
    expect(pay).to_have_text(re.compile(r"Payer\s100,00\s€"))
    amount.fill("12")

    expect(page.get_by_role("radio", name="Autre montant")).to_be_checked()
    expect(pay).to_have_text(re.compile(r"^\s*Payer\s*$"))


def test_the_summary_of_errors_takes_the_focus_and_leads_to_the_field(visit: Visit) -> None:
    page = visit(reverse("payments:top_up"), who=visit.world.cast.claire, width=DESKTOP)
    page.get_by_role("textbox", name="Montant").fill("3")

    page.locator("main form button[type=submit]").click()

    summary = page.get_by_role("alert")
    expect(summary).to_be_focused()
    expect(page).to_have_title(re.compile(r"^Erreur\s:"))
    summary.get_by_role("link").first.click()
    expect(page.get_by_role("textbox", name="Montant")).to_be_focused()


def test_a_page_that_waits_shows_the_end_by_itself(visit: Visit) -> None:
    address = reverse("payments:progress", args=[visit.world.checking.public_id])
    page = visit(address, who=visit.world.waiting)
    expect(page.locator("h1")).to_contain_text("Vérification en cours")

    # What the server will say when the bank has answered: the same address, another region.
    body = page.content().replace("Vérification en cours", "C’est payé").replace("data-poll", "data-was")
    page.route(re.compile(address), lambda route: route.fulfill(status=200, content_type="text/html", body=body))

    expect(page.locator("h1")).to_contain_text("C’est payé", timeout=9_000)
    assert page.locator("[data-poll]").count() == 0
