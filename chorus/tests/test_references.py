"""Step two of an invoice to a public body, and the answer to a suspension."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.models import Engagement, Role, User
from accounts.services import add_engagement, add_member
from chorus.models import LifecycleEvent, Source, Structure, Submission, SupplierAction
from chorus.states import Missing, StructureState, SubmissionState
from chorus.tests.customer_desk import stands
from core import clock
from core.clock import local_date
from core.money import Money
from invoices import archive
from tests.support.cast import TOWN_HALL_SIRET

if TYPE_CHECKING:
    from django.test import Client

    from tests.support.cast import Cast

pytestmark = [pytest.mark.django_db, pytest.mark.once]
WAITING, READY, INTEGRATED = SubmissionState.WAITING_REFERENCES, SubmissionState.READY, SubmissionState.INTEGRATED
ASKED = {"service_code": "FACT-01", "engagement_number": "", "market_number": ""}


@pytest.fixture
def structure(db: None) -> Structure:
    """The town hall: it requires both, and has an open service, a closed one."""
    now = clock.now()
    made = Structure.objects.create(
        siret=TOWN_HALL_SIRET,
        chorus_id=1,
        name="Mairie",
        state=StructureState.ACTIVE,
        service_required=True,
        engagement_required=True,
        checked_at=now,
        created_at=now,
    )
    for number, (code, is_active) in enumerate({"FACT-01": True, "VOIRIE": True, "FERME": False}.items(), 1):
        made.services.create(chorus_id=number, code=code, name=f"Service {code}", is_active=is_active, checked_at=now)
    return made


@pytest.fixture
def clerk(client: Client, cast: Cast) -> Client:
    client.force_login(User.objects.get(email="mairie@example.org"))
    return client


@pytest.fixture
def waiting(cast: Cast, structure: Structure) -> Submission:
    return stands(cast.town_hall, WAITING, missing=[Missing.ENGAGEMENT])


def send(
    client: Client, submission: Submission, *, status: int = 302, name: str = "references", **typed: object
) -> str:
    values = typed if name == "answer" else ASKED | typed
    response = client.post(reverse(f"chorus:{name}", args=[submission.invoice.public_id]), values)
    assert response.status_code == status, response.content.decode()[-3000:]
    return response.content.decode().replace("\xa0", " ")


def shown(client: Client, submission: Submission, name: str = "references") -> str:
    response = client.get(reverse(f"chorus:{name}", args=[submission.invoice.public_id]))
    assert response.status_code == 200
    return response.content.decode().replace("\xa0", " ")


def test_completed_it_leaves_by_itself_with_slashes_as_typed(clerk: Client, waiting: Submission) -> None:
    send(clerk, waiting, engagement_number=" 2026/EJ-77/B ")

    waiting.refresh_from_db()
    waiting.invoice.refresh_from_db()
    assert waiting.invoice.engagement_number == "2026/EJ-77/B"
    assert (waiting.state, waiting.missing) == (READY, [])
    given = LifecycleEvent.objects.get(code="REFERENCES")
    assert (given.source, given.actor) == (Source.CUSTOMER, "mairie@example.org")
    page = clerk.get(reverse("invoices:detail", args=[waiting.invoice.public_id])).content.decode()
    assert "Rien ne manque" in page
    assert "Références données" in page


def test_the_services_offered_are_those_that_are_open_and_a_closed_one_is_explained(
    clerk: Client, waiting: Submission
) -> None:
    page = shown(clerk, waiting)
    assert "Service VOIRIE (VOIRIE)" in page
    assert "FERME" not in page

    page = send(clerk, waiting, status=422, engagement_number="EJ-9", service_code="FERME", market_number="M-1")
    assert "Ce service n’est plus actif" in page
    assert 'value="EJ-9"' in page
    assert 'value="M-1"' in page


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"engagement_number": ""}, "Votre administration exige un numéro d’engagement."),
        ({"engagement_number": "EJ", "service_code": ""}, "Votre administration exige un service"),
        ({"engagement_number": "9" * 51}, "51 caractères : Chorus Pro en accepte 50 au plus"),
        ({"engagement_number": "EJ<b>"}, "engagement_number"),
    ],
)
def test_what_the_buyer_does_not_take_is_said_at_its_field_and_nothing_is_saved(
    clerk: Client, waiting: Submission, typed: dict[str, str], said: str
) -> None:
    assert said in send(clerk, waiting, status=422, **typed)

    waiting.refresh_from_db()
    waiting.invoice.refresh_from_db()
    assert (waiting.state, waiting.invoice.engagement_number) == (WAITING, "")


def test_once_it_was_sent_nothing_changes_and_the_page_says_what_to_do(clerk: Client, cast: Cast) -> None:
    gone = stands(cast.town_hall, SubmissionState.SENDING)

    response = clerk.post(
        reverse("chorus:references", args=[gone.invoice.public_id]), ASKED | {"engagement_number": "EJ"}, follow=True
    )

    assert "Écrivez-nous" in response.content.decode()
    gone.invoice.refresh_from_db()
    assert gone.invoice.engagement_number == ""


def test_the_number_may_be_kept_for_the_next_invoices(clerk: Client, waiting: Submission) -> None:
    send(clerk, waiting, engagement_number="EJ-NEXT", for_next="on")

    kept = Engagement.objects.get()
    assert (kept.number, kept.service_code, kept.customer_id) == ("EJ-NEXT", "FACT-01", waiting.invoice.customer_id)


def test_a_ceiling_that_is_used_up_warns_and_stops_nothing(clerk: Client, cast: Cast, waiting: Submission) -> None:
    now = clock.now()
    add_engagement(cast.town_hall, "EJ-PLEIN", valid_from=local_date(now), ceiling=Money(1_000), by=None, at=now)

    assert "Il reste" in shown(clerk, waiting)
    response = clerk.post(
        reverse("chorus:references", args=[waiting.invoice.public_id]),
        ASKED | {"engagement_number": "EJ-PLEIN"},
        follow=True,
    )

    assert "est épuisé" in response.content.decode()
    waiting.refresh_from_db()
    assert waiting.state == READY


def test_a_refusal_on_entry_is_corrected_here_and_goes_again(clerk: Client, cast: Cast, structure: Structure) -> None:
    refused = stands(cast.town_hall, SubmissionState.REJECTED, problem="Le code service n'est pas actif")
    assert "Choisissez un service actif" in shown(clerk, refused)

    send(clerk, refused, engagement_number="EJ-1", service_code="VOIRIE")

    refused.refresh_from_db()
    assert refused.state == READY


def test_an_unknown_directory_asks_for_a_code_in_words(clerk: Client, cast: Cast) -> None:
    submission = stands(cast.town_hall, SubmissionState.READY)

    assert 'name="service_code" value="FACT-01"' in shown(clerk, submission)


def test_strangers_find_nothing_and_who_may_look_changes_nothing(
    client: Client, cast: Cast, waiting: Submission
) -> None:
    address = reverse("chorus:references", args=[waiting.invoice.public_id])
    client.force_login(cast.outsider)
    assert client.get(address).status_code == 404
    assert client.post(address, ASKED | {"engagement_number": "EJ"}).status_code == 404

    add_member(cast.town_hall, cast.accountant, Role.READ_ONLY)
    client.force_login(cast.accountant)
    client.post(reverse("accounts:switch"), {"customer": cast.town_hall.number})
    page = shown(client, waiting)
    assert "disabled" in page
    assert "Enregistrer" not in page
    assert client.post(address, ASKED | {"engagement_number": "EJ"}).status_code == 403
    waiting.refresh_from_db()
    assert waiting.state == WAITING


def suspended(cast: Cast) -> Submission:
    at = clock.now() - timedelta(days=1)
    words = "Bon de livraison manquant"
    return stands(
        cast.town_hall,
        INTEGRATED,
        chorus_status="SUSPENDUE",
        chorus_status_at=at,
        chorus_comment=words,
        available_at=at,
        suspended_at=at,
    )


def test_a_suspension_is_answered_with_words_and_files_once(clerk: Client, cast: Cast) -> None:
    submission = suspended(cast)
    page = shown(clerk, submission, "answer")
    assert "Bon de livraison manquant" in page
    assert "arrêté depuis le" in page

    for _ in range(2):
        files = [SimpleUploadedFile("bl-118.pdf", b"%PDF-1.7 bl", content_type="application/pdf")]
        clerk.post(
            reverse("chorus:answer", args=[submission.invoice.public_id]), {"comment": "Le voici.", "files": files}
        )

    action = SupplierAction.objects.get()
    assert action.payload["comment"] == "Le voici."
    assert archive.read(action.payload["pieces"][0]["sha256"]) == b"%PDF-1.7 bl"
    assert action.source == Source.CUSTOMER


@pytest.mark.parametrize(
    ("name", "comment", "said"),
    [
        ("virus.exe", "Le voici", "virus.exe"),
        ("", "", "Écrivez une réponse"),
        (f"{'n' * 60}.pdf", "Le voici", "50"),
    ],
)
def test_an_answer_that_chorus_pro_would_not_take_is_refused_here(
    clerk: Client, cast: Cast, name: str, comment: str, said: str
) -> None:
    submission = suspended(cast)
    files = {"files": SimpleUploadedFile(name, b"x")} if name else {}

    page = send(clerk, submission, status=422, name="answer", comment=comment, **files)

    assert said in page
    assert comment in page
    assert not SupplierAction.objects.exists()


def test_what_is_not_suspended_is_not_answered(clerk: Client, waiting: Submission, client: Client, cast: Cast) -> None:
    send(clerk, waiting, name="answer", comment="x")
    assert not SupplierAction.objects.exists()

    client.force_login(cast.outsider)
    send(client, suspended(cast), status=404, name="answer", comment="x")
