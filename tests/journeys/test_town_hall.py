"""The town hall in a Chromium, from its settings to paid by transfer: what Chorus Pro says moves no money."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from html import unescape

import pytest
import requests
from django.conf import settings
from django.contrib.auth.models import Group
from django.test import Client
from playwright.sync_api import Page, Playwright

from accounts import services as accounts
from accounts.models import Customer, CustomerKind, User
from accounts.selectors import current_seller
from bank.services import import_file
from billing_portal.staff.groups import FINANCE
from chorus.models import Submission
from chorus.states import SubmissionState
from core import clock
from core.clock import local_date
from invoices import services as invoices
from invoices.models import Invoice
from invoices.selectors import files_of
from ledger import selectors as books
from tests.journeys.visitor import every_check_holds
from tests.support.chromium import launch_arguments
from tests.support.stack import Stack

pytestmark = pytest.mark.journey
TOWN_HALL = "21690123100011"
_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
_SECONDS = 20


@dataclass(slots=True)
class Person:
    """Somebody signed in, with a browser."""

    stack: Stack
    browser: requests.Session

    def open(self, address: str) -> str:
        answer = self.browser.get(self.stack.site + address, timeout=_SECONDS)
        answer.raise_for_status()
        return unescape(answer.text)

    def send(self, page: str, address: str = "", **typed: str) -> str:
        """Fill in the form of a page and send it, there or to the address of its button."""
        token = _TOKEN.search(self.open(page))
        assert token is not None
        form = {"csrfmiddlewaretoken": token[1], **typed}
        answer = self.browser.post(self.stack.site + (address or page), data=form, timeout=_SECONDS)
        answer.raise_for_status()
        return unescape(answer.text)


class Window:
    """A Chromium in front of somebody: what they type, press and read."""

    def __init__(self, page: Page) -> None:
        self._page = page

    def open(self, address: str) -> None:
        self._page.goto(address)

    def type(self, **words: str) -> None:
        """Fill in fields by their names; choices and lists by their values."""
        for name, word in words.items():
            field = self._page.locator(f"main [name={name}]")
            if field.first.get_attribute("type") == "radio":
                self._page.locator(f"main [name={name}][value='{word}']").check(force=True)
            elif field.evaluate("each => each.tagName") == "SELECT":
                field.select_option(word)
            else:
                field.fill(word)

    def press(self, button: str) -> None:
        self._page.get_by_role("button", name=button, exact=True).click()
        self._page.wait_for_load_state()

    def reads(self, words: str) -> bool:
        self._page.locator("main").get_by_text(words).first.wait_for()
        return True

    def agent_presses(self, invoice: Invoice, button: str) -> None:
        """On the page that imitates Chorus Pro, where the agents of the town hall sit."""
        document = self._page.locator("article", has_text=str(invoice.number))
        document.get_by_role("button", name=button, exact=True).click()
        self._page.wait_for_load_state()


@pytest.fixture
def window(playwright: Playwright) -> Iterator[Callable[[User | None, str], Window]]:
    """Open a Chromium for somebody, signed in; or for a stranger to the portal."""
    chromium = playwright.chromium.launch(**launch_arguments())

    def open_for(user: User | None, site: str) -> Window:
        context = chromium.new_context(base_url=site, locale="fr-FR", timezone_id="Europe/Paris")
        context.set_default_timeout(_SECONDS * 1000)
        if user is not None:
            session = client_of(user).cookies[settings.SESSION_COOKIE_NAME].value
            context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": site}])
        return Window(context.new_page())

    yield open_for
    chromium.close()


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def signed_in(stack: Stack, user: User) -> Person:
    client = client_of(user)
    browser = requests.Session()
    browser.headers["Accept-Language"] = "fr"
    for name, morsel in client.cookies.items():
        browser.cookies.set(name, morsel.value)
    return Person(stack, browser)


def somebody_of_finance(stack: Stack) -> Person:
    user = User.objects.create_user("finance.chorus@example.org", "a-long-password-for-tests", is_staff=True)
    user.groups.add(Group.objects.get(name=FINANCE))
    return signed_in(stack, user)


def a_town_hall() -> Customer:
    return accounts.create_customer(
        kind=CustomerKind.PUBLIC,
        name="Mairie de Saint-Étienne-du-Bois",
        email="mairie.chorus@example.org",
        siret=TOWN_HALL,
        address_line1="1 place de la République",
        postcode="69123",
        city="Saint-Étienne-du-Bois",
        at=clock.now(),
    )


def issue(hall: Customer) -> Invoice:
    line = invoices.NewLine("Hébergement du site de la commune", Decimal(1), Decimal("260.00"), Decimal(20))
    return invoices.issue(invoices.draft(hall, [line], at=clock.now()), at=clock.now())


def submission_of(invoice: Invoice) -> Submission:
    return Submission.objects.get(invoice=invoice)


def stands(invoice: Invoice, state: SubmissionState) -> bool:
    return Submission.objects.filter(invoice=invoice, state=state).exists()


def still_due(invoice: Invoice) -> int:
    return books.dues_of([str(invoice.number)])[str(invoice.number)].open.cents


def test_a_town_hall_from_its_settings_to_paid_by_transfer(
    stack: Stack, window: Callable[[User | None, str], Window]
) -> None:
    stack.bank.control("chorus/pace", seconds=0)
    accounts.ensure_first_rows()
    hall, finance = a_town_hall(), somebody_of_finance(stack)
    lucie = window(User.objects.get(email="mairie.chorus@example.org"), stack.site)

    choose_the_service(lucie)
    hall.refresh_from_db()
    assert hall.service_code == "FACT-01"

    invoice = issue(hall)
    stack.wait(lambda: stands(invoice, SubmissionState.WAITING_REFERENCES), "it waits for an engagement")
    stack.wait(lambda: any("mairie.chorus" in str(mail["to"]) for mail in stack.bank.mails()), "the mail")
    give_the_engagement(lucie, invoice)
    stack.wait(lambda: stands(invoice, SubmissionState.READY), "nothing is missing")
    stack.wait(lambda: has_its_file(invoice), "the file with the engagement is printed")

    page = f"/admin/chorus/{submission_of(invoice).pk}/"
    finance.send(page, f"{page}renvoyer/")
    stack.wait(lambda: stands(invoice, SubmissionState.DEPOSITED), "the worker deposits it")
    finance.send(page, f"{page}verifier/")
    assert stands(invoice, SubmissionState.INTEGRATED)
    agent = window(None, stack.bank.url)
    agent.open("/chorus/")
    for button in ("Mandater", "Mettre en paiement"):
        agent.agent_presses(invoice, button)
    finance.send(page, f"{page}verifier/")
    assert submission_of(invoice).chorus_status == "MISE_EN_PAIEMENT"
    assert still_due(invoice) == invoice.total_cents, "Chorus Pro moves no money"

    pays_by_transfer(stack, invoice)

    assert still_due(invoice) == 0
    lucie.open(f"/factures/{invoice.public_id}/")
    assert lucie.reads("Rien d’autre à payer.")
    every_check_holds()


def choose_the_service(lucie: Window) -> None:
    lucie.open("/parametres/chorus/")
    lucie.type(siret=f"{TOWN_HALL[:3]} {TOWN_HALL[3:6]} {TOWN_HALL[6:9]} {TOWN_HALL[9:]}")
    lucie.press("Enregistrer")
    assert lucie.reads("Mairie de Saint-Étienne-du-Bois")
    lucie.type(service_code="FACT-01")
    lucie.press("Enregistrer")


def give_the_engagement(lucie: Window, invoice: Invoice) -> None:
    lucie.open(f"/factures/{invoice.public_id}/chorus/")
    lucie.type(engagement_number="EJ-2026-00421")
    lucie.press("Enregistrer")
    assert lucie.reads("EJ-2026-00421")


def has_its_file(invoice: Invoice) -> bool:
    known = files_of(invoice).facturx
    return known is not None and known.routing["engagement_number"] == "EJ-2026-00421"


def pays_by_transfer(stack: Stack, invoice: Invoice) -> None:
    """The public accountant sends a transfer that names the invoice, and the statement is imported."""
    day = local_date(clock.now()) - timedelta(days=1)
    iban = current_seller(on=day).iban
    text = f"MANDAT 4471 BORD 212 {invoice.number}"
    transfer = {"cents": invoice.total_cents, "text": text, "name": "SGC DE LEGE", "account": iban}
    stack.bank.control("bank/transfers", day=day.isoformat(), **transfer)
    statement = stack.bank.read(f"/bank/camt.053.xml?from={day}&to={day}")
    import_file(statement, "releve-mairie.xml", at=clock.now())
