"""Finance imports bank statements by hand, in two steps; support looks; strangers find nothing."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.contrib.auth.models import Group
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import DjangoCaptureOnCommitCallbacks, Settings

from accounts.models import Approval, User
from bank.models import BankLine, StatementFile, TableProfile
from billing_portal.staff.groups import FINANCE, SUPPORT
from tests.support.cast import Cast
from tests.support.statements import Movement, camt053

pytestmark = [pytest.mark.django_db, pytest.mark.once]
IMPORT = reverse("staff:import_statement")
CONFIRM = reverse("staff:confirm_statement")
DESCRIBE = reverse("staff:describe_statement")
ASK = reverse("staff:ask_anyway")
CONTENT = camt053(
    [Movement(12_000, "2026-11-02", text="FA2026-000001", name="<b>Durand</b>", reference="B1")], opening=5_000
)


@pytest.fixture(autouse=True)
def _place(settings: Settings, tmp_path: Path) -> None:
    settings.STAFF_SECOND_FACTOR = False
    settings.ARCHIVE_DIR, settings.EXPORT_DIR = tmp_path / "archive", tmp_path / "exports"


def staff(group: str) -> Client:
    user = User.objects.create_user(f"{group}@example.org", "a-long-password-for-tests", is_staff=True)
    user.groups.add(Group.objects.get(name=group))
    client = Client()
    client.force_login(user)
    return client


def sent(client: Client, content: bytes, name: str = "relevé.xml", **more: str) -> str:
    answer = client.post(IMPORT, {"file": SimpleUploadedFile(name, content), **more})
    return answer.content.decode()


def ticket(page: str) -> str:
    found = re.search(r'name="ticket" value="([^"]+)"', page)
    assert found is not None
    return found[1]


def test_a_statement_is_shown_then_confirmed_and_nothing_is_written_before() -> None:
    client = staff(FINANCE)
    page = sent(client, CONTENT)

    assert "50,00" in page
    assert "170,00" in page
    assert "C’est le premier de ce compte." in page
    assert "&lt;b&gt;Durand&lt;/b&gt;" in page
    assert not StatementFile.objects.exists()
    done = client.post(CONFIRM, {"ticket": ticket(page)}, follow=True)

    assert "1 nouvelle ligne a été importée." in done.content.decode()
    assert StatementFile.objects.get().imported_by == User.objects.get(email="finance@example.org")
    assert BankLine.objects.get().amount_cents == 12_000
    again = sent(client, CONTENT)
    assert "Ce fichier a déjà été importé" in again


def test_what_is_refused_is_said_at_the_file() -> None:
    client = staff(FINANCE)
    answer = client.post(IMPORT, {"file": SimpleUploadedFile("a.xml", camt053([], opening=1, closing=2))})

    assert answer.status_code == 422
    assert "Le compte n’y est pas" in answer.content.decode()
    assert client.post(IMPORT, {}).status_code == 422
    assert client.post(IMPORT, {"file": SimpleUploadedFile("a.xml", b"")}).status_code == 422


def test_a_table_that_nobody_knows_is_described_once() -> None:
    client = staff(FINANCE)
    content = b"Quand;Quoi;Combien\n02/11/2026;Don;12,00\n"
    question = sent(client, content, "banque.csv")
    assert "Combien" in question

    answers = {"ticket": ticket(question), "column_0": "booked_on", "column_1": "text"}
    incomplete = client.post(DESCRIBE, answers)
    assert incomplete.status_code == 422
    preview = client.post(DESCRIBE, {**answers, "column_2": "amount"}).content.decode()

    assert "12,00" in preview
    assert TableProfile.objects.count() == 1
    assert "12,00" in sent(client, content.replace(b"Don", b"Autre"), "banque.csv")


def test_a_ticket_is_for_the_person_who_sent_the_file() -> None:
    page = sent(staff(FINANCE), CONTENT)
    other = User.objects.create_superuser("chef@example.org", "a-long-password-for-tests")
    client = Client()
    client.force_login(other)

    assert client.post(CONFIRM, {"ticket": ticket(page)}).headers["Location"] == IMPORT
    assert client.post(CONFIRM, {"ticket": "forged"}).headers["Location"] == IMPORT
    assert not StatementFile.objects.exists()


def test_support_looks_and_imports_nothing_and_strangers_find_no_page(cast: Cast) -> None:
    finance, support = staff(FINANCE), staff(SUPPORT)
    finance.post(CONFIRM, {"ticket": ticket(sent(finance, CONTENT))})
    line = BankLine.objects.get()
    pages = [
        reverse("admin:bank_statement_changelist"),
        reverse("admin:bank_statement_change", args=[line.statement_id]),
        reverse("admin:bank_bankline_changelist"),
        reverse("admin:bank_bankline_change", args=[line.pk]),
    ]

    assert {support.get(page).status_code for page in pages} == {200}
    assert support.get(IMPORT).status_code == 403
    assert support.post(CONFIRM, {"ticket": "x"}).status_code == 403
    assert "Importer un relevé" in finance.get(pages[0]).content.decode()
    for person in (cast.claire, cast.accountant, cast.outsider):
        stranger = Client()
        stranger.force_login(person)
        assert {stranger.get(page).status_code for page in [IMPORT, pages[0], pages[2]]} <= {302, 404}
        assert stranger.get(IMPORT).status_code == 404


def test_one_that_does_not_add_up_is_asked_for_and_another_person_sees_it_and_agrees(
    cast: Cast, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    client, support = staff(FINANCE), staff(SUPPORT)
    torn = camt053([Movement(12_000, "2026-11-02", reference="B1")], opening=5_000, closing=16_000)
    page = sent(client, torn)
    assert "L’importer malgré tout" in page
    assert client.post(ASK, {"ticket": ticket(page)}).status_code == 422
    assert support.post(ASK, {"ticket": ticket(page), "reason": "x"}).status_code == 403

    asked = client.post(ASK, {"ticket": ticket(page), "reason": "La banque a perdu une page"})
    approval = Approval.objects.get()
    assert asked.headers["Location"] == reverse("staff:approval", args=[approval.public_id])
    assert not StatementFile.objects.exists()
    seen = client.get(reverse("staff:statement_anyway", args=[approval.subject])).content.decode()
    assert "10,00" in seen
    assert CONFIRM not in seen
    assert support.get(reverse("staff:statement_anyway", args=["0" * 64])).status_code == 404
    stranger = Client()
    stranger.force_login(cast.accountant)
    assert stranger.post(ASK, {"ticket": "x", "reason": "x"}).status_code == 404
    assert stranger.get(reverse("staff:statement_anyway", args=[approval.subject])).status_code == 404

    other = User.objects.create_superuser("chef@example.org", "a-long-password-for-tests")
    chief = Client()
    chief.force_login(other)
    decide = reverse("staff:decide", args=[approval.public_id])
    client.post(decide, {"decision": "approve"})
    assert not StatementFile.objects.exists()
    with django_capture_on_commit_callbacks(execute=True):
        chief.post(decide, {"decision": "approve"})

    line = BankLine.objects.get()
    assert line.statement.gap_cents == 1_000
    shown = support.get(reverse("admin:bank_statement_change", args=[line.statement_id])).content.decode()
    assert "+10,00" in shown.replace("\u202f", "").replace("\xa0", "")
    assert "Ce fichier a déjà été importé" in sent(client, torn)


def test_what_else_is_refused_offers_no_way_around_it() -> None:
    client = staff(FINANCE)
    torn = camt053([Movement(12_000, "2026-11-02")], opening=5_000, closing=1, currency="USD")

    assert "malgré tout" not in sent(client, torn)
    assert client.post(ASK, {"ticket": "forged", "reason": "x"}).headers["Location"] == IMPORT


def test_lists_ask_the_database_a_few_times(django_assert_max_num_queries: object) -> None:
    client = staff(FINANCE)
    client.post(CONFIRM, {"ticket": ticket(sent(client, camt053([Movement(1, "2026-11-02")] * 30)))})

    with django_assert_max_num_queries(16):  # type: ignore[operator]
        client.get(reverse("admin:bank_bankline_changelist"))
