"""Every status of Chorus Pro and every state of ours has words for both sides."""

from __future__ import annotations

import pytest
from django.utils import translation

from chorus.states import HeldWhy, SubmissionState
from chorus.words import STATES, STATUSES, state_words, status_words, step_title, words_of

KINDS = {"ok", "due", "late", "wait", ""}
LABELS = {
    "DEPOSEE": "Déposée",
    "EN_COURS_ACHEMINEMENT": "En cours d’acheminement vers le destinataire",
    "MISE_A_DISPOSITION": "Mise à disposition du destinataire",
    "PRISE_EN_COMPTE_DESTINATAIRE": "Prise en compte",
    "SERVICE_FAIT": "Service fait",
    "MANDATEE": "Mandatée",
    "MISE_A_DISPOSITION_COMPTABLE": "Mise à disposition du comptable",
    "COMPTABILISEE": "Comptabilisée",
    "MISE_EN_PAIEMENT": "Mise en paiement",
    "SUSPENDUE": "Suspendue",
    "COMPLETEE": "Complétée – mise à disposition",
    "A_RECYCLER": "À recycler (erreur d’acheminement)",
    "REJETEE": "Rejetée par l’ordonnateur",
}


@pytest.mark.parametrize(("code", "label"), LABELS.items())
def test_the_labels_are_those_of_chorus_pro(code: str, label: str) -> None:
    assert str(status_words(code).label) == label


@pytest.mark.parametrize("state", SubmissionState)
def test_each_state_says_what_it_means_to_both_sides(state: SubmissionState) -> None:
    words = state_words(state)

    assert words.kind in KINDS
    assert words.label
    assert words.for_customer
    assert words.for_staff


def test_no_status_is_left_without_words_in_either_language() -> None:
    for language in ("fr", "en"):
        with translation.override(language):
            for words in (*STATUSES.values(), *STATES.values()):
                assert str(words.label)
                assert str(words.for_customer).endswith(".")
                assert str(words.for_staff).endswith((".", "?"))
                assert words.kind in KINDS


def test_a_word_of_tomorrow_is_shown_as_told_and_concluded_from_by_nobody() -> None:
    words = status_words("REMPLACEE_PAR_A22")

    assert (words.label, words.kind) == ("Remplacee par a22", "wait")
    assert "rien à faire" in str(words.for_customer)
    assert step_title("NOUVEAU_MOT") == "Nouveau mot"
    assert step_title("SUSPENDUE") == "Suspendue"
    assert step_title("COMPLETE_ASKED").startswith("Répondre")


def test_put_in_payment_is_never_said_to_be_money() -> None:
    assert "à l’arrivée de l’argent" in str(status_words("MISE_EN_PAIEMENT").for_customer)


@pytest.mark.parametrize(
    ("state", "status", "label"),
    [
        (SubmissionState.WAITING_REFERENCES, "", "Référence manquante"),
        (SubmissionState.REJECTED, "", "Refusée à l’entrée"),
        (SubmissionState.INTEGRATED, "", "Dans Chorus Pro"),
        (SubmissionState.INTEGRATED, "SUSPENDUE", "Suspendue"),
        (SubmissionState.FINISHED, "MISE_EN_PAIEMENT", "Mise en paiement"),
        (SubmissionState.FINISHED, "", "Terminée"),
        (SubmissionState.UNKNOWN, "", "Vérification en cours"),
    ],
)
def test_one_label_says_where_it_stands(state: SubmissionState, status: str, label: str) -> None:
    assert str(words_of(state, status).label) == label


def test_what_is_held_back_for_money_says_so() -> None:
    paid = state_words(SubmissionState.HELD, HeldWhy.PAID_BEFORE)

    assert "payée deux fois" in str(paid.for_customer)
    assert paid.for_customer != state_words(SubmissionState.HELD, HeldWhy.STAFF).for_customer
