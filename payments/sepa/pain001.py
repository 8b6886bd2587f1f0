"""A file of transfers for our bank: ISO 20022 pain.001, as the EPC's implementation guidelines restrict it.

`write` is a pure function, as that of pain.008: the same transfers, message and moment give the same bytes. All of a
file leave on one day, each as a movement of its own: a statement then names each of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sepaxml import SepaTransfer

from payments.sepa.checking import NotSendable, faults_of_transfers
from payments.sepa.layout import Address, File, finished, in_lines, in_parts
from payments.sepa.schema import PAIN_001, valid
from payments.sepa.text import sepa_text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

__all__ = ["PAIN_001", "Address", "File", "NotSendable", "Payer", "Transfer", "write"]

_OLD: Final = "pain.001.001.03"
_NAME, _LABEL = 70, 140


@dataclass(frozen=True, slots=True)
class Payer:
    """Us: the account that pays, and our address, which banks outside the European Economic Area must be told."""

    name: str
    iban: str
    bic: str
    address: Address | None = None


@dataclass(frozen=True, slots=True)
class Transfer:
    """One transfer. `end_to_end` comes back in every answer and on our statement."""

    end_to_end: str
    amount_cents: int
    beneficiary: str
    iban: str
    label: str
    bic: str = ""


def write(
    transfers: Sequence[Transfer],
    payer: Payer,
    *,
    message_id: str,
    created_at: datetime,
    execute_on: date,
    version: str = PAIN_001[0],
) -> File:
    """The file of these transfers. `created_at` is written as our local time.

    Raises NotSendable with every fault of every transfer: nothing is written.
    """
    faults = faults_of_transfers(transfers, payer, message_id=message_id, created_at=created_at, execute_on=execute_on)
    if faults:
        raise NotSendable(faults)
    maker = SepaTransfer(_config(payer, version), schema=version, clean=False)
    for transfer in sorted(transfers, key=lambda each: each.end_to_end):
        maker.add_payment(_payment(transfer, execute_on))
    content = _each_of_its_own(finished(maker.export(validate=False), message_id, created_at))
    return File(valid(content, version), len(transfers), sum(transfer.amount_cents for transfer in transfers))


def _config(payer: Payer, version: str) -> dict[str, Any]:
    config: dict[str, Any] = {
        "name": sepa_text(payer.name, _NAME),
        "IBAN": payer.iban,
        "BIC": payer.bic,
        "batch": True,
        "currency": "EUR",
    }
    if payer.address is not None:
        config["address"] = in_lines(payer.address) if version == _OLD else in_parts(payer.address)
    return config


def _payment(transfer: Transfer, execute_on: date) -> dict[str, Any]:
    found: dict[str, Any] = {
        "name": sepa_text(transfer.beneficiary, _NAME),
        "IBAN": transfer.iban,
        "amount": transfer.amount_cents,
        "execution_date": execute_on,
        "description": sepa_text(transfer.label, _LABEL),
        "endtoend_id": transfer.end_to_end,
    }
    return found | ({"BIC": transfer.bic} if transfer.bic else {})


def _each_of_its_own(content: bytes) -> bytes:
    """No batch booking: one sum for all of them would hide which of them left (ISO 20022, BatchBooking false)."""
    return content.replace(b"<BtchBookg>true</BtchBookg>", b"<BtchBookg>false</BtchBookg>")
