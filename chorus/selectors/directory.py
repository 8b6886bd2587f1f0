"""What we know of the directory of Chorus Pro: structures, their services, and what they require."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Q, Subquery

from accounts.models import Customer, CustomerKind
from chorus.models import Structure, StructureService
from chorus.requirements import Requirement, decide
from chorus.states import StructureState
from core.clock import local_date

if TYPE_CHECKING:
    from datetime import date, datetime

    from django.db.models import QuerySet

UNSUITED = (StructureState.CLOSED, StructureState.NOT_FOUND, StructureState.PRIVATE)


def structure_of(buyer: Customer | str) -> Structure | None:
    """What is known of the structure of a customer, or of a SIRET."""
    siret = buyer if isinstance(buyer, str) else buyer.siret
    return Structure.objects.filter(siret=siret).first() if siret else None


def services_of(structure: Structure) -> list[StructureService]:
    """All its services, by name, closed ones too."""
    return sorted(structure.services.all(), key=lambda service: (service.name.casefold(), service.code))


def is_open(service: StructureService, *, on: date) -> bool:
    """Whether it takes invoices on that day."""
    begun = service.starts_on is None or service.starts_on <= on
    return service.is_active and begun and (service.ends_on is None or service.ends_on >= on)


def requirement_of(buyer: Customer | str, service_code: str | None = None, *, at: datetime) -> Requirement:
    """What that customer, or the structure of that SIRET, requires for that service. At most two queries.

    No service given: a customer's own. Nothing is required while the directory has not answered (`known_at` is None).
    """
    code = service_code if service_code is not None else ("" if isinstance(buyer, str) else buyer.service_code)
    return requirement_for(structure_of(buyer), code, at=at)


def requirement_for(structure: Structure | None, service_code: str, *, at: datetime) -> Requirement:
    """The same, of a structure that was read already. At most one query."""
    if structure is None or structure.checked_at is None:
        return decide(structure, None, is_named=bool(service_code), is_open=True)
    service = structure.services.filter(code=service_code).first() if service_code else None
    opened = service is not None and is_open(service, on=local_date(at))
    return decide(structure, service, is_named=bool(service_code), is_open=opened)


def customers_of(structure: Structure) -> QuerySet[Customer]:
    """The public customers that receive their invoices there."""
    return Customer.objects.filter(kind=CustomerKind.PUBLIC, siret=structure.siret).order_by("pk")


def structures_in_use() -> QuerySet[Structure]:
    """The structures of public customers."""
    users = Customer.objects.filter(kind=CustomerKind.PUBLIC, siret=OuterRef("siret"))
    return Structure.objects.filter(Exists(users)).order_by("pk")


def sirets_unknown() -> list[str]:
    """The SIRETs of public customers that the directory was never asked about."""
    known = Structure.objects.filter(siret=OuterRef("siret"))
    found = Customer.objects.filter(~Exists(known), kind=CustomerKind.PUBLIC).exclude(siret="")
    return sorted(set(found.values_list("siret", flat=True)))


def customers_without_a_receiver(*, on: date) -> QuerySet[Customer]:
    """Public customers whose structure takes no invoice, or whose service is not open: their invoices wait.

    Each with `said_at`, when the directory said so last.
    """
    theirs = Structure.objects.filter(siret=OuterRef("siret"))
    service = StructureService.objects.filter(
        Q(starts_on__isnull=True) | Q(starts_on__lte=on),
        Q(ends_on__isnull=True) | Q(ends_on__gte=on),
        structure__siret=OuterRef("siret"),
        code=OuterRef("service_code"),
        is_active=True,
    )
    unsuited, active = theirs.filter(state__in=UNSUITED), theirs.filter(state=StructureState.ACTIVE)
    lost = Q(Exists(unsuited)) | Q(Exists(active)) & ~Q(service_code="") & ~Q(Exists(service))
    found = Customer.objects.filter(lost, kind=CustomerKind.PUBLIC).exclude(siret="")
    return found.annotate(said_at=Subquery(theirs.values("checked_at")[:1])).order_by("pk")
