"""Write the file of the transfers that our bank is to make, and give it to the bank."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import translation
from django.utils.translation import gettext

from accounts.selectors import current_seller
from bank.locks import lock_order, lock_transfer_file
from bank.models import OrderKind, OrderState, TransferFile, TransferFileEvent, TransferOrder
from bank.order_transitions import move
from bank.services.transferring.ordering import drop_order
from bank.services.transferring.reserving import free
from core.clock import PARIS, local_date
from core.failpoints import failpoint
from invoices import archive
from ledger import selectors as books
from payments.selectors import made_at
from payments.sepa import pain001
from payments.services.remitting.handing import write_whole
from payments.target import add_target_days, next_target_day

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from accounts.models import User
    from payments.sepa.checking import Fault
    from payments.sepa.pain001 import File

_MOST: Final = 5_000
_TRIES: Final = 5
_PAIRS: Final = dict(zip(("pain.008.001.08", "pain.008.001.02"), pain001.PAIN_001, strict=True))
"""Our bank takes the messages of one year together: SEPA_VERSION says which."""


class CannotTransfer(Exception):
    """No file can be written: our own identity is not fit for a bank. Nothing was sent; the orders wait."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__(", ".join(fault.code for fault in faults))
        self.faults = list(faults)


def make_transfer_file(*, at: datetime, by: User | None = None) -> TransferFile | None:
    """The file of every order that waits for one; None when none does. An order is in one file only.

    An order that no bank would take is refused here, with its reason. Raises CannotTransfer.
    """
    for _ in range(_TRIES):
        waiting = TransferOrder.objects.filter(state=OrderState.ORDERED).select_related("line", "party_account")
        orders = [order for order in waiting.order_by("pk")[:_MOST] if _still_held(order, at=at)]
        if not orders:
            return None
        message_id, execute_on = _next_message(local_date(at)), first_day(at=at)
        file = _written(orders, message_id, execute_on, at=at)
        if file is None:
            continue
        sha256 = archive.store(file.content)
        failpoint("transfer.file_written")
        try:
            return _keep(orders, file, message_id, sha256, execute_on, by=by, at=at)
        except (IntegrityError, _Changed):  # another process was faster: look again at what is left
            continue
    return None


def make_file_of_the_day(*, at: datetime) -> TransferFile | None:
    """The file that nobody asks for, once a day: more orders wait for tomorrow, or for a person."""
    on = local_date(at)
    if TransferFile.objects.filter(message_id__startswith=f"V{on:%Y%m%d}-", created_by=None).exists():
        return None
    return make_transfer_file(at=at)


def first_day(*, at: datetime) -> date:
    """The day on which our bank executes what it is given now: the next TARGET day after its cut-off hour."""
    today = local_date(at)
    given = next_target_day(today)
    if given == today and at.astimezone(PARIS).hour >= settings.SEPA_CUT_OFF_HOUR:
        given = add_target_days(given, 1)
    return given


def name_of_transfer_file(file: TransferFile) -> str:
    """`V20261126-1.xml`."""
    return f"{file.message_id}.xml"


def take_transfer_file(file_id: int, *, by: User, at: datetime) -> bytes:
    """The file for a person, and the note of who took it: it holds account numbers. Raises ArchiveDamaged."""
    file = TransferFile.objects.get(pk=file_id)
    content = archive.read(file.sha256)
    _note(file, "downloaded", by=by, detail=name_of_transfer_file(file), at=at)
    return content


@transaction.atomic
def hand_over_transfer_file(file_id: int, *, at: datetime, by: User | None = None, detail: str = "") -> TransferFile:
    """Note that the bank was given the file. Twice is once."""
    file = lock_transfer_file(file_id)
    if file.handed_at is None:
        file.handed_at = at
        file.save(update_fields=["handed_at"])
        _note(file, "given to the bank", by=by, detail=detail, at=at)
    return file


def drop_transfer_files(folder: Path, *, at: datetime) -> list[TransferFile]:
    """Put every file that nobody gave to the bank in that folder, whole or not at all, then note it."""
    return [_drop(file, folder, at=at) for file in TransferFile.objects.filter(handed_at=None).order_by("pk")]


def _drop(file: TransferFile, folder: Path, *, at: datetime) -> TransferFile:
    write_whole(folder / name_of_transfer_file(file), archive.read(file.sha256))
    failpoint("transfer.dropped")
    return hand_over_transfer_file(file.pk, detail=str(folder.name), at=at)


class _Changed(Exception):
    """An order was given up, or put in another file, since it was read."""


def _still_held(order: TransferOrder, *, at: datetime) -> bool:
    """Whether the money is still reserved: a bank that took it back ended the hold, and the order is given up here."""
    if order.kind == OrderKind.RETURN or order.hold_key in books.holds_named(order.hold_key):
        return True
    drop_order(order.pk, reason="the money was taken back", at=at)
    return False


def _next_message(on: date) -> str:
    begun = TransferFile.objects.filter(message_id__startswith=f"V{on:%Y%m%d}-").count()
    return f"V{on:%Y%m%d}-{begun + 1}"


def _written(orders: Sequence[TransferOrder], message_id: str, execute_on: date, *, at: datetime) -> File | None:
    """The file; None when some orders were refused, for which it must be made anew. Raises CannotTransfer."""
    try:
        return pain001.write(
            [_transfer(order) for order in orders],
            _payer(local_date(at)),
            message_id=message_id,
            created_at=made_at(local_date(at), at),
            execute_on=execute_on,
            version=_PAIRS[settings.SEPA_VERSION],
        )
    except pain001.NotSendable as refusal:
        ours = [fault for fault in refusal.faults if not fault.end_to_end]
        if ours:
            raise CannotTransfer(ours) from refusal
        for fault in refusal.faults:
            _refuse(fault, orders, at=at)
        return None


@transaction.atomic
def _refuse(fault: Fault, orders: Sequence[TransferOrder], *, at: datetime) -> None:
    order = lock_order(next(each.pk for each in orders if each.end_to_end == fault.end_to_end))
    if order.state == OrderState.ORDERED:
        order.refusal = fault.code
        free(order, by=None, reason=f"{order} refused: {fault.code}", at=at)
        move(order, OrderState.REFUSED, at=at, detail=fault.code)


def _payer(on: date) -> pain001.Payer:
    seller = current_seller(on=on)
    address = pain001.Address(seller.address_line1, seller.postcode, seller.city, seller.country)
    return pain001.Payer(seller.name, seller.iban.replace(" ", ""), seller.bic.replace(" ", ""), address)


def _transfer(order: TransferOrder) -> pain001.Transfer:
    return pain001.Transfer(
        end_to_end=order.end_to_end,
        amount_cents=order.amount_cents,
        beneficiary=order.beneficiary,
        iban=str(order.party_account.iban),
        bic=order.line.party_bic,
        label=_label(order),
    )


def _label(order: TransferOrder) -> str:
    """What the beneficiary reads on his statement."""
    words = {"day": f"{order.line.booked_on:%d/%m/%Y}", "reference": order.end_to_end}
    with translation.override(order.customer.language if order.customer else "fr"):
        return gettext("Return of your transfer of %(day)s, %(reference)s") % words


@transaction.atomic
def _keep(
    orders: Sequence[TransferOrder],
    file: File,
    message_id: str,
    sha256: str,
    execute_on: date,
    *,
    by: User | None,
    at: datetime,
) -> TransferFile:
    """The file and its orders: from now on the bank may have it. Raises _Changed, and nothing is kept."""
    kept = TransferFile.objects.create(
        message_id=message_id,
        version=_PAIRS[settings.SEPA_VERSION],
        count=file.count,
        total_cents=file.total_cents,
        execute_on=execute_on,
        payer_iban_last4=_payer(local_date(at)).iban[-4:],
        sha256=sha256,
        created_by=by,
        created_at=at,
    )
    _note(kept, "written", by=by, detail=sha256, at=at)
    for order in TransferOrder.objects.select_for_update().filter(pk__in=[each.pk for each in orders]).order_by("pk"):
        if order.state != OrderState.ORDERED:
            raise _Changed
        order.file = kept
        move(order, OrderState.FILED, at=at, by=by, detail=message_id)
    failpoint("transfer.file_before_commit")
    return kept


def _note(file: TransferFile, name: str, *, by: User | None, at: datetime, detail: str = "") -> None:
    TransferFileEvent.objects.create(file=file, name=name, detail=detail[:300], actor=by, at=at)
