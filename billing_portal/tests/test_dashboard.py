from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from django.test import Client
from django.utils import translation

from accounts.models import Customer, User
from billing_portal.dashboard import overview
from core import clock
from core.clock import local_date
from core.money import Money
from invoices import services as invoices
from ledger import services as ledger
from ledger.kinds import Journal, Origin
from payments.models import Payment, PaymentStatus, Purpose

if TYPE_CHECKING:
    from datetime import datetime

    from pytest_django import DjangoAssertNumQueries

    from invoices.models import Invoice
    from tests.support.cast import Cast

MOST_QUERIES = 10


def bill(customer: Customer, *, euros: str = "39.00", at: datetime) -> Invoice:
    line = invoices.NewLine("Pro hosting", Decimal(1), Decimal(euros), Decimal(20))
    return invoices.issue(invoices.draft(customer, [line], at=at), at=at)


def top_up(customer: Customer, amount: Money, *, at: datetime, name: str = "pi_1") -> None:
    ledger.receive_money(
        customer.pk,
        amount,
        source=ledger.Source(Origin.CARD, name, f"stripe:{name}"),
        clearing_account="517100",
        journal=Journal.CARD,
        label="Paiement par carte P-7K2M-94QX",
        piece_ref=name,
        piece_date=local_date(at),
        key=f"stripe:{name}:credit",
        at=at,
    )


def silent_payment(customer: Customer, *, at: datetime) -> Payment:
    return Payment.objects.create(
        customer=customer,
        purpose=Purpose.PAY_DUE,
        status=PaymentStatus.UNKNOWN,
        amount_cents=4680,
        language="fr",
        page_expires_at=at,
        ask_at=at,
        created_at=at,
        updated_at=at,
    )


def read(user: User, *, language: str = "fr") -> str:
    client = Client(headers={"accept-language": language})
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    client.cookies["django_language"] = language
    response = client.get("/")
    assert response.status_code == 200
    spaced = re.sub(r"</(dt|dd|p|td|th|li)>", " ", response.content.decode())
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", spaced))


def test_a_new_customer_is_up_to_date_and_told_what_comes(cast: Cast) -> None:
    page = read(cast.claire)

    assert "À jour" in page
    assert "Aucun mouvement pour l’instant" in page
    assert "Moyen débité Aucun" in page


def test_what_is_owed_is_the_sentence_and_the_button(cast: Cast) -> None:
    invoice = bill(cast.individual, at=clock.now() - timedelta(days=2))

    page = read(cast.claire)

    assert "46,80 € à régler avant le" in page
    assert f"La facture {invoice.number} attend." in page
    assert "Payer 46,80 €" in page
    assert "dans 28 jours" in page


def test_the_page_says_when_it_is_late(cast: Cast) -> None:
    today = clock.local_date(clock.now())
    bill(cast.individual, at=clock.at_noon(today - timedelta(days=36)))  # days of Paris, over the change of the hour

    page = read(cast.claire, language="en")

    assert "6 days late. €46.80 to pay" in page
    assert "passed 6 days ago" in page
    assert "Late" in page


def test_money_at_hand_shows_as_an_advance(cast: Cast) -> None:
    top_up(cast.individual, Money(10_000), at=clock.now())

    page = read(cast.claire)

    assert "À jour" in page
    assert "100,00 €" in page
    assert "Disponible pour vos prochaines factures" in page
    assert "+100,00 €" in page


def test_a_payment_being_checked_hides_the_button_and_leads_to_its_page(cast: Cast) -> None:
    bill(cast.individual, at=clock.now())
    silent_payment(cast.individual, at=clock.now())

    page = read(cast.claire)

    assert "Ne payez pas une seconde fois." in page
    assert "Voir ce paiement" in page
    assert "Payer 46,80" not in page


def test_somebody_who_only_reads_sees_everything_and_cannot_pay(cast: Cast) -> None:
    invoice = bill(cast.individual, at=clock.now())

    page = read(cast.accountant)

    assert str(invoice.number) in page
    assert "en lecture seule" in page
    assert "Payer 46,80" not in page
    assert "Alimenter le compte" not in page


def test_a_public_body_is_led_to_its_transfer(cast: Cast) -> None:
    bill(cast.town_hall, at=clock.now())

    page = read(User.objects.get(email="mairie@example.org"))

    assert "Un organisme public paie par virement" in page
    assert cast.town_hall.reference.rf_shown in page
    assert "Payer 46,80" not in page


def test_the_number_the_reference_and_the_account_to_pay_on_are_there(cast: Cast) -> None:
    page = read(cast.claire)

    assert cast.individual.reference.shown in page
    assert cast.individual.reference.rf_shown in page
    assert "FR76 9999 9000" in page


def test_nobody_sees_the_account_of_somebody_else(cast: Cast) -> None:
    invoice = bill(cast.individual, at=clock.now())

    page = read(cast.outsider)

    assert str(invoice.number) not in page
    assert cast.individual.reference.shown not in page


def test_a_visitor_is_sent_to_sign_in(client: Client, db: None) -> None:
    response = client.get("/")

    assert response.status_code == 302
    assert response["Location"].startswith("/account/login/")


def test_a_user_without_any_customer_has_no_such_page(client: Client, db: None) -> None:
    client.force_login(User.objects.create_user("alone@example.org"))

    assert client.get("/").status_code == 404


def test_the_busiest_page_costs_ten_queries(cast: Cast, django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    for days in (70, 40, 10):
        bill(cast.individual, at=clock.now() - timedelta(days=days))
    top_up(cast.individual, Money(2_000), at=clock.now())
    silent_payment(cast.individual, at=clock.now())
    client = Client()
    client.force_login(cast.claire, backend="django.contrib.auth.backends.ModelBackend")

    with django_assert_max_num_queries(MOST_QUERIES):
        client.get("/")


def test_latest_means_five_movements_and_three_invoices(cast: Cast, noon: datetime) -> None:
    for months in range(6):
        bill(cast.individual, at=noon + timedelta(days=30 * months))

    with translation.override("fr"):
        page = overview(cast.individual, at=noon + timedelta(days=151), may_pay=True)

    assert page["lines"][0].label.startswith("Facture FA2027-")
    assert (len(page["lines"]), len(page["documents"])) == (5, 3)
    assert [document.kind for document in page["documents"]] == ["due", "late", "late"]


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_the_page_is_only_read(cast: Cast, method: str) -> None:
    client = Client()
    client.force_login(cast.claire)

    assert getattr(client, method)("/").status_code == 405
