"""The page of closings, the lock of months, and the archive that others verify."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import zipfile
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.contrib.auth.models import Group
from django.core.management import CommandError, call_command
from django.test import Client

from accounts.models import User
from billing_portal import heartbeats
from billing_portal.archive import NothingRecorded, write_archive
from billing_portal.staff.groups import FINANCE, SUPPORT
from core import clock
from invoices import archive
from invoices.models import Invoice
from invoices.services import render_invoice
from invoices.tests.making import issued, pay
from ledger import selectors as ledger
from ledger import services
from outbox.models import Job

if TYPE_CHECKING:
    from pathlib import Path

    from accounts.models import Customer

pytestmark = pytest.mark.django_db
SEPTEMBER = datetime(2026, 9, 15, 10, tzinfo=UTC)


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
def sold(customer: Customer) -> Invoice:
    """An invoice of September, paid by card, with its PDF."""
    invoice = issued(customer, at=SEPTEMBER)
    pay(customer, 4_680, at=SEPTEMBER)
    render_invoice(invoice.pk, at=SEPTEMBER)
    return invoice


# --- The page ---------------------------------------------------------------------------------------------------------
def test_the_page_shows_the_chain_and_the_closed_months(sold: Invoice) -> None:
    services.close_periods(at=clock.now())

    page = staff(SUPPORT).get("/admin/clotures/").content.decode()

    assert ledger.chain_head().hash in page
    assert "39,00" in page
    assert "septembre 2026" in page
    assert "Verrouiller<" not in page  # support looks, finance locks


@pytest.mark.parametrize("kind", ["DAY", "MONTH", "YEAR"])
def test_each_length_of_period_has_its_list(sold: Invoice, kind: str) -> None:
    services.close_periods(at=clock.now())

    assert staff(SUPPORT).get(f"/admin/clotures/?periode={kind}").status_code == 200


@pytest.mark.parametrize("query", ["periode=WEEK", "periode="])
def test_another_length_is_not_there(db: None, query: str) -> None:
    assert staff(SUPPORT).get(f"/admin/clotures/?{query}").status_code == 404


def test_days_are_read_page_by_page(sold: Invoice) -> None:
    services.close_periods(at=clock.now())
    client = staff(FINANCE)

    first = client.get("/admin/clotures/?periode=DAY")
    older = client.get(f"/admin/clotures/{first.context['older']}")

    seen = {row.starts_on for page in (first, older) for row in page.context["rows"]}
    assert len(seen) == len(first.context["rows"]) + len(older.context["rows"])


def test_customers_and_strangers_find_no_such_page(customer: Customer) -> None:
    client = Client()
    client.force_login(User.objects.get(email="claire@example.org"))

    for address in ("/admin/clotures/", "/admin/clotures/2026-09/verrouiller/"):
        assert client.get(address).status_code == 404
        assert Client().get(address).status_code == 302


def test_a_verification_is_asked_for_once_a_minute(sold: Invoice) -> None:
    client = staff(SUPPORT)

    client.post("/admin/clotures/verifier/")
    client.post("/admin/clotures/verifier/")

    assert Job.objects.filter(kind="ledger.verify").count() <= 2
    assert client.get("/admin/clotures/verifier/").status_code == 405


# --- Months -----------------------------------------------------------------------------------------------------------
def test_a_month_waits_for_the_news_of_the_providers(sold: Invoice) -> None:
    finance = staff(FINANCE)
    silent = "Les prestataires n’ont pas été interrogés depuis la fin du mois."
    assert silent in finance.get("/admin/clotures/2026-09/verrouiller/").content.decode()

    heartbeats.beat("payments-catch-up", at=SEPTEMBER + timedelta(days=20))

    assert silent not in finance.get("/admin/clotures/2026-09/verrouiller/").content.decode()


def test_finance_locks_a_month_for_ever_and_nothing_takes_effect_in_it(sold: Invoice, customer: Customer) -> None:
    staff(FINANCE).post("/admin/clotures/2026-09/verrouiller/")

    assert ledger.locked_months() == {date(2026, 9, 1)}
    with pytest.raises(Exception, match="ledger_tx_month_open"):
        pay(customer, 100, ref="late", at=SEPTEMBER)


def test_support_locks_nothing(sold: Invoice) -> None:
    assert staff(SUPPORT).post("/admin/clotures/2026-09/verrouiller/").status_code == 403
    assert ledger.locked_months() == set()


def test_a_month_that_is_not_over_is_not_locked(db: None) -> None:
    page = staff(FINANCE).post("/admin/clotures/2999-01/verrouiller/", follow=True)

    assert "Rien n’a été verrouillé" in page.content.decode()
    assert ledger.locked_months() == set()


def test_what_is_no_month_is_not_there(db: None) -> None:
    assert staff(FINANCE).get("/admin/clotures/septembre/verrouiller/").status_code == 404


# --- The archive ------------------------------------------------------------------------------------------------------
def test_somebody_else_verifies_the_archive_by_its_own_readme(sold: Invoice, tmp_path: Path) -> None:
    done = write_archive(2026, tmp_path, at=clock.now(), with_documents=True)

    box = zipfile.ZipFile(done.path)
    hashes = json.loads(box.read("manifest.json"))
    assert {name: hashlib.sha256(box.read(name)).hexdigest() for name in hashes} == hashes
    head = "0" * 64
    for line in box.read("chaine.jsonl").decode().splitlines():
        link = json.loads(line)
        head = hashlib.sha256(f"{head}\n{link['text']}".encode()).hexdigest()
        assert link["hash"] == head
    months = [json.loads(line) for line in box.read("clotures.jsonl").decode().splitlines()]
    assert any(json.loads(each["text"])["period"] == [3_900, 780, 4_680] for each in months)
    kept = list(csv.DictReader(io.StringIO(box.read("documents.csv").decode()), delimiter=";"))
    assert {(each["numero"], each["total_centimes"]) for each in kept} == {(sold.number, "4680")}
    assert {each["fichier"] for each in kept} == set(sold.renditions.values_list("kind", flat=True))
    for each in kept:
        assert hashlib.sha256(box.read(f"documents/{each['sha256']}")).hexdigest() == each["sha256"]


def test_a_year_without_a_fact_has_no_archive_and_leaves_no_file(sold: Invoice, tmp_path: Path) -> None:
    with pytest.raises(NothingRecorded):
        write_archive(2019, tmp_path / "out", at=clock.now())

    assert list((tmp_path / "out").iterdir()) == []


def test_a_damaged_document_stops_the_archive(sold: Invoice, tmp_path: Path) -> None:
    stored = next(path for path in (tmp_path / "stored").glob("*/*") if path.is_file())
    stored.chmod(0o600)
    stored.write_bytes(b"another")

    with pytest.raises(archive.ArchiveDamaged):
        write_archive(2026, tmp_path / "out", at=clock.now(), with_documents=True)

    assert list((tmp_path / "out").iterdir()) == []


def test_the_command_says_what_it_wrote_and_the_chain_remembers(sold: Invoice, tmp_path: Path) -> None:
    out = io.StringIO()

    call_command("export_archive", "--year", "2026", "--out", str(tmp_path), "--json", stdout=out)

    answer = json.loads(out.getvalue())
    assert answer["documents"] == sold.renditions.count()
    assert zipfile.ZipFile(answer["file"]).testzip() is None
    with pytest.raises(CommandError, match="nothing was recorded in 2019"):
        call_command("export_archive", "--year", "2019", "--out", str(tmp_path))
