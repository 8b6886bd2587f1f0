"""The customer's account statement: choose a period, keep the PDF."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.permissions import Permission, require_permission
from core.clock import local_date
from invoices.forms import PeriodForm
from invoices.selectors import TooManyMovements
from invoices.statement_pdf import statement_download

if TYPE_CHECKING:
    from django.http import HttpResponse

    from accounts.permissions import CustomerRequest


@require_permission(Permission.SEE)
@require_safe
def statement(request: CustomerRequest) -> HttpResponse:
    """The form; and, when both days can be read, the file."""
    form = PeriodForm(request.GET or None, today=local_date(request.now))
    if form.is_valid():
        try:
            return statement_download(request.customer, *form.period, at=request.now)
        except TooManyMovements as refusal:
            form.add_error(None, str(refusal))
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "invoices/statement.html", {"form": form}, status=status)
