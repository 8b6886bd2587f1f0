"""Gather what a decision about VAT rests on: answers of VIES, signs of where customers are, sales so far, rates."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from django.conf import settings
from django.db.models import BigIntegerField, Case, F, Sum, When

from accounts.selectors import latest_answers, latest_places, silent_since
from core.clock import local_date
from core.money import ZERO, Money
from invoices.models import InvoiceVat, VatRate
from invoices.states import DocumentKind, InvoiceStatus
from invoices.tax import LAW, NO_EVIDENCE, DatedRate, Evidence, NumberCheck, PlaceItem, Rates, Treatment
from invoices.tax.places import Territory, place_of
from invoices.tax.refusals import VatNotDecided

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from accounts.models import Customer, VatNumberCheck
    from accounts.models import PlaceItem as NotedPlace

_AT_HOME = frozenset((Territory.FRANCE, Territory.MONACO, Territory.OVERSEAS_TAXED, Territory.OVERSEAS_EXEMPT))


@dataclass(slots=True)
class Gathered:
    """What is known of some customers on one day. `add_sale` keeps count while several of them are billed at once."""

    rates: Rates
    known: dict[int, Evidence] = field(default_factory=dict)
    this_year: Money = ZERO
    last_year: Money = ZERO

    def of(self, customer_id: int, *, selling: Money) -> Evidence:
        """The evidence about one customer who is being sold something at this price without VAT."""
        found = self.known.get(customer_id)
        if found is None:
            return NO_EVIDENCE
        return replace(found, distance_sales=max(self.last_year, self.this_year + selling))

    def add_sale(self, treatments: Iterable[Treatment], net: Money) -> None:
        """Note a sale that was decided, for the limit of sales to other member states."""
        if Treatment.TAXED_BELOW_LIMIT in treatments:
            self.this_year += net


def gather(customers: Sequence[Customer], *, on: date) -> Gathered:
    """Everything about these customers, in as many queries for two hundred as for one; one when all are French."""
    abroad = [customer for customer in customers if _is_abroad(customer)]
    gathered = Gathered(known_rates())
    if not abroad:
        return gathered
    answers = latest_answers(abroad)
    silences = silent_since(abroad)
    places = latest_places(abroad)
    gathered.last_year, gathered.this_year = _distance_sales(on)
    for customer in abroad:
        silence = silences.get(customer.pk)
        gathered.known[customer.pk] = Evidence(
            check=_check(answers[customer.pk]) if customer.pk in answers else None,
            silent_since=local_date(silence) if silence else None,
            place=tuple(_place(item) for item in places.get(customer.pk, ())),
            proof_days=settings.VIES_GRACE_DAYS,
        )
    return gathered


def known_rates() -> Rates:
    """The rates of the law, and those that staff wrote since. One query."""
    added: dict[str, tuple[DatedRate, ...]] = {}
    for row in VatRate.objects.order_by("zone", "since"):
        added[row.zone] = (*added.get(row.zone, ()), DatedRate(row.rate.normalize(), row.since))
    return {**LAW, **{zone: _merged(LAW.get(zone, ()), rows) for zone, rows in added.items()}} if added else LAW


def _merged(law: tuple[DatedRate, ...], rows: tuple[DatedRate, ...]) -> tuple[DatedRate, ...]:
    """Both, a row of staff in the place of the law's of the same day."""
    days = {row.since for row in rows}
    return (*(dated for dated in law if dated.since not in days), *rows)


def _is_abroad(customer: Customer) -> bool:
    try:
        return place_of(customer.country, customer.postcode).territory not in _AT_HOME
    except VatNotDecided:  # said again, with its words, when the sale is decided
        return False


def _check(row: VatNumberCheck) -> NumberCheck:
    return NumberCheck(
        number=row.number,
        valid=row.is_valid,
        checked_on=local_date(row.checked_at),
        consultation_number=row.consultation_number,
        name=row.name,
        address=row.address,
    )


def _place(row: NotedPlace) -> PlaceItem:
    return PlaceItem(row.kind, row.country, row.source or str(row.get_kind_display()), local_date(row.noted_at))


def _distance_sales(on: date) -> tuple[Money, Money]:
    """Sales to consumers of other member states with French VAT, without it: last year's, and this year's so far."""
    net = Case(
        When(invoice__kind=DocumentKind.CREDIT_NOTE, then=-F("base_cents")),
        default=F("base_cents"),
        output_field=BigIntegerField(),
    )
    found = dict(
        InvoiceVat.objects.filter(
            invoice__status=InvoiceStatus.ISSUED,
            invoice__issue_date__year__in=[on.year, on.year - 1],
            treatment=Treatment.TAXED_BELOW_LIMIT,
        )
        .values_list("invoice__issue_date__year")
        .annotate(total=Sum(net))
        .order_by()
    )
    return Money(found.get(on.year - 1, 0)), Money(found.get(on.year, 0))
