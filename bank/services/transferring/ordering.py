"""Order a transfer, give it up, learn whether it was approved. No bank is told here."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from django.db import transaction

from accounts import services as accounts
from accounts.models import ApprovalState
from bank.locks import lock_order, lock_work
from bank.models import ORDER_LIVE, BankLine, OrderKind, OrderState, TransferOrder
from bank.order_transitions import begin, move
from bank.services.deciding import Handling
from bank.services.transferring.limits import limit_of_transfer, needs_two_people
from bank.services.transferring.reserving import free, reserve_line, reserve_lot
from core.failpoints import failpoint
from core.formats import money_text
from core.money import ZERO, Money
from ledger import selectors as books
from ledger import services as ledger
from payments.selectors import Limit
from payments.sepa.checking import is_account
from payments.sepa.text import sepa_text

if TYPE_CHECKING:
    from datetime import datetime

    from accounts.models import User

APPROVAL: Final = "bank.transfer"
"""The kind of the approvals that are about transfers; their subject is the public id."""
_NAME: Final = 140


class NotOrderable(ValueError):
    """As much may not go back. `most` is what may, `why` what bounds it. Nothing was written."""

    def __init__(self, most: Money, why: Limit) -> None:
        super().__init__(f"at most {most.cents} cents: {why}")
        self.most, self.why = most, why


@dataclass(frozen=True, slots=True)
class OrderWish:
    """Who wants it, why, and the id that makes the wish happen once, however often it is sent."""

    actor: User
    reason: str
    request_id: uuid.UUID = field(default_factory=uuid.uuid4)


@transaction.atomic
def order_return(
    line_id: int, *, version: int, wish: OrderWish, at: datetime, seconds: int | None = None
) -> TransferOrder:
    """Send money that nobody knows back to the account that it came from, all of the line.

    The money stays on 471000, and is offered to nobody else meanwhile. Raises NotOrderable when the account is not
    told, or none of SEPA; AlreadyDecided when somebody decided about the line before.
    """
    work = lock_work(line_id)
    if known := TransferOrder.objects.filter(public_id=wish.request_id).first():
        return known
    line = work.line
    account = line.party_account
    if account is None or line.amount_cents <= 0 or not is_account(str(account.iban)):
        raise NotOrderable(ZERO, Limit.ELSEWHERE)
    reserve_line(line_id, Handling(by=wish.actor, version=version, seconds=seconds, reason=wish.reason), at=at)
    order = TransferOrder(
        kind=OrderKind.RETURN, line=line, party_account=account, amount_cents=line.amount_cents, **_facts(wish, line)
    )
    return _begun(order, wish, at=at)


@transaction.atomic
def order_refund(lot_id: int, amount: Money, *, wish: OrderWish, at: datetime, of_hold: str = "") -> TransferOrder:
    """Hold the money of a transfer and order it back to the account that it came from; overdue documents come first.

    Never to an account that somebody names. `of_hold` is money kept for decision (a public body's overpayment).
    Raises NotOrderable.
    """
    lot = books.get_lot(lot_id)
    line = _line_of(lot)
    if line is None:
        raise NotOrderable(ZERO, Limit.ELSEWHERE)
    lock_work(line.pk)
    ledger.lock_customers(books.owners_of(lot_id))
    if known := TransferOrder.objects.filter(public_id=wish.request_id).first():
        return known
    owner = books.owner_of(lot_id)
    ledger.settle(owner, key=f"transfer:{wish.request_id}:before", at=at)
    limit = limit_of_transfer(books.get_lot(lot_id), customer_id=owner, at=at, of_hold=of_hold)
    if limit.account is None or not 0 < amount.cents <= limit.most.cents:
        raise NotOrderable(limit.most, limit.why)
    order = TransferOrder(
        kind=OrderKind.REFUND,
        line=line,
        party_account=limit.account,
        amount_cents=amount.cents,
        customer_id=owner,
        lot_id=lot_id,
        of_hold=of_hold,
        **_facts(wish, line),
    )
    try:
        reserve_lot(order, at=at)
    except ledger.NotEnough as shortage:  # the kept money is of another lot
        raise NotOrderable(ZERO, Limit.KEPT) from shortage
    return _begun(order, wish, at=at)


@transaction.atomic
def cancel_order(order_id: int, *, by: User, at: datetime) -> TransferOrder:
    """Give up an order that is in no file; one that is goes on. The money is free again."""
    order = lock_order(order_id)
    if order.state in (OrderState.ORDERED, OrderState.WAITING):
        if order.approval_id:
            accounts.withdraw_approval(order.approval_id, by=by, at=at)
        free(order, by=by, reason=f"{order} given up", at=at)
        move(order, OrderState.CANCELLED, at=at, by=by)
    return order


@transaction.atomic
def drop_order(order_id: int, *, reason: str, at: datetime) -> TransferOrder:
    """The money of an order is not there any more: it is given up, unless it is in a file. Nobody asked for it."""
    order = lock_order(order_id)
    if order.state in (OrderState.ORDERED, OrderState.WAITING):
        if order.approval_id:
            accounts.withdraw_approval(order.approval_id, by=None, at=at)
        free(order, by=None, reason=f"{order} given up: {reason}", at=at)
        move(order, OrderState.CANCELLED, at=at, detail=reason)
    return order


@transaction.atomic
def follow_order_approval(order_id: int, *, at: datetime) -> TransferOrder:
    """Go on with an order that was approved, give up one that was not; leave one that still waits."""
    order = lock_order(order_id)
    approval = order.approval
    if order.state != OrderState.WAITING or approval is None or approval.state == ApprovalState.ASKED:
        return order
    try:
        accounts.use_approval(approval.pk, content=_wanted(order).content, at=at)
    except (accounts.NotApproved, accounts.Altered) as reason:
        free(order, by=approval.decided_by, reason=f"{order} not approved", at=at)
        move(order, OrderState.CANCELLED, at=at, detail=str(reason))
        return order
    move(order, OrderState.ORDERED, at=at, by=approval.decided_by)
    return order


def hear_decision(*, kind: str, subject: str, at: datetime, **_more: object) -> None:
    """Somebody decided about an approval: go on at once with the order that it is about, if it is about one."""
    if kind == APPROVAL:
        follow_order_approval(TransferOrder.objects.values_list("pk", flat=True).get(public_id=subject), at=at)


def sweep_orders(*, at: datetime) -> int:
    """Follow the approvals that nobody heard of (a crash after the decision). Returns how many orders went on."""
    waiting = TransferOrder.objects.filter(state=OrderState.WAITING).exclude(approval__state=ApprovalState.ASKED)
    keys = list(waiting.order_by("pk").values_list("pk", flat=True))
    return sum(follow_order_approval(pk, at=at).state != OrderState.WAITING for pk in keys)


def live_return_of(line_id: int) -> TransferOrder | None:
    """The order by which the money of a line goes back, if it has not left."""
    return TransferOrder.objects.filter(line=line_id, kind=OrderKind.RETURN, state__in=ORDER_LIVE).first()


def _facts(wish: OrderWish, line: BankLine) -> dict[str, object]:
    return {
        "public_id": wish.request_id,
        "end_to_end": TransferOrder.name_of(wish.request_id),
        "beneficiary": (sepa_text(line.party_name, 70) or "Titulaire du compte")[:_NAME],
        "reason": wish.reason,
        "asked_by": wish.actor,
    }


def _begun(order: TransferOrder, wish: OrderWish, *, at: datetime) -> TransferOrder:
    two_people = needs_two_people(order.party_account, order.amount, at=at)
    begin(order, by=wish.actor, at=at)
    if two_people:
        order.approval = accounts.ask_approval(_wanted(order), reason=wish.reason, by=wish.actor, at=at)
        move(order, OrderState.WAITING, at=at, by=wish.actor)
    failpoint("transfer.before_commit")
    return order


def _line_of(lot: books.LotView) -> BankLine | None:
    """The line that brought a lot: its reference is `bank:<line>…`."""
    name, _, rest = lot.reference.partition(":")
    number = rest.split(":", maxsplit=1)[0]
    if name != "bank" or not number.isdigit():
        return None
    return BankLine.objects.select_related("party_account").filter(pk=int(number)).first()


def _wanted(order: TransferOrder) -> accounts.Wanted:
    """What the second person approves: this amount of this line, back to where it came from."""
    content = "|".join(
        str(part)
        for part in (order.public_id, order.line_id, order.lot_id or "", order.party_account_id, order.amount_cents)
    )
    whose = order.customer or order.beneficiary
    summary = (  # in the language of the books
        f"Virer {money_text(order.amount)} à {whose}, compte {order.party_account}, "
        f"reçu le {order.line.booked_on:%d/%m/%Y}"
    )
    return accounts.Wanted(APPROVAL, str(order.public_id), summary, content)
