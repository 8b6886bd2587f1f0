"""What must always hold of transfers that we order, of payouts and of recalls. `bank/checks.py` asks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.db.models import F, Q, Sum

from bank.models import ORDER_LIVE, LinePayout, OrderKind, OrderState, Share, TransferFile, TransferOrder
from bank.words import Action, LineState
from ledger import selectors as books
from payments.models import Payout, PayoutStatus

if TYPE_CHECKING:
    from django.db.models import QuerySet

_NAMED: Final = 5
_BACK: Final = (PayoutStatus.FAILED, PayoutStatus.CANCELLED)
_TRANSIT: Final = "580000"


def held_wrong() -> list[str]:
    """Refunds in flight without their hold, holds of refunds that are over, returns whose line is somebody's again."""
    holds = books.holds_named("transfer:")
    live = TransferOrder.objects.filter(state__in=ORDER_LIVE)
    expected = {order.hold_key: order for order in live.filter(kind=OrderKind.REFUND)}
    lacking = [
        str(order)
        for key, order in expected.items()
        if holds.get(key) != order.amount and books.get_lot(order.lot_id or 0).free >= order.amount
    ]
    returns = live.filter(kind=OrderKind.RETURN).exclude(
        line__work__state=LineState.POSTED, line__decisions__action=Action.RETURN, line__decisions__undone=None
    )
    left_over = [key for key in holds if key not in expected]
    return [*lacking[:_NAMED], *left_over[:_NAMED], *_names(returns)]


def posted_wrong() -> list[str]:
    """Orders that left without a line of their amount, or whose posting is not of their amount."""
    left = TransferOrder.objects.filter(state__in=[OrderState.BOOKED, OrderState.RETURNED])
    right = left.filter(left_line__amount_cents=-F("amount_cents"), left_line__work__state=LineState.POSTED)
    posted = right.annotate(out=Sum("tx__entries__amount_cents", filter=Q(tx__entries__amount_cents__lt=0))).filter(
        out=-F("amount_cents")
    )
    return _names(left.exclude(pk__in=posted.values("pk")))


def files_wrong() -> list[str]:
    """Files whose orders are not what they announce."""
    rows = TransferFile.objects.annotate(cents=Sum("orders__amount_cents")).exclude(cents=F("total_cents"))
    return [file.message_id for file in rows.order_by("pk")[:_NAMED]]


def payouts_wrong() -> list[str]:
    """Payouts met by a line of another amount, or that is not posted."""
    wrong = LinePayout.objects.exclude(line__amount_cents=F("payout__amount_cents"), line__work__state=LineState.POSTED)
    return [str(met) for met in wrong.order_by("pk")[:_NAMED]]


def transit_unexplained() -> str:
    """What 580000 holds besides payouts that no line met yet and lines booked on it without a payout; nothing is right.

    A payout that a line met and that came back afterwards waits there for the line of its coming back.
    """
    on_their_way = Payout.objects.filter(left_tx__isnull=False, bank_line=None).exclude(status__in=_BACK)
    came_back = Payout.objects.filter(status__in=_BACK, bank_line__isnull=False)
    expected = _cents(on_their_way) - _cents(came_back)
    others = Share.objects.filter(account=_TRANSIT, decision__undone=None, decision__line__payout=None)
    expected -= others.aggregate(cents=Sum("amount_cents", default=0))["cents"]
    held = books.account_balance(_TRANSIT)
    return "" if held.cents == expected else f"{held.cents} held, {expected} explained"


def _cents(payouts: QuerySet[Payout]) -> int:
    return int(payouts.aggregate(cents=Sum("amount_cents", default=0))["cents"])


def _names(orders: QuerySet[TransferOrder]) -> list[str]:
    return [str(order) for order in orders.order_by("pk")[:_NAMED]]
