"""Chorus Pro on the page of a public body: what its structure requires, its engagements, its latest documents."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from accounts.selectors import engagements_of
from billing_portal.staff.chorusing.presenting import row_of
from chorus.selectors.directory import requirement_for, structure_of
from chorus.selectors.inbox import submissions_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from accounts.models import Customer, Engagement
    from billing_portal.staff.chorusing.presenting import Row
    from chorus.models import Structure
    from chorus.requirements import Requirement

_SHOWN: Final = 5


@dataclass(frozen=True, slots=True)
class Panel:
    """What staff see of a public body. `structure` is None while the directory was not asked."""

    structure: Structure | None
    requirement: Requirement
    engagements: Sequence[Engagement]
    rows: Sequence[Row]


def public_panel(customer: Customer, *, at: datetime) -> Panel:
    """Four queries."""
    structure = structure_of(customer)
    return Panel(
        structure,
        requirement_for(structure, customer.service_code, at=at),
        list(engagements_of(customer)[:_SHOWN]),
        [row_of(each) for each in submissions_of(customer.pk, _SHOWN)],
    )
