"""The lists of invoices as spreadsheets: the customer's own, and what staff filtered."""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Customer, User
from invoices import admin as staff_pages
from invoices import services
from invoices.services import NewLine, Request
from invoices.tests.making import HOSTING, issued, pay
from tests.support.cast import NOON
from tests.support.workbook import read_workbook

if TYPE_CHECKING:
    from pytest_django import Settings

    from invoices.models import Invoice
    from tests.support.cast import Cast

pytestmark = pytest.mark.django_db
EARLIER = datetime(2025, 3, 1, 12, 0, tzinfo=UTC)
EVIL = NewLine("=HYPERLINK(1)", Decimal(1), Decimal(10), Decimal(20))


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def claire(cast: Cast) -> Client:
    return client_of(cast.claire)


@pytest.fixture
def staff(settings: Settings) -> Client:
    settings.STAFF_SECOND_FACTOR = False
    return client_of(User.objects.create_superuser("finance@example.org", "a-long-password-for-tests"))


def content(response: Any) -> bytes:
    return b"".join(response)


def rows_of_csv(response: Any) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content(response).decode("utf-8-sig"), newline=""), delimiter=";"))


@pytest.fixture
def documents(cast: Cast) -> list[Invoice]:
    """One of last year, paid; two of this year, one of them taken back in part; and one of somebody else."""
    first = issued(cast.individual, at=EARLIER)
    pay(cast.individual, first.total_cents, at=EARLIER)
    second = issued(cast.individual, HOSTING, EVIL, subject="=2+5", at=NOON)
    third = issued(cast.individual, at=NOON)
    note = services.issue_credit_note(third, None, Request("Geste", "n1"), at=NOON)
    return [first, second, third, note, issued(cast.company, at=NOON)]


def test_a_customer_takes_the_own_list_along(claire: Client, documents: list[Invoice]) -> None:
    first, second, third, note, other = documents

    response = claire.get(reverse("invoices:csv"))

    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert response.headers["Cache-Control"] == "private, no-store"
    head, *rows = rows_of_csv(response)
    assert head[:4] == ["Numéro", "Type", "Date d’émission", "Échéance"]
    assert [row[0] for row in rows] == [note.number, third.number, second.number, first.number]
    assert str(other.number) not in str(rows)
    by_number = {row[0]: row for row in rows}
    assert by_number[str(first.number)][9:] == ["39,00", "7,80", "46,80", "0,00", "Réglée"]
    assert by_number[str(note.number)][1:4] == ["Avoir", "2026-11-30", ""]
    assert by_number[str(note.number)][9:] == ["-39,00", "-7,80", "-46,80", "", "Avoir"]
    assert by_number[str(third.number)][11:] == ["46,80", "0,00", "Annulée par avoir"]


def test_the_filters_of_the_page_are_those_of_the_file(claire: Client, documents: list[Invoice]) -> None:
    page = claire.get(reverse("invoices:list"), {"year": "2025", "q": "FA"}).content.decode()
    assert f"{reverse('invoices:csv')}?year=2025&amp;q=FA" in page

    response = claire.get(reverse("invoices:xlsx"), {"year": "2025"})

    assert response.headers["Content-Disposition"].endswith('-2025.xlsx"')
    [rows] = read_workbook(content(response)).values()
    assert [row[0] for row in rows[1:]] == [documents[0].number]
    assert rows[1][11] == Decimal("46.80")


def test_text_never_runs_and_amounts_stay_numbers(claire: Client, documents: list[Invoice], cast: Cast) -> None:
    rows = {row[0]: row for row in rows_of_csv(claire.get(reverse("invoices:csv")))}

    assert rows[str(documents[1].number)][8] == "'=2+5"
    assert rows[str(documents[3].number)][9] == "-39,00"


def test_the_file_speaks_the_language_of_the_reader(claire: Client, documents: list[Invoice]) -> None:
    User.objects.filter(email="claire@example.org").update(language="en")

    response = claire.get(reverse("invoices:csv"))

    assert response.headers["Content-Language"] == "en"
    assert rows_of_csv(response)[0][:2] == ["Number", "Kind"]


def test_an_accountant_reads_it_and_a_stranger_gets_the_own_one(cast: Cast, documents: list[Invoice]) -> None:
    assert len(rows_of_csv(client_of(cast.accountant).get(reverse("invoices:csv")))) == 5
    assert len(rows_of_csv(client_of(cast.outsider).get(reverse("invoices:csv")))) == 1
    assert Client().get(reverse("invoices:csv")).status_code == 302


def test_staff_export_what_the_list_shows(staff: Client, documents: list[Invoice], cast: Cast) -> None:
    page = staff.get(reverse("admin:invoices_invoice_changelist"), {"q": cast.company.number}).content.decode()
    assert f"{reverse('admin:invoices_invoice_table', args=['csv'])}?q={cast.company.number}" in page

    found = staff.get(reverse("admin:invoices_invoice_table", args=["csv"]), {"q": cast.company.number})
    everything = staff.get(reverse("admin:invoices_invoice_table", args=["xlsx"]))

    assert [row[0] for row in rows_of_csv(found)[1:]] == [documents[4].number]
    [rows] = read_workbook(content(everything)).values()
    assert {str(row[0]) for row in rows[1:]} == {str(document.number) for document in documents}


def test_drafts_are_in_no_file(staff: Client, documents: list[Invoice], customer: Customer) -> None:
    services.draft(customer, [HOSTING], at=NOON)

    assert len(rows_of_csv(staff.get(reverse("admin:invoices_invoice_table", args=["csv"])))) == 6


def test_a_workbook_that_is_too_large_is_asked_for_elsewhere(
    staff: Client, documents: list[Invoice], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(staff_pages, "WORKBOOK_ROWS", 2)

    assert staff.get(reverse("admin:invoices_invoice_table", args=["xlsx"])).status_code == 302
    assert staff.get(reverse("admin:invoices_invoice_table", args=["csv"])).status_code == 200
    assert staff.get(reverse("admin:invoices_invoice_table", args=["exe"])).status_code == 404


def test_a_customer_finds_no_table_of_staff(claire: Client, documents: list[Invoice]) -> None:
    assert claire.get(reverse("admin:invoices_invoice_table", args=["csv"])).status_code == 404


def test_staff_without_the_right_export_nothing(staff: Client, documents: list[Invoice]) -> None:
    User.objects.update(is_superuser=False)

    assert staff.get(reverse("admin:invoices_invoice_table", args=["csv"])).status_code == 403


def test_staff_take_any_selection_in_one_zip(staff: Client, documents: list[Invoice]) -> None:
    chosen = {"action": "download_zip", "_selected_action": [document.pk for document in documents[2:]]}

    response = staff.post(reverse("admin:invoices_invoice_changelist"), chosen)

    assert response.headers["Content-Type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(content(response))) as bundle:
        index = list(csv.reader(io.StringIO(bundle.read("index.csv").decode("utf-8-sig")), delimiter=";"))
    assert [row[1] for row in index[1:]] == sorted(str(document.number) for document in documents[2:])
    by_number = {row[1]: row for row in index}
    assert by_number[str(documents[3].number)][2:8] == [
        "Avoir",
        "2026-11-30",
        "2026-11-30",
        "-39,00",
        "-7,80",
        "-46,80",
    ]


def test_a_selection_too_large_for_a_zip_is_said(
    staff: Client, documents: list[Invoice], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("invoices.zipping.DOCUMENTS_AT_MOST", 2)
    chosen = {"action": "download_zip", "_selected_action": [document.pk for document in documents]}

    answer = staff.post(reverse("admin:invoices_invoice_changelist"), chosen, follow=True)

    assert "documents au plus" in answer.content.decode()
