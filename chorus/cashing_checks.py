"""What must hold of payment events: nothing that was paid is untold, nothing is told twice."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Final

from django.db.models import Sum

from chorus.models import CashingCursor, PaymentEvent
from chorus.services.cashing import reported
from invoices.models import Invoice
from ledger import selectors as ledger

if TYPE_CHECKING:
    from collections.abc import Iterator

_AT_ONCE: Final = 900
_NAMED: Final = 5


def payments_wrong() -> list[str]:
    """The first documents whose events do not sum to the money that paid them, up to the cursor."""
    cursor = CashingCursor.objects.first()
    return list(islice(_wrong(cursor.through if cursor else 0), _NAMED))


def _wrong(through: int) -> Iterator[str]:
    numbers = reported(Invoice.objects.all()).order_by("pk").values_list("pk", "number")
    rows = numbers.iterator(_AT_ONCE)
    while part := dict(islice(rows, _AT_ONCE)):
        paid = ledger.money_allocated([number for number in part.values() if number], through=through)
        events = PaymentEvent.objects.filter(invoice__in=list(part), allocation_id__lte=through)
        told = dict(events.values_list("invoice").annotate(cents=Sum("amount_cents")).order_by("invoice"))
        for pk, number in part.items():
            owed = paid[number].cents if number in paid else 0
            if owed != told.get(pk, 0):
                yield f"{number}: {told.get(pk, 0)} of {owed} cents"
