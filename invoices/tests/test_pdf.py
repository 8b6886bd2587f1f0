"""What is printed. Rendering is slow: few tests, each looking at much."""

from __future__ import annotations

import io
import subprocess
import threading
from contextlib import suppress
from dataclasses import replace
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from shutil import which
from typing import TYPE_CHECKING

import pikepdf
import pytest
from weasyprint import HTML

from accounts.models import CustomerKind
from accounts.services import create_customer
from invoices import archive, jobs, pdf, press, services
from invoices.models import Invoice, Rendition, Validation
from invoices.press import AddressRefused
from invoices.services import NotIssued, render_invoice, render_receipt
from invoices.tests.making import HOSTING, issued, receipt
from outbox import services as outbox
from outbox.models import Job, JobState
from tests.support.cast import NOON

if TYPE_CHECKING:
    from collections.abc import Iterator

    from accounts.models import Customer
    from tests.support.cast import Cast

pytestmark = [pytest.mark.django_db, pytest.mark.once]
GOLDEN = Path(__file__).parent / "golden"


def printed(invoice: Invoice) -> bytes:
    return pdf.invoice_pdf(invoice, list(invoice.lines.order_by("position")), list(invoice.vat.order_by("-rate")))


def text_of(content: bytes) -> str:
    tool = which("pdftotext")
    if tool is None:
        pytest.skip("pdftotext (poppler-utils) is not installed")
    return subprocess.run([tool, "-layout", "-", "-"], input=content, capture_output=True, check=True).stdout.decode()


def golden(name: str, text: str) -> None:
    """Compare with the kept text; the lines of spaces at the end of pages do not matter."""
    lines = [line.rstrip() for line in text.replace("\f", "\n").splitlines()]
    assert "\n".join(line for line in lines if line) + "\n" == (GOLDEN / name).read_text(encoding="utf-8")


@pytest.fixture
def door() -> Iterator[tuple[str, list[str]]]:
    """A web server that notes who knocks."""
    knocks: list[str] = []

    class Door(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            knocks.append(self.path)
            self.send_response(404)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Door)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", knocks
    server.shutdown()
    thread.join()
    server.server_close()


def test_the_same_invoice_gives_the_same_archival_bytes_with_its_own_fonts(cast: Cast) -> None:
    invoice = issued(cast.company)

    first, second = printed(invoice), printed(Invoice.objects.get())

    assert first == second
    with pikepdf.open(io.BytesIO(first)) as document:
        assert document.Root.MarkInfo.Marked
        assert str(document.Root.Lang) == "fr"
        with document.open_metadata() as metadata:
            assert metadata.pdfa_status == "3A"
        fonts = [font for page in document.pages for font in page.Resources.Font.values()]
        assert {str(font.BaseFont).split("+")[1] for font in fonts} == {"Plex", "Plex-Semi-Bold"}
        assert all(
            "/FontFile3" in d.FontDescriptor or "/FontFile2" in d.FontDescriptor
            for f in fonts
            for d in f.DescendantFonts
        )


def test_the_words_of_an_invoice_are_those_kept(cast: Cast) -> None:
    golden("invoice.txt", text_of(printed(issued(cast.company, subject="Hébergement et messagerie"))))


def test_the_words_of_a_receipt_are_those_kept(customer: Customer) -> None:
    issued(customer)

    golden("receipt.txt", text_of(pdf.receipt_pdf(receipt(customer))))


def test_a_long_table_repeats_its_head_and_carries_its_total(cast: Cast) -> None:
    lines = [replace(HOSTING, label=f"Serveur {n}", quantity=Decimal(n)) for n in range(1, 81)]

    pages = text_of(printed(issued(cast.company, *lines))).split("\f")[:-1]

    assert len(pages) >= 3
    for page in pages[:2]:
        assert "Désignation" in page
        assert "À reporter" in page
    assert "À reporter" not in pages[-1]
    assert "Report" in pages[1]
    assert all("RCS Lyon 999 999 998" in page for page in pages)
    assert f"{len(pages)}/{len(pages)}" in pages[-1].replace(" ", "")
    assert sum(page.count("Serveur ") for page in pages) == 80


def test_a_hostile_name_opens_nothing_and_attaches_nothing(door: tuple[str, list[str]]) -> None:
    address, knocks = door
    hostile = f'<img src="{address}/img"> <link rel=attachment href="file:///etc/passwd"> <style>@import "{address}"'
    customer = create_customer(
        kind=CustomerKind.COMPANY, name=hostile[:200], email="x@example.org", at=NOON, city="<b>x</b>"
    )

    content = printed(issued(customer, replace(HOSTING, label=hostile)))

    assert knocks == []
    assert b"root:" not in content
    with pikepdf.open(io.BytesIO(content)) as document:
        assert len(document.attachments) == 0
    assert "<img src=" in text_of(content)


@pytest.mark.parametrize(
    "markup",
    [
        '<img src="{door}/x" alt="x"/>',
        '<link rel="attachment" href="file:///etc/passwd"/>',
        '<link rel="stylesheet" href="{door}/x.css"/>',
        '<img src="file:///etc/hostname" alt="x"/>',
        '<img src="../icons.svg" alt="x"/>',
        '<svg xmlns="http://www.w3.org/2000/svg"><image href="{door}/x"/></svg>',
        '<p style="background: url({door}/x)">x</p>',
    ],
)
def test_even_real_markup_may_only_open_our_own_files(door: tuple[str, list[str]], markup: str) -> None:
    address, knocks = door
    page = f"<!doctype html><html><head><title>x</title></head><body>{markup.format(door=address)}</body></html>"

    content = b""
    with suppress(AddressRefused):  # WeasyPrint leaves a picture inside a drawing out without a word
        content = press.press(page, identifier="x")

    assert knocks == []
    assert b"root:" not in content
    assert b"/EmbeddedFile" not in content


def test_a_page_that_asks_for_another_file_is_not_printed() -> None:
    with pytest.raises(AddressRefused):
        press.press(
            '<!doctype html><html><body><img src="file:///etc/hostname" alt="x"/></body></html>', identifier="x"
        )


def test_the_shortcuts_of_the_press_change_no_page(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """They reach into WeasyPrint: the plain class must draw the same words at the same places."""
    invoice = issued(cast.company)
    quick = printed(invoice)

    class Plain(HTML):  # type: ignore[misc]
        def __init__(self, page: str, fetcher: object) -> None:
            super().__init__(string=page, base_url=press.PAPER.as_uri() + "/", url_fetcher=fetcher)

    monkeypatch.setattr(press, "Paper", Plain)

    assert boxes(printed(invoice)) == boxes(quick)


def boxes(content: bytes) -> str:
    tool = which("pdftotext")
    if tool is None:
        pytest.skip("pdftotext (poppler-utils) is not installed")
    found = subprocess.run([tool, "-bbox", "-", "-"], input=content, capture_output=True, check=True)
    return found.stdout.decode().partition("<body>")[2]


def test_the_job_stores_the_pdf_once_however_often_it_runs(customer: Customer) -> None:
    issued(customer)
    asked = Job.objects.get(kind="invoices.render")

    done = outbox.run(asked.pk, at=NOON)
    again = render_invoice(asked.payload["invoice_id"], at=NOON)

    kept = {rendition.kind: rendition for rendition in Rendition.objects.all()}
    assert done.state == JobState.DONE
    assert done.result == {"outcome": "VALID", "sha256": kept["FACTURX"].sha256}
    assert kept == {"PDF": again.pdf, "XML": again.xml, "FACTURX": again.facturx}
    assert Rendition.objects.count() == 3
    assert Validation.objects.get() == again.validation
    for kind, start in (("PDF", b"%PDF-"), ("FACTURX", b"%PDF-"), ("XML", b"<?xml")):
        assert archive.read(kept[kind].sha256).startswith(start)
        assert len(archive.read(kept[kind].sha256)) == kept[kind].size


def test_new_references_make_another_rendition_and_both_are_kept(cast: Cast) -> None:
    invoice = issued(cast.town_hall)
    first = render_invoice(invoice.pk, at=NOON)
    Invoice.objects.filter(pk=invoice.pk).update(engagement_number="EJ-2026-00421")

    second = render_invoice(invoice.pk, at=NOON)

    assert first.pdf.sha256 != second.pdf.sha256
    assert second.pdf.routing["engagement_number"] == "EJ-2026-00421"
    assert b"EJ-2026-00421" in archive.read(second.xml.sha256)
    assert archive.is_whole(first.pdf.sha256)
    assert archive.is_whole(second.pdf.sha256)


def test_a_receipt_is_stored_by_its_job(customer: Customer) -> None:
    paper = receipt(customer)

    done = outbox.run(Job.objects.get(kind="invoices.render").pk, at=NOON)

    assert done.state == JobState.DONE
    assert archive.is_whole(paper.renditions.get().sha256)
    assert render_receipt(paper.pk, at=NOON) == paper.renditions.get()


def test_a_job_that_names_no_document_fails(db: None) -> None:
    with pytest.raises(ValueError, match="no document is named"):
        jobs.render(at=NOON)


def test_a_page_may_carry_pictures_in_itself_and_need_not_be_well_formed() -> None:
    picture = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 9 9'%3E%3C/svg%3E"

    assert press.press(
        f'<!doctype html><html><body><p>a<br>b<img src="{picture}" alt="x"></body></html>', identifier="x"
    )


def test_a_draft_has_no_pdf(customer: Customer) -> None:
    with pytest.raises(NotIssued):
        render_invoice(services.draft(customer, [HOSTING], at=NOON).pk, at=NOON)


def test_a_press_that_fails_leaves_the_invoice_issued_and_is_tried_again(
    customer: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    invoice = issued(customer)
    monkeypatch.setattr(press, "PAPER", Path("/nonexistent"))

    def fail(*_: object, **__: object) -> bytes:
        raise OSError("no ink")

    monkeypatch.setattr(press, "press_with_xml", fail)
    job = outbox.run(Job.objects.get(kind="invoices.render").pk, at=NOON)

    invoice.refresh_from_db()
    assert invoice.is_issued
    assert job.state == JobState.WAITING
    assert job.failures == 1
    assert not Rendition.objects.exists()
    assert not Validation.objects.exists()
