"""The customer's quotes and pro forma invoices: the list, one of them, and the answer to it."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.gateways.vies import vies
from accounts.permissions import Permission, require_permission
from accounts.selectors import NoSeller
from accounts.services import refresh_vat_number
from core.addresses import client_address
from core.clock import local_date
from core.formats import money_text
from core.money import Money
from invoices import selectors, services
from invoices.forms import AgreementForm, RefusalForm
from invoices.models import Quote
from invoices.views import stored_file

if TYPE_CHECKING:
    from uuid import UUID

    from accounts.permissions import CustomerRequest

PAGE_SIZE = 25
_REFUSALS = (
    services.QuoteClosed,
    services.QuoteChanged,
    services.VatNotDecided,
    services.NothingToBill,
    services.DateBeforeLast,
    NoSeller,
)


@require_permission(Permission.SEE)
@require_safe
def quote_list(request: CustomerRequest) -> HttpResponse:
    """Quotes and pro forma invoices, newest first, each with its state today."""
    page = Paginator(selectors.quotes_of(request.customer), PAGE_SIZE).get_page(request.GET.get("page"))
    rows = [selectors.quote_page(quote, on=local_date(request.now)) for quote in page]
    return render(request, "invoices/quotes.html", {"page": page, "rows": rows})


@require_permission(Permission.SEE)
@require_safe
def quote_detail(request: CustomerRequest, public_id: UUID) -> HttpResponse:
    """One quote: the content of the paper, and while it is open the two answers."""
    return _page(request, _own(request, public_id))


@require_permission(Permission.SEE)
@require_safe
def quote_pdf(request: CustomerRequest, public_id: UUID) -> HttpResponse:
    """The stored PDF of a quote."""
    quote = _own(request, public_id)
    return stored_file(request, quote, selectors.quote_file(quote))


@require_permission(Permission.PAY)
@require_POST
def accept_quote(request: CustomerRequest, public_id: UUID) -> HttpResponse:
    """Accept: the invoice is issued, and its page follows. The second time it is the same invoice."""
    quote = _own(request, public_id)
    form = AgreementForm(request.POST, text=_agreement(quote))
    if quote.invoice is None and not form.is_valid():
        return _page(request, quote, agreement=form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    refresh_vat_number(request.customer, gateway=vies(), at=request.now)
    agreement = services.Agreement(
        by=request.user,
        address=client_address(request.META),
        agent=request.headers.get("User-Agent", ""),
        text=_agreement(quote),
    )
    try:
        invoice = services.accept(quote, agreement, at=request.now)
    except _REFUSALS as refusal:
        messages.error(request, _("Nothing was issued. %(reason)s") % {"reason": refusal})
        return redirect("invoices:quote", public_id)
    words = _("%(quote)s is accepted: its invoice is %(number)s.")
    messages.success(request, words % {"quote": quote.number, "number": invoice.number})
    return redirect("invoices:detail", invoice.public_id)


@require_permission(Permission.PAY)
@require_POST
def refuse_quote(request: CustomerRequest, public_id: UUID) -> HttpResponse:
    """Refuse, with a word or without."""
    quote = _own(request, public_id)
    form = RefusalForm(request.POST)
    if not form.is_valid():
        return _page(request, quote, refusal=form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        services.refuse_quote(quote, by=request.user, at=request.now, reason=form.cleaned_data["reason"])
    except services.QuoteClosed as closed:
        messages.error(request, str(closed))
    else:
        messages.success(request, _("%(quote)s is refused. Nothing is owed.") % {"quote": quote.number})
    return redirect("invoices:quote", public_id)


def _own(request: CustomerRequest, public_id: UUID) -> Quote:
    try:
        return selectors.get_quote(request.customer, public_id)
    except Quote.DoesNotExist:
        raise Http404 from None


def _agreement(quote: Quote) -> str:
    """The words beside the button, which are kept with who agreed to them."""
    values = {"number": quote.number, "total": money_text(Money(quote.total_cents))}
    return _("I accept %(number)s for %(total)s including VAT. The invoice is issued at once.") % values


def _page(
    request: CustomerRequest,
    quote: Quote,
    *,
    agreement: AgreementForm | None = None,
    refusal: RefusalForm | None = None,
    status: int = HTTPStatus.OK,
) -> HttpResponse:
    context = {
        "page": selectors.quote_page(quote, on=local_date(request.now)),
        "texts": selectors.texts_to_come(request.customer, on=local_date(request.now)),
        "agreement": agreement or AgreementForm(text=_agreement(quote)),
        "refusal": refusal or RefusalForm(),
    }
    return render(request, "invoices/quote.html", context, status=status)
