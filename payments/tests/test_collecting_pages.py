"""The pages of automatic collection, as customers, an accountant and a stranger see them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts import services as accounts
from accounts.models import Role, User
from payments.models import (
    CollectingRule,
    Debit,
    DebitState,
    EndedWhy,
    Method,
    Payment,
    Provider,
    Purpose,
    SavedMethod,
)
from payments.services import collecting
from payments.tests.debit_desk import DebitDesk, state_of
from payments.tests.drawer import MASTERCARD
from payments.tests.test_pages import words
from tests.support.bank import ASKING_CARD
from tests.support.cast import make_company
from tests.support.proof import just_proved

pytestmark = pytest.mark.once

LIST = "/moyens-de-paiement/"
MOST_QUERIES = 10
SWITCH = f"{LIST}prelevement-automatique/"


@pytest.fixture
def claire(debits: DebitDesk, client: Client) -> Client:
    assert debits is not None
    return just_proved(client, User.objects.get(email="claire@example.org"))


@pytest.fixture
def accountant(debits: DebitDesk) -> Client:
    user = User.objects.create_user("cabinet@example.org", "a-long-password-for-tests")
    accounts.add_member(debits.drawer.customer, user, Role.READ_ONLY)
    return just_proved(Client(), user)


@pytest.fixture
def stranger(debits: DebitDesk) -> Client:
    make_company(debits.at)
    return just_proved(Client(), User.objects.get(email="compta@durand.example.org"))


def address(debit: Debit, tail: str = "") -> str:
    return f"/prelevements/{debit.public_id}/{tail}"


def change(client: Client, debit: Debit, **answers: str) -> str:
    return words(client.post(address(debit, "modifier/"), answers, follow=True).content)


def test_it_is_turned_on_under_an_agreement_and_off_again(debits: DebitDesk, claire: Client) -> None:
    debits.save()
    debits.owe(in_days=10)
    assert "J’autorise" in words(claire.get(SWITCH).content)
    assert "cochez la case" in words(claire.post(SWITCH, {"days_before": "0"}).content)
    assert not CollectingRule.objects.exists()

    said = words(claire.post(SWITCH, {"days_before": "0", "agreed": "on"}, follow=True).content)

    rule = CollectingRule.objects.get()
    assert (rule.is_on, rule.actor, bool(rule.consent_address)) == (True, User.objects.get(), True)
    assert "Le prélèvement automatique est activé" in said
    assert "De Visa •• 4242" in said
    assert "46,80 € seront débités le" in said

    said = words(claire.post(SWITCH, {"action": "off"}, follow=True).content)
    assert "Ce qui est dû reste dû" in said
    assert Debit.objects.get().ended_why == EndedWhy.OFF


def test_without_a_method_it_cannot_be_turned_on(claire: Client) -> None:
    assert "Enregistrez d’abord" in words(claire.get(SWITCH).content)
    said = words(claire.post(SWITCH, {"days_before": "0", "agreed": "on"}).content)

    assert "Aucun moyen de paiement n’est enregistré" in said


def test_a_debit_is_put_off_taken_from_another_method_or_paid_otherwise(debits: DebitDesk, claire: Client) -> None:
    debit = debits.planned()
    other = debits.save(MASTERCARD)
    later = debit.collect_on + timedelta(days=4)

    assert "aura lieu le" in change(claire, debit, action="move", day=later.isoformat())
    assert "jusqu’au" in change(claire, debit, action="move", day=(later + timedelta(days=30)).isoformat())
    assert "sera débité le" in change(claire, debit, action="method", method=str(other.public_id))
    debit.refresh_from_db()
    assert (debit.method, debit.collect_on >= debit.due_on) == (other, True)
    assert "n’aura pas lieu" in change(claire, debit, action="other")
    assert state_of(debit) == DebitState.CANCELLED
    assert "déjà en cours, ou terminé" in change(claire, debit, action="other")
    assert claire.post(address(debit, "modifier/"), {"action": "steal"}).status_code == 404


def test_the_page_of_a_debit_tells_each_step_and_what_is_to_come(debits: DebitDesk, claire: Client) -> None:
    debit = debits.planned()
    said = words(claire.get(address(debit)).content)
    assert "Annoncé" in said
    assert "À débiter" in said
    assert debit.reference in said

    debits.day_of(debit)
    debits.collect()
    said = words(claire.get(address(debit)).content)

    assert "Débité" in said
    assert "Définitif" in said
    assert debit.attempts.get().reference in said


def test_a_bank_that_asks_is_answered_from_the_page(debits: DebitDesk, claire: Client) -> None:
    debit = debits.planned(card=ASKING_CARD)
    debits.day_of(debit)
    debits.collect()
    assert "Votre banque vous demande de confirmer" in words(claire.get(address(debit)).content)

    debits.drawer.bank.control("clock", reset=True)  # the page is open by the real clock
    answer = claire.post(address(debit, "payer/"))

    payment = Payment.objects.get(purpose=Purpose.PAY_DUE)
    assert (answer.status_code, answer["Location"]) == (303, payment.checkout_url)
    assert payment.amount_cents == 4_680


def test_a_debit_that_is_being_checked_is_never_said_to_be_uncharged(debits: DebitDesk, claire: Client) -> None:
    debit = debits.planned()
    debits.day_of(debit)
    debits.drawer.bank.fail("drop", times=1000)
    debits.collect()

    said = words(claire.get(f"/paiements/{debit.attempts.get().public_id}/").content)

    assert "rien n’a été débité" not in said.lower()
    assert "n’a pas encore répondu pour 46,80 €" in said
    assert claire.post(f"/paiements/{debit.attempts.get().public_id}/annule/").status_code == 302
    assert debit.attempts.get().is_live


def test_a_debit_of_our_bank_is_shown_without_asking_anybody(debits: DebitDesk, claire: Client) -> None:
    debit = debits.planned()
    debits.day_of(debit)
    payment = debits.claimed(debit)
    Payment.objects.filter(pk=payment.pk).update(provider=Provider.BANK, method=Method.SEPA)
    collecting.send_to_bank(payment.pk, at=debits.at)

    said = words(claire.get(f"/paiements/{payment.public_id}/").content)

    assert "Votre banque n’a pas encore répondu pour 46,80 €" in said
    assert "46,80 €" in words(claire.get("/alimenter/").content)


def test_why_nothing_is_collected_is_said(debits: DebitDesk, claire: Client) -> None:
    debit = debits.planned()
    debits.refuse(debit.method, "expired_card")
    debits.day_of(debit)
    debits.collect()

    said = words(claire.get(LIST).content)
    assert "Aucun moyen enregistré n’est utilisable" in said
    debits.save(MASTERCARD)  # saved by the drawer's clock, as if before the failure
    SavedMethod.objects.filter(is_default=True).update(consent_at=debits.at - timedelta(days=2))
    said = words(claire.get(LIST).content)
    assert "Non prélevé automatiquement" in said
    assert "Il a été refusé chaque fois" in said


def test_a_method_is_saved_and_what_is_due_paid_in_one_go(debits: DebitDesk, claire: Client) -> None:
    debits.owe()
    assert "Enregistrer et payer 46,80 € maintenant" in words(claire.get(f"{LIST}ajouter/").content)

    answer = claire.post(f"{LIST}ajouter/", {"kind": "CARD", "agreed": "on", "pay": "due"})

    payment = Payment.objects.get()
    assert (answer.status_code, answer["Location"]) == (303, payment.checkout_url)
    assert (payment.purpose, payment.amount_cents) == (Purpose.PAY_DUE, 4_680)
    debits.drawer.paid(payment)
    assert SavedMethod.objects.get().payment == payment


def test_an_accountant_looks_and_changes_nothing(debits: DebitDesk, accountant: Client) -> None:
    debit = debits.planned()

    shown = accountant.get(address(debit))
    assert shown.status_code == 200
    assert b"<form" not in shown.content.split(b"<main")[1]
    assert accountant.get(SWITCH).status_code == 403
    for tail in ("modifier/", "payer/"):
        assert accountant.post(address(debit, tail), {"action": "other"}).status_code == 403
    assert state_of(debit) == DebitState.ANNOUNCED


def test_a_stranger_finds_nothing(debits: DebitDesk, stranger: Client) -> None:
    debit = debits.planned()
    assert stranger.get(address(debit)).status_code == 404
    for tail in ("modifier/", "payer/"):
        assert stranger.post(address(debit, tail), {"action": "other"}).status_code == 404
    assert state_of(debit) == DebitState.ANNOUNCED


def test_the_pages_ask_few_questions(debits: DebitDesk, claire: Client) -> None:
    debit = debits.planned()
    debits.owe(2_000, in_days=20)
    debits.plan()
    for place in (LIST, address(debit), SWITCH):
        claire.get(place)
        with CaptureQueriesContext(
            connection,
        ) as asked:
            claire.get(place)
        own = [query for query in asked if "SAVEPOINT" not in query["sql"]]
        assert len(own) <= MOST_QUERIES, "\n".join(query["sql"][:150] for query in own)
