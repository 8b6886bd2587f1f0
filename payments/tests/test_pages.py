from __future__ import annotations

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django.fixtures import Settings

from accounts import services as accounts
from accounts.models import Role, User
from core.money import Money
from payments.gateways.base import PageState
from payments.models import Payment, PaymentStatus
from payments.tests.desk import Desk, a_receipt
from payments.tests.test_applying import owe
from tests.support.cast import make_company

pytestmark = pytest.mark.once

FORM = "/alimenter/"


@pytest.fixture
def claire(desk: Desk, client: Client) -> Client:
    client.force_login(User.objects.get(email="claire@example.org"))
    return client


def words(html: bytes | str) -> str:
    text = html.decode() if isinstance(html, bytes) else html
    main = text[text.index("<main") : text.index("</main>")]
    plain = re.sub(r"<[^>]+>", " ", main).replace("\u00a0", " ").replace("\u202f", " ")
    return re.sub(r"\s+", " ", plain)


def address_of(payment: Payment, tail: str = "") -> str:
    return f"/paiements/{payment.public_id}/{tail}"


# --- The form ---------------------------------------------------------------------------------------------------------
def test_the_form_proposes_what_is_due_and_repeats_it_on_the_button(desk: Desk, claire: Client) -> None:
    owe(desk, 4_680)
    page = claire.get(FORM)

    assert 'value="46,80" checked' in page.content.decode()
    assert "Payer 46,80 €" in words(page.content)
    assert "Nouveau solde 0,00 €" in words(page.content)


def test_without_a_debt_the_form_proposes_round_amounts(claire: Client) -> None:
    said = words(claire.get(FORM).content)

    assert "20,00 € 50,00 € 100,00 € Autre montant" in said
    assert "Nouveau solde" not in said


def test_the_form_shows_the_bank_transfer_and_refuses_cheques(desk: Desk, claire: Client) -> None:
    said = words(claire.get(FORM).content)

    assert desk.customer.reference.shown in said
    assert "IBAN" in said
    assert "Les chèques ne sont pas acceptés" in said


def test_paying_leads_to_the_providers_page(desk: Desk, claire: Client) -> None:
    answer = claire.post(FORM, {"amount": "46,80", "method": "CARD"})

    assert answer.status_code == 303
    assert answer["Location"] == Payment.objects.get().checkout_url
    assert Payment.objects.get().actor == User.objects.get(email="claire@example.org")


def test_the_providers_page_is_an_allowed_form_target(claire: Client, settings: Settings) -> None:
    policy = claire.get(FORM)["Content-Security-Policy"]

    assert f"form-action 'self' {settings.STRIPE_CHECKOUT_ORIGIN}" in policy


def test_a_wrong_amount_is_explained_and_kept(claire: Client) -> None:
    page = claire.post(FORM, {"amount": "3,50", "method": "CARD"})

    assert page.status_code == 200
    assert "Rien n’a été débité" in words(page.content)
    assert "Saisissez un montant entre 5,00 € et 5 000,00 €" in words(page.content)
    assert 'value="3,50"' in page.content.decode()
    assert "<title>Erreur" in page.content.decode().replace("\n", "")
    assert not Payment.objects.exists()


@pytest.mark.parametrize(
    "twice", ["amount=5&amount=9", "amount=50&method=CARD&method=PAYPAL", "amount=50&method=CARD&save=1&save=0"]
)
def test_two_answers_to_one_question_start_nothing(claire: Client, twice: str) -> None:
    page = claire.post(FORM, f"{twice}&method=CARD", content_type="application/x-www-form-urlencoded")

    assert page.status_code == 200
    assert "plusieurs réponses" in words(page.content)
    assert not Payment.objects.exists()


@pytest.mark.parametrize("field", ["customer", "customer_id", "status", "received_cents", "balance", "amount_cents"])
def test_other_columns_cannot_be_posted(desk: Desk, claire: Client, field: str) -> None:
    other = make_company(desk.at)
    claire.post(FORM, {"amount": "50", "method": "CARD", field: str(other.pk)})

    payment = Payment.objects.get()
    assert (payment.customer, payment.amount_cents) == (desk.customer, 5_000)
    assert payment.status == PaymentStatus.OPEN


def test_too_many_payments_are_told_when_to_come_back(desk: Desk, claire: Client, settings: Settings) -> None:
    settings.TOP_UPS_PER_HOUR = 1
    claire.post(FORM, {"amount": "50", "method": "CARD"})

    page = claire.post(FORM, {"amount": "61,50", "method": "CARD"})

    assert page.status_code == 429
    assert 0 < int(page["Retry-After"]) <= 3600
    assert "Recommencez dans 60 min, ou payez par virement" in words(page.content)
    assert 'value="61,50"' in page.content.decode()


def test_a_payment_being_checked_is_announced_and_one_more_must_be_meant(desk: Desk, claire: Client) -> None:
    owe(desk, 4_680)
    payment = desk.told(desk.start(), PageState.PENDING)

    assert "46,80 € est en cours de vérification. Ne le payez pas une seconde fois" in words(claire.get(FORM).content)
    again = claire.post(FORM, {"amount": "46,80", "method": "CARD"})
    assert again["Location"] == address_of(payment)
    meant = claire.post(FORM, {"amount": "46,80", "method": "CARD", "on_top": "1"})
    assert meant["Location"] == Payment.objects.latest("pk").checkout_url


def test_a_silent_provider_leads_to_the_page_that_tells_it(desk: Desk, claire: Client) -> None:
    desk.silence()
    answer = claire.post(FORM, {"amount": "50", "method": "CARD"})

    assert (answer.status_code, answer["Location"]) == (303, address_of(Payment.objects.get()))


def test_an_amount_that_was_kept_is_filled_in(claire: Client) -> None:
    assert 'value="61,50"' in claire.get(FORM, {"amount": "61,50"}).content.decode()
    assert claire.get(FORM, {"amount": "<script>"}).status_code == 200


def test_the_form_needs_its_token(desk: Desk) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(User.objects.get(email="claire@example.org"))

    assert strict.post(FORM, {"amount": "50", "method": "CARD"}).status_code == 403
    assert not Payment.objects.exists()


# --- Three truths -----------------------------------------------------------------------------------------------------
def test_credited(desk: Desk, claire: Client) -> None:
    payment = desk.pay(desk.start())
    said = words(claire.get(address_of(payment)).content)

    assert "46,80 € ajoutés à votre compte" in said
    assert "Votre solde est maintenant de 46,80 €" in said
    assert "Nous avons écrit à claire@example.org" in said
    assert "Visa •• 4242" in said
    assert "RC20" in said


def test_credited_with_another_amount(desk: Desk, claire: Client) -> None:
    payment = desk.told(desk.start(), PageState.PAID, receipt=a_receipt(4_000))
    said = words(claire.get(address_of(payment)).content)

    assert "40,00 € ajoutés à votre compte" in said
    assert "Vous aviez demandé 46,80 €" in said


def test_being_checked(desk: Desk, claire: Client) -> None:
    payment = desk.told(desk.start(), PageState.PENDING)
    page = claire.get(address_of(payment)).content.decode()

    assert "Ne payez pas une seconde fois." in words(page)
    assert '<noscript><meta http-equiv="refresh" content="10"></noscript>' in page
    assert 'data-poll="5"' in page
    assert "Payer" not in words(page)
    still = claire.get(address_of(payment) + "?auto=0").content.decode()
    assert "http-equiv" not in still
    assert "data-poll" not in still


def test_not_answered_yet(desk: Desk, claire: Client) -> None:
    desk.silence()
    payment = desk.start()
    said = words(claire.get(address_of(payment)).content)

    assert "Ne payez pas une seconde fois." in said
    assert "n’a pas encore répondu, et rien n’a été débité" in said


def test_not_finished(desk: Desk, claire: Client) -> None:
    payment = desk.start()
    page = claire.get(address_of(payment)).content.decode()

    assert "Vous n’avez pas été débité. Le paiement n’est pas terminé" in words(page)
    assert f'href="{payment.checkout_url}"' in page
    assert "Continuer et payer 46,80 €" in words(page)


@pytest.mark.parametrize(
    ("card", "advice"),
    [
        ("4000000000009995", "Solde insuffisant sur la carte"),
        ("4000000000000069", "La carte a expiré"),
        ("4000000000000127", "ne correspondent pas"),
        ("4000000000009987", "Votre banque n’a pas donné de motif"),
        ("4000000000009979", "Votre banque n’a pas donné de motif"),
    ],
)
def test_refused_says_what_to_do_and_never_that_a_card_is_lost_or_stolen(
    desk: Desk, claire: Client, card: str, advice: str
) -> None:
    payment = desk.pay(desk.start(), card)
    said = words(claire.get(address_of(payment, "annule/")).content)

    assert "Vous n’avez pas été débité. Votre banque a refusé le paiement" in said
    assert advice in said
    assert "Le montant de 46,80 € est conservé" in said
    assert not re.search(r"vol|perdu|stolen|lost|code :", said.lower())


def test_cancelled_keeps_the_amount(desk: Desk, claire: Client) -> None:
    payment = desk.start(6_150)
    page = claire.get(address_of(payment, "annule/")).content.decode()

    assert "Paiement annulé" in words(page)
    assert "/alimenter/?amount=61,50" in page


def test_giving_up_closes_the_page(desk: Desk, claire: Client) -> None:
    payment = desk.start()
    told = claire.post(address_of(payment, "annule/"), follow=True)

    assert "Le paiement n’a pas eu lieu" in words(told.content)
    assert desk.bank.pay(payment.session_id)["outcome"] == "CLOSED"


def test_the_page_that_did_not_open(desk: Desk, claire: Client) -> None:
    desk.bank.advance(3 * 3600)
    payment = desk.start()
    said = words(claire.get(address_of(payment)).content)

    assert "Vous n’avez pas été débité. La page de paiement ne s’est pas ouverte" in said


def test_the_address_may_be_kept_for_years(desk: Desk, claire: Client) -> None:
    payment = desk.ask(desk.pay(desk.start()))
    desk.silence()

    Payment.objects.update(created_at=desk.at - timedelta(days=900))
    assert "46,80 € ajoutés" in words(claire.get(address_of(payment)).content)


def test_english_readers_read_english(desk: Desk, claire: Client) -> None:
    User.objects.filter(email="claire@example.org").update(language="en")
    payment = desk.pay(desk.start())
    said = words(claire.get(address_of(payment)).content)

    assert "€46.80 added to your account" in said


# --- Who may ----------------------------------------------------------------------------------------------------------
@pytest.fixture
def accountant(desk: Desk) -> Client:
    user = User.objects.create_user("cabinet@example.org", "a-long-password-for-tests")
    accounts.add_member(desk.customer, user, Role.READ_ONLY)
    reader = Client()
    reader.force_login(user)
    return reader


def test_the_accountant_reads_why_she_cannot_pay(accountant: Client) -> None:
    for answer in (accountant.get(FORM), accountant.post(FORM, {"amount": "50", "method": "CARD"})):
        assert answer.status_code == 403
        assert "<h1" in answer.content.decode()
    assert not Payment.objects.exists()


def test_the_accountant_sees_a_payment_and_cannot_touch_it(desk: Desk, accountant: Client) -> None:
    payment = desk.start()
    page = accountant.get(address_of(payment))

    assert page.status_code == 200
    assert "/alimenter/" not in page.content.decode()[page.content.decode().index("<main") :]
    assert accountant.post(address_of(payment, "annule/")).status_code == 403
    payment.refresh_from_db()
    assert payment.status == PaymentStatus.OPEN


def test_the_stranger_finds_nothing(desk: Desk) -> None:
    payment = desk.start()
    make_company(desk.at)
    stranger = Client()
    stranger.force_login(User.objects.get(email="compta@durand.example.org"))

    for address in (address_of(payment), address_of(payment, "annule/"), f"/paiements/{uuid4()}/"):
        assert stranger.get(address).status_code == 404
    assert stranger.post(address_of(payment, "annule/")).status_code == 404


def test_nobody_pays_without_signing_in(desk: Desk) -> None:
    payment = desk.start()

    for address in (FORM, address_of(payment)):
        answer = Client().get(address)
        assert answer.status_code == 302
        assert answer["Location"].startswith("/account/login/?next=")


# --- Cost -------------------------------------------------------------------------------------------------------------
def test_pages_ask_few_questions(desk: Desk, claire: Client) -> None:
    owe(desk, 4_680)
    payment = desk.ask(desk.pay(desk.start()))

    for address in (FORM, address_of(payment)):
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert claire.get(address).status_code == 200
        assert len(asked) <= 14, (address, [query["sql"][:90] for query in asked])
    assert Money(payment.received_cents or 0) == Money(4_680)
