"""Tables as banks offer them on their pages: CSV with French headings, and a workbook."""

from __future__ import annotations

import csv
import io
from datetime import date, datetime

import xlsxwriter

from sandbox.bank.excerpt import Excerpt, euros, label, remittance
from sandbox.store import Json

_HEADINGS = (
    "Date opération",
    "Date valeur",
    "Libellé",
    "Détail",
    "Débit",
    "Crédit",
    "Nom du donneur d'ordre",
    "IBAN contrepartie",
    "Référence banque",
)


def as_csv(told: Excerpt) -> bytes:
    """Semicolons, decimal commas, Windows letters; some lines about the account come first."""
    target = io.StringIO()
    table = csv.writer(target, delimiter=";", lineterminator="\r\n")
    table.writerows(_head(told))
    table.writerow(_HEADINGS)
    for line in told.lines:
        day, cents = f"{date.fromisoformat(line['day']):%d/%m/%Y}", line["cents"]
        debit, credit = (f"-{euros(cents, ',')}", "") if cents < 0 else ("", euros(cents, ","))
        table.writerow([day, day, label(line), remittance(line), debit, credit, *_others(line)])
    return target.getvalue().encode("cp1252", "replace")


def as_workbook(told: Excerpt) -> bytes:
    """Days and amounts are what they are; texts stay texts."""
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True})
    sheet = book.add_worksheet("Relevé")
    day_format, amount = book.add_format({"num_format": "dd/mm/yyyy"}), book.add_format({"num_format": "#,##0.00"})
    rows = [*_head(told), _HEADINGS]
    for place, row in enumerate(rows):
        for column, text in enumerate(row):
            sheet.write_string(place, column, text)
    for place, line in enumerate(told.lines, len(rows)):
        day, cents = datetime.fromisoformat(line["day"]), line["cents"]
        sheet.write_datetime(place, 0, day, day_format)
        sheet.write_datetime(place, 1, day, day_format)
        sheet.write_number(place, 4 if cents < 0 else 5, cents / 100, amount)
        for column, text in ((2, label(line)), (3, remittance(line)), *enumerate(_others(line), 6)):
            sheet.write_string(place, column, text)
    book.close()
    return target.getvalue()


def _head(told: Excerpt) -> list[tuple[str, ...]]:
    spaced = " ".join(told.account[start : start + 4] for start in range(0, len(told.account), 4))
    sign = "-" if told.closing < 0 else ""
    return [
        ("Compte courant", spaced),
        (f"Solde au {told.until:%d/%m/%Y}", f"{sign}{euros(told.closing, ',')}"),
        (),
    ]


def _others(line: Json) -> tuple[str, str, str]:
    return str(line.get("name", "")), str(line.get("iban", "")), str(line["id"])
