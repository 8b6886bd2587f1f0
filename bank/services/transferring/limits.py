"""What may go back by transfer, where to, why no more, and when a second person must want it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.conf import settings
from django.db.models import Sum

from bank.models import OrderState, PartyAccount, TransferOrder
from core.clock import local_date
from core.money import ZERO, Money
from ledger import selectors as books
from ledger.services import Origin
from payments.selectors import Limit
from payments.selectors.disputes import has_money_in_dispute
from payments.sepa.checking import is_account

if TYPE_CHECKING:
    from datetime import datetime

_TOGETHER: Final = timedelta(days=1)
_SENDER: Final = "iban:"


@dataclass(frozen=True, slots=True)
class OrderLimit:
    """The most of a lot that may go back to the account it came from (none: no account of SEPA), and what bounds it."""

    account: PartyAccount | None
    most: Money
    why: Limit


def sender_of_lot(lot: books.LotView) -> PartyAccount | None:
    """The account that a transfer came from; None for other money, and for an account that no SEPA transfer reaches."""
    if lot.origin != Origin.TRANSFER or not lot.refundable_to.startswith(_SENDER):
        return None
    account = PartyAccount.objects.filter(pk=lot.refundable_to.removeprefix(_SENDER)).first()
    return account if account is not None and is_account(str(account.iban)) else None


def limit_of_transfer(lot: books.LotView, *, customer_id: int, at: datetime, of_hold: str = "") -> OrderLimit:
    """The rule of refunds: what is left of the lot, and is available once overdue documents are paid.

    `of_hold` names money that is kept for decision: so much, no more. Nothing while a payment of the customer is
    contested.
    """
    account = sender_of_lot(lot)
    if account is None:
        return OrderLimit(None, ZERO, Limit.ELSEWHERE)
    if of_hold:
        bounds = {Limit.KEPT: books.holds_named(of_hold).get(of_hold, ZERO)}
    else:
        overdue = sum((item.open for item in books.overdue_items(customer_id, on=local_date(at))), ZERO)
        available = books.get_balance(customer_id).available
        bounds = {Limit.LOT: lot.free, Limit.AVAILABLE: available, Limit.OVERDUE: available - overdue}
    if has_money_in_dispute(customer_id):
        bounds[Limit.DISPUTED] = ZERO
    why = min(bounds, key=lambda each: (bounds[each].cents, list(Limit).index(each)))
    return OrderLimit(account, max(bounds[why], ZERO), why)


def needs_two_people(account: PartyAccount, amount: Money, *, at: datetime) -> bool:
    """Above REFUND_APPROVAL_CENTS, with what one person alone sent to that account within a day."""
    alone = TransferOrder.objects.filter(party_account=account, approval=None, created_at__gt=at - _TOGETHER)
    over = (OrderState.REFUSED, OrderState.CANCELLED)
    before = alone.exclude(state__in=over).aggregate(cents=Sum("amount_cents", default=0))["cents"]
    return bool(before + amount.cents > settings.REFUND_APPROVAL_CENTS)
