"""What Stripe holds for us: balance, balance transactions, payouts."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from core.money import Money
from payments.gateways.base import BankPayout, Movement, ProviderBalance
from payments.gateways.stripe.client import ask, readable, text
from payments.models import MovementCause, PayoutStatus

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import stripe

_EURO: Final = "eur"
_CAUSES: Final[Mapping[str, MovementCause]] = {
    "charge": MovementCause.PAYMENT,
    "payment": MovementCause.PAYMENT,
    "payment_failure_refund": MovementCause.PAYMENT,
    "refund": MovementCause.REFUND,
    "payment_refund": MovementCause.REFUND,
    "refund_failure": MovementCause.REFUND,
    "payout": MovementCause.PAYOUT,
    "payout_failure": MovementCause.PAYOUT,
    "payout_cancel": MovementCause.PAYOUT,
    "stripe_fee": MovementCause.FEE,
    "stripe_fx_fee": MovementCause.FEE,
    "tax_fee": MovementCause.FEE,
    "network_cost": MovementCause.FEE,
}
"""By the type of the balance transaction. A type that Stripe invents tomorrow is something else: staff decide."""
_ADJUSTMENTS: Final[Mapping[str, MovementCause]] = {
    "dispute": MovementCause.DISPUTE,
    "dispute_reversal": MovementCause.DISPUTE,
    "fee": MovementCause.FEE,
}
"""An adjustment says in its reporting category what it adjusts."""
_STATUSES: Final[Mapping[str, PayoutStatus]] = {
    "pending": PayoutStatus.PENDING,
    "in_transit": PayoutStatus.IN_TRANSIT,
    "paid": PayoutStatus.PAID,
    "failed": PayoutStatus.FAILED,
    "canceled": PayoutStatus.CANCELLED,
}


class StripeTill:
    """Stripe's balance: pending until each movement's own day, then available, then paid out."""

    look_back_days = 3
    page_size = 100

    def __init__(self, client: stripe.StripeClient) -> None:
        self._client = client

    def read_balance(self) -> ProviderBalance:
        return readable(lambda: _balance(ask(self._client.v1.balance.retrieve, never_refused=True).to_dict()))

    def movements_since(self, moment: datetime, *, until: datetime) -> Iterator[Movement]:
        listed = ask(
            lambda: self._client.v1.balance_transactions.list(
                {"created": _between(moment, until), "limit": self.page_size, "expand": ["data.source"]}
            ),
            never_refused=True,
        )
        return (readable(lambda each=each: _movement(each.to_dict())) for each in _each(listed))  # type: ignore[misc]

    def payouts_since(self, moment: datetime, *, until: datetime) -> Iterator[BankPayout]:
        listed = ask(
            lambda: self._client.v1.payouts.list({"created": _between(moment, until), "limit": self.page_size}),
            never_refused=True,
        )
        return (readable(lambda each=each: _payout(each.to_dict())) for each in _each(listed))  # type: ignore[misc]

    def read_payout(self, payout_id: str, *, begun_at: datetime | None = None) -> BankPayout:
        found = ask(lambda: self._client.v1.payouts.retrieve(payout_id))
        return readable(lambda: _payout(found.to_dict()))


def _between(moment: datetime, until: datetime) -> stripe.params.PayoutListParamsCreated:
    return {"gte": int(moment.timestamp()), "lte": int(until.timestamp())}


def _each(listed: Any) -> Iterator[Any]:
    """Every object of a list, page by page; a page that does not come is no end."""
    pages = iter(listed.auto_paging_iter())
    while (each := ask(lambda: next(pages, None), never_refused=True)) is not None:
        yield each


def _balance(told: dict[str, Any]) -> ProviderBalance:
    """Sums by currency. `instant_available` and the like are parts of these, not more."""
    sums = {name: _sums(told[name]) for name in ("available", "pending")}
    others = sorted({currency for found in sums.values() for currency, cents in found.items() if cents} - {_EURO})
    return ProviderBalance(
        available=Money(sums["available"].get(_EURO, 0)),
        pending=Money(sums["pending"].get(_EURO, 0)),
        others=tuple(currency.upper() for currency in others),
    )


def _sums(told: list[dict[str, Any]]) -> dict[str, int]:
    return {text(each["currency"]).lower(): _cents(each["amount"]) for each in told}


def _movement(told: dict[str, Any]) -> Movement:
    source = told.get("source")
    cause = _cause(told)
    whole = source if isinstance(source, dict) else {}
    return Movement(
        object_id=text(told["id"]),
        cause=cause,
        kind=_kind(told),
        gross_cents=_cents(told["amount"]),
        fee_cents=_cents(told["fee"]),
        net_cents=_cents(told["net"]),
        currency=text(told["currency"]).upper(),
        occurred_at=_moment(told["created"]),
        available_at=_moment(told["available_on"]),
        source_id=text(whole.get("id") or source or told["id"]),
        reference=str((whole.get("metadata") or {}).get("payment") or "")[:255],
        label=str(told.get("description") or "")[:300],
    )


def _cause(told: dict[str, Any]) -> MovementCause:
    kind = text(told["type"])
    if kind == "adjustment":
        return _ADJUSTMENTS.get(str(told.get("reporting_category")), MovementCause.OTHER)
    return _CAUSES.get(kind, MovementCause.OTHER)


def _kind(told: dict[str, Any]) -> str:
    """Stripe's own words: the type, and what it is reported as when that says more."""
    kind, category = text(told["type"]), str(told.get("reporting_category") or "")
    return (kind if category in ("", kind) else f"{kind}/{category}")[:100]


def _payout(told: dict[str, Any]) -> BankPayout:
    return BankPayout(
        object_id=text(told["id"]),
        status=_STATUSES[told["status"]],
        amount_cents=_cents(told["amount"]),
        currency=text(told["currency"]).upper(),
        created_at=_moment(told["created"]),
        arrives_at=_moment(told["arrival_date"]),
        failure_code=str(told.get("failure_code") or "")[:100],
    )


def _moment(value: object) -> datetime:
    return datetime.fromtimestamp(_cents(value), UTC)


def _cents(value: object) -> int:
    """A whole number; a flag or a fraction is none."""
    if type(value) is not int:
        raise TypeError("whole number expected")
    return value
