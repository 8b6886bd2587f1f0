"""The transfer order to print, filled in but for the account that pays: to sign, or to copy into a bank's page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.selectors import current_seller
from core.clock import local_date
from core.formats import day_text, money_text
from invoices.paper import Letterhead, Reference, letterhead
from invoices.parties import copy_buyer, copy_seller
from invoices.pressing import press_now
from invoices.transfer import Transfer, transfer_of

if TYPE_CHECKING:
    from datetime import datetime

    from accounts.models import Customer
    from bank.presenting import Target
    from invoices.parties import Buyer, Seller


@dataclass(frozen=True, slots=True)
class SlipPaper:
    """A transfer order, in words."""

    head: Letterhead
    references: list[list[Reference]]
    transfer: Transfer
    amount: str
    due: str
    document: str


def slip_pdf(customer: Customer, target: Target, *, at: datetime) -> bytes:
    """The order as a PDF, in the customer's language. Raises NoSeller."""
    seller, buyer = copy_seller(current_seller(on=local_date(at))), copy_buyer(customer)
    with translation.override(customer.language):
        page = render_to_string("paper/slip.html", {"paper": slip_paper(target, seller, buyer, at=at)})
    return press_now(page, identifier=f"{customer.number}-slip-{local_date(at).isoformat()}")


def slip_paper(target: Target, seller: Seller, buyer: Buyer, *, at: datetime) -> SlipPaper:
    """The words of the order, in the language that is active."""
    references = [
        Reference(_("Made on"), day_text(local_date(at))),
        Reference(_("Customer"), buyer.reference.shown),
        Reference(_("Kind"), _("SEPA transfer, in euros")),
        Reference(_("Charges"), _("shared (SHA)")),
    ]
    title = _("Transfer order %(number)s") % {"number": buyer.reference.shown}
    return SlipPaper(
        head=letterhead(title, buyer.reference.shown, seller, buyer, at),
        references=[references],
        transfer=transfer_of(seller, buyer, target.amount),
        amount=money_text(target.amount) if target.amount else "",
        due=day_text(target.item.due_date) if target.item else "",
        document=target.document,
    )
