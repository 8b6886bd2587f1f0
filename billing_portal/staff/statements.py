"""The account statement of a customer, made by staff."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.decorators import permission_required
from django.utils.translation import gettext as _

from accounts.permissions import staff_required
from billing_portal.staff.customers import customer_or_404
from billing_portal.staff.views import UNPROCESSABLE, staff_page
from core.clock import local_date
from invoices.forms import PeriodForm
from invoices.selectors import TooManyMovements
from invoices.statement_pdf import statement_download

if TYPE_CHECKING:
    from django.http import HttpResponse

    from accounts.permissions import UserRequest


@staff_required
@permission_required("invoices.view_invoice", raise_exception=True)
def statement(request: UserRequest, number: str) -> HttpResponse:
    """The form; and, when both days can be read, the file, in the language of the customer."""
    customer = customer_or_404(number)
    form = PeriodForm(request.GET or None, today=local_date(request.now))
    if form.is_valid():
        try:
            return statement_download(customer, *form.period, at=request.now)
        except TooManyMovements as refusal:
            form.add_error(None, str(refusal))
    status = UNPROCESSABLE if form.errors else 200
    context = {"form": form, "customer": customer}
    return staff_page(request, "staff/statement.html", _("Account statement"), status=status, **context)
