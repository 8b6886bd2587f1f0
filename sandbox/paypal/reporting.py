"""Reports v1: what moved on the merchant's balance, and how much is left. And the money that is sent to the bank.

As at PayPal, a report covers 31 days at most, in numbered pages, and what happens appears in it only some time later
(here: at once, unless `late` says otherwise).
"""

from __future__ import annotations

from datetime import UTC, datetime
from http import HTTPStatus
from urllib.parse import urlencode

from sandbox.paypal import captures
from sandbox.paypal.errors import Detail, PayPalError, invalid
from sandbox.paypal.routes import Call, endpoint
from sandbox.paypal.things import find, link, money, new_id, save
from sandbox.store import Json
from sandbox.world import World

WITHDRAWAL = "paypal.withdrawal"
ACCOUNT = "SANDBOXMERCHANT"
_TRANSACTIONS, _BALANCES = "/v1/reporting/transactions", "/v1/reporting/balances"
_MOST_SECONDS = 31 * 24 * 3600
_MOST, _USUAL = 500, 100
_LATE = "paypal.reporting_late"
_CODES = {"capture": "T0006", "refund": "T1107", "withdrawal": "T0400", "withdrawal_return": "T1101"}
_CHARGEBACK, _CHARGEBACK_FEE, _REVERSAL, _CHARGEBACK_REVERSAL = "T1201", "T0106", "T1106", "T1202"


def withdraw(world: World, amount: int = 0, *, pending: bool = False) -> Json:
    """Send money to the bank: all of it, or `amount`. It leaves the balance at once, and arrives some days later."""
    left = balance(world)
    wanted = amount or left
    if not 0 < wanted <= left:
        raise ValueError(f"{left} cents can be withdrawn")
    status = "P" if pending else "S"
    sent = save(world, WITHDRAWAL, {"id": new_id(), "amount": wanted, "status": status})
    captures.move(world, "withdrawal", sent["id"], -wanted)
    return sent


def end_withdrawal(world: World, withdrawal: Json, *, returned: bool) -> Json:
    """It arrived; or the bank sent it back, even after it had arrived."""
    if withdrawal["status"] == "R" or (withdrawal["status"] == "S" and not returned):
        raise ValueError("the withdrawal has ended")
    ended = world.store.put(withdrawal | {"status": "R" if returned else "S"})
    if returned:
        captures.move(world, "withdrawal_return", withdrawal["id"], withdrawal["amount"])
    return ended


def add(world: World, code: str, amount: int, *, currency: str = "EUR") -> Json:
    """Something else that moves the balance, told with PayPal's code: a monthly fee is T0100."""
    identifier = f"movement-{new_id()}"
    row = {"id": identifier, "kind": code, "source": "", "amount": amount, "fee": 0, "currency": currency}
    return save(world, captures.MOVEMENT, row)


def balance(world: World, currency: str = "EUR") -> int:
    """What is left, in cents."""
    return sum(each["amount"] - each["fee"] for each in world.store.all(captures.MOVEMENT) if _in(each, currency))


def paid_out(world: World) -> int:
    """What was sent to the bank and did not come back, in cents."""
    sent = world.store.all(captures.MOVEMENT, "json_extract(body, '$.kind') IN ('withdrawal', 'withdrawal_return')")
    return -sum(int(each["amount"]) for each in sent)


def be_late(world: World, seconds: int) -> None:
    """From now on what happens is reported so much later."""
    world.store.set_setting(_LATE, seconds)


def _in(movement: Json, currency: str) -> bool:
    return bool(movement.get("currency", "EUR") == currency)


def _told_until(world: World) -> int:
    return world.clock.now() - int(world.store.setting(_LATE, 0))


@endpoint("GET", _TRANSACTIONS)
def list_transactions(world: World, call: Call) -> Json:
    """What moved the balance, oldest first: of 31 days at most."""
    start, end = _moment(call.query, "start_date"), _moment(call.query, "end_date")
    if end < start or end - start > _MOST_SECONDS:
        raise _bad_range(call.query)
    size = _number(call.query, "page_size", _USUAL, _MOST)
    page = _number(call.query, "page", 1, 2**31)
    last = min(end, _told_until(world))
    rows = world.store.all(captures.MOVEMENT, "created BETWEEN ? AND ?", (start, last))
    told = [each for row in reversed(rows) for each in _transactions(world, row)]
    if wanted := call.query.get("transaction_id"):
        told = [each for each in told if each["transaction_info"]["transaction_id"] == wanted]
    pages = max(1, -(-len(told) // size))
    links = [_page_link(world, call.query, page, "self")]
    if page < pages:
        links.append(_page_link(world, call.query, page + 1, "next"))
    return {
        "transaction_details": told[(page - 1) * size : page * size],
        "account_number": ACCOUNT,
        "start_date": _written(start),
        "end_date": _written(end),
        "last_refreshed_datetime": _written(_told_until(world)),
        "page": page,
        "total_items": len(told),
        "total_pages": pages,
        "links": links,
    }


@endpoint("GET", _BALANCES)
def read_balances(world: World, call: Call) -> Json:
    """The balance of each currency that ever moved, euros first."""
    rows = world.store.all(captures.MOVEMENT)
    currencies = ["EUR", *sorted({str(each.get("currency", "EUR")) for each in rows} - {"EUR"})]
    wanted = call.query.get("currency_code", "ALL")
    shown = [currency for currency in currencies if wanted in ("ALL", currency)]
    return {
        "balances": [_balance(currency, balance(world, currency)) for currency in shown],
        "account_id": ACCOUNT,
        "as_of_time": _written(world.clock.now()),
        "last_refresh_time": _written(_told_until(world)),
    }


def _balance(currency: str, cents: int) -> Json:
    return {
        "currency": currency,
        "primary": currency == "EUR",
        "total_balance": money(cents, currency),
        "available_balance": money(cents, currency),
        "withheld_balance": money(0, currency),
    }


def _transactions(world: World, row: Json) -> list[Json]:
    """A movement as PayPal reports it. The fee of a chargeback is a transaction of its own."""
    kind, source = row["kind"], row["source"]
    if kind in ("capture", "refund", "withdrawal"):
        return [_told(world, row, _CODES[kind], source, row["amount"], fee=row["fee"], parent=_parent(world, row))]
    own = str(row["id"]).removeprefix("movement-")
    if kind != "reversal":
        return [_told(world, row, str(_CODES.get(kind, kind)), own, row["amount"], parent=source)]
    code = _CHARGEBACK_REVERSAL if row["amount"] > 0 else _CHARGEBACK if row["fee"] else _REVERSAL
    told = [_told(world, row, code, own, row["amount"], parent=source)]
    if row["fee"]:
        told.append(_told(world, row, _CHARGEBACK_FEE, fee_id(own), -row["fee"], parent=source))
    return told


def fee_id(identifier: str) -> str:
    """The id of the fee that comes with a chargeback: always the same, and never that of the chargeback itself."""
    return identifier[:-1] + ("G" if identifier.endswith("F") else "F")


def _parent(world: World, row: Json) -> str:
    """What a transaction comes from: a refund from its capture."""
    if row["kind"] != "refund":
        return ""
    return str(find(world, captures.REFUND, row["source"])["_capture"])


def _told(  # the columns of a report
    world: World, row: Json, code: str, identifier: str, amount: int, *, fee: int = 0, parent: str = ""
) -> Json:
    currency = row.get("currency", "EUR")
    about = world.store.get(captures.KIND, row["source"]) or world.store.get(captures.REFUND, row["source"]) or {}
    withdrawal = world.store.get(WITHDRAWAL, row["source"]) if row["kind"] == "withdrawal" else None
    info: Json = {
        "paypal_account_id": ACCOUNT,
        "transaction_id": identifier,
        "transaction_event_code": code,
        "transaction_initiation_date": _written(row["created"]),
        "transaction_updated_date": _written(row["created"]),
        "transaction_amount": money(amount, currency),
        "transaction_status": "P" if withdrawal and withdrawal["status"] == "P" else "S",
        "protection_eligibility": "01",
    }
    if fee:
        info["fee_amount"] = money(-fee, currency)
    if parent:
        info |= {"paypal_reference_id": parent, "paypal_reference_id_type": "TXN"}
    named = {"invoice_id": about.get("invoice_id"), "custom_field": about.get("custom_id")}
    return {"transaction_info": info | {name: value for name, value in named.items() if value}}


def _page_link(world: World, query: dict[str, str], page: int, rel: str) -> Json:
    return link(world, f"{_TRANSACTIONS}?{urlencode({**query, 'page': str(page)})}", rel)


def _written(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S+0000")


def _moment(query: dict[str, str], name: str) -> int:
    try:
        read = datetime.fromisoformat(query[name])
        return int((read if read.tzinfo else read.replace(tzinfo=UTC)).timestamp())
    except (KeyError, ValueError):
        words = "The value of a field does not conform to the expected format."
        raise invalid([Detail("INVALID_PARAMETER_SYNTAX", words, name, query.get(name, ""))]) from None


def _number(query: dict[str, str], name: str, usual: int, most: int) -> int:
    given = query.get(name, str(usual))
    if not given.isdigit() or not 1 <= int(given) <= most:
        raise invalid([Detail("INVALID_PARAMETER_VALUE", "The value of a field is invalid.", name, given)])
    return int(given)


def _bad_range(query: dict[str, str]) -> PayPalError:
    words = "Date range is greater than 31 days"
    return PayPalError(
        HTTPStatus.BAD_REQUEST, "INVALID_REQUEST", Detail("INVALID_DATE_RANGE", words, "end_date", query["end_date"])
    )
