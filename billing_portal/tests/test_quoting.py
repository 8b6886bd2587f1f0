"""Staff send quotes and pro forma invoices from the line form of invoices, look at them, and take them back."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse

from accounts.models import User
from billing_portal.staff.groups import FINANCE, SUPPORT
from core import clock
from core.clock import local_date
from invoices import services
from invoices.models import Invoice, Quote
from invoices.services import render_quote
from invoices.states import QuoteStatus
from invoices.tests.making import HOSTING, quoted

if TYPE_CHECKING:
    from pathlib import Path

    from accounts.models import Customer

pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.fixture(autouse=True)
def _one_factor(settings: Any, tmp_path: Path) -> None:
    settings.STAFF_SECOND_FACTOR = False
    settings.ARCHIVE_DIR = tmp_path / "stored"


def staff(group: str) -> Client:
    user = User.objects.create_user(f"{group}@example.org", "a-long-password-for-tests", is_staff=True)
    user.groups.add(Group.objects.get(name=group))
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def finance(db: None) -> Client:
    return staff(FINANCE)


def draft(customer: Customer) -> Invoice:
    return services.draft(customer, [HOSTING], at=clock.now())


def test_a_draft_is_sent_as_a_pro_forma_once(customer: Customer, finance: Client) -> None:
    written = draft(customer)
    address = reverse("staff:send_quote", args=[written.public_id])
    assert address in finance.get(reverse("staff:draft", args=[written.public_id])).content.decode()
    until = local_date(clock.now()) + timedelta(days=15)

    answers = [finance.post(address, {"kind": "PROFORMA", "valid_until": until.isoformat()}) for _ in "12"]

    quote = Quote.objects.get()
    assert {answer["Location"] for answer in answers} == {reverse("staff:quote", args=[quote.public_id])}
    assert (quote.number[:2], quote.valid_until) == ("PF", until)
    assert quote.number in finance.get(reverse("staff:customer", args=[customer.number])).content.decode()
    assert not Invoice.objects.exists()


def test_a_wrong_last_day_is_said_and_nothing_is_sent(customer: Customer, finance: Client) -> None:
    address = reverse("staff:send_quote", args=[draft(customer).public_id])

    answer = finance.post(address, {"kind": "QUOTE", "valid_until": "2020-01-01"})

    assert answer.status_code == 422
    assert "un an plus tard" in answer.content.decode()
    assert not Quote.objects.exists()


def test_the_page_shows_who_agreed_and_the_invoice(customer: Customer, finance: Client) -> None:
    quote = quoted(customer, at=clock.now())
    by = User.objects.get(email="claire@example.org")
    invoice = services.accept(quote, services.Agreement(by, "192.0.2.7", "Firefox", "D’accord"), at=clock.now())

    page = finance.get(reverse("staff:quote", args=[quote.public_id])).content.decode()

    assert all(words in page for words in ("192.0.2.7", "Firefox", "D’accord", str(invoice.number), by.email))
    assert "Retirer le devis" not in page
    trail = finance.get(reverse("staff:trail", args=[invoice.number])).content.decode()
    assert quote.number in trail


def test_taking_back_needs_a_reason_and_is_once(customer: Customer, finance: Client) -> None:
    quote = quoted(customer, at=clock.now())
    address = reverse("staff:withdraw_quote", args=[quote.public_id])
    assert finance.post(address).status_code == 422

    for _ in range(2):
        finance.post(address, {"reason": "Erreur de prix"})

    kept = Quote.objects.get()
    assert (kept.status, kept.reason) == (QuoteStatus.WITHDRAWN, "Erreur de prix")


def test_the_file_is_the_stored_one(customer: Customer, finance: Client) -> None:
    quote = quoted(customer, at=clock.now())
    address = reverse("staff:quote_file", args=[quote.public_id])
    assert finance.get(address)["Location"] == reverse("staff:quote", args=[quote.public_id])

    render_quote(quote.pk, at=clock.now())

    assert finance.get(address).content.startswith(b"%PDF")


def test_support_looks_and_does_not_send(customer: Customer) -> None:
    support, quote = staff(SUPPORT), quoted(customer, at=clock.now())

    assert support.get(reverse("staff:quote", args=[quote.public_id])).status_code == 200
    assert support.get(reverse("staff:send_quote", args=[draft(customer).public_id])).status_code == 403
    assert support.post(reverse("staff:withdraw_quote", args=[quote.public_id]), {"reason": "x"}).status_code == 403
    assert Quote.objects.get().status == QuoteStatus.SENT


@pytest.mark.parametrize("name", ["quote", "quote_file", "withdraw_quote"])
def test_customers_find_no_page_of_staff(client: Client, customer: Customer, name: str) -> None:
    quote = quoted(customer, at=clock.now())
    client.force_login(User.objects.get(email="claire@example.org"))

    assert client.get(reverse(f"staff:{name}", args=[quote.public_id])).status_code == 404
