"""Give the invoices of public bodies the engagement number that was given in advance, when one covers them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from accounts.models import Customer, CustomerKind
from accounts.selectors import engagements_on
from core.money import Money
from invoices.selectors.engagements import left_on

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from accounts.models import Engagement
    from invoices.models import Invoice


def take_engagements(drafts: Sequence[Invoice], *, on: date) -> None:
    """Write on each draft of a public body without an engagement number the one that holds that day for its service.

    One of that service before one of any service, and only that one: when less than the invoice is left of it, the
    number stays empty, so that the invoice waits visibly for another. Without any, the customer's own default. The
    drafts of one call count one after the other. Nothing is saved; the caller holds the customers' locks. 3 queries.
    """
    public = [draft for draft in drafts if draft.buyer.get("kind") == CustomerKind.PUBLIC]
    wanting = [draft for draft in public if not draft.engagement_number]
    if not wanting:
        return
    customers = {draft.customer_id for draft in wanting}
    rows = engagements_on(customers, on=on)
    left = left_on(rows.values())
    own = dict(Customer.objects.filter(pk__in=customers).values_list("pk", "engagement_number"))
    for draft in wanting:
        row = rows.get((draft.customer_id, draft.service_code)) or rows.get((draft.customer_id, ""))
        if row is None:
            draft.engagement_number = own[draft.customer_id]
        elif _covers(row, draft, left):
            draft.engagement_number = row.number
            draft.market_number = draft.market_number or row.market_number


def _covers(row: Engagement, draft: Invoice, left: dict[int, Money]) -> bool:
    """Whether what is left of it covers the draft; then so much less is left."""
    if row.ceiling_cents is None:
        return True
    if draft.total_cents > left[row.pk].cents:
        return False
    left[row.pk] -= Money(draft.total_cents)
    return True
