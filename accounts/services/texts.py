"""Texts on invoices: write one, end one, take one away."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.identity import plain_line
from accounts.models import Customer, InvoiceText, TextKind
from accounts.models.texts import ORDER_NUMBER_LENGTH, TEXT_LENGTH

if TYPE_CHECKING:
    from datetime import date, datetime

    from django.utils.functional import Promise


class BadText(ValueError):
    """A text cannot stand on invoices in that way. `field` names what to correct; the message says how."""

    def __init__(self, field: str, message: str | Promise) -> None:
        super().__init__(str(message))
        self.field = field
        self.message = message


@transaction.atomic
def add_text(
    customer: Customer, kind: TextKind, text: str, *, valid_from: date, valid_until: date | None, at: datetime
) -> InvoiceText:
    """Write it on invoices issued from the one day to the other, both included; no end is until further notice.

    Raises BadText when there is no text, when it is too long, or when another of its kind holds on one of these days.
    """
    lock_texts(customer.pk)
    row = InvoiceText(
        customer=customer, kind=kind, text=text, valid_from=valid_from, valid_until=valid_until, created_at=at
    )
    row.text = check_text(row)
    row.save()
    return row


@transaction.atomic
def end_text(row: InvoiceText, *, valid_until: date | None) -> InvoiceText:
    """Change its last day; None is until further notice. Issued invoices stay as they are. Raises BadText."""
    lock_texts(row.customer_id)
    row.valid_until = valid_until
    _check_days(row)
    row.save(update_fields=["valid_until"])
    return row


@transaction.atomic
def remove_text(row: InvoiceText) -> None:
    """Write it on no invoice any more. Those already issued keep it."""
    lock_texts(row.customer_id)
    row.delete()


def lock_texts(customer_id: int) -> None:
    """Let nobody else write the texts of this customer until the end of the transaction."""
    Customer.objects.select_for_update().get(pk=customer_id)


def check_text(row: InvoiceText) -> str:
    """Its text as it is written on invoices. Raises BadText for every reason there is to refuse it."""
    text = _read(TextKind(row.kind), row.text)
    _check_days(row)
    return text


def _read(kind: TextKind, typed: str) -> str:
    text = plain_line(typed)
    most = ORDER_NUMBER_LENGTH if kind == TextKind.ORDER_NUMBER else TEXT_LENGTH
    if not text:
        raise BadText("text", _("Write what the invoices have to say."))
    if len(text) > most:
        raise BadText("text", _("Write %(most)s characters at most.") % {"most": most})
    return text


def _check_days(row: InvoiceText) -> None:
    if row.valid_until is not None and row.valid_until < row.valid_from:
        raise BadText("valid_until", _("The last day comes before the first one. Choose the same day or a later one."))
    others = InvoiceText.objects.filter(
        Q(valid_until__isnull=True) | Q(valid_until__gte=row.valid_from), customer=row.customer_id, kind=row.kind
    ).exclude(pk=row.pk)
    if row.valid_until is not None:
        others = others.filter(valid_from__lte=row.valid_until)
    if other := others.order_by("valid_from").first():
        raise BadText(
            "valid_until" if other.valid_from > row.valid_from else "valid_from",
            _("“%(text)s” is already written on one of these days. Change its last day first, or choose other days.")
            % {"text": other.text},
        )
