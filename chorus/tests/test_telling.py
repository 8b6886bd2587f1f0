"""What customers are written about their documents in Chorus Pro."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from accounts.models import Customer
from chorus.models import Submission
from chorus.services import telling
from chorus.states import Missing, SubmissionState
from chorus.tests.customer_desk import stands
from outbox.models import Message
from tests.support.cast import NOON, make_town_hall

pytestmark = pytest.mark.django_db
WAITING, INTEGRATED, REJECTED = (
    SubmissionState.WAITING_REFERENCES,
    SubmissionState.INTEGRATED,
    SubmissionState.REJECTED,
)


@pytest.fixture
def town_hall() -> Customer:
    return make_town_hall()


def only(messages: list[Message]) -> Message:
    [mail] = messages
    assert mail.recipients == ["mairie@example.org"]
    return mail


def test_what_waits_says_what_for_and_that_nothing_is_late(town_hall: Customer) -> None:
    submission = stands(town_hall, WAITING, missing=[Missing.ENGAGEMENT])

    mail = only(telling.waiting(submission, NOON))

    assert mail.subject == f"Facture {submission.invoice.number} attend un numéro d’engagement"
    assert "exige\u00a0: numéro d’engagement" in mail.text
    assert "rien n’est en retard" in mail.text
    assert f"/factures/{submission.invoice.public_id}/chorus/" in mail.text


def test_the_same_lack_is_said_once_and_another_one_again(town_hall: Customer) -> None:
    submission = stands(town_hall, WAITING, missing=[Missing.SERVICE, Missing.ENGAGEMENT])
    telling.waiting(submission, NOON)
    telling.waiting(submission, NOON + timedelta(days=1))
    submission.missing = [Missing.SERVICE_CLOSED]
    telling.waiting(submission, NOON + timedelta(days=2))

    subjects = list(Message.objects.filter(kind="chorus.waiting").order_by("pk").values_list("subject", flat=True))
    assert [subject.split("attend")[1] for subject in subjects] == [
        " : il manque numéro d’engagement, code service",
        " : il manque service actif",
    ]


def test_in_chorus_pro_is_said_once(town_hall: Customer) -> None:
    submission = stands(town_hall, INTEGRATED)

    mail = only(telling.deposited(submission, NOON))
    telling.deposited(submission, NOON + timedelta(hours=1))

    assert mail.subject == f"Facture {submission.invoice.number} est dans Chorus Pro"
    assert Message.objects.filter(kind="chorus.deposited").count() == 1


def test_a_suspension_brings_the_words_of_the_buyer_each_time_it_happens(town_hall: Customer) -> None:
    words: dict[str, Any] = {"chorus_status": "SUSPENDUE", "chorus_comment": "Bon de livraison <b>manquant</b>"}
    submission = stands(town_hall, INTEGRATED, chorus_status_at=NOON, **words)
    mail = only(telling.suspended(submission, NOON))
    telling.suspended(submission, NOON + timedelta(minutes=5))
    submission.chorus_status_at = NOON + timedelta(days=3)
    telling.suspended(submission, NOON + timedelta(days=3))

    assert "«\u00a0Bon de livraison <b>manquant</b>\u00a0»" in mail.text
    assert "Bon de livraison &lt;b&gt;manquant&lt;/b&gt;" in mail.html
    assert "Le délai de paiement est arrêté" in mail.text
    assert Message.objects.filter(kind="chorus.suspended").count() == 2


def test_a_refusal_of_the_buyer_is_final_and_we_correct_it(town_hall: Customer) -> None:
    submission = stands(
        town_hall, INTEGRATED, chorus_status="REJETEE", chorus_status_at=NOON, chorus_comment="Prix faux"
    )

    mail = only(telling.rejected(submission, NOON))

    assert mail.subject == f"Facture {submission.invoice.number} : rejet par vos services dans Chorus Pro"
    assert "Prix faux" in mail.text
    assert "un avoir et émis à nouveau sous un nouveau numéro" in mail.text


@pytest.mark.parametrize(
    ("problem", "said"),
    [
        (
            "Le numero d'engagement est obligatoire.|Le code service n'est pas actif.",
            ["Votre administration exige un numéro d’engagement", "Choisissez un service actif"],
        ),
        ("L'element …SpecifiedTradeSettlementPaymentMeans.TypeCode.value est obligatoire.", ["Vous n’avez rien à"]),
        ("Erreur 42 inconnue", ["pour une raison que nous devons examiner"]),
    ],
)
def test_a_refusal_on_entry_says_what_to_fix_and_never_the_words_of_a_machine(
    town_hall: Customer, problem: str, said: list[str]
) -> None:
    submission = stands(town_hall, REJECTED, problem=problem)

    mail = only(telling.rejected(submission, NOON))

    assert mail.subject == f"Facture {submission.invoice.number} : refus de Chorus Pro à l’entrée"
    assert all(words in mail.text for words in said)
    assert "TypeCode" not in mail.text
    assert "Erreur 42" not in mail.text


def test_what_went_astray_asks_for_the_right_address(town_hall: Customer) -> None:
    submission = stands(town_hall, INTEGRATED, chorus_status="A_RECYCLER", chorus_status_at=NOON)

    mail = only(telling.recycled(submission, NOON))

    assert "le bon code service" in mail.text
    assert "Leur message" not in mail.text


@pytest.mark.parametrize("state", [WAITING, REJECTED, INTEGRATED])
def test_each_mail_has_its_english_words(town_hall: Customer, state: SubmissionState) -> None:
    town_hall.language = "en"
    town_hall.save()
    submission = Submission.objects.select_related("invoice__customer").get(
        pk=stands(town_hall, state, missing=[Missing.ENGAGEMENT], problem="engagement").pk
    )

    verbs = [telling.waiting, telling.deposited, telling.suspended, telling.recycled, telling.rejected]
    mails = [mail for verb in verbs for mail in verb(submission, NOON)]

    assert len(mails) == 5
    assert not any(word in mail.text for mail in mails for word in ("Facture ", "Montant", "Votre", "votre "))
