"""What is wrong with an electronic document: who is told, what is served, and how it ends."""

from __future__ import annotations

import io
import subprocess
from dataclasses import replace
from shutil import which
from typing import TYPE_CHECKING

import pikepdf
import pytest
from django.urls import reverse

from accounts.models import Customer, CustomerKind, User
from accounts.services import create_customer
from invoices import archive, pdf, selectors, services
from invoices.facturx import Finding, Stage, schemas
from invoices.models import Invoice, Rendition, Validation
from invoices.services import NothingToHandle, render_invoice
from invoices.tests.making import HOSTING, issued
from ledger import selectors as ledger
from outbox import services as outbox
from outbox.models import Job, JobState
from tests.support.cast import NOON

if TYPE_CHECKING:
    from pathlib import Path

    from django.test import Client
    from pytest_django import Settings

    from tests.support.cast import Cast

pytestmark = pytest.mark.django_db
TOO_LONG = "Communauté de communes " + "de la vallée " * 8


@pytest.fixture
def finance(settings: Settings) -> User:
    settings.STAFF_SECOND_FACTOR = False
    return User.objects.create_superuser("finance@example.org", "a-long-password-for-tests")


@pytest.fixture
def wrong(cast: Cast) -> Invoice:
    """An invoice whose buyer has a name that Chorus Pro does not take."""
    Customer.objects.filter(pk=cast.town_hall.pk).update(name=TOO_LONG)
    return issued(cast.town_hall)


def test_an_invalid_document_is_issued_and_booked_and_nothing_wrong_is_made(wrong: Invoice, finance: User) -> None:
    done = outbox.run(Job.objects.get(kind="invoices.render").pk, at=NOON)

    wrong.refresh_from_db()
    assert done.state == JobState.DONE
    assert wrong.is_issued
    assert ledger.open_amounts([str(wrong.number)])[str(wrong.number)].cents == wrong.total_cents
    validation = Validation.objects.get()
    assert (validation.outcome, validation.channel, validation.findings_count) == ("INVALID", "CHORUS", 1)
    assert validation.findings[0]["rule"] == "CPP-BUYER-NAME"
    assert "saxonche" in validation.validators
    assert {rendition.kind for rendition in Rendition.objects.all()} == {"PDF", "XML"}


def test_its_reader_gets_the_plain_pdf_and_a_word_about_the_rest(wrong: Invoice, client: Client) -> None:
    made = render_invoice(wrong.pk, at=NOON)
    client.force_login(User.objects.get(email="mairie@example.org"))

    served = client.get(reverse("invoices:pdf", args=[wrong.public_id]))
    xml = client.get(reverse("invoices:xml", args=[wrong.public_id]))
    detail = client.get(reverse("invoices:detail", args=[wrong.public_id])).content.decode()

    assert served.content == archive.read(made.pdf.sha256)
    assert b"factur-x.xml" not in served.content
    assert xml.status_code == 409
    assert "en correction" in xml.content.decode()
    assert "notre équipe est prévenue" in detail
    assert reverse("invoices:xml", args=[wrong.public_id]) not in detail


def test_staff_read_what_is_wrong_and_write_once_what_they_did(wrong: Invoice, finance: User, client: Client) -> None:
    render_invoice(wrong.pk, at=NOON)
    validation = Validation.objects.get()
    address = reverse("admin:invoices_validation_change", args=[validation.pk])
    client.force_login(finance)

    page = client.get(address).content.decode()
    client.post(address, {"handled_note": "  Avoir AV1,\n nouvelle facture "})
    client.post(address, {"handled_note": "Autre chose"})

    validation.refresh_from_db()
    assert "CPP-BUYER-NAME" in page
    assert "Corrigez la fiche du client" in page
    assert (validation.handled_by, validation.handled_note) == (finance, "Avoir AV1, nouvelle facture")
    assert not selectors.waiting_validations().exists()
    waiting = client.get(reverse("admin:invoices_validation_changelist"), {"state": "waiting"}).content.decode()
    assert str(wrong.number) not in waiting
    assert (
        str(wrong.number)
        in client.get(reverse("admin:invoices_validation_changelist"), {"state": "INVALID"}).content.decode()
    )


def test_staff_may_read_the_xml_that_was_refused(
    wrong: Invoice, finance: User, client: Client, archive_folder: Path
) -> None:
    made = render_invoice(wrong.pk, at=NOON)
    address = reverse("admin:invoices_validation_xml", args=[made.validation.pk])
    client.force_login(finance)

    served = client.get(address)
    next(archive_folder.rglob(made.xml.sha256)).unlink()
    damaged = client.get(address, follow=True)

    assert TOO_LONG.strip() in served.content.decode()
    assert served.headers["Content-Disposition"].endswith(f'"factur-x_{wrong.number}.xml"')
    assert "abîmé ou absent" in damaged.content.decode()
    assert client.get(reverse("admin:invoices_validation_xml", args=[0])).status_code == 404


def test_what_is_valid_or_dealt_with_or_not_explained_is_not_handled(wrong: Invoice, finance: User, cast: Cast) -> None:
    invalid = render_invoice(wrong.pk, at=NOON).validation
    valid = render_invoice(issued(cast.company).pk, at=NOON).validation
    services.handle(invalid.pk, by=finance, note="fait", at=NOON)

    for validation, note in ((valid, "x"), (invalid, "x"), (invalid, " ")):
        with pytest.raises(NothingToHandle):
            services.handle(validation.pk, by=finance, note=note, at=NOON)


def test_a_correction_of_ours_and_another_try_make_the_file(
    wrong: Invoice, finance: User, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    render_invoice(wrong.pk, at=NOON)
    monkeypatch.setattr("invoices.services.checking.preflight", lambda *_: [])
    monkeypatch.setattr(schemas, "PREFLIGHT_VERSION", 2)
    client.force_login(finance)

    client.post(
        reverse("admin:invoices_invoice_changelist"), {"action": "make_files_again", "_selected_action": [wrong.pk]}
    )
    again = Job.objects.filter(kind="invoices.render").latest("pk")
    outbox.run(again.pk, at=NOON)

    files = selectors.files_of(wrong)
    assert not files.is_invalid
    assert files.facturx is not None
    assert files.xml is not None
    assert Validation.objects.count() == 2
    assert not selectors.waiting_validations().exists()


def test_an_old_valid_file_is_not_served_once_newer_checks_refuse_it(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    invoice = issued(cast.company)
    first = render_invoice(invoice.pk, at=NOON)
    monkeypatch.setattr(schemas, "PREFLIGHT_VERSION", 2)
    monkeypatch.setattr(schemas, "check", lambda *_: [Finding(Stage.FRANCE, "BR-NEW", "new rule")])

    render_invoice(invoice.pk, at=NOON)

    files = selectors.files_of(invoice)
    assert first.facturx is not None
    assert (files.facturx, files.xml, files.best) == (None, None, first.pdf)


def test_a_validator_that_breaks_down_leaves_the_pdf_and_is_tried_again(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    invoice = issued(cast.company)

    def break_down(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(schemas, "check", break_down)
    job = outbox.run(Job.objects.get(kind="invoices.render").pk, at=NOON)

    assert (job.state, job.failures) == (JobState.WAITING, 1)
    assert [rendition.kind for rendition in Rendition.objects.all()] == ["PDF"]
    assert selectors.files_of(invoice).best == Rendition.objects.get()
    monkeypatch.undo()
    assert outbox.run(job.pk, at=job.run_after).state == JobState.DONE
    assert {rendition.kind for rendition in Rendition.objects.all()} == {"PDF", "XML", "FACTURX"}


@pytest.mark.parametrize("stored_before", [0, 1, 2])
def test_a_disk_that_fills_up_leaves_no_half_document(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, stored_before: int
) -> None:
    invoice = issued(cast.company)
    store = archive.store
    stored: list[str] = []

    def full(content: bytes) -> str:
        if len(stored) == stored_before:
            raise OSError(28, "No space left on device")
        stored.append(store(content))
        return stored[-1]

    monkeypatch.setattr(archive, "store", full)
    with pytest.raises(OSError, match="No space"):
        render_invoice(invoice.pk, at=NOON)

    assert not Rendition.objects.exists()
    assert not Validation.objects.exists()
    monkeypatch.undo()
    assert render_invoice(invoice.pk, at=NOON).facturx is not None


def test_a_document_too_heavy_for_chorus_pro_is_not_made(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("invoices.facturx.rules.FILE_BYTES_AT_MOST", 1000)

    made = render_invoice(issued(cast.town_hall).pk, at=NOON)

    assert made.facturx is None
    assert [finding["rule"] for finding in made.validation.findings] == ["CPP-FILE-SIZE"]


HOSTILE = "שרותי אחסון – شركة الاستضافة 🚀 東京 \u202eGNP.exe\u202c <b>&amp; ' \" \u0007 👨\u200d👩 é\u0301 ﷽ "


def test_any_name_and_text_gives_a_valid_document_whose_fonts_are_all_inside(db: None) -> None:
    customer = create_customer(
        kind=CustomerKind.COMPANY, name="ACME", email="x@example.org", at=NOON, siret="73282932000074",
        address_line1="1 rue A", postcode="44000", city="Nantes",
    )  # fmt: skip
    Customer.objects.update(name=(HOSTILE * 4)[:200].strip(), city=HOSTILE[:100].strip())
    invoice = issued(customer, replace(HOSTING, label=(HOSTILE * 10)[:299]), subject=HOSTILE)

    made = render_invoice(invoice.pk, at=NOON)

    assert made.validation.findings == []
    assert made.facturx is not None
    content = archive.read(made.facturx.sha256)
    lines, vat = list(invoice.lines.all()), list(invoice.vat.all())
    assert content == pdf.invoice_pdf_and_facturx(Invoice.objects.get(), lines, vat, archive.read(made.xml.sha256))[1]
    with pikepdf.open(io.BytesIO(content)) as document:
        fonts = [font for page in document.pages for font in page.Resources.Font.values()]
        assert {str(font.BaseFont).split("+")[1] for font in fonts} == {"Plex", "Plex-Semi-Bold", "Wide"}
        assert all("/FontFile3" in f.FontDescriptor or "/FontFile2" in f.FontDescriptor
                   for font in fonts for f in font.DescendantFonts)  # fmt: skip
    text = words(content)
    assert "\ufffd" in text
    assert "GNP.exe" in text
    assert not {"\u202e", "\u0007", "🚀", "東"} & set(text)


def words(content: bytes) -> str:
    tool = which("pdftotext")
    if tool is None:
        pytest.skip("pdftotext (poppler-utils) is not installed")
    # It marks the direction of runs by itself; ours are gone when only its embeddings are left.
    return subprocess.run([tool, "-", "-"], input=content, capture_output=True, check=True).stdout.decode()
