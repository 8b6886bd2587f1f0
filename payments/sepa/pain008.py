"""A file of direct debits for our bank: ISO 20022 pain.008, as the EPC's implementation guidelines restrict it.

`write` is a pure function: the same debits, message and moment give the same bytes: a file can be written again.
sepaxml lays the elements out; it draws message and batch names at random and takes the time of day, so those three are
put in afterwards (sepaxml 2.7). Every file is checked by the published schema before anybody sees it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sepaxml import SepaDD

from payments.sepa.checking import NotSendable, faults_of
from payments.sepa.layout import Address, File, finished, in_lines, in_parts
from payments.sepa.schema import PAIN_008, valid
from payments.sepa.text import sepa_text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

__all__ = ["PAIN_008", "Address", "Creditor", "DebitOrder", "File", "NotSendable", "write"]

_OLD: Final = "pain.008.001.02"
_NAME, _LABEL = 70, 140


@dataclass(frozen=True, slots=True)
class Creditor:
    """Us: the account that receives (some banks refuse a file without its BIC), and the name that mandates give us."""

    name: str
    iban: str
    bic: str
    ics: str


@dataclass(frozen=True, slots=True)
class DebitOrder:
    """One debit. `end_to_end` comes back in every answer; `sequence` is FRST, RCUR, OOFF or FNAL."""

    end_to_end: str
    amount_cents: int
    mandate: str
    signed_on: date
    debtor: str
    iban: str
    bic: str
    label: str
    sequence: str
    collect_on: date
    address: Address | None = None


def write(
    orders: Sequence[DebitOrder],
    creditor: Creditor,
    *,
    scheme: str,
    message_id: str,
    created_at: datetime,
    version: str = PAIN_008[0],
) -> File:
    """The file of these debits, in blocks by sequence and day.

    `created_at` is written as our local time. Raises NotSendable with every fault of every debit: nothing is written.
    """
    if faults := faults_of(orders, creditor, scheme=scheme, message_id=message_id, created_at=created_at):
        raise NotSendable(faults)
    maker = SepaDD(_config(creditor, scheme), schema=version, clean=False)
    for order in sorted(orders, key=lambda each: (each.collect_on, each.sequence, each.end_to_end)):
        maker.add_payment(_payment(order, version))
    content = finished(maker.export(validate=False), message_id, created_at)
    return File(valid(content, version), len(orders), sum(order.amount_cents for order in orders))


def _config(creditor: Creditor, scheme: str) -> dict[str, Any]:
    return {
        "name": sepa_text(creditor.name, _NAME),
        "IBAN": creditor.iban,
        "BIC": creditor.bic,
        "batch": True,
        "creditor_id": creditor.ics,
        "currency": "EUR",
        "instrument": scheme,
    }


def _payment(order: DebitOrder, version: str) -> dict[str, Any]:
    found: dict[str, Any] = {
        "name": sepa_text(order.debtor, _NAME),
        "IBAN": order.iban,
        "amount": order.amount_cents,
        "type": order.sequence,
        "collection_date": order.collect_on,
        "mandate_id": order.mandate,
        "mandate_date": order.signed_on,
        "description": sepa_text(order.label, _LABEL),
        "endtoend_id": order.end_to_end,
    }
    if order.bic:
        found["BIC"] = order.bic
    if order.address is not None:
        found["address"] = in_lines(order.address) if version == _OLD else in_parts(order.address)
    return found
