"""The town hall by its browser, from its settings to paid by transfer: what Chorus Pro says moves no money."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from html import unescape

import pytest
import requests
from django.contrib.auth.models import Group
from django.test import Client

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


def signed_in(stack: Stack, user: User) -> Person:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
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


def agent_decides(stack: Stack, invoice: Invoice, status: str) -> None:
    """The agent presses a button of the page that imitates Chorus Pro."""
    page = requests.get(f"{stack.bank.url}/chorus/", timeout=_SECONDS).text
    found = re.search(rf'id="n(\d+)">[^<]*{invoice.number}', page)
    assert found is not None, page[:2000]
    address = f"{stack.bank.url}/chorus/invoices/{found[1]}/status"
    requests.post(address, data={"status": status}, timeout=_SECONDS).raise_for_status()


def test_a_town_hall_from_its_settings_to_paid_by_transfer(stack: Stack) -> None:
    stack.bank.control("chorus/pace", seconds=0)
    accounts.ensure_first_rows()
    hall, finance = a_town_hall(), somebody_of_finance(stack)
    lucie = signed_in(stack, User.objects.get(email="mairie.chorus@example.org"))

    assert "Saint-Étienne-du-Bois" in lucie.send("/parametres/chorus/", etape="siret", siret=TOWN_HALL)
    lucie.send("/parametres/chorus/?etape=service", etape="service", service_code="FACT-01")
    hall.refresh_from_db()
    assert hall.service_code == "FACT-01"

    invoice = issue(hall)
    stack.wait(lambda: stands(invoice, SubmissionState.WAITING_REFERENCES), "it waits for an engagement")
    stack.wait(lambda: any("mairie.chorus" in str(mail["to"]) for mail in stack.bank.mails()), "the mail")
    second = f"/factures/{invoice.public_id}/chorus/"
    lucie.send(second, service_code="FACT-01", engagement_number="EJ-2026-00421", market_number="")
    stack.wait(lambda: stands(invoice, SubmissionState.READY), "nothing is missing")
    stack.wait(lambda: has_its_file(invoice), "the file with the engagement is printed")

    page = f"/admin/chorus/{submission_of(invoice).pk}/"
    finance.send(page, f"{page}renvoyer/")
    stack.wait(lambda: stands(invoice, SubmissionState.DEPOSITED), "the worker deposits it")
    finance.send(page, f"{page}verifier/")
    assert stands(invoice, SubmissionState.INTEGRATED)
    for status in ("MANDATEE", "MISE_EN_PAIEMENT"):
        agent_decides(stack, invoice, status)
    finance.send(page, f"{page}verifier/")
    assert submission_of(invoice).chorus_status == "MISE_EN_PAIEMENT"
    assert still_due(invoice) == invoice.total_cents, "Chorus Pro moves no money"

    pays_by_transfer(stack, invoice)

    assert still_due(invoice) == 0
    every_check_holds()


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
