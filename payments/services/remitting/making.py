"""Write the file of the debits that our bank is to make. Claim, write, keep: killed anywhere, the next run goes on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.conf import settings
from django.db import IntegrityError, transaction

from core.failpoints import failpoint
from invoices import archive
from payments import selectors
from payments.gateways.base import DeclineKind
from payments.models import BankDebit, Failure, MandateState, Payment, Remittance, RemittanceState, Scheme
from payments.remittance_transitions import begin
from payments.sepa import pain008
from payments.services import collecting
from payments.services.remitting.orders import SEQUENCE, creditor_on, first_day, order_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date, datetime

    from accounts.models import User
    from payments.models import Mandate
    from payments.sepa.checking import Fault
    from payments.sepa.pain008 import Creditor, DebitOrder, File

_MOST: Final = 5_000
"""Debits in one file: more go into the next one."""
_TRIES: Final = 5


class CannotRemit(Exception):
    """No file can be written: our own identity is not fit for a bank. Nothing was sent; the debits wait."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__(", ".join(fault.code for fault in faults))
        self.faults = list(faults)


@dataclass(frozen=True, slots=True)
class _Item:
    payment: Payment
    mandate: Mandate
    order: DebitOrder


def make_remittances(*, on: date, at: datetime, by: User | None = None) -> list[Remittance]:
    """The files of every debit that our bank is to be given on that day, or should have been given before.

    One for each scheme, none where nothing is due. Each amount is final from here on, held as incoming, and in one file
    only, however often and by however many processes this is called. A debit that no bank would take is refused here,
    with its reason. Raises CannotRemit.
    """
    for debit_id in selectors.bank_debits_to_start(on=on).values_list("pk", flat=True):
        collecting.claim(debit_id, on=on, at=at)
    failpoint("remit.claimed")
    made = [_make(scheme, on=on, at=at, by=by) for scheme in Scheme]
    return [remittance for remittances in made for remittance in remittances]


def _make(scheme: Scheme, *, on: date, at: datetime, by: User | None) -> list[Remittance]:
    """The files of one scheme. Where another process took debits of it meanwhile, what is left is looked at again."""
    found: list[Remittance] = []
    for _ in range(_TRIES):
        items = [item for item in _items(scheme, on=on, at=at) if item is not None]
        if not items:
            return found
        ics = items[0].mandate.ics  # mandates signed under another identifier of ours go into a file of their own
        items = [item for item in items if item.mandate.ics == ics]
        creditor = creditor_on(on, ics=ics)
        items, file, message_id = _written(items, creditor, scheme, on=on, at=at)
        if file is None:
            continue
        sha256 = archive.store(file.content)
        failpoint("remit.written")
        try:
            found.append(_keep(items, file, message_id, sha256, scheme, creditor, by=by, at=at))
        except IntegrityError:  # named by another process: look again at what is left
            continue
    return found


def _items(scheme: Scheme, *, on: date, at: datetime) -> Iterator[_Item | None]:
    """The attempts that wait for a file. Those whose mandate ended meanwhile are refused."""
    earliest = first_day(on, at=at)
    for payment in selectors.waiting_for_a_file(scheme)[:_MOST]:
        mandate = payment.used_method.mandate if payment.used_method else None
        if mandate is None or mandate.state != MandateState.ACTIVE:
            _refuse(payment, "MANDATE", at=at)
            yield None
        else:
            yield _Item(payment, mandate, order_of(payment, mandate, earliest=earliest))


def _written(
    items: list[_Item], creditor: Creditor, scheme: Scheme, *, on: date, at: datetime
) -> tuple[list[_Item], File | None, str]:
    """The file, without the debits that no bank would take: these are refused. Raises CannotRemit."""
    message_id = selectors.next_message_id(on)
    try:
        file = pain008.write(
            [item.order for item in items],
            creditor,
            scheme=scheme,
            message_id=message_id,
            created_at=selectors.made_at(on, at),
            version=settings.SEPA_VERSION,
        )
    except pain008.NotSendable as refusal:
        ours = [fault for fault in refusal.faults if not fault.end_to_end]
        if ours:
            raise CannotRemit(ours) from refusal
        faulty = {fault.end_to_end: fault.code for fault in refusal.faults}
        for item in items:
            if item.order.end_to_end in faulty:
                _refuse(item.payment, faulty[item.order.end_to_end], at=at)
        return items, None, message_id
    return items, file, message_id


def _refuse(payment: Payment, code: str, *, at: datetime) -> None:
    collecting.refuse_attempt(payment.pk, DeclineKind.NEVER, failure=Failure.DETAILS, code=code, at=at)


@transaction.atomic
def _keep(  # noqa: PLR0917 - what a remittance is made of
    items: list[_Item],
    file: File,
    message_id: str,
    sha256: str,
    scheme: Scheme,
    creditor: Creditor,
    *,
    by: User | None,
    at: datetime,
) -> Remittance:
    """The file and its debits, and each amount held as incoming: from now on the bank may have it."""
    remittance = Remittance(
        message_id=message_id,
        scheme=scheme,
        version=settings.SEPA_VERSION,
        state=RemittanceState.WRITTEN,
        count=file.count,
        total_cents=file.total_cents,
        creditor_iban_last4=creditor.iban[-4:],
        sha256=sha256,
        created_by=by,
        created_at=at,
        updated_at=at,
    )
    begin(remittance, by=by, at=at)
    for item in sorted(items, key=lambda each: each.payment.customer_id):
        BankDebit.objects.create(
            payment=item.payment,
            remittance=remittance,
            mandate=item.mandate,
            end_to_end=item.order.end_to_end,
            sequence=SEQUENCE,
            collect_on=item.order.collect_on,
            amount_cents=item.order.amount_cents,
        )
        collecting.send_to_bank(item.payment.pk, at=at)
    failpoint("remit.before_commit")
    return remittance
