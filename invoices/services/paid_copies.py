"""The paid rendition of an invoice ("facture acquittée"): beside the original, never in its place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext

from invoices import archive
from invoices.models import Rendition
from invoices.paid_paper import paid_paper
from invoices.pressing import press_now
from invoices.selectors.paid import paid_in_full
from invoices.states import RenditionKind
from ledger import selectors as ledger

if TYPE_CHECKING:
    from datetime import datetime

    from invoices.models import Invoice


LINES_AT_MOST = 1_000  # about 5 s: somebody waits for it


class NotPaid(ValueError):
    """The invoice is not, or no longer, paid in full by money; or it is too long to be printed while one waits."""


def render_paid(invoice: Invoice, *, at: datetime) -> Rendition:
    """Print and keep the copy that says when and by what the invoice was paid. The same payments are the same file.

    Read with `original` and `replaces`. Raises NotPaid: also when money was taken back since an earlier copy.
    """
    paid = paid_in_full(invoice)
    if not paid:
        raise NotPaid(gettext("%(number)s is not paid in full: there is no paid copy.") % {"number": invoice.number})
    if invoice.lines.count() > LINES_AT_MOST:
        words = gettext("%(number)s has more than %(most)s lines: there is no paid copy; see its receipts.")
        raise NotPaid(words % {"number": invoice.number, "most": LINES_AT_MOST})
    lines, vat = list(invoice.lines.order_by("position")), list(invoice.vat.order_by("-rate", "category"))
    refs = {each.lot_id: ledger.get_lot(each.lot_id).reference for each in paid}
    with translation.override(invoice.buyer["language"]):
        paper = paid_paper(invoice, lines, vat, paid=paid, refs=refs)
        context = {"paper": paper.invoice, "payments": paper.payments}
        page = render_to_string("paper/paid_invoice.html", context)
    content = press_now(page, identifier=f"{invoice.number}-paid")
    sha256 = archive.store(content)
    rendition, _ = Rendition.objects.get_or_create(
        invoice=invoice,
        kind=RenditionKind.PAID,
        sha256=sha256,
        defaults={"size": len(content), "created_at": at},
    )
    return rendition
