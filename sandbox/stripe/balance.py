"""Stripe's side of the money: one balance transaction for each movement, with its fee, and the balance they sum to."""

from __future__ import annotations

from sandbox.store import Json
from sandbox.stripe.errors import missing
from sandbox.stripe.paging import page
from sandbox.stripe.routes import endpoint
from sandbox.world import World, new_id

_AVAILABLE_AFTER = 3 * 24 * 3600
_FEE_TENTHS_OF_PERCENT, _FEE_FIXED_CENTS = 15, 25
DISPUTE_FEE_CENTS = 1500


def charge_fee(amount: int) -> int:
    """1.5 % and 25 cents, in cents, half up: Stripe's price for cards of the European Economic Area."""
    return (amount * _FEE_TENTHS_OF_PERCENT + 500) // 1000 + _FEE_FIXED_CENTS


def book(  # one parameter for each thing that makes movements differ
    world: World,
    *,
    kind: str,
    amount: int,
    source: str | None,
    fee: int = 0,
    category: str = "",
    currency: str = "eur",
    at_once: bool = False,
) -> Json:
    """Write one movement of the balance: `amount` is signed and before the fee."""
    now = world.clock.now()
    fees = [
        {
            "amount": fee,
            "application": None,
            "currency": currency,
            "description": "Stripe processing fees",
            "type": "stripe_fee",
        }
    ]
    return world.store.put(
        {
            "id": new_id("txn"),
            "object": "balance_transaction",
            "amount": amount,
            "available_on": now if at_once else now + _AVAILABLE_AFTER,
            "balance_type": "payments",
            "created": now,
            "currency": currency,
            "description": None,
            "exchange_rate": None,
            "fee": fee,
            "fee_details": fees if fee else [],
            "net": amount - fee,
            "reporting_category": category or kind,
            "source": source,
            "status": "pending",
            "type": kind,
            "_payout": None,
        }
    )


def with_status(world: World, movement: Json) -> Json:
    """The movement as it stands now: its money becomes available three days after."""
    available = movement["available_on"] <= world.clock.now()
    return movement | {"status": "available" if available else "pending"}


def make_available(world: World) -> int:
    """Make everything available now; returns the cents that may be paid out."""
    world.store.change(
        "UPDATE object SET body = json_set(body, '$.available_on', min(json_extract(body, '$.available_on'), ?))"
        " WHERE kind = 'balance_transaction'",
        (world.clock.now(),),
    )
    return sums(world)[0]


def sums(world: World, currency: str = "eur") -> tuple[int, int]:
    """(available, pending) cents of one currency."""
    row = world.store.rows(
        """
        SELECT coalesce(sum(net) FILTER (WHERE due <= :now), 0) AS available,
               coalesce(sum(net) FILTER (WHERE due > :now), 0) AS pending
        FROM (SELECT json_extract(body, '$.net') AS net, json_extract(body, '$.available_on') AS due
              FROM object WHERE kind = 'balance_transaction' AND json_extract(body, '$.currency') = :currency)
        """,
        {"now": world.clock.now(), "currency": currency},
    )[0]
    return int(row["available"]), int(row["pending"])


def _currencies(world: World) -> list[str]:
    """Euros, then what else ever moved."""
    rows = world.store.rows(
        "SELECT DISTINCT json_extract(body, '$.currency') AS currency FROM object WHERE kind = 'balance_transaction'"
    )
    return ["eur", *sorted({str(row["currency"]) for row in rows} - {"eur"})]


def _written(currency: str, amount: int) -> Json:
    return {"amount": amount, "currency": currency, "source_types": {"card": amount}}


@endpoint("GET", "/v1/balance", "BalanceRetrieveParams")
def retrieve(world: World, _parameters: Json) -> Json:
    found = {currency: sums(world, currency) for currency in _currencies(world)}
    return {
        "object": "balance",
        "available": [_written(currency, available) for currency, (available, _pending) in found.items()],
        "livemode": False,
        "pending": [_written(currency, pending) for currency, (_available, pending) in found.items()],
        "refund_and_dispute_prefunding": {
            "available": [{"amount": 0, "currency": "eur"}],
            "pending": [{"amount": 0, "currency": "eur"}],
        },
    }


@endpoint(
    "GET",
    "/v1/balance_transactions",
    "BalanceTransactionListParams",
    "created",
    "currency",
    "payout",
    "source",
    "type",
    paged=True,
)
def list_movements(world: World, parameters: Json) -> Json:
    where: list[tuple[str, list[object]]] = []
    if "payout" in parameters:
        where.append(("json_extract(body, '$._payout') = ?", [parameters["payout"]]))
    same = ("currency", "source", "type")
    found = page(world, "balance_transaction", parameters, url="/v1/balance_transactions", same=same, where=where)
    return found | {"data": [with_status(world, movement) for movement in found["data"]]}


@endpoint("GET", "/v1/balance_transactions/{}", "BalanceTransactionRetrieveParams")
def retrieve_movement(world: World, _parameters: Json, identifier: str) -> Json:
    found = world.store.get("balance_transaction", identifier)
    if found is None:
        raise missing("balance transaction", identifier)
    return with_status(world, found)
