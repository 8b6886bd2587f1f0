"""What the settings page of a public body shows: its structure in words, services to choose from, engagements."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django.utils.translation import gettext as _

from accounts import selectors as accounts
from chorus.models import Submission
from chorus.requirements import Requirement
from chorus.selectors.directory import is_open, requirement_for, services_of, structure_of
from chorus.states import StructureState
from chorus.words import Words, words_of
from core.clock import local_date
from core.formats import day_text, moment_text
from core.money import Money
from invoices.selectors import left_on

if TYPE_CHECKING:
    from datetime import date, datetime

    from accounts.models import Customer, Engagement
    from chorus.models import Structure, StructureService

AS_CHOICES: Final = 15
"""So many services are shown as choices; more of them as one list to pick from."""
_LATEST: Final = 3


@dataclass(frozen=True, slots=True)
class Notice:
    """What the directory says of a structure: kind of notice, title, what to do."""

    kind: str
    title: str
    body: str


@dataclass(frozen=True, slots=True)
class Offered:
    """A service as the page offers it; a closed one says since when and cannot be chosen."""

    code: str
    name: str
    is_open: bool
    note: str = ""


@dataclass(frozen=True, slots=True)
class Delivery:
    """A document that goes to Chorus Pro, and where it stands."""

    submission: Submission
    words: Words


@dataclass(frozen=True, slots=True)
class ShownEngagement:
    """An engagement with what is left of it, and whether it still serves."""

    row: Engagement
    left: Money | None
    state: str
    kind: str
    service: str
    serves: bool
    """Or will: it was not ended, and its last day is not over."""

    @property
    def ceiling(self) -> Money | None:
        return None if self.row.ceiling_cents is None else Money(self.row.ceiling_cents)


@dataclass(frozen=True, slots=True)
class Page:
    """All of it."""

    structure: Structure | None
    requirement: Requirement
    notice: Notice | None
    services: list[Offered]
    service_code: str
    steps: list[dict[str, Any]]
    step: str

    @property
    def as_list(self) -> bool:
        return len(self.services) > AS_CHOICES

    @property
    def may_choose(self) -> bool:
        """Whether the directory gave services to choose from; else the code is typed."""
        return bool(self.structure and self.structure.state == StructureState.ACTIVE)


def settings_page(customer: Customer, step: str, *, at: datetime) -> Page:
    """The state of the settings for that step (`siret`, `service`, `engagement`). At most four queries."""
    structure = structure_of(customer)
    services = services_of(structure) if structure else []
    requirement = requirement_for(structure, customer.service_code, at=at)
    return Page(
        structure=structure,
        requirement=requirement,
        notice=notice_of(structure, requirement) if structure else None,
        services=[_offered(service, on=local_date(at)) for service in services],
        service_code=customer.service_code,
        steps=_steps(customer, step, structure, requirement),
        step=step,
    )


def open_services(structure: Structure | None, *, on: date) -> list[StructureService] | None:
    """Those that may be chosen; None while the directory has not answered, and any code is taken."""
    if structure is None or structure.state != StructureState.ACTIVE:
        return None
    return [service for service in services_of(structure) if is_open(service, on=on)]


def notice_of(structure: Structure, requirement: Requirement) -> Notice:
    """What the directory says, and what to do about it."""
    if structure.state == StructureState.UNCHECKED:
        return Notice(
            "wait",
            _("Saved, checked later"),
            _(
                "Chorus Pro does not answer now. We check this SIRET by ourselves and write to you if something "
                "is wrong."
            ),
        )
    if structure.state == StructureState.ACTIVE:
        when = moment_text(structure.checked_at) if structure.checked_at else ""
        return Notice(
            "ok",
            structure.name or structure.siret,
            _("Active structure in Chorus Pro, checked on %(when)s. %(requires)s")
            % {"when": when, "requires": requires_words(requirement, structure)},
        )
    name = structure.name or structure.siret
    return {
        StructureState.CLOSED: Notice(
            "late",
            _("%(name)s is closed in Chorus Pro") % {"name": name},
            _("It takes no invoice any more. Ask your finance services which SIRET replaces it, and write it here."),
        ),
        StructureState.PRIVATE: Notice(
            "late",
            _("%(name)s is not a public body for Chorus Pro") % {"name": name},
            _(
                "Check the digits with your finance services. For a private company, write to us: we change the "
                "account."
            ),
        ),
        StructureState.NOT_FOUND: Notice(
            "late",
            _("Chorus Pro does not know this SIRET"),
            _("Check the digits. If they are right, your finance services can tell which SIRET they declared there."),
        ),
    }[StructureState(structure.state)]


def requires_words(requirement: Requirement, structure: Structure) -> str:
    """What an invoice must carry, in a sentence."""
    if requirement.either_required and not requirement.engagement_required:
        return _("It asks for a service code or an engagement number.")
    service = structure.service_required and not structure.either_required
    if service and requirement.engagement_required:
        return _("It asks for a service code; the engagement number is mandatory.")
    if service:
        return _("It asks for a service code.")
    if requirement.engagement_required:
        return _("The engagement number is mandatory.")
    return _("It asks for nothing more.")


def shown_engagements(customer: Customer, services: list[Offered], *, on: date) -> list[ShownEngagement]:
    """All engagements of the customer with what is left. Two queries."""
    rows = list(accounts.engagements_of(customer))
    left, names = left_on(rows), {service.code: service.name or service.code for service in services}
    return [_shown(row, left.get(row.pk), names, on=on) for row in rows]


def latest_submissions(customer: Customer) -> list[Delivery]:
    """The last documents that go to Chorus Pro, each with where it stands. One query."""
    found = Submission.objects.filter(invoice__customer=customer).select_related("invoice")
    return [
        Delivery(each, words_of(each.state, each.chorus_status))
        for each in found.order_by("-invoice__issued_at", "-pk")[:_LATEST]
    ]


def _shown(row: Engagement, left: Money | None, names: dict[str, str], *, on: date) -> ShownEngagement:
    if row.ended_at is not None:
        state, kind = _("Ended"), ""
    elif row.valid_until is not None and row.valid_until < on:
        state, kind = _("Over"), ""
    elif left is not None and left.cents <= 0:
        state, kind = _("Exhausted"), "late"
    elif row.valid_from > on:
        state, kind = _("To come"), "wait"
    else:
        state, kind = _("In force"), "ok"
    service = names.get(row.service_code, row.service_code) if row.service_code else _("Every service")
    serves = row.ended_at is None and (row.valid_until is None or row.valid_until >= on)
    return ShownEngagement(row, left, state, kind, service, serves)


def _offered(service: StructureService, *, on: date) -> Offered:
    if is_open(service, on=on):
        return Offered(service.code, service.name or service.code, is_open=True)
    return Offered(service.code, service.name or service.code, is_open=False, note=_closed_words(service, on=on))


def _closed_words(service: StructureService, *, on: date) -> str:
    if service.starts_on is not None and service.starts_on > on:
        return _("Opens in Chorus Pro on %(day)s") % {"day": day_text(service.starts_on)}
    if service.ends_on is not None and service.ends_on < on:
        return _("Closed in Chorus Pro since %(day)s") % {"day": day_text(service.ends_on)}
    return _("Closed in Chorus Pro")


def _steps(
    customer: Customer, step: str, structure: Structure | None, requirement: Requirement
) -> list[dict[str, Any]]:
    known = bool(structure and not structure.is_closed_to_us)
    served = known and (bool(customer.service_code) or not requirement.service_required)
    done = {"siret": known, "service": served and not requirement.service_closed, "engagement": False}
    labels = {"siret": "SIRET", "service": _("Service"), "engagement": _("Engagement")}
    return [
        {
            "label": label,
            "done": done[name] and name != step,
            "current": name == step,
            "href": "" if name == step else f"?etape={name}",
        }
        for name, label in labels.items()
    ]
