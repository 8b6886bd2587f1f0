"""What our bank would refuse, found before the file is written: sepaxml checks no account, day or character."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from schwifty import BIC, IBAN
from schwifty.exceptions import SchwiftyException
from stdnum.eu import at_02

from payments.sepa.text import is_reference, sepa_text
from payments.target import is_target_day

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date, datetime

    from payments.sepa.pain001 import Payer, Transfer
    from payments.sepa.pain008 import Creditor, DebitOrder

MOST_CENTS: Final = 99_999_999_999
"""999,999,999.99 €: the largest amount of a SEPA direct debit, or transfer."""
_SEQUENCES: Final = ("FRST", "RCUR", "OOFF", "FNAL")
_SCHEMES: Final = ("CORE", "B2B")
_LONGEST_MESSAGE: Final = 32
"""35, less what numbers the blocks."""
_ABROAD: Final = frozenset({"AD", "AL", "CH", "GB", "GG", "IM", "JE", "MC", "MD", "ME", "MK", "RS", "SM", "VA"})
"""SEPA countries outside the European Economic Area: the payer's address is mandatory (EPC130-08, AT-P005)."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong, with which debit (none: with the file). `code` is for programs, `detail` names no account."""

    code: str
    end_to_end: str = ""
    detail: str = ""


class NotSendable(Exception):
    """These debits, or transfers, cannot be sent to a bank as they are."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("; ".join(f"{fault.end_to_end} {fault.code} {fault.detail}".strip() for fault in faults))
        self.faults = list(faults)


def faults_of(
    orders: Sequence[DebitOrder], creditor: Creditor, *, scheme: str, message_id: str, created_at: datetime
) -> list[Fault]:
    """Everything that is wrong, of the file first, then of each debit. Empty when a bank may have it."""
    return [
        *_of_file(orders, creditor, scheme, message_id),
        *(fault for order in orders for fault in _of_order(order, creditor, created_at)),
    ]


def faults_of_transfers(
    transfers: Sequence[Transfer], payer: Payer, *, message_id: str, created_at: datetime, execute_on: date
) -> list[Fault]:
    """Everything that is wrong, of the file first, then of each transfer. Empty when a bank may have it."""
    checks = {
        "nothing to send": bool(transfers),
        "bad message name": is_reference(message_id) and len(message_id) <= _LONGEST_MESSAGE,
        "bad account of the payer": is_account(payer.iban),
        "bad BIC of the payer": _is_bic(payer.bic),
        "payer without a name": bool(sepa_text(payer.name, 70)),
        "executed in the past": execute_on >= created_at.date(),
        "no settlement on that day": is_target_day(execute_on),
    }
    return [
        *(Fault(code) for code, right in checks.items() if not right),
        *_named_twice(transfer.end_to_end for transfer in transfers),
        *(fault for transfer in transfers for fault in _of_transfer(transfer, payer)),
    ]


def is_account(iban: str) -> bool:
    """Whether it is the number of an account in the SEPA zone, its national check digits included."""
    try:
        return IBAN(iban, validate_bban=True).in_sepa_zone and iban == iban.replace(" ", "").upper()
    except SchwiftyException:
        return False


def _of_file(orders: Sequence[DebitOrder], creditor: Creditor, scheme: str, message_id: str) -> Iterator[Fault]:
    checks = {
        "nothing to send": bool(orders),
        "unknown scheme": scheme in _SCHEMES,
        "bad message name": is_reference(message_id) and len(message_id) <= _LONGEST_MESSAGE,
        "bad creditor identifier": at_02.is_valid(creditor.ics),
        "bad account of the creditor": is_account(creditor.iban),
        "bad BIC of the creditor": _is_bic(creditor.bic),
        "creditor without a name": bool(sepa_text(creditor.name, 70)),
    }
    yield from (Fault(code) for code, right in checks.items() if not right)
    yield from _named_twice(order.end_to_end for order in orders)


def _of_order(order: DebitOrder, creditor: Creditor, created_at: datetime) -> Iterator[Fault]:
    today = created_at.date()
    checks = {
        "bad end-to-end id": is_reference(order.end_to_end),
        "bad mandate reference": is_reference(order.mandate),
        "bad amount": 0 < order.amount_cents <= MOST_CENTS,
        "bad sequence": order.sequence in _SEQUENCES,
        "bad account": is_account(order.iban),
        "our own account": order.iban != creditor.iban,
        "bad BIC": not order.bic or _is_bic(order.bic),
        "debtor without a name": bool(sepa_text(order.debtor, 70)),
        "nothing to read": bool(sepa_text(order.label, 140)),
        "signed later": order.signed_on <= today,
        "collected in the past": order.collect_on > today,
        "no settlement on that day": is_target_day(order.collect_on),
        "address needed": order.iban[:2] not in _ABROAD or order.address is not None,
    }
    yield from (Fault(code, order.end_to_end) for code, right in checks.items() if not right)


def _of_transfer(transfer: Transfer, payer: Payer) -> Iterator[Fault]:
    checks = {
        "bad end-to-end id": is_reference(transfer.end_to_end),
        "bad amount": 0 < transfer.amount_cents <= MOST_CENTS,
        "bad account": is_account(transfer.iban),
        "our own account": transfer.iban != payer.iban,
        "bad BIC": not transfer.bic or _is_bic(transfer.bic),
        "beneficiary without a name": bool(sepa_text(transfer.beneficiary, 70)),
        "nothing to read": bool(sepa_text(transfer.label, 140)),
        "address needed": transfer.iban[:2] not in _ABROAD or payer.address is not None,
    }
    yield from (Fault(code, transfer.end_to_end) for code, right in checks.items() if not right)


def _named_twice(names: Iterable[str]) -> Iterator[Fault]:
    yield from (Fault("named twice", name) for name, times in Counter(names).items() if times > 1)


def _is_bic(bic: str) -> bool:
    try:
        BIC(bic)
    except SchwiftyException:
        return False
    return True
