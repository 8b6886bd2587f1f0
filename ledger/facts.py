"""What is sealed, in one canonical form: the same rows give the same text, on both engines, for ever.

The form has a version. A later one is another number, and links sealed under an older one are still read by it.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from datetime import UTC
from typing import TYPE_CHECKING, Final

from ledger.models import Entry, SealedEvent, Tx

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime

    from ledger.models import Closing

FORM: Final = 1
GENESIS: Final = "0" * 64
"""What stands before the first link."""


def chained(before: str, text: str) -> str:
    """The hash of a text that follows another hash: SHA-256, in hexadecimal."""
    return hashlib.sha256(f"{before}\n{text}".encode()).hexdigest()


def canonical(fact: Mapping[str, object]) -> str:
    """JSON with sorted keys and no spaces. Values are texts, whole numbers, lists and mappings of these."""
    return json.dumps(fact, ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def moment(at: datetime) -> str:
    """A moment in UTC, to the microsecond."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def texts_of_transactions(ids: Collection[int]) -> dict[int, str]:
    """The canonical text of each of these transactions, with its legs. Two queries."""
    legs: dict[int, list[list[object]]] = defaultdict(list)
    found = Entry.objects.filter(tx_id__in=ids).order_by("tx_id", "seq")
    for tx, *leg in found.values_list("tx_id", "seq", "account_id", "customer_id", "amount_cents"):
        legs[tx].append(leg)
    return {tx.pk: canonical(_transaction(tx, legs[tx.pk])) for tx in Tx.objects.filter(pk__in=ids)}


def texts_of_events(ids: Collection[int]) -> dict[int, str]:
    """The canonical text of each of these events. One query."""
    return {
        event.pk: canonical(
            {
                "form": FORM,
                "event": event.pk,
                "kind": event.kind,
                "payload": event.payload,
                "recorded_at": moment(event.recorded_at),
            }
        )
        for event in SealedEvent.objects.filter(pk__in=ids)
    }


def closing_text(closing: Closing) -> str:
    """The canonical form of a closing: all that its hash covers, but the hash before it."""
    return canonical(
        {
            "form": FORM,
            "kind": closing.kind,
            "starts_on": closing.starts_on.isoformat(),
            "ends_on": closing.ends_on.isoformat(),
            "links": [closing.first_position, closing.last_position],
            "period": [closing.sales_cents, closing.vat_cents, closing.received_cents],
            "perpetual": [
                closing.perpetual_sales_cents,
                closing.perpetual_vat_cents,
                closing.perpetual_received_cents,
            ],
            "totals": closing.totals,
            "head": closing.head,
        }
    )


def _transaction(tx: Tx, legs: list[list[object]]) -> dict[str, object]:
    return {
        "form": FORM,
        "transaction": tx.pk,
        "journal": tx.journal,
        "kind": tx.kind,
        "label": tx.label,
        "piece_ref": tx.piece_ref,
        "piece_date": tx.piece_date.isoformat(),
        "effective_on": tx.effective_on.isoformat(),
        "recorded_at": moment(tx.recorded_at),
        "customer": tx.customer_id,
        "key": tx.key,
        "reverses": tx.reverses_id,
        "actor": tx.actor,
        "legs": legs,
    }
