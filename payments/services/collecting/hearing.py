"""News of the ledger that hasten what the sweeps find anyway: money was used, something new is to be paid."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Q

from outbox.services import NewJob, enqueue_many
from payments import selectors
from payments.models import CollectingRule
from payments.services.collecting.topping import top_up_job
from payments.services.waking import REVIEW_CUSTOMER

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime


def hear_of_use(*, used: Sequence[int], owing: Sequence[int], mark: str, at: datetime, **_more: Any) -> None:
    """Look at the top-up rules of those whose money was used, and plan the debits of those who owe something new.

    Of customers without such rules: one question each, for all of them together. Once for each change of the books.
    """
    ripe = Q(not_before=None) | Q(not_before__lte=at)
    topped = selectors.rules_that_ask().filter(ripe, customer__in=used).values_list("customer", flat=True)
    jobs = [top_up_job(customer, mark) for customer in topped] if used else []
    planned = CollectingRule.objects.filter(is_on=True, customer__in=owing).values_list("customer", flat=True)
    if owing:
        jobs += [_plan_job(customer, mark) for customer in planned.order_by("customer")]
    if jobs:
        enqueue_many(jobs, at=at)


def _plan_job(customer_id: int, mark: str) -> NewJob:
    return NewJob(REVIEW_CUSTOMER, f"{REVIEW_CUSTOMER}:{customer_id}:{mark}", {"customer_id": customer_id})
