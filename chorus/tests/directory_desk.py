"""A directory of Chorus Pro in memory, for tests of those who ask it. It counts its calls, and can be down."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from chorus.gateways.base import ServiceFound, ServiceSeen, StructureFound, StructureSeen, Supplier, Transient

if TYPE_CHECKING:
    from datetime import date

    from chorus.gateways.base import ChorusError, EngagementFound

TOWN_HALL = "21690123100011"
OURS = Supplier(25784152, "99999999800019", "Hébergeur")


@dataclass
class Listed:
    """A structure as the directory has it."""

    siret: str
    name: str = "Mairie de Saint-Étienne-du-Bois"
    is_active: bool = True
    is_public: bool | None = True
    service: bool = False
    engagement: bool = False
    either: bool = False
    services: dict[str, ServiceFound] = field(default_factory=dict)
    flags: dict[str, bool] = field(default_factory=dict)

    @property
    def chorus_id(self) -> int:
        return int(self.siret[:9])

    def has(
        self, code: str, *, engagement: bool = False, is_active: bool = True, ends_on: date | None = None
    ) -> Listed:
        """Give it a service."""
        number = len(self.services) + 1
        self.services[code] = ServiceFound(number, code, f"Service {code}", is_active, None, ends_on)
        self.flags[code] = engagement
        return self


class MemoryDirectory:
    """The protocol `Directory`, over a dict."""

    def __init__(self, *listed: Listed) -> None:
        self.listed = {each.siret: each for each in listed}
        self.engaged: dict[str, list[EngagementFound]] = {}
        self.failing: ChorusError | None = None
        self.calls: list[str] = []

    def goes_down(self) -> None:
        self.failing = Transient("no answer")

    def comes_back(self) -> None:
        self.failing = None

    def find_structure(self, siret: str) -> StructureFound | None:
        self._called("find_structure")
        one = self.listed.get(siret)
        return StructureFound(one.chorus_id, siret, one.name, one.is_active) if one else None

    def structure(self, chorus_id: int) -> StructureSeen:
        self._called("structure")
        one = self._one(chorus_id)
        return StructureSeen(
            chorus_id,
            one.siret,
            one.name,
            one.is_public,
            service_required=one.service,
            engagement_required=one.engagement,
            either_required=one.either,
            payment_not_reported=False,
        )

    def services(self, chorus_id: int) -> list[ServiceFound]:
        self._called("services")
        return list(self._one(chorus_id).services.values())

    def service(self, chorus_id: int, service_id: int) -> ServiceSeen:
        self._called("service")
        one = self._one(chorus_id)
        found = next(service for service in one.services.values() if service.chorus_id == service_id)
        return ServiceSeen(service_id, found.code, found.name, one.flags[found.code])

    def engagements(self, number: str, *, supplier_id: int) -> list[EngagementFound]:
        self._called("engagements")
        return self.engaged.get(number, [])

    def suppliers(self) -> list[Supplier]:
        self._called("suppliers")
        return [OURS]

    def _one(self, chorus_id: int) -> Listed:
        return next(one for one in self.listed.values() if one.chorus_id == chorus_id)

    def _called(self, name: str) -> None:
        self.calls.append(name)
        if self.failing is not None:
            raise self.failing


def town_hall() -> Listed:
    """The town hall of the cast: a service and an engagement number are required."""
    return Listed(TOWN_HALL, service=True, engagement=True).has("FACT-01").has("ST-VOIRIE")
