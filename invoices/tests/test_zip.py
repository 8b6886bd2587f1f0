from __future__ import annotations

import csv
import hashlib
import io
import zipfile
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
from django.urls import reverse

from core import clock
from core.money import Money
from invoices import archive, zipping
from invoices.models import Rendition
from invoices.selectors import Period, StoredDocument, documents_of
from invoices.services import render_invoice
from invoices.states import QuoteKind, Series
from invoices.tests.making import issued, quoted, receipt
from invoices.zipping import TooLarge, zip_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

    from django.test import Client

    from invoices.models import Invoice, Quote, Receipt
    from tests.support.cast import Cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def signed_in(client: Client, cast: Cast) -> Client:
    client.force_login(cast.claire)
    return client


@pytest.fixture
def today() -> datetime:
    return clock.now()


def keep(content: bytes, *, at: datetime, **document: Invoice | Quote | Receipt) -> Rendition:
    """A stored PDF, without printing it."""
    return Rendition.objects.create(
        kind="PDF", sha256=archive.store(content), size=len(content), created_at=at, **document
    )


def unzip(content: bytes) -> tuple[dict[str, bytes], list[list[str]]]:
    with zipfile.ZipFile(io.BytesIO(content)) as bundle:
        assert bundle.testzip() is None
        assert {member.compress_type for member in bundle.infolist()} == {zipfile.ZIP_STORED}
        files = {name: bundle.read(name) for name in bundle.namelist()}
    table = files.pop("index.csv").decode("utf-8-sig")
    return files, list(csv.reader(io.StringIO(table), delimiter=";"))


def test_a_year_holds_invoices_receipts_and_an_index(signed_in: Client, cast: Cast, today: datetime) -> None:
    invoice, paper = issued(cast.individual, at=today), receipt(cast.individual, 5000, at=today)
    keep(b"%PDF invoice", at=today, invoice=invoice)
    keep(b"%PDF receipt", at=today, receipt=paper)

    response = signed_in.get(reverse("invoices:zip"), {"year": today.year})

    assert response.headers["Content-Type"] == "application/zip"
    assert response.headers["Cache-Control"] == "private, no-store"
    assert response.headers["Content-Disposition"].endswith(f'-{today.year}.zip"')
    files, index = unzip(b"".join(response))
    assert files == {f"{invoice.number}.pdf": b"%PDF invoice", f"{paper.number}.pdf": b"%PDF receipt"}
    assert index[0][:4] == ["Fichier", "Numéro", "Type", "Date d’émission"]
    assert index[1][:3] == [f"{invoice.number}.pdf", str(invoice.number), "Facture"]
    assert index[1][5:9] == ["39,00", "7,80", "46,80", ""]
    assert index[1][9] == hashlib.sha256(b"%PDF invoice").hexdigest()
    assert index[2][2] == "Reçu"
    assert index[2][5:8] == ["", "", "50,00"]


def test_an_invoice_goes_with_its_factur_x_and_its_xml(signed_in: Client, cast: Cast, today: datetime) -> None:
    invoice = issued(cast.individual, at=today)
    made = render_invoice(invoice.pk, at=today)

    files, index = unzip(b"".join(signed_in.get(reverse("invoices:zip"), {"year": today.year})))

    assert made.facturx is not None
    assert files == {
        f"{invoice.number}.pdf": archive.read(made.facturx.sha256),
        f"{invoice.number}.xml": archive.read(made.xml.sha256),
    }
    assert index[0][9:] == ["SHA-256", "Forme", "XML, SHA-256"]
    assert index[1][9:] == [made.facturx.sha256, "Factur-X", made.xml.sha256]


def test_what_is_not_printed_or_damaged_is_in_the_index_only(
    signed_in: Client, cast: Cast, today: datetime, archive_folder: Path
) -> None:
    issued(cast.individual, at=today)
    damaged = issued(cast.individual, at=today)
    rendition = keep(b"%PDF", at=today, invoice=damaged)
    next(archive_folder.rglob(rendition.sha256)).unlink()

    files, index = unzip(b"".join(signed_in.get(reverse("invoices:zip"), {"year": today.year})))

    assert files == {}
    assert [row[8] for row in index[1:]] == ["en préparation", "abîmé, nous nous en occupons"]
    assert [row[0] for row in index[1:]] == ["", ""]


def test_chosen_invoices_are_those_of_the_reader(signed_in: Client, cast: Cast, today: datetime) -> None:
    own, unchosen, anothers = (issued(who, at=today) for who in (cast.individual, cast.individual, cast.company))
    for invoice in (own, unchosen, anothers):
        keep(f"%PDF {invoice.number}".encode(), at=today, invoice=invoice)

    response = signed_in.get(reverse("invoices:zip"), {"number": [str(own.number), str(anothers.number), "../../x"]})

    files, _ = unzip(b"".join(response))
    assert list(files) == [f"{own.number}.pdf"]


@pytest.mark.parametrize(
    "asked", [{}, {"year": "2001"}, {"year": "x"}, {"number": "FA2000-000001"}, {"year": "9" * 20}]
)
def test_an_empty_choice_leads_back_to_the_list(signed_in: Client, asked: dict[str, str]) -> None:
    response = signed_in.get(reverse("invoices:zip"), asked, follow=True)

    assert response.redirect_chain == [(reverse("invoices:list"), 302)]
    assert "Choisissez au moins une facture" in response.content.decode()


def test_a_period_too_large_is_refused_before_the_first_byte(
    signed_in: Client, cast: Cast, today: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(zipping, "DOCUMENTS_AT_MOST", 1)
    issued(cast.individual, at=today)
    issued(cast.individual, at=today)

    response = signed_in.get(reverse("invoices:zip"), {"year": today.year}, follow=True)

    assert "Choisissez un mois" in response.content.decode()


def test_a_month_is_a_month(cast: Cast, today: datetime) -> None:
    invoice = issued(cast.individual, at=today - timedelta(days=40))
    issued(cast.individual, at=today)
    day = invoice.issue_date
    assert day is not None

    assert [d.number for d in documents_of(cast.individual, Period.of(day.year, day.month))] == [invoice.number]
    assert Period.of(2028, 2) == Period(date(2028, 2, 1), date(2028, 2, 29))


def test_files_go_out_one_at_a_time(archive_folder: Path) -> None:
    documents = [document(f"FA2026-{n:06d}", b"x" * 50_000 + str(n).encode()) for n in range(20)]

    parts: Iterator[bytes] = zip_of(documents, language="fr")
    sizes = [len(part) for part in parts]

    assert len(sizes) == 21
    assert max(sizes) < 52_000


def test_the_weight_is_bounded() -> None:
    heavy = document("FA2026-000001", b"x")
    assert heavy.stored is not None
    heavy.stored.size = zipping.BYTES_AT_MOST + 1

    with pytest.raises(TooLarge):
        zip_of([heavy], language="fr")


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_no_cell_of_the_index_runs_as_a_formula(start: str) -> None:
    _, index = unzip(b"".join(zip_of([document(f"{start}1+1", b"x")], language="fr")))

    assert index[1][1] == f"'{start}1+1".replace("\r", "\n") or index[1][1] == f"'{start}1+1"


def document(number: str, content: bytes) -> StoredDocument:
    return StoredDocument(
        number=number,
        series=Series.INVOICE,
        issue_date=date(2026, 11, 30),
        due_date=None,
        net=Money(1),
        vat=Money(0),
        total=Money(1),
        stored=Rendition(kind="PDF", sha256=archive.store(content), size=len(content)),
    )


def test_quotes_are_in_the_zip_of_their_customer_alone(signed_in: Client, cast: Cast, today: datetime) -> None:
    quote = quoted(cast.individual, at=today)
    pro_forma = quoted(cast.individual, kind=QuoteKind.PROFORMA, at=today)
    quoted(cast.stranger, at=today)
    keep(b"%PDF quote", at=today, quote=quote)

    files, index = unzip(b"".join(signed_in.get(reverse("invoices:zip"), {"year": today.year})))

    assert files == {f"{quote.number}.pdf": b"%PDF quote"}
    assert [row[1:3] for row in index[1:]] == [[quote.number, "Devis"], [pro_forma.number, "Facture pro forma"]]
    assert index[1][5:8] == ["39,00", "7,80", "46,80"]
