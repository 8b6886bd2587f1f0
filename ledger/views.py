"""The customer's transactions: the page, and its export."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.permissions import Permission, require_permission
from core.downloads import SheetForm, sheet_download
from ledger import presenting
from ledger.forms import StatementFilters
from ledger.selectors import SEARCHED, StatementQuery, iter_statement, statement_page, statement_years

if TYPE_CHECKING:
    from django.http import HttpResponse, HttpResponseBase

    from accounts.permissions import CustomerRequest


@require_permission(Permission.SEE)
@require_safe
def transactions(request: CustomerRequest) -> HttpResponse:
    """Every movement of the account, newest first, with the balance after each."""
    form = StatementFilters(request.GET, years=statement_years(request.customer.pk))
    query = form.query
    page = statement_page(request.customer.pk, query=query)
    whole = page.newer is None and page.older is None
    return render(
        request,
        "ledger/transactions.html",
        {
            "filters": form,
            "disputed": presenting.open_and_disputed(request.customer.pk),
            "filtered": bool(form.kept),
            "lines": [presenting.line(movement) for movement in page.rows],
            "totals": presenting.totals(page.rows) if whole else None,
            "refunds": [] if page.newer or form.kept else presenting.refunds_in_flight(request.customer.pk),
            "newer": page.newer and _address(form, after=page.newer),
            "older": page.older and _address(form, before=page.older),
            "searched": SEARCHED if query.search and page.older else None,
            "export": f"{reverse('ledger:transactions_csv')}?{urlencode(form.kept)}",
        },
    )


@require_permission(Permission.SEE)
@require_safe
def transactions_csv(request: CustomerRequest) -> HttpResponseBase:
    """The same lines as the page with the same filters, all of them, as they are read."""
    query = StatementFilters(request.GET, years=statement_years(request.customer.pk)).query
    everything = StatementQuery(query.year, query.kinds, query.search)
    stem = f"transactions-{request.customer.reference.compact}{f'-{query.year}' if query.year else ''}"
    movements = iter_statement(request.customer.pk, everything)
    return sheet_download(presenting.statement_sheet(movements), SheetForm.CSV, stem=stem)


def _address(form: StatementFilters, **cursor: int) -> str:
    return f"?{urlencode({**form.kept, **cursor})}"
