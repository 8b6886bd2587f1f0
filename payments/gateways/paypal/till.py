"""What PayPal holds for us: balances and transactions of its reports. Withdrawals to our bank are among these.

A report covers 31 days at most, and what happens may appear in it hours later.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

from core.money import Money
from payments.gateways.base import BankPayout, Movement, ProviderBalance, Refused, Unsure
from payments.gateways.paypal.door import CURRENCY, read_money, readable, text
from payments.models import MovementCause, PayoutStatus

if TYPE_CHECKING:
    from collections.abc import Iterator

    from payments.gateways.paypal.api import Json
    from payments.gateways.paypal.door import Door

_TRANSACTIONS: Final = "v1/reporting/transactions"
_BALANCES: Final = "v1/reporting/balances?currency_code=ALL"
_MOST_PAGES: Final = 200
_COUNTED: Final = ("S", "P")
"""Successful, and pending ones that moved the balance already (a withdrawal on its way)."""
_WITHDRAWALS: Final = ("T0400", "T0401", "T0403")
_RETURNED: Final = "T1101"
_NEAR = timedelta(days=1)
_WINDOW = timedelta(days=30)
_FEES: Final = ("T1108", "T1109")
_REFUNDS: Final = ("T1107",)
_DISPUTES: Final = ("T0106", "T1106", "T1110", "T1111", "T1201", "T1202", "T1205")
"""Also the fee of a chargeback: its dispute tells it, and it is booked with it."""
# T0106 is the fee of a chargeback: its dispute books it.
_GROUPS: Final = {"T00": MovementCause.PAYMENT, "T01": MovementCause.FEE, "T04": MovementCause.PAYOUT}
"""By the first letters of the event code, where the whole group means one thing."""


class PayPalTill:
    """PayPal's balance, by its reports."""

    look_back_days = 5
    page_size = 500

    def __init__(self, door: Door) -> None:
        self._door = door

    def read_balance(self) -> ProviderBalance:
        return readable(_balance, self._door.get(_BALANCES, never_refused=True))

    def movements_since(self, moment: datetime, *, until: datetime) -> Iterator[Movement]:
        rows = self._rows(moment, until)
        return (readable(_movement, row) for row in rows if row.get("transaction_status") in _COUNTED)

    def payouts_since(self, moment: datetime, *, until: datetime) -> Iterator[BankPayout]:
        rows = [row for row in self._rows(moment, until) if row.get("transaction_event_code") in _WITHDRAWALS]
        if not rows:
            return iter(())
        returned = self._returned(min(_moment_of(row) for row in rows), until)
        return iter([readable(lambda told: _payout(told, returned), row) for row in rows])

    def read_payout(self, payout_id: str, *, begun_at: datetime | None = None) -> BankPayout:
        """A withdrawal is found around the moment when it began; its coming back in the 30 days after that."""
        if begun_at is None:
            raise Refused("WITHDRAWAL_UNKNOWN")
        rows = self._rows(begun_at - _NEAR, begun_at + _NEAR, transaction_id=payout_id)
        sent = [row for row in rows if row.get("transaction_event_code") in _WITHDRAWALS]
        if not sent:
            raise Refused("WITHDRAWAL_UNKNOWN")
        returned = self._returned(begun_at - _NEAR, begun_at + _WINDOW)
        return readable(lambda told: _payout(told, returned), sent[0])

    def _returned(self, moment: datetime, until: datetime) -> set[str]:
        """The withdrawals that our bank sent back in that time."""
        rows = self._rows(moment, max(until, moment))
        return {str(row.get("paypal_reference_id")) for row in rows if row.get("transaction_event_code") == _RETURNED}

    def _rows(self, moment: datetime, until: datetime, **more: str) -> list[Json]:
        """The transactions of a period, page by page."""
        query = {"start_date": _written(moment), "end_date": _written(until), "page_size": str(self.page_size), **more}
        rows: list[Json] = []
        for number in range(1, _MOST_PAGES + 1):
            path = f"{_TRANSACTIONS}?{urlencode(query | {'page': str(number)})}"
            page = self._door.get(path, never_refused=True)
            rows += readable(
                lambda read: [dict(each["transaction_info"]) for each in read["transaction_details"]], page
            )
            if number >= readable(lambda read: int(read["total_pages"]), page):
                return rows
        raise Unsure("transactions without end")


def _written(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _balance(read: Json) -> ProviderBalance:
    found = {text(each["currency"]): each for each in read["balances"]}
    ours = found.pop(CURRENCY, None)
    if ours is None:
        available = pending = Money(0)
    else:
        available, total = read_money(ours["available_balance"]), read_money(ours["total_balance"])
        pending = total - available
    others = sorted(currency for currency, each in found.items() if read_money(each["total_balance"]))
    return ProviderBalance(available, pending, tuple(others))


def _movement(row: Json) -> Movement:
    """PayPal writes its fee as a negative amount beside the gross one."""
    amount, told = row["transaction_amount"], row.get("fee_amount")
    gross, fee = read_money(amount).cents, -read_money(told).cents if told else 0
    code = text(row["transaction_event_code"])
    cause = _cause(code)
    return Movement(
        object_id=text(row["transaction_id"]),
        cause=cause,
        kind=code[:100],
        gross_cents=gross,
        fee_cents=fee,
        net_cents=gross - fee,
        currency=text(amount["currency_code"]),
        occurred_at=_moment_of(row),
        source_id=_source(row, cause, code),
        reference=str(row.get("custom_field") or "")[:255],
        label=str(row.get("transaction_subject") or "")[:300],
    )


def _cause(code: str) -> MovementCause:
    if code in _FEES:
        return MovementCause.FEE
    if code in _REFUNDS:
        return MovementCause.REFUND
    if code in _DISPUTES:
        return MovementCause.DISPUTE
    if code == _RETURNED:
        return MovementCause.PAYOUT
    return _GROUPS.get(code[:3], MovementCause.OTHER)


def _source(row: Json, cause: MovementCause, code: str) -> str:
    """The object that it is about: the transaction itself, or the one that it takes back."""
    parent = str(row.get("paypal_reference_id") or "")
    if parent and (cause == MovementCause.DISPUTE or code == _RETURNED):
        return parent
    return text(row["transaction_id"])


def _moment_of(row: Json) -> datetime:
    return datetime.fromisoformat(text(row["transaction_initiation_date"]))


def _payout(row: Json, returned: set[str]) -> BankPayout:
    """A withdrawal is written as negative money of ours."""
    payout_id = text(row["transaction_id"])
    status = {"P": PayoutStatus.IN_TRANSIT, "S": PayoutStatus.PAID, "V": PayoutStatus.FAILED}[row["transaction_status"]]
    return BankPayout(
        object_id=payout_id,
        status=PayoutStatus.FAILED if payout_id in returned else status,
        amount_cents=-read_money(row["transaction_amount"]).cents,
        currency=text(row["transaction_amount"]["currency_code"]),
        created_at=_moment_of(row),
        failure_code=_RETURNED if payout_id in returned else "",
    )
