"""`manage.py export_invoice`: the stored bytes of an invoice, printed first when they are pending."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError

from core import clock
from invoices import archive, selectors
from invoices.archive import ArchiveDamaged
from invoices.models import Invoice
from invoices.services import render_invoice

if TYPE_CHECKING:
    from django.core.management.base import CommandParser


class Command(BaseCommand):
    help = "Write the stored PDF of an issued invoice to a file."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("number", help="Invoice number, as FA2026-000001.")
        parser.add_argument("--pdf", type=Path, metavar="FILE", help="Where to write the PDF.")
        parser.add_argument("--xml", type=Path, metavar="FILE", help="Where to write the XML (there is none yet).")

    def handle(self, *, number: str, pdf: Path | None, xml: Path | None, **_options: Any) -> None:
        if xml is not None:
            raise CommandError("Invoices have no XML rendition yet. Nothing was written. Ask for --pdf alone.")
        if pdf is None:
            raise CommandError("Say where the PDF goes: --pdf FILE.")
        try:
            content = _content(selectors.invoice_by_number(number))
        except Invoice.DoesNotExist:
            raise CommandError(f"No invoice has the number {number}.") from None
        except ArchiveDamaged as damage:
            raise CommandError(f"The stored PDF is refused: {damage}. Nothing was written.") from damage
        _write(pdf, content)
        self.stdout.write(f"{pdf}: {len(content)} bytes")


def _content(invoice: Invoice) -> bytes:
    rendition = selectors.latest_pdf(invoice) or render_invoice(invoice.pk, at=clock.now())
    return archive.read(rendition.sha256)


def _write(path: Path, content: bytes) -> None:
    try:
        path.write_bytes(content)
    except OSError as fault:
        raise CommandError(f"{path} cannot be written: {fault.strerror}.") from fault
