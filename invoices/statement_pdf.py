"""An account statement as a PDF, made when it is asked for and kept nowhere: its rows are the ledger's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpResponse
from django.template.loader import render_to_string
from django.utils import translation

from accounts.selectors import current_seller
from core.clock import local_date
from core.downloads import download_headers
from invoices.parties import copy_buyer, copy_seller
from invoices.pressing import press_now
from invoices.selectors.statements import account_statement
from invoices.statement_paper import statement_paper

if TYPE_CHECKING:
    from datetime import date, datetime

    from accounts.models import Customer


def statement_pdf(customer: Customer, start: date, end: date, *, at: datetime) -> bytes:
    """The statement of that period in the customer's language. Raises TooManyMovements, NoSeller."""
    statement = account_statement(customer, start, end)
    seller, buyer = copy_seller(current_seller(on=local_date(at))), copy_buyer(customer)
    with translation.override(customer.language):
        paper = statement_paper(statement, seller, buyer, at=at)
        page = render_to_string("paper/statement.html", {"paper": paper})
    return press_now(page, identifier=f"{customer.number}-{start.isoformat()}-{end.isoformat()}")


def statement_download(customer: Customer, start: date, end: date, *, at: datetime) -> HttpResponse:
    """The same as a file to keep. Raises as `statement_pdf`."""
    name = f"releve-{customer.reference.compact}-{start.isoformat()}-{end.isoformat()}.pdf"
    return HttpResponse(statement_pdf(customer, start, end, at=at), headers=download_headers("application/pdf", name))
