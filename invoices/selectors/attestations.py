"""What attestations rest on, those that were written, and what became of what they say."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final

from core.money import ZERO, Money
from invoices.attestation_codes import is_signed, read_code
from invoices.content import attestation_content, content_hash
from invoices.models import Attestation, Rendition
from invoices.parties import Buyer
from invoices.states import AttestationKind, RenditionKind
from ledger import selectors as ledger
from ledger.services import Origin

if TYPE_CHECKING:
    from uuid import UUID

    from django.db.models import QuerySet

    from accounts.models import Customer

_PAYING: Final = (Origin.CARD, Origin.PAYPAL, Origin.TRANSFER, Origin.DIRECT_DEBIT)
_WEEKS_TO_ASK_BACK: Final = 8
"""A debtor may have a direct debit back without a reason for so long (CMF L. 133-25-1)."""


@dataclass(frozen=True, slots=True)
class Reserves:
    """Money that may still be taken back: kept aside because it is contested; debited in the last eight weeks."""

    contested: Money
    revocable: Money


@dataclass(frozen=True, slots=True)
class Checked:
    """An attestation that we did write: who for, and whether what it says has changed since."""

    attestation: Attestation
    name: str
    changed: bool


@dataclass(frozen=True, slots=True)
class WhatIsDue:
    """Why nothing-due cannot be certified: what is to pay, contested or not, and what is on its way."""

    items: list[ledger.OpenItemView]
    due: Money
    contested: Money
    on_its_way: Money


def what_is_due(customer: Customer) -> WhatIsDue:
    """All that is to pay now, oldest due first. Two queries."""
    items = ledger.open_items(customer.pk)
    moving = [each for each in ledger.money_in_flight(customer.pk) if each.direction == "IN"]
    return WhatIsDue(
        items,
        due=sum((item.open for item in items), ZERO),
        contested=sum((item.open for item in items if item.disputed), ZERO),
        on_its_way=sum((each.amount for each in moving), ZERO),
    )


def paid_in(customer_id: int, year: int, *, until: date) -> list[ledger.MoneyPaid]:
    """What was paid from the first day of that year to its last, or to `until`, by means of payment. Two queries."""
    return ledger.money_paid(customer_id, date(year, 1, 1), min(until, date(year, 12, 31)), origins=_PAYING)


def figures_of(paid: list[ledger.MoneyPaid]) -> list[dict[str, Any]]:
    """The same as it is frozen."""
    return [
        {
            "origin": each.origin,
            "received_cents": each.received.cents,
            "refunded_cents": each.refunded.cents,
            "taken_back_cents": each.taken_back.cents,
        }
        for each in paid
    ]


def reserves_of(customer_id: int, *, on: date) -> Reserves:
    """What may still be taken back of this customer's money. Three queries."""
    held = [each for each in ledger.money_in_flight(customer_id) if each.reason == "dispute"]
    since = on - timedelta(weeks=_WEEKS_TO_ASK_BACK)
    recent = ledger.money_paid(customer_id, since, on, origins=(Origin.DIRECT_DEBIT,))
    return Reserves(sum((each.amount for each in held), ZERO), sum((each.kept for each in recent), ZERO))


def years_paid(customer: Customer) -> list[int]:
    """The years in which something was paid, the newest first. One query."""
    return ledger.years_of_money(customer.pk, origins=_PAYING)


def attestations_of(customer: Customer) -> QuerySet[Attestation]:
    """The attestations of a customer, newest first."""
    return Attestation.objects.filter(customer=customer).order_by("-issue_date", "-pk")


def get_attestation(customer: Customer, public_id: UUID) -> Attestation:
    """The customer's own attestation. Raises Attestation.DoesNotExist."""
    return Attestation.objects.get(customer=customer, public_id=public_id)


def attestation_file(attestation: Attestation) -> Rendition | None:
    """The PDF of an attestation; none while it waits to be printed. One query."""
    return attestation.renditions.filter(kind=RenditionKind.PDF).order_by("-created_at", "-pk").first()


def check_attestation(typed: str) -> Checked | None:
    """The attestation of that code; None when we wrote none, or it is not as we wrote and signed it."""
    code = read_code(typed)
    found = Attestation.objects.filter(code=code).first() if code else None
    if found is None:
        return None
    hashed = content_hash(attestation_content(found))
    if hashed != found.content_hash or not is_signed(hashed, code):
        return None
    return Checked(found, Buyer.thawed(found.buyer).name, has_changed(found))


def has_changed(attestation: Attestation) -> bool:
    """Whether what it says would be said otherwise today of the same days: money was taken or given back since."""
    customer_id, day = attestation.customer_id, attestation.issue_date
    if attestation.kind == AttestationKind.PAID_IN and attestation.year:
        now = paid_in(customer_id, attestation.year, until=day)
        return sum((each.kept for each in now), ZERO) != Money(attestation.amount_cents)
    return ledger.taken_back_since(customer_id, attestation.issued_at, received_until=day) > ZERO
