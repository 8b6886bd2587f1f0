"""Questions about what shows who a customer is for VAT: answers of VIES, and signs of the country."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db.models import Exists, F, Max, Min, OuterRef, Q, Subquery
from stdnum.eu.vat import MEMBER_STATES

from accounts.models import CheckOutcome, Customer, CustomerKind, PlaceItem, VatNumberCheck

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from django.db.models import QuerySet

ANSWERED = (CheckOutcome.VALID, CheckOutcome.INVALID)
# Northern Ireland (XI) is in VIES for goods only; French numbers change nothing in what a French seller charges.
_PREFIXES = frozenset({state.upper() for state in MEMBER_STATES} - {"FR", "XI", "GR"}) | {"EL"}


class NumberState:
    """Where the VAT number of a customer stands."""

    NOT_ASKED = "NOT_ASKED"
    WAITING = "WAITING"
    VALID = "VALID"
    INVALID = "INVALID"
    STALE = "STALE"
    SILENT = "SILENT"


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of a customer's VAT number: its state, the last answer of VIES, and since when it is silent."""

    state: str
    answer: VatNumberCheck | None = None
    silent_since: datetime | None = None


def is_checked(customer: Customer) -> bool:
    """Whether VIES has something to say of this customer: a business with a number of another member state."""
    return customer.kind != CustomerKind.PERSON and customer.vat_number[:2] in _PREFIXES


def checks_of(customer: Customer) -> QuerySet[VatNumberCheck]:
    """Every question asked about a customer's numbers, the latest first."""
    return VatNumberCheck.objects.filter(customer=customer).order_by("-pk")


def standing_of(customer: Customer, *, at: datetime) -> Standing:
    """Where the customer's VAT number stands at that moment. ≤ 2 queries, none for numbers that VIES does not know."""
    if not is_checked(customer):
        return Standing(NumberState.NOT_ASKED)
    answer = latest_answers([customer]).get(customer.pk)
    silence = silent_since([customer]).get(customer.pk)
    if answer is None:
        return Standing(NumberState.SILENT if silence else NumberState.WAITING, None, silence)
    if not answer.is_valid:
        return Standing(NumberState.INVALID, answer, silence)
    is_old = at - answer.checked_at > timedelta(days=settings.VIES_GRACE_DAYS)
    return Standing(NumberState.STALE if is_old else NumberState.VALID, answer, silence)


def latest_answers(customers: Sequence[Customer]) -> dict[int, VatNumberCheck]:
    """What VIES last said about the present number of each customer, by customer; nothing for the others. One query."""
    last = (
        VatNumberCheck.objects.filter(customer=OuterRef("pk"), number=OuterRef("vat_number"), outcome__in=ANSWERED)
        .order_by("-pk")
        .values("pk")[:1]
    )
    asked = Customer.objects.filter(pk__in=[customer.pk for customer in customers]).exclude(vat_number="")
    checks = VatNumberCheck.objects.filter(pk__in=asked.annotate(last=Subquery(last)).values("last"))
    return {check.customer_id: check for check in checks}


def silent_since(customers: Sequence[Customer]) -> dict[int, datetime]:
    """Since when VIES has been silent about the present number of each customer, if it is. One query."""
    of_number = VatNumberCheck.objects.filter(customer=OuterRef("customer"), number=OuterRef("number"))
    answered = of_number.filter(outcome__in=ANSWERED, pk__gt=OuterRef("pk"))
    rows = (
        VatNumberCheck.objects.filter(
            customer__in=[customer.pk for customer in customers], number=F("customer__vat_number")
        )
        .filter(~Exists(answered), outcome__in=[CheckOutcome.UNANSWERED, CheckOutcome.REFUSED])
        .values_list("customer")
        .annotate(since=Min("checked_at"))
        .order_by()
    )
    return dict(rows)


def latest_places(customers: Sequence[Customer]) -> dict[int, list[PlaceItem]]:
    """The signs of where each customer is, the latest of each kind. One query."""
    later = PlaceItem.objects.filter(customer=OuterRef("customer"), kind=OuterRef("kind"), pk__gt=OuterRef("pk"))
    rows = PlaceItem.objects.filter(~Exists(later), customer__in=[customer.pk for customer in customers])
    found: dict[int, list[PlaceItem]] = defaultdict(list)
    for item in rows.order_by("pk"):
        found[item.customer_id].append(item)
    return found


def customers_to_check(*, at: datetime) -> QuerySet[Customer]:
    """Businesses of other member states whose number VIES did not speak of for VIES_RECHECK_DAYS.

    Those that were asked about longest ago come first, so that a long silence starves none.
    """
    since = at - timedelta(days=settings.VIES_RECHECK_DAYS)
    fresh = VatNumberCheck.objects.filter(
        customer=OuterRef("pk"), number=OuterRef("vat_number"), outcome__in=ANSWERED, checked_at__gt=since
    )
    waiting = _businesses_abroad().filter(~Exists(fresh)).annotate(asked_at=Max("vat_checks__checked_at"))
    return waiting.order_by(F("asked_at").asc(nulls_first=True), "pk")


def unproven_customers(*, at: datetime) -> QuerySet[Customer]:
    """Businesses of other member states whose number is not proven: nothing is issued to them without VAT."""
    answers = VatNumberCheck.objects.filter(
        customer=OuterRef("pk"), number=OuterRef("vat_number"), outcome__in=ANSWERED
    ).order_by("-pk")
    since = at - timedelta(days=settings.VIES_GRACE_DAYS)
    latest = _businesses_abroad().annotate(
        last_outcome=Subquery(answers.values("outcome")[:1]), last_at=Subquery(answers.values("checked_at")[:1])
    )
    proven = Q(last_outcome=CheckOutcome.VALID, last_at__gte=since)
    return latest.exclude(proven & Q(last_outcome__isnull=False)).order_by("pk")


def _businesses_abroad() -> QuerySet[Customer]:
    abroad = Q()
    for prefix in sorted(_PREFIXES):
        abroad |= Q(vat_number__startswith=prefix)
    return Customer.objects.filter(abroad).exclude(kind=CustomerKind.PERSON)
