"""The documents that a dispute opened again: disputed while it lasts, then payable, and reminded of if it was lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.clock import local_date
from ledger import selectors as ledger_selectors
from ledger import services as ledger
from payments.models import DisputedItem

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from payments.models import Dispute


def mark(dispute: Dispute, document_refs: Iterable[str], *, at: datetime) -> None:
    """Dispute what is open of these documents: no money pays them by itself, nobody is reminded of them."""
    refs = list(dict.fromkeys(document_refs))
    still_open = ledger_selectors.open_amounts(refs)
    for ref in refs:
        if not still_open.get(ref):
            continue
        DisputedItem.objects.update_or_create(
            dispute=dispute,
            document_ref=ref,
            defaults={"released_at": None},
            create_defaults={"marked_at": at},
        )
        ledger.dispute_item(ref, disputed=True, key=_key(dispute, ref, "disputed"), at=at)


def mark_again(dispute: Dispute, *, at: datetime) -> None:
    """A dispute that was over is open again: its documents are disputed as before."""
    mark(dispute, dispute.items.order_by("pk").values_list("document_ref", flat=True), at=at)


def release(dispute: Dispute, *, at: datetime) -> None:
    """The documents of this dispute may be paid again, oldest first, unless another open dispute holds them too."""
    held = list(dispute.items.filter(released_at__isnull=True).order_by("pk"))
    for item in held:
        item.released_at = at
        item.save(update_fields=["released_at"])
    for item in held:
        shared = DisputedItem.objects.filter(document_ref=item.document_ref, released_at__isnull=True)
        if not shared.exists():
            ledger.dispute_item(
                item.document_ref, disputed=False, key=_key(dispute, item.document_ref, "released"), at=at
            )


def remind_again(dispute: Dispute, *, at: datetime) -> None:
    """The money stays with the payer: reminders of what it had paid count from this day."""
    refs = list(dispute.items.values_list("document_ref", flat=True))
    for ref, cents in ledger_selectors.open_amounts(refs).items():
        if cents:
            ledger.restart_reminders(ref, on=local_date(at))


def _key(dispute: Dispute, document_ref: str, word: str) -> str:
    """One for each time: a dispute may be closed and opened again."""
    return f"{dispute.hold_key}:{dispute.version}:{word}:{document_ref}"
