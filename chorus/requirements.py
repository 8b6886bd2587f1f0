"""What a buyer requires of its suppliers, and what a document lacks of it. Pure: no query, no call.

The flags of a structure are read by this table; a service may require an engagement number for itself alone.

| either | service | engagement | required at deposit                            |
|--------|---------|------------|------------------------------------------------|
| yes    | any     | any        | a service code or an engagement number         |
| no     | yes     | yes        | both                                           |
| no     | yes     | no         | a service code                                 |
| no     | no      | yes        | an engagement number                           |
| no     | no      | no         | none                                           |
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from chorus.states import Missing, StructureState

if TYPE_CHECKING:
    from datetime import datetime

    from chorus.models import Structure, StructureService


@dataclass(frozen=True, slots=True)
class Requirement:
    """What a buyer requires, for one of its services when one is named. `known_at`: None while nothing is known.

    `service_closed`: the directory does not list the service that was named, or it is no longer, or not yet, open.
    """

    service_required: bool = False
    engagement_required: bool = False
    either_required: bool = False
    known_at: datetime | None = None
    service_closed: bool = False


NOTHING_KNOWN = Requirement()


def decide(
    structure: Structure | None, service: StructureService | None, *, is_named: bool, is_open: bool
) -> Requirement:
    """Apply the table. `is_named`: a service code was given; `is_open`: the directory has it and it is open today."""
    if structure is None or structure.checked_at is None:
        return NOTHING_KNOWN
    if structure.state != StructureState.ACTIVE:
        return Requirement(known_at=structure.checked_at)
    of_service = bool(service and service.engagement_required)
    either = structure.either_required
    return Requirement(
        service_required=structure.service_required and not either,
        engagement_required=(structure.engagement_required and not either) or of_service,
        either_required=either,
        known_at=structure.checked_at,
        service_closed=is_named and not is_open,
    )


def missing_of(
    requirement: Requirement, structure: Structure | None, service_code: str, engagement_number: str
) -> list[Missing]:
    """What a document to that structure lacks; nothing while the directory has not answered yet.

    `structure` is None for a buyer without a SIRET. The list is in the order in which people complete it.
    """
    if structure is None:
        return [Missing.SIRET]
    if structure.is_closed_to_us:
        return [Missing.STRUCTURE]
    found = []
    if requirement.service_required and not service_code:
        found.append(Missing.SERVICE)
    if service_code and requirement.service_closed:
        found.append(Missing.SERVICE_CLOSED)
    if requirement.engagement_required and not engagement_number:
        found.append(Missing.ENGAGEMENT)
    elif requirement.either_required and not (service_code or engagement_number):
        found.append(Missing.EITHER)
    return found
