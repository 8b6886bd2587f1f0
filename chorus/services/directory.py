"""Ask the directory of Chorus Pro who receives invoices and what they require; keep what it says, tell what changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.db import transaction
from django.db.models import Q

from chorus import wiring
from chorus.gateways.base import ChorusError, ServiceFound, StructureFound, StructureSeen
from chorus.locks import lock_structure
from chorus.models import SiretCheck, Structure, StructureService
from chorus.selectors.directory import customers_of, is_open, sirets_unknown, structures_in_use
from chorus.services.telling_directory import tell_service_closed, tell_structure_closed
from chorus.states import StructureState
from core.clock import local_date

if TYPE_CHECKING:
    from datetime import datetime

    from chorus.gateways.base import Directory

FRESH: Final = timedelta(hours=20)
"""Younger answers are not asked for again by the daily turn; a little less than a day, so that it keeps its hour."""
KEPT: Final = timedelta(days=7)
_SERVICES_NOT_OURS: Final = "FACTURES_PUBLIQUES"  # from one public body to another; refused on entry otherwise
_ERROR_LENGTH, _NAME_LENGTH, _CODE_LENGTH = 300, 300, 100
_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class _Answer:
    """All that the directory said of a SIRET, gathered before anything is written."""

    found: StructureFound | None
    seen: StructureSeen | None = None
    services: tuple[ServiceFound, ...] = ()
    wanted: dict[str, bool] | None = None

    @property
    def state(self) -> StructureState:
        if self.found is None:
            return StructureState.NOT_FOUND
        if self.seen is not None and self.seen.is_public is False:
            return StructureState.PRIVATE
        return StructureState.ACTIVE if self.found.is_active else StructureState.CLOSED


def look_up(siret: str, *, at: datetime, directory: Directory, service_code: str = "") -> Structure:
    """Ask the directory about a SIRET, and keep what it says. Never called inside a transaction: it speaks to Chorus.

    When there is no answer, what was known stays, `last_error` says why and `wanted_at` that it is asked again. The
    engagement flag is read of the services that customers use there, and of `service_code`.
    """
    structure = want(siret, at=at)
    try:
        answer = _ask(structure, directory, {service_code} - {""})
    except ChorusError as error:
        Structure.objects.filter(pk=structure.pk).update(asked_at=at, last_error=error.word[:_ERROR_LENGTH])
        structure.refresh_from_db()
        return structure
    return _keep(structure.pk, answer, at=at)


def refresh_now(siret: str, *, at: datetime, service_code: str = "") -> Structure:
    """Ask for somebody who waits on a page; without a Chorus Pro to ask, it is wanted and asked later.

    Never inside a transaction.
    """
    if not wiring.is_configured():
        return want(siret, at=at)
    return look_up(siret, at=at, directory=wiring.directory(), service_code=service_code)


def want(siret: str, *, at: datetime) -> Structure:
    """Have a SIRET asked about: by the next turn, unless somebody asks before. Its row, made if need be."""
    structure, _ = Structure.objects.get_or_create(siret=siret, defaults={"created_at": at, "wanted_at": at})
    if structure.wanted_at is None:
        Structure.objects.filter(pk=structure.pk, wanted_at=None).update(wanted_at=at)
        structure.refresh_from_db()
    return structure


def refresh_before_deposit(structure: Structure, *, at: datetime, directory: Directory) -> Structure:
    """Ask again just before the first deposit of the day to that buyer (Europe/Paris); later ones rest on it.

    Never inside a transaction. When there is no answer the structure comes back as it was known.
    """
    if structure.checked_at is not None and local_date(structure.checked_at) == local_date(at):
        return structure
    return look_up(structure.siret, at=at, directory=directory)


def refresh(*, at: datetime, directory: Directory) -> int:
    """Ask about the structures of customers whose answer is a day old, and about all that an answer is waited for.

    Stops at the first that gets none: the next turn goes on. Returns how many answered.
    """
    for siret in sirets_unknown():
        want(siret, at=at)
    due = structures_in_use().filter(Q(checked_at__isnull=True) | Q(checked_at__lt=at - FRESH))
    waiting = Structure.objects.filter(wanted_at__isnull=False)
    sirets = list((waiting | due).distinct().order_by("asked_at", "pk").values_list("siret", flat=True)[:_AT_ONCE])
    answered = 0
    for siret in sirets:
        if look_up(siret, at=at, directory=directory).last_error:
            break
        answered += 1
    SiretCheck.objects.filter(at__lt=at - KEPT).delete()
    return answered


def is_refresh_due(*, at: datetime) -> bool:
    """Whether `refresh` has anything to ask. At most three queries."""
    due = structures_in_use().filter(Q(checked_at__isnull=True) | Q(checked_at__lt=at - FRESH))
    return due.exists() or Structure.objects.filter(wanted_at__isnull=False).exists() or bool(sirets_unknown())


def _ask(structure: Structure, directory: Directory, codes: set[str]) -> _Answer:
    """Every question there is, one after the other."""
    found = directory.find_structure(structure.siret)
    if found is None:
        return _Answer(None)
    if not found.is_active:
        return _Answer(found)
    seen = directory.structure(found.chorus_id)
    if seen.is_public is False:
        return _Answer(found, seen)
    services = tuple(
        service
        for service in directory.services(found.chorus_id)
        if service.code and service.code != _SERVICES_NOT_OURS and len(service.code) <= _CODE_LENGTH
    )
    used = codes | set(customers_of(structure).values_list("service_code", flat=True))
    wanted = {
        service.code: directory.service(found.chorus_id, service.chorus_id).engagement_required
        for service in services
        if service.code in used and service.is_active
    }
    return _Answer(found, seen, services, wanted)


@transaction.atomic
def _keep(structure_id: int, answer: _Answer, *, at: datetime) -> Structure:
    """Write the answer down, unless a later one is there; then tell the customers whose invoices would not arrive."""
    structure = lock_structure(structure_id)
    if structure.checked_at is not None and structure.checked_at > at:
        return structure
    was_suited = not structure.is_closed_to_us
    open_before = {service.code for service in structure.services.all() if is_open(service, on=local_date(at))}
    _describe(structure, answer, at=at)
    structure.save()
    if answer.state == StructureState.ACTIVE:
        _keep_services(structure, answer, at=at)
    if structure.is_closed_to_us and was_suited:
        tell_structure_closed(structure, at=at)
    elif structure.state == StructureState.ACTIVE:
        opened = {service.code for service in structure.services.all() if is_open(service, on=local_date(at))}
        tell_service_closed(structure, open_before - opened, at=at)
    return structure


def _describe(structure: Structure, answer: _Answer, *, at: datetime) -> None:
    structure.state, structure.checked_at, structure.asked_at = answer.state, at, at
    structure.wanted_at, structure.last_error = None, ""
    if answer.found is not None:
        structure.chorus_id = answer.found.chorus_id
        structure.name = (answer.seen.name if answer.seen else "")[:_NAME_LENGTH] or answer.found.name[:_NAME_LENGTH]
    if answer.seen is not None:
        structure.service_required = answer.seen.service_required
        structure.engagement_required = answer.seen.engagement_required
        structure.either_required = answer.seen.either_required
        structure.payment_not_reported = answer.seen.payment_not_reported


def _keep_services(structure: Structure, answer: _Answer, *, at: datetime) -> None:
    """The services as listed. One that is listed no more is closed, not forgotten; a flag not asked for stays."""
    known = {service.code: service for service in structure.services.all()}
    listed = {service.code: service for service in answer.services}
    rows = []
    for code, said in listed.items():
        row = known.get(code) or StructureService(structure=structure, code=code)
        row.chorus_id, row.name, row.is_active = said.chorus_id, said.name[:_NAME_LENGTH], said.is_active
        row.starts_on, row.ends_on = said.starts_on, said.ends_on
        if row.starts_on and row.ends_on and row.ends_on < row.starts_on:
            row.starts_on = None
        row.engagement_required = (answer.wanted or {}).get(code, row.engagement_required)
        row.checked_at = at
        rows.append(row)
    for code in known.keys() - listed.keys():
        known[code].is_active, known[code].checked_at = False, at
        rows.append(known[code])
    StructureService.objects.bulk_create([row for row in rows if row.pk is None])
    StructureService.objects.bulk_update(
        [row for row in rows if row.pk is not None and row.code in known],
        ["chorus_id", "name", "is_active", "starts_on", "ends_on", "engagement_required", "checked_at"],
    )
