"""What must always hold of receipts and their cancellations. `invoices/checks.py` asks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import F, Q, Sum

from invoices.content import cancellation_content, content_hash, receipt_content
from invoices.models import Receipt, ReceiptCancellation
from ledger import selectors as ledger

if TYPE_CHECKING:
    from collections.abc import Iterator

_CHUNK = 500


def changed_papers() -> tuple[int, list[str]]:
    """How many receipts and cancellations there are, and those that do not hash as when they were written."""
    count, changed = 0, []
    for number, written, now in _hashes():
        count += 1
        if written != now:
            changed.append(number)
    return count, changed


def cancelled_beyond() -> list[str]:
    """The receipts of which more is cancelled than they say, or by a paper of another customer."""
    gone = Receipt.objects.annotate(gone=Sum("cancellations__amount_cents", default=0))
    foreign = Receipt.objects.filter(cancellations__isnull=False).exclude(cancellations__customer=F("customer"))
    beyond = gone.filter(gone__gt=F("amount_cents"))
    return sorted({*beyond.values_list("number", flat=True), *foreign.values_list("number", flat=True)})


def restored_beyond() -> list[str]:
    """The receipts of money that came back which is not that of the cancellation they name."""
    same = Q(
        customer=F("restores__customer"),
        payment_ref=F("restores__receipt__payment_ref"),
        amount_cents__lte=F("restores__amount_cents"),
    )
    restored = Receipt.objects.filter(restores__isnull=False)
    return list(restored.exclude(pk__in=restored.filter(same).values("pk")).values_list("number", flat=True))


def not_in_the_books() -> list[str]:
    """The cancellations whose transaction did not take as much back from the same customer's money."""
    sums = ReceiptCancellation.objects.values("tx", "customer").annotate(cents=Sum("amount_cents")).order_by("tx")
    taken = ledger.taken_back_by([row["tx"] for row in sums])
    return [
        f"transaction {row['tx']}"
        for row in sums
        if taken.get(row["tx"]) != ledger.TakenBack(row["customer"], row["cents"])
    ]


def _hashes() -> Iterator[tuple[str, str, str]]:
    """Number, hash as written, hash computed again."""
    for receipt in Receipt.objects.select_related("restores").order_by("pk").iterator(_CHUNK):
        yield receipt.number, receipt.content_hash, content_hash(receipt_content(receipt))
    for paper in ReceiptCancellation.objects.select_related("receipt").order_by("pk").iterator(_CHUNK):
        yield paper.number, paper.content_hash, content_hash(cancellation_content(paper))
