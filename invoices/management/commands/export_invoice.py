"""`manage.py export_invoice`: the stored bytes of an invoice, made first when they are pending."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError

from core import clock
from invoices import archive, selectors
from invoices.archive import ArchiveDamaged
from invoices.models import Invoice
from invoices.services import render_invoice
from invoices.states import RenditionKind

if TYPE_CHECKING:
    from django.core.management.base import CommandParser

    from invoices.models import Rendition
    from invoices.selectors import DocumentFiles


class Command(BaseCommand):
    help = "Write the stored files of an issued invoice: its Factur-X, its XML, its plain PDF."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("number", help="Invoice number, as FA2026-000001.")
        parser.add_argument("--pdf", type=Path, metavar="FILE", help="Where to write the Factur-X (PDF with the XML).")
        parser.add_argument("--xml", type=Path, metavar="FILE", help="Where to write the XML alone.")
        parser.add_argument("--plain", type=Path, metavar="FILE", help="Where to write the PDF without the XML.")

    def handle(self, *, number: str, pdf: Path | None, xml: Path | None, plain: Path | None, **_options: Any) -> None:
        wanted = {RenditionKind.FACTURX: pdf, RenditionKind.XML: xml, RenditionKind.PDF: plain}
        places = {kind: place for kind, place in wanted.items() if place is not None}
        if not places:
            raise CommandError("Say where the file goes: --pdf FILE, --xml FILE or --plain FILE.")
        try:
            files = _files(selectors.invoice_by_number(number))
            contents = [(place, archive.read(_stored(files, kind).sha256)) for kind, place in places.items()]
        except Invoice.DoesNotExist:
            raise CommandError(f"No invoice has the number {number}.") from None
        except ArchiveDamaged as damage:
            raise CommandError(f"The stored file is refused: {damage}. Nothing was written.") from damage
        for place, content in contents:
            _write(place, content)
            self.stdout.write(f"{place}: {len(content)} bytes")


def _files(invoice: Invoice) -> DocumentFiles:
    """What is stored; made first when it is pending."""
    files = selectors.files_of(invoice)
    if files.pdf is None or not files.outcome:
        render_invoice(invoice.pk, at=clock.now())
        files = selectors.files_of(invoice)
    return files


def _stored(files: DocumentFiles, kind: RenditionKind) -> Rendition:
    rendition = files.of(kind)
    if rendition is None:
        raise CommandError(
            f"The checks call the electronic form of this invoice {files.outcome.lower()}: it has no {kind.label}. "
            "Nothing was written. The staff admin says what to do; --plain FILE gives the PDF."
        )
    return rendition


def _write(path: Path, content: bytes) -> None:
    try:
        path.write_bytes(content)
    except OSError as fault:
        raise CommandError(f"{path} cannot be written: {fault.strerror}.") from fault
