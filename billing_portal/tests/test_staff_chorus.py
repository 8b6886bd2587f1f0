"""Finance deals with documents in Chorus Pro; support looks on; strangers find nothing."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django.fixtures import Settings

from accounts.models import User
from billing_portal.staff.chorus_queues import document_queues
from billing_portal.staff.groups import FINANCE, SUPPORT
from billing_portal.tests.reconciling_desk import clerk, text
from chorus.models import Submission, SupplierAction
from chorus.states import HeldWhy, SubmissionState
from chorus.tests.customer_desk import standing
from chorus.tests.desk import Desk
from chorus.tests.fake import rejected
from chorus.tests.test_answering import says
from core import clock
from invoices.models import Invoice
from invoices.states import InvoiceStatus
from ledger import selectors as books
from tests.support.session import open_session

pytestmark = [pytest.mark.django_db, pytest.mark.once]
INBOX = reverse("staff:chorus")
BUTTONS = ("take", "give_back", "resend", "release", "hold", "acknowledge", "check", "withdraw", "mend", "complete")
FORMS = (*BUTTONS, "recycle", "replace")


@pytest.fixture(autouse=True)
def _place(settings: Settings, tmp_path: object) -> None:
    settings.STAFF_SECOND_FACTOR = False
    settings.ARCHIVE_DIR = f"{tmp_path}/archive"


@pytest.fixture
def desk(db: None) -> Desk:
    return Desk(at=clock.now() - timedelta(hours=1))


def page_of(client: Client, submission: Submission) -> str:
    return text(client.get(reverse("staff:chorus_document", args=[submission.pk])))


def press(client: Client, verb: str, submission: Submission, **data: Any) -> Any:
    return client.post(reverse(f"staff:chorus_{verb}", args=[submission.pk]), data, follow=True)


def now(submission: Submission, state: SubmissionState | None = None) -> Submission:
    submission = Submission.objects.select_related("invoice", "owner").get(pk=submission.pk)
    if state is not None:
        assert submission.state == state
    return submission


def test_a_missing_engagement_is_written_beside_the_list_and_the_document_may_leave(desk: Desk) -> None:
    finance = clerk(FINANCE)
    submission = standing(
        desk.issue(file=False, engagement_number=""), SubmissionState.WAITING_REFERENCES, missing=["ENGAGEMENT"]
    )
    page = text(finance.get(INBOX, {"document": submission.pk}))

    assert "À compléter (1)" in page
    assert "numéro d’engagement" in page
    assert 'name="engagement_number"' in page
    assert 'name="service_code"' not in page
    answer = press(finance, "mend", submission, engagement_number="EJ/2026-77", back=f"{INBOX}?lot=a-completer")
    after = now(submission, SubmissionState.READY)

    assert answer.redirect_chain == [(f"{INBOX}?lot=a-completer", 302)]
    assert after.invoice.engagement_number == "EJ/2026-77"


def test_an_impossible_reference_is_shown_again_as_it_was_typed(desk: Desk) -> None:
    submission = standing(desk.issue(file=False), SubmissionState.WAITING_REFERENCES, missing=["ENGAGEMENT"])

    answer = press(clerk(FINANCE), "mend", submission, engagement_number="<EJ>")

    assert answer.status_code == 422
    assert "&lt;EJ&gt;" in text(answer)
    assert now(submission).invoice.engagement_number == "EJ-2026-1"


def test_a_refusal_on_entry_is_explained_mended_and_sent_again(desk: Desk) -> None:
    finance = clerk(FINANCE)
    submission = desk.deposited()
    desk.chorus.reports[desk.flow(submission)] = rejected("Le code service FACT-09 est inconnu")
    desk.look(submission)
    page = text(finance.get(INBOX, {"lot": "refusees-entree", "document": str(submission.pk)}))

    assert "Le code service FACT-09 est inconnu" in page
    assert "Le même numéro" in page
    assert "c-1" in page
    press(finance, "resend", submission)
    assert now(submission).state == SubmissionState.READY
    assert "ne part jamais deux fois" in page_of(finance, desk.integrated())


def test_a_suspension_is_answered_with_a_file_once(desk: Desk) -> None:
    finance = clerk(FINANCE, "alice")
    submission = says(desk, "SUSPENDUE", "Bon de livraison manquant")
    page = page_of(finance, submission)
    key = re.search(r'name="key" value="([0-9a-f-]{36})"', page)
    assert key is not None
    assert "Bon de livraison manquant" in page

    for _twice in range(2):
        file = SimpleUploadedFile("bl-118.pdf", b"%PDF-1.4", "application/pdf")
        answer = press(finance, "complete", submission, comment="Le voici", pieces=[file], key=key[1])
        assert answer.status_code == 200, re.findall(r"errors.{400}", text(answer), re.DOTALL)

    action = SupplierAction.objects.get()
    assert (action.kind, action.asked_by) == ("COMPLETE", "Alice") or action.asked_by == "alice@example.org"
    assert [piece["name"] for piece in action.payload["pieces"]] == ["bl-118.pdf"]
    wrong = press(finance, "complete", submission, comment="", key=key[1])
    assert wrong.status_code == 422


def test_what_went_astray_is_sent_to_the_right_service(desk: Desk) -> None:
    finance = clerk(FINANCE)
    submission = says(desk, "A_RECYCLER", "Pas pour nous")
    key = "7f0c3d52-9a53-4a5c-b4b8-5a7a6b0f6a11"
    address = {"siret": desk.town_hall.siret, "service_code": "ST-VOIRIE", "engagement_number": "EJ-2"}

    other = press(finance, "recycle", submission, **(address | {"siret": "33254021516357"}), key=key)
    press(finance, "recycle", submission, **address, key=key)

    assert other.status_code == 422
    assert "un autre organisme" in text(other)
    assert SupplierAction.objects.get().payload["service_code"] == "ST-VOIRIE"
    assert "Envoyer au bon service" in page_of(finance, submission)


def test_what_the_buyer_refused_becomes_a_credit_note_and_a_draft(desk: Desk) -> None:
    finance = clerk(FINANCE)
    submission = says(desk, "REJETEE", "Prix du marché non respecté")
    number = str(submission.invoice.number)

    answer = press(finance, "replace", submission)
    draft = Invoice.objects.get(status=InvoiceStatus.DRAFT)

    assert answer.redirect_chain == [(reverse("staff:draft", args=[draft.public_id]), 302)]
    assert books.dues_of([number])[number].open.cents == 0
    assert SupplierAction.objects.get().kind == "ACKNOWLEDGE"
    again = press(finance, "replace", submission)
    assert "reprend déjà" in text(again)
    assert Invoice.objects.filter(original=submission.invoice).count() == 1


def test_a_document_is_held_released_and_never_sent_with_a_reason(desk: Desk) -> None:
    finance = clerk(FINANCE)
    submission = desk.opened()

    press(finance, "hold", submission)
    held = now(submission, SubmissionState.HELD)
    assert held.held_why == HeldWhy.STAFF
    assert press(finance, "withdraw", submission, reason="").status_code == 422
    press(finance, "release", submission)
    now(submission, SubmissionState.READY)
    press(finance, "withdraw", submission, reason="Réglée autrement")

    now(submission, SubmissionState.WITHDRAWN)
    assert "Réglée autrement" in page_of(finance, submission)
    assert "Rien n’a changé" in text(press(finance, "hold", submission))


def test_a_document_is_taken_taken_over_and_given_back(desk: Desk) -> None:
    alice, bruno = clerk(FINANCE, "alice"), clerk(FINANCE, "bruno")
    submission = desk.opened()
    press(alice, "take", submission)

    assert "Rien n’a changé" in text(press(bruno, "take", submission))
    press(bruno, "take", submission, over="1")
    assert now(submission).owner == bruno.user  # type: ignore[attr-defined]
    press(bruno, "give_back", submission)
    assert now(submission).owner is None


def test_asking_now_without_a_connection_says_so(desk: Desk) -> None:
    assert "n’a pas répondu" in text(press(clerk(FINANCE), "check", desk.integrated()))


def test_many_are_decided_one_by_one_and_listed(desk: Desk) -> None:
    finance = clerk(FINANCE)
    refused = standing(desk.issue(), SubmissionState.REJECTED, problem="Total faux")
    there = standing(desk.issue(), SubmissionState.INTEGRATED)

    answer = finance.post(reverse("staff:chorus_many"), {"verb": "resend", "pick": [refused.pk, there.pk]})

    assert answer.status_code == 200
    assert "1</strong> sur 2" in text(answer)
    assert "ne part jamais deux fois" in text(answer)
    now(refused, SubmissionState.READY)
    assert finance.post(reverse("staff:chorus_many"), {"verb": "resend"}, follow=True).status_code == 200


def test_the_page_of_a_document_says_all_and_gives_the_exact_bytes(desk: Desk) -> None:
    finance = clerk(FINANCE)
    submission = desk.integrated()
    deposit = submission.deposits.get()
    page = page_of(finance, submission)

    for said in (deposit.sha256, str(deposit.flow_number), str(submission.chorus_id), "CDAR 200", "Déposée"):
        assert said in page
    file = finance.get(reverse("staff:chorus_deposit_file", args=[submission.pk, 1]))
    assert file.content == desk.chorus.deposits[0].content
    assert finance.get(reverse("staff:chorus_deposit_file", args=[submission.pk, 2])).status_code == 404
    assert finance.get(reverse("staff:chorus_pdf", args=[submission.pk])).status_code == 404


def test_the_list_takes_few_queries_however_long(desk: Desk) -> None:
    support = clerk(SUPPORT)
    counts = []
    for _more in range(2):
        for _each in range(3):
            standing(desk.issue(file=False), SubmissionState.REJECTED, problem="Total faux")
        support.get(INBOX)
        with CaptureQueriesContext(connection) as queries:
            support.get(INBOX, {"lot": "refusees-entree"})
        counts.append(len(queries))

    assert counts[0] == counts[1]


def test_the_figures_are_shown(desk: Desk) -> None:
    desk.integrated()
    desk.opened()

    page = text(clerk(SUPPORT).get(reverse("staff:chorus_operations")))

    assert "Simulateur" in page
    assert "30 s" in page


def test_the_work_of_the_day_counts_what_waits_with_its_age(desk: Desk) -> None:
    standing(desk.issue(file=False), SubmissionState.REJECTED, state_at=desk.at)

    counted = {queue.address.rpartition("=")[2]: queue for queue in document_queues(at=desk.at) if queue.count}

    assert set(counted) == {"refusees-entree"}
    assert counted["refusees-entree"].oldest_at == desk.at


def test_the_page_of_a_public_body_shows_its_place_in_chorus(desk: Desk) -> None:
    submission = desk.opened()

    page = text(clerk(SUPPORT).get(reverse("staff:customer", args=[desk.town_hall.number])))

    assert reverse("staff:chorus_document", args=[submission.pk]) in page


def test_support_looks_and_changes_nothing(desk: Desk) -> None:
    support = clerk(SUPPORT)
    submission = desk.opened()

    assert 'method="post"' not in page_of(support, submission).replace('action="/', "").partition("<main")[2]
    for verb in FORMS:
        assert press(support, verb, submission).status_code == 403
    assert support.post(reverse("staff:chorus_many"), {"verb": "resend"}).status_code == 403
    now(submission, SubmissionState.READY)


@pytest.mark.parametrize("name", ["chorus", "chorus_operations"])
def test_strangers_and_customers_find_no_page(desk: Desk, client: Client, name: str) -> None:
    assert client.get(reverse(f"staff:{name}")).status_code in {302, 404}
    client = open_session(User.objects.create_user("stranger@example.org", "a-long-password-for-tests"))
    assert client.get(reverse(f"staff:{name}")).status_code == 404


def test_strangers_find_no_document_and_no_verb(desk: Desk) -> None:
    submission = desk.integrated()
    client = open_session(User.objects.create_user("stranger@example.org", "a-long-password-for-tests"))

    for name in ("document", "pdf", *FORMS):
        address = reverse(f"staff:chorus_{name}", args=[submission.pk])
        assert client.get(address).status_code == 404
        assert client.post(address).status_code == 404
    assert clerk(FINANCE).get(reverse("staff:chorus_document", args=[10**9])).status_code == 404
