"""Engagement numbers in advance: write one down, end one. What was written is never changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.identity import plain_line
from accounts.models import Customer, Engagement
from accounts.models.customers import ENGAGEMENT_LENGTH, MARKET_LENGTH, SERVICE_LENGTH

if TYPE_CHECKING:
    from datetime import date, datetime

    from django.utils.functional import Promise

    from accounts.models import User
    from core.money import Money

_LENGTHS = {"number": ENGAGEMENT_LENGTH, "market_number": MARKET_LENGTH, "service_code": SERVICE_LENGTH}


class BadEngagement(ValueError):
    """An engagement cannot be written down like that. `field` names what to correct; the message says how."""

    def __init__(self, field: str, message: str | Promise) -> None:
        super().__init__(str(message))
        self.field = field
        self.message = message


@transaction.atomic
def add_engagement(  # what the buyer's order says
    customer: Customer,
    number: str,
    *,
    valid_from: date,
    valid_until: date | None = None,
    service_code: str = "",
    market_number: str = "",
    ceiling: Money | None = None,
    by: User | None,
    at: datetime,
) -> Engagement:
    """Have the invoices of these days carry this number, up to the ceiling; of one service, or of any without its own.

    Raises BadEngagement for a customer that is no public body, a number that is empty or too long, days in the wrong
    order, a ceiling of nothing, or another engagement of that service on one of these days.
    """
    locked = Customer.objects.select_for_update().get(pk=customer.pk)
    if not locked.is_public:
        raise BadEngagement("number", _("Only a public body has engagement numbers."))
    row = Engagement(
        customer=locked,
        number=_line("number", number),
        service_code=_line("service_code", service_code),
        market_number=_line("market_number", market_number),
        valid_from=valid_from,
        valid_until=valid_until,
        ceiling_cents=None if ceiling is None else ceiling.cents,
        created_by=by,
        created_at=at,
    )
    _check(row)
    row.save()
    return row


@transaction.atomic
def end_engagement(row: Engagement, *, at: datetime) -> Engagement:
    """Use it for no further invoice. Those that carry its number keep it. Twice is once."""
    Customer.objects.select_for_update().get(pk=row.customer_id)
    Engagement.objects.filter(pk=row.pk, ended_at__isnull=True).update(ended_at=at)
    row.refresh_from_db()
    return row


def _line(field: str, typed: str) -> str:
    text, most = plain_line(typed), _LENGTHS[field]
    if len(text) > most:
        raise BadEngagement(field, _("Write %(most)s characters at most.") % {"most": most})
    return text


def _check(row: Engagement) -> None:
    if not row.number:
        raise BadEngagement("number", _("Write the engagement number."))
    if row.ceiling_cents is not None and row.ceiling_cents <= 0:
        raise BadEngagement("ceiling", _("A ceiling is more than nothing. Leave it empty when there is none."))
    if row.valid_until is not None and row.valid_until < row.valid_from:
        raise BadEngagement(
            "valid_until", _("The last day comes before the first one. Choose the same day or a later one.")
        )
    others = Engagement.objects.filter(
        Q(valid_until__isnull=True) | Q(valid_until__gte=row.valid_from),
        customer=row.customer_id,
        service_code=row.service_code,
        ended_at__isnull=True,
    )
    if row.valid_until is not None:
        others = others.filter(valid_from__lte=row.valid_until)
    if other := others.order_by("valid_from").first():
        raise BadEngagement(
            "valid_until" if other.valid_from > row.valid_from else "valid_from",
            _("Engagement %(number)s already holds on one of these days. End it first, or choose other days.")
            % {"number": other.number},
        )
