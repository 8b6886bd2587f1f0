"""Who will have to give an engagement number: their administration requires one, and none was given in advance."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Q

from accounts.models import Customer, CustomerKind, Engagement
from chorus.models import Structure, StructureService
from chorus.planning import next_invoices
from chorus.states import StructureState
from invoices.selectors import left_on

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from django.db.models import QuerySet


@dataclass(frozen=True, slots=True)
class Wanted:
    """A customer whose next invoice lacks its engagement number; `on`: the day of that invoice, when it is known."""

    customer: Customer
    on: date | None


def engagement_asked(customer: str = "") -> Q:
    """Whether the customer of a row of another query must give an engagement number; as `requirements.decide` says.

    `customer` is the path to it, `customer__` for example. No query of its own.
    """
    active = Structure.objects.filter(siret=OuterRef(f"{customer}siret"), state=StructureState.ACTIVE)
    service = StructureService.objects.filter(
        structure__siret=OuterRef(f"{customer}siret"),
        structure__state=StructureState.ACTIVE,
        code=OuterRef(f"{customer}service_code"),
        engagement_required=True,
    )
    by_structure = Exists(active.filter(engagement_required=True, either_required=False))
    return Q(by_structure) | Q(Exists(service))


def customers_asked() -> QuerySet[Customer]:
    """The public customers whose administration requires an engagement number."""
    return Customer.objects.filter(engagement_asked(), kind=CustomerKind.PUBLIC).exclude(siret="").order_by("pk")


def wanted_from(asked: Sequence[Customer] | QuerySet[Customer], *, on: date) -> list[Wanted]:
    """Those of `customers_asked` to whom nothing gives a number on the day of their next invoice, or today.

    As at issue, an engagement that holds goes before the customer's own number; one of which nothing is left gives
    none. Three queries, for any number of customers, and those of the apps that registered with `planning`.
    """
    if not asked:
        return []
    days = next_invoices([each.pk for each in asked], on=on)
    held = _held(asked, {each.pk: days.get(each.pk, on) for each in asked})
    left = left_on(held.values())
    lacking = []
    for each in asked:
        row = held.get(each.pk)
        gives = bool(each.engagement_number) if row is None else row.pk not in left or left[row.pk].cents > 0
        if not gives:
            lacking.append(Wanted(each, days.get(each.pk)))
    return lacking


def wanted_of(customer: Customer, *, on: date) -> Wanted | None:
    """The same, of one customer. One query when its administration requires none; no query for other buyers."""
    if not customer.is_public or not customer.siret:
        return None
    return next(iter(wanted_from(customers_asked().filter(pk=customer.pk), on=on)), None)


def _held(customers: Iterable[Customer], days: Mapping[int, date]) -> dict[int, Engagement]:
    """The engagement that holds for each on its day: of its service before one of any service. One query."""
    rows: dict[int, list[Engagement]] = defaultdict(list)
    for row in Engagement.objects.filter(customer__in=list(days), ended_at__isnull=True):
        day = days[row.customer_id]
        if row.valid_from <= day and (row.valid_until is None or row.valid_until >= day):
            rows[row.customer_id].append(row)
    found = {}
    for each in customers:
        by_service = {row.service_code: row for row in rows[each.pk]}
        holds = by_service.get(each.service_code) or by_service.get("")
        if holds is not None:
            found[each.pk] = holds
    return found
