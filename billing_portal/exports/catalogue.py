"""What may be exported: each export with its words, its form, its kinds of file, and how it is made."""

from __future__ import annotations

import tempfile
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.selectors import current_seller
from billing_portal.exports import forms
from core.clock import local_date
from core.sheets import Sheet, csv_lines, write_xlsx
from invoices import reports
from invoices.models import Invoice
from ledger import fec
from ledger.ageing import ageing_sheets
from outbox.services import report

if TYPE_CHECKING:
    from core.sheets import Row

_TOLD_EVERY = 2_000
_TABLES = (("xlsx", "XLSX"), ("csv", "CSV"))
_ZIP = (("zip", "ZIP"),)


@dataclass(frozen=True, slots=True)
class Made:
    """What was made: the name under which it is handed out, and what the reader must know of it."""

    name: str
    warning: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be made: the form with its answers, the kind of file, where to write, and the moment."""

    form: Any
    kind: str
    target: Path
    at: datetime


@dataclass(frozen=True, slots=True)
class Report:
    """One export. `make` writes the file and says what it is called."""

    name: str
    title: Promise
    note: Promise
    form: type[forms.ExportForm]
    kinds: tuple[tuple[str, str], ...]
    make: Callable[[Asked], Made]

    def bind(self, data: dict[str, Any] | None, *, today: date) -> forms.ExportForm:
        """The form with what was typed, or with what it suggests."""
        return self.form(self.name, self.kinds, data, today=today)


def _write_sheets(asked: Asked, sheets: Sequence[Sheet], stem: str, warning: str = "") -> Made:
    told = [replace(sheet, rows=_telling(sheet.rows)) for sheet in sheets]
    if asked.kind == "csv":
        with asked.target.open("w", encoding="utf-8", newline="") as file:
            file.writelines(csv_lines(told))
    else:
        with asked.target.open("wb") as book:
            write_xlsx(told, book, aside=asked.target.parent)
    return Made(f"{stem}.{asked.kind}", warning)


def _telling(rows: Any) -> Iterator[Row]:
    """The rows; now and then the job says how many there were, and so keeps its lease."""
    for count, row in enumerate(rows, 1):
        yield row
        if not count % _TOLD_EVERY:
            report(count, 0)


def _write_fec(asked: Asked, file: fec.FecFile) -> Made:
    """The file and its description, in one zip."""
    with tempfile.TemporaryDirectory(dir=asked.target.parent) as folder:
        written = fec.write_fec(file, Path(folder), at=asked.at, tell=report)
        with zipfile.ZipFile(asked.target, "w", zipfile.ZIP_DEFLATED) as bundle:
            for path in (written.path, written.description):
                bundle.write(path, path.name)
    return Made(f"{file.name}.zip")


def _fec(asked: Asked) -> Made:
    return _write_fec(asked, fec.year_file(asked.form.cleaned_data["year"], at=asked.at))


def _journal(asked: Asked) -> Made:
    period = asked.form.period
    return _write_fec(asked, fec.period_file(period.start, period.end, at=asked.at))


def _invoices(asked: Asked) -> Made:
    found = Invoice.objects.filter(**asked.form.filters).order_by("issue_date", "number")
    today = local_date(asked.at)
    return _write_sheets(asked, [reports.invoice_sheet(found, on=today)], f"factures-{today.isoformat()}")


def _vat(asked: Asked) -> Made:
    sheets, agrees = reports.vat_report(asked.form.period)
    warning = "" if agrees else _("The VAT of documents is not the VAT of the books: look at the reconciliation.")
    return _write_sheets(asked, sheets, f"tva-{_months(asked)}", warning)


def _des(asked: Asked) -> Made:
    period, stem = asked.form.period, f"des-{asked.form.cleaned_data['month']}"
    if asked.kind != "xml":
        return _write_sheets(asked, [reports.des_sheet(period)], stem)
    seller = current_seller(on=period.end)
    number = asked.form.cleaned_data["declaration"]
    asked.target.write_bytes(reports.des_xml(period, seller_vat_number=seller.vat_number, declaration=number))
    return Made(f"{stem}.xml")


def _oss(asked: Asked) -> Made:
    quarter = asked.form.asked_quarter
    return _write_sheets(asked, reports.oss_sheets(quarter), f"oss-{quarter}")


def _deferred(asked: Asked) -> Made:
    day = asked.form.cleaned_data["day"]
    return _write_sheets(asked, reports.deferred_sheets(day), f"produits-constates-d-avance-{day.isoformat()}")


def _ageing(asked: Asked) -> Made:
    day = asked.form.cleaned_data["day"]
    return _write_sheets(asked, ageing_sheets(day), f"balance-agee-{day.isoformat()}")


def _months(asked: Asked) -> str:
    period = asked.form.period
    first, last = f"{period.start:%Y-%m}", f"{period.end:%Y-%m}"
    return first if first == last else f"{first}-{last}"


REPORTS: Final = {
    each.name: each
    for each in (
        Report(
            "fec",
            gettext_lazy("Journal of a year (FEC)"),
            gettext_lazy("18 columns, under its legal name, with its description. Checked line by line."),
            forms.YearForm,
            _ZIP,
            _fec,
        ),
        Report(
            "journaux",
            gettext_lazy("Journals of a period"),
            gettext_lazy("The sub-ledger in the same layout, for the general ledger: VE CB PP PR BQ OD."),
            forms.MonthsForm,
            _ZIP,
            _journal,
        ),
        Report(
            "factures",
            gettext_lazy("Invoices"),
            gettext_lazy("One row a document, with what is still to pay today."),
            forms.InvoicesForm,
            _TABLES,
            _invoices,
        ),
        Report(
            "tva",
            gettext_lazy("VAT by rate and month"),
            gettext_lazy("On débits by documents, on encaissements by money; reconciled with accounts 4457."),
            forms.MonthsForm,
            _TABLES,
            _vat,
        ),
        Report(
            "des",
            gettext_lazy("Services to the Union (DES)"),
            gettext_lazy("By VAT number, in whole euros: the file for the customs’ service, or a table."),
            forms.DesForm,
            (("xml", "XML"), *_TABLES),
            _des,
        ),
        Report(
            "oss",
            gettext_lazy("One-stop shop (OSS)"),
            gettext_lazy("By member state and rate, with corrections of earlier quarters."),
            forms.QuarterForm,
            _TABLES,
            _oss,
        ),
        Report(
            "produits-constates-d-avance",
            gettext_lazy("Deferred revenue"),
            gettext_lazy("The part of each period that comes after the day, and the entry to book."),
            forms.DayForm,
            _TABLES,
            _deferred,
        ),
        Report(
            "balance-agee",
            gettext_lazy("Aged receivables"),
            gettext_lazy("What was open on that day, by days late; equals 411000."),
            forms.DayForm,
            _TABLES,
            _ageing,
        ),
    )
}
