"""The form that asks for an attestation, for customers and for staff: what is offered, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING

from invoices import selectors, services
from invoices.forms import YearForm
from invoices.states import AttestationKind

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from accounts.models import Customer, User
    from invoices.models import Attestation
    from invoices.selectors import WhatIsDue

_SHOWN = 50


@dataclass(slots=True)
class Asked:
    """What the page shows: what is due, the years to choose from, what was made; the one just made, or why not."""

    due: WhatIsDue
    years: list[int]
    year: YearForm
    known: list[Attestation]
    made: Attestation | None = None
    refusal: str = ""
    status: int = field(default=HTTPStatus.OK)


def ask(customer: Customer, data: Mapping[str, str] | None, *, by: User, at: datetime) -> Asked:
    """The page; with `data`, after the attempt to make what it asks for."""
    years = selectors.years_paid(customer)
    wants_year = data is not None and data.get("kind") == AttestationKind.PAID_IN
    form = YearForm(data if wants_year else None, years=years)
    known = list(selectors.attestations_of(customer)[:_SHOWN])
    asked = Asked(selectors.what_is_due(customer), years, form, known)
    if data is None:
        return asked
    try:
        if not wants_year:
            asked.made = services.attest_nothing_due(customer, by=by, at=at)
        elif form.is_valid():
            asked.made = services.attest_paid_in(customer, form.cleaned_data["year"], by=by, at=at)
        else:
            asked.status = HTTPStatus.UNPROCESSABLE_ENTITY
    except (services.StillDue, services.NothingPaid) as refusal:
        asked.refusal, asked.status = str(refusal), HTTPStatus.CONFLICT
    return asked
