"""Questions about mandates."""

from __future__ import annotations

from calendar import monthrange
from datetime import date
from typing import TYPE_CHECKING, Final

from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce

from payments.models import Mandate, MandateEvent, MandateState, Provider, SavedMethod

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from accounts.models import Customer

LIFE_MONTHS: Final = 36
"""Without a debit for so long a mandate lapses (EPC rulebooks; Banque de France)."""


def get_mandate(customer: Customer, public_id: UUID) -> Mandate:
    """A mandate of that customer. Raises Mandate.DoesNotExist, also for another customer's."""
    found = Mandate.objects.select_related("customer", "method", "consent", "actor", "replaces")
    return found.get(customer=customer, public_id=public_id)


def mandate_of(method: SavedMethod) -> Mandate | None:
    """The mandate under a saved bank account; None for other methods."""
    return Mandate.objects.select_related("consent", "actor", "replaces").filter(method=method).first()


def mandate_in_force(customer: Customer, iban_index: str) -> Mandate | None:
    """The customer's mandate in force for that account, if there is one."""
    found = Mandate.objects.filter(customer=customer, iban_index=iban_index, state=MandateState.ACTIVE)
    return found.exclude(iban_index="").first()


def drafts_of(customer: Customer) -> QuerySet[Mandate]:
    """The customer's mandates that wait for a signature, here or on paper, newest first."""
    drafts = Mandate.objects.select_related("replaces").filter(customer=customer, state=MandateState.DRAFT)
    return drafts.order_by("-pk")


def every_mandate_of(customer: Customer) -> QuerySet[Mandate]:
    """All of them for staff, the forms that wait for a signature too, newest first."""
    return Mandate.objects.filter(customer=customer).exclude(state=MandateState.ABANDONED).order_by("-pk")


def mandates_to_lapse(*, on: date) -> QuerySet[Mandate]:
    """Those in force under which nothing was debited for 36 months, counted from the last debit or the signature.

    A provider ends its own: only ours are asked about.
    """
    before = months_before(on, LIFE_MONTHS)
    old = Mandate.objects.filter(state=MandateState.ACTIVE, through=Provider.BANK)
    return old.annotate(since=Coalesce("last_collected_on", "signed_on")).filter(since__lt=before).order_by("pk")


def drafts_before(moment: datetime) -> QuerySet[Mandate]:
    """Those that wait for a signature since before that moment."""
    return Mandate.objects.filter(state=MandateState.DRAFT, created_at__lt=moment).order_by("pk")


def mandates_to_print() -> QuerySet[Mandate]:
    """Signed ones whose document is not kept yet."""
    ours = Q(through=Provider.BANK, pdf_sha256="")
    unsigned = Q(state__in=[MandateState.DRAFT, MandateState.ABANDONED])
    return Mandate.objects.filter(ours).exclude(unsigned).order_by("pk")


def history_of_mandate(mandate: Mandate) -> QuerySet[MandateEvent]:
    """The steps of a mandate, in order."""
    return MandateEvent.objects.filter(mandate=mandate).order_by("pk")


def months_after(day: date, months: int) -> date:
    """The same day so many months later, or the last day of that month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def months_before(day: date, months: int) -> date:
    """The same day so many months earlier, or the last day of that month."""
    return months_after(day, -months)
