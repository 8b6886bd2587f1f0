"""What a person is about to do with a line, and the empty form of it."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from accounts import selectors as accounts
from accounts.models import Customer
from bank.words import LineState
from billing_portal.staff.reconciling import shares as values
from billing_portal.staff.reconciling.forms import BookForm, DocumentsForm, NoteForm, ReasonForm, SplitForm
from core.formats import day_text, money_text
from core.references import NotACustomerNumber, read_customer_number
from ledger import selectors as books
from payments.forms import typed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django import forms

    from billing_portal.staff.reconciling.presenting import Panel


class Mode(StrEnum):
    """What is open beside the line; the value is its word in the address."""

    SPLIT = "repartir"
    DOCUMENTS = "factures"
    IGNORE = "ignorer"
    BOOK = "imputer"
    NOTE = "noter"
    UNDO = "annuler"


def blank_form(mode: str, panel: Panel, query: Mapping[str, str]) -> forms.Form | None:
    """The empty form of that mode; nothing when the line does not allow it."""
    if mode in {Mode.SPLIT, Mode.DOCUMENTS}:
        return _form_of_credit(mode, panel, query) if panel.may_be_credited else None
    allowed = {
        Mode.NOTE: True,
        Mode.UNDO: panel.may_be_undone,
        Mode.IGNORE: panel.is_waiting or panel.is_twice,
        Mode.BOOK: panel.is_waiting,
    }
    if mode not in set(Mode) or not allowed[Mode(mode)]:
        return None
    if mode == Mode.UNDO:
        return ReasonForm(initial={"reason": _("wrong choice")})
    return {Mode.NOTE: NoteForm, Mode.BOOK: BookForm, Mode.IGNORE: ReasonForm}[Mode(mode)]()


def _form_of_credit(mode: str, panel: Panel, query: Mapping[str, str]) -> forms.Form | None:
    if mode == Mode.SPLIT:
        return SplitForm(amount=panel.line.amount, initial=_first_split(panel))
    customer = customer_numbered(query.get("customer", ""))
    return documents_form(customer) if customer else None


def documents_form(customer: Customer, data: Mapping[str, str] | None = None) -> DocumentsForm:
    """The open documents of a customer, to be ticked."""
    offered = [
        (
            item.document_ref,
            _("%(number)s, %(amount)s, due on %(day)s")
            % {"number": item.document_ref, "amount": money_text(item.open), "day": day_text(item.due_date)},
        )
        for item in books.open_items(customer.pk)
        if not item.disputed
    ]
    form = DocumentsForm(data, offered=offered)
    form.customer = customer  # type: ignore[attr-defined]
    return form


def customer_numbered(text: str) -> Customer | None:
    """The customer with that number, or nobody."""
    try:
        return accounts.get_customer(read_customer_number(text))
    except (NotACustomerNumber, Customer.DoesNotExist):
        return None


def _first_split(panel: Panel) -> dict[str, str]:
    """The first candidate, with its parts when it has several; each customer who is named, when several are."""
    if not panel.choices:
        return {}
    if panel.work.state == LineState.SEVERAL and len(panel.choices[0].customers) == 1:
        named = enumerate((choice.customer.number for choice in panel.choices), start=1)
        return {f"customer_{number}": each for number, each in named}
    first = panel.choices[0]
    found: dict[str, str] = {}
    shares = values.read(first.value)
    for number, (share, customer) in enumerate(zip(shares, first.customers, strict=True), start=1):
        found[f"customer_{number}"] = customer.number
        found[f"amount_{number}"] = typed(share.amount) if len(shares) > 1 else ""
        found[f"documents_{number}"] = " ".join(share.documents)
    return found
