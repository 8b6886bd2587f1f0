"""Ask VIES about VAT numbers, and note where customers are. What was answered or noted is never changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from accounts.gateways.vies import Refused, Unsure
from accounts.identity import plain_line, read_country
from accounts.models import CheckOutcome, Customer, PlaceItem, PlaceKind, VatNumberCheck
from accounts.selectors import current_seller, customers_to_check, is_checked
from core.clock import local_date
from outbox.services import NewJob, enqueue, enqueue_many

if TYPE_CHECKING:
    from datetime import datetime

    from accounts.gateways.vies import NumberRegister
    from accounts.models import User

CHECK = "accounts.check_vat_number"
_ASKED_AT_ONCE = 500


def check_vat_number(customer_id: int, *, gateway: NumberRegister, at: datetime) -> VatNumberCheck | None:
    """Ask VIES about the customer's present VAT number, and keep what it said, or that it said nothing.

    None when there is nothing to ask: no number of another member state. Not inside a transaction: VIES may take its
    time. Asking twice keeps two answers; the later one counts.
    """
    customer = Customer.objects.get(pk=customer_id)
    if not is_checked(customer):
        return None
    number, requester = customer.vat_number, current_seller(on=local_date(at)).vat_number
    found = VatNumberCheck(customer=customer, number=number, requester=requester, checked_at=at)
    try:
        answer = gateway.ask(number, requester=requester)
    except Refused as refusal:
        found.outcome, found.reason = CheckOutcome.REFUSED, refusal.code
    except Unsure as doubt:
        found.outcome, found.reason = CheckOutcome.UNANSWERED, doubt.code
    else:
        found.outcome = CheckOutcome.VALID if answer.valid else CheckOutcome.INVALID
        found.consultation_number = answer.consultation_number
        found.name, found.address = answer.name, answer.address
    found.save(force_insert=True)
    return found


def refresh_vat_number(customer: Customer, *, gateway: NumberRegister, at: datetime) -> VatNumberCheck | None:
    """Before something is issued: ask VIES, unless it confirmed the number within VIES_RECHECK_DAYS."""
    if not customers_to_check(at=at).filter(pk=customer.pk).exists():
        return None
    return check_vat_number(customer.pk, gateway=gateway, at=at)


def ask_for_check(customer: Customer, *, at: datetime) -> bool:
    """Have VIES asked soon, at most once an hour for a number. False when there is nothing to ask."""
    if not is_checked(customer):
        return False
    job = _job(customer, at=at)
    enqueue(job.kind, job.payload, key=job.key, owner=job.owner, at=at)
    return True


def recheck_vat_numbers(*, at: datetime) -> int:
    """Have VIES asked about the numbers whose last answer is old, or that have none. Returns how many.

    Called every hour: while VIES is silent each number is asked about once an hour, until it answers.
    """
    due = list(customers_to_check(at=at)[:_ASKED_AT_ONCE])
    enqueue_many([_job(customer, at=at) for customer in due], at=at)
    return len(due)


def note_place(
    customer: Customer, kind: PlaceKind, country: str, *, at: datetime, source: str = "", by: User | None = None
) -> PlaceItem:
    """Note a sign of the country where the customer is. The latest of each kind counts. Raises BadIdentity."""
    return PlaceItem.objects.create(
        customer=customer,
        kind=kind,
        country=read_country(country),
        source=plain_line(source)[:100],
        noted_by=by,
        noted_at=at,
    )


def _job(customer: Customer, *, at: datetime) -> NewJob:
    return NewJob(
        CHECK,
        key=f"{CHECK}:{customer.pk}:{customer.vat_number}:{at:%Y-%m-%dT%H}",
        payload={"customer_id": customer.pk},
        owner=f"customer:{customer.pk}",
    )
