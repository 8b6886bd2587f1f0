"""Exports as finance asks for them: the page, the job, the file, who may take it, and how long."""

from __future__ import annotations

import io
import json
import os
import re
import uuid
import zipfile
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.contrib.auth.models import Group
from django.test import Client

from accounts.models import User
from billing_portal import tasks
from billing_portal.exports import building, keeping
from billing_portal.exports.catalogue import REPORTS
from billing_portal.staff.groups import FINANCE, SUPPORT
from core import clock
from core.money import Money
from invoices.tests.making import issued, pay
from ledger import services as books
from outbox import services as outbox
from outbox.models import Job, JobState
from tests.support.cast import NOON
from tests.support.workbook import read_workbook

if TYPE_CHECKING:
    from pathlib import Path

    from invoices.models import Invoice
    from tests.support.cast import Cast

pytestmark = pytest.mark.django_db
PAGE = "/admin/exports/"
ANSWERS: dict[str, dict[str, str]] = {
    "fec": {"year": "2026", "kind": "zip"},
    "journaux": {"month": "2026-11", "until": "2026-12", "kind": "zip"},
    "factures": {"since": "2026-11-01", "until": "2026-11-30", "document": "INVOICE", "customer": "", "kind": "csv"},
    "tva": {"month": "2026-11", "until": "", "kind": "xlsx"},
    "des": {"month": "2026-11", "declaration": "1", "kind": "csv"},
    "oss": {"year": "2026", "quarter": "4", "kind": "xlsx"},
    "produits-constates-d-avance": {"day": "2026-11-30", "kind": "xlsx"},
    "balance-agee": {"day": "2026-11-30", "kind": "csv"},
}


@pytest.fixture(autouse=True)
def folders(settings: Any, tmp_path: Path) -> Path:
    settings.STAFF_SECOND_FACTOR = False
    settings.ARCHIVE_DIR = tmp_path / "archive"
    settings.EXPORT_DIR = tmp_path / "exports"
    return tmp_path / "exports"


def staff(group: str, name: str = "") -> Client:
    user = User.objects.create_user(f"{name or group}@example.org", "a-long-password-for-tests", is_staff=True)
    user.groups.add(Group.objects.get(name=group))
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def finance(db: None) -> Client:
    return staff(FINANCE)


@pytest.fixture
def invoice(cast: Cast) -> Invoice:
    pay(cast.company, 1_000)
    return issued(cast.company)


def ask(client: Client, name: str, **other: str) -> Any:
    return client.post(f"{PAGE}{name}/demander/", {"mark": str(uuid.uuid4()), **ANSWERS[name], **other})


def done(client: Client, name: str, **other: str) -> Job:
    """Ask, and let the worker do it."""
    assert ask(client, name, **other).status_code == 302
    job = Job.objects.filter(kind=building.BUILD).latest("pk")
    return outbox.run(job.pk, at=clock.now())


def taken(client: Client, job: Job) -> tuple[str, bytes]:
    response = client.get(f"{PAGE}{job.pk}/fichier/")
    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "private, no-store"
    [name] = re.findall(r'filename="([^"]+)"', response.headers["Content-Disposition"])
    return name, b"".join(response)


def words(response: Any) -> str:
    return str(response.content.decode())


def test_there_is_an_answer_for_each_export() -> None:
    assert set(ANSWERS) == set(REPORTS)


@pytest.mark.parametrize("name", ANSWERS)
def test_each_export_is_asked_for_made_and_taken(finance: Client, invoice: Invoice, name: str) -> None:
    job = done(finance, name)

    assert (job.state, job.queue, job.error) == (JobState.DONE, "exports", "")
    file, content = taken(finance, job)
    assert file.endswith(f".{ANSWERS[name]['kind']}")
    assert len(content) == job.result["size"]
    assert job.result["warning"] == ""
    page = words(finance.get(PAGE))
    assert f"{PAGE}{job.pk}/fichier/" in page
    assert file in page


def test_the_journal_comes_with_its_description(finance: Client, invoice: Invoice) -> None:
    name, content = taken(finance, done(finance, "fec"))

    assert name == "999999998FEC20261231.zip"
    with zipfile.ZipFile(io.BytesIO(content)) as bundle:
        assert sorted(bundle.namelist()) == ["999999998FEC20261231-description.txt", "999999998FEC20261231.txt"]
        assert str(invoice.number) in bundle.read("999999998FEC20261231.txt").decode()


def test_the_list_of_invoices_follows_what_was_asked(finance: Client, invoice: Invoice, cast: Cast) -> None:
    other = issued(cast.individual)

    _, every = taken(finance, done(finance, "factures", kind="xlsx"))
    _, one = taken(finance, done(finance, "factures", customer=cast.individual.reference.shown))

    [rows] = read_workbook(every).values()
    assert [row[0] for row in rows[1:]] == [invoice.number, other.number]
    assert str(other.number) in one.decode()
    assert str(invoice.number) not in one.decode()


def test_a_second_click_is_the_same_request(finance: Client, invoice: Invoice) -> None:
    mark = str(uuid.uuid4())
    for _ in range(2):
        ask(finance, "balance-agee", mark=mark)

    assert Job.objects.filter(kind=building.BUILD).count() == 1


def test_a_job_that_is_done_twice_gives_the_same_file(finance: Client, invoice: Invoice, folders: Path) -> None:
    job = done(finance, "balance-agee")
    first = taken(finance, job)

    again = building.build(**job.payload, at=clock.now())

    assert again == job.result
    assert taken(finance, job) == first
    assert len(list(folders.iterdir())) == 1


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("fec", {"year": "1999"}),
        ("fec", {"kind": "exe"}),
        ("fec", {"mark": "../../etc/passwd"}),
        ("journaux", {"month": "2026-13"}),
        ("journaux", {"until": "2026-10"}),
        ("factures", {"until": "2026-10-31"}),
        ("factures", {"customer": "C104273-41"}),
        ("des", {"declaration": "0"}),
        ("oss", {"quarter": "5"}),
        ("balance-agee", {"day": "2026-02-30"}),
    ],
)
def test_a_wrong_answer_is_said_beside_its_field_and_asks_for_nothing(
    finance: Client, name: str, wrong: dict[str, str]
) -> None:
    answer = ask(finance, name, **wrong)

    assert answer.status_code == 422
    [field] = wrong
    assert field == "mark" or f"{name}-{field}-error" in words(answer)
    assert not Job.objects.exists()


def test_a_refusal_says_why_and_leaves_no_file(finance: Client, invoice: Invoice, folders: Path) -> None:
    job = done(finance, "des", kind="xml")

    assert (job.state, list(job.result)) == (JobState.DONE, ["refused"])
    page = words(finance.get(PAGE))
    assert "Rien n’a été produit" in page
    assert "rien à déclarer" in page
    assert finance.get(f"{PAGE}{job.pk}/fichier/").status_code == 302
    assert list(folders.iterdir()) == []


def test_a_journal_that_does_not_hold_says_what_is_wrong(
    finance: Client, invoice: Invoice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ledger.fec.checking.JOURNALS", {})  # the books refuse what this check would find

    job = done(finance, "fec")

    assert "VE Ventes" in job.result["refused"]
    assert "VE Ventes" in words(finance.get(PAGE))


def test_vat_that_does_not_agree_is_marked_on_the_page(finance: Client, invoice: Invoice) -> None:
    legs = (books.debit("471000", Money(1)), books.credit("445711", Money(1)))
    books.post(
        [books.Posting(journal=books.Journal.SALES, kind=books.MovementKind.INVOICE, label="x", piece_ref="x",
                       piece_date=clock.local_date(NOON), legs=legs, key="x")],
        at=NOON,
    )  # fmt: skip

    job = done(finance, "tva")

    assert job.state == JobState.DONE
    assert "Ne concorde pas" in words(finance.get(PAGE))
    assert len(taken(finance, job)[1]) > 0


def test_a_running_export_shows_how_far_it_is_and_the_page_refreshes(finance: Client, invoice: Invoice) -> None:
    ask(finance, "fec")
    Job.objects.update(state=JobState.RUNNING, lease_until=clock.now(), done_count=20_000, total_count=50_000)

    page = words(finance.get(PAGE))

    assert 'data-poll="2"' in page
    assert 'max="50000" value="20000"' in page.replace("\u202f", "").replace("\u00a0", "")
    assert "Actualiser maintenant" in page
    Job.objects.update(state=JobState.DONE, lease_until=None, finished_at=clock.now())
    assert "data-poll" not in words(finance.get(PAGE))


def test_files_are_kept_seven_days(finance: Client, invoice: Invoice, folders: Path) -> None:
    job = done(finance, "balance-agee")
    [path] = folders.iterdir()
    (folders / ".dead.part").write_text("left by a dead worker")
    for each in folders.iterdir():
        os.utime(each, (_ago(6), _ago(6)))
    tasks.sweep_exports()
    assert path.exists()

    for each in folders.iterdir():
        os.utime(each, (_ago(8), _ago(8)))
    tasks.sweep_exports()

    assert list(folders.iterdir()) == []
    assert finance.get(f"{PAGE}{job.pk}/fichier/").status_code == 302
    assert "plus conservé" in words(finance.get(PAGE))


def _ago(days: int) -> int:
    return int((clock.now() - timedelta(days=days)).timestamp())


def test_who_may_ask_and_take(finance: Client, invoice: Invoice, cast: Cast) -> None:
    job = done(finance, "balance-agee")
    support, colleague = staff(SUPPORT), staff(FINANCE, "colleague")
    claire = Client()
    claire.force_login(cast.claire)

    assert taken(colleague, job)
    assert support.get(PAGE).status_code == 403
    assert ask(support, "fec").status_code == 403
    assert support.get(f"{PAGE}{job.pk}/fichier/").status_code == 404
    for address in (PAGE, f"{PAGE}{job.pk}/fichier/"):
        assert claire.get(address).status_code == 404
        assert Client().get(address).status_code == 302
    assert ask(claire, "fec").status_code == 404
    assert finance.get(f"{PAGE}unknown/demander/").status_code == 405
    assert finance.post(f"{PAGE}unknown/demander/").status_code == 404


def test_who_asked_may_take_it_even_after_leaving_finance(finance: Client, invoice: Invoice) -> None:
    job = done(finance, "balance-agee")
    User.objects.get(email="finance@example.org").groups.clear()

    assert taken(finance, job)
    assert finance.get(PAGE).status_code == 403


def test_no_other_job_and_no_other_file_is_handed_out(finance: Client, invoice: Invoice) -> None:
    other = outbox.enqueue("ledger.verify", {}, key="v", at=NOON)
    Job.objects.filter(pk=other.pk).update(state=JobState.DONE, result={"file": "../secret", "name": "x"})
    assert finance.get(f"{PAGE}{other.pk}/fichier/").status_code == 404

    job = done(finance, "balance-agee")
    for name in ("../../etc/passwd", f"{'0' * 32}.exe", ""):
        Job.objects.filter(pk=job.pk).update(result={**job.result, "file": name})
        assert finance.get(f"{PAGE}{job.pk}/fichier/").status_code == 302
        assert keeping.kept_file(name) is None


def test_the_page_is_in_the_language_of_the_reader_and_asks_few_questions(
    finance: Client, invoice: Invoice, django_assert_max_num_queries: Any
) -> None:
    User.objects.filter(email="finance@example.org").update(language="en")
    done(finance, "tva")

    with django_assert_max_num_queries(25):
        page = words(finance.get(PAGE))

    assert "VAT by rate and month" in page
    assert json.dumps(Job.objects.get(kind=building.BUILD).payload["language"]) == '"en"'
    rows = read_workbook(taken(finance, Job.objects.get(kind=building.BUILD))[1])
    assert list(rows) == ["VAT by rate", "Reconciliation", "Other entries"]
