"""The writing of a bundle on SQLite, statement by statement, in the order of `ledger_post` on PostgreSQL."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import connection

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ledger.bundle import Row

Answer = dict[str, Any]
_CHUNK = 500


def make_missing(customer_ids: Sequence[int]) -> None:
    """Give each customer its balance row."""
    known = {row["customer_id"] for row in _balances(customer_ids)}
    _insert(
        "customerbalance",
        ("customer_id", "prepaid_cents", "receivable_cents", "incoming_cents", "outgoing_cents", "version"),
        [(customer_id, 0, 0, 0, 0, 0) for customer_id in customer_ids if customer_id not in known],
    )


def write(rows: dict[str, Any]) -> Answer:
    """Write the rows; or, when a key is known, only say so."""
    make_missing(rows["customers"])
    if found := _found([tx["key"] for tx in rows["txs"]]):
        return {"found": found}
    at = _moment(rows["at"])
    txs = _ids("tx", len(rows["txs"]))
    _release(rows.get("released", []), at)
    _insert(
        "entry",
        ("tx_id", "seq", "account_id", "customer_id", "amount_cents"),
        [
            (tx_id, seq, account, customer, cents)
            for tx_id, tx in zip(txs, rows["txs"], strict=True)
            for seq, (account, cents, customer) in enumerate(tx["legs"], start=1)
        ],
    )
    _move_balances(rows["txs"], txs)
    lots, items = _insert_lots(rows.get("lots", []), txs), _insert_items(rows.get("items", []), txs)
    _insert_shares(rows.get("shares", []), items)
    given_back = [row for row in rows.get("allocations", []) if row["cents"] < 0]
    given = [row for row in rows.get("allocations", []) if row["cents"] > 0]
    _insert_allocations(given_back, txs, lots, items)
    _insert(
        "lotmovement",
        ("tx_id", "lot_id", "kind", "amount_cents"),
        [(txs[m["n"] - 1], m["lot"], m["kind"], m["cents"]) for m in rows.get("movements", [])],
    )
    _insert_allocations(given, txs, lots, items)
    _insert_vat(rows.get("vat", []), txs, items)
    _insert_holds(rows.get("held", []), lots, at)
    _insert_headers(rows["txs"], txs, at)
    return {"tx": txs, "lots": lots, "items": items}


def _move_balances(rows: list[Row], txs: list[int]) -> None:
    """Write the lines of the statements and the new balances."""
    touched = sorted({customer for tx in rows for customer, _, _ in tx["moved"]})
    state = {
        row["customer_id"]: [row["prepaid_cents"], row["receivable_cents"], row["version"]]
        for row in _balances(touched)
    }
    lines = []
    for tx_id, tx in zip(txs, rows, strict=True):
        for customer, prepaid, receivable in tx["moved"]:
            now = state[customer]
            now[0], now[1] = now[0] + prepaid, now[1] + receivable
            if net := prepaid + receivable:
                now[2] += 1
                lines.append((customer, now[2], tx_id, net, now[0] + now[1], *_copied(tx)))
    _insert(
        "statementrow",
        (
            "customer_id",
            "version",
            "tx_id",
            "net_cents",
            "balance_after_cents",
            "date",
            "year",
            "kind",
            "label",
            "piece_ref",
        ),
        lines,
    )
    with connection.cursor() as cursor:
        cursor.executemany(
            "UPDATE ledger_customerbalance SET prepaid_cents = %s, receivable_cents = %s, version = %s"
            " WHERE customer_id = %s",
            [(*now, customer) for customer, now in state.items()],
        )


def _copied(tx: Row) -> tuple[Any, ...]:
    return tx["effective_on"], int(tx["effective_on"][:4]), tx["kind"], tx["label"], tx["piece_ref"]


def _insert_lots(rows: list[Row], txs: list[int]) -> list[int]:
    ids = _ids("lot", len(rows))
    _insert(
        "lot",
        (
            "id",
            "customer_id",
            "tx_id",
            "origin",
            "reference",
            "refundable_to",
            "received_on",
            "amount_cents",
            "remaining_cents",
            "moved_from_id",
        ),
        [
            (
                lot_id,
                lot["customer"],
                txs[lot["n"] - 1],
                lot["origin"],
                lot["reference"],
                lot["refundable_to"],
                lot["received_on"],
                lot["cents"],
                lot["cents"],
                lot["moved_from"],
            )
            for lot_id, lot in zip(ids, rows, strict=True)
        ],
    )
    return ids


def _insert_items(rows: list[Row], txs: list[int]) -> list[int]:
    ids = _ids("openitem", len(rows))
    _insert(
        "openitem",
        (
            "id",
            "customer_id",
            "tx_id",
            "document_ref",
            "kind",
            "issued_on",
            "due_date",
            "amount_cents",
            "open_cents",
            "paid_cents",
            "credited_cents",
            "written_off_cents",
            "settles_by_itself",
            "disputed",
        ),
        [
            (
                item_id,
                item["customer"],
                txs[item["n"] - 1],
                item["document_ref"],
                item["kind"],
                item["issued_on"],
                item["due_date"],
                item["cents"],
                item["cents"],
                0,
                0,
                0,
                item["settles_by_itself"],
                False,
            )
            for item_id, item in zip(ids, rows, strict=True)
        ],
    )
    return ids


def _insert_shares(rows: list[Row], items: list[int]) -> None:
    _insert(
        "vatshare",
        ("item_id", "seq", "waiting_account_id", "due_account_id", "vat_cents", "released_cents"),
        [(_real(row["item"], items), row["seq"], row["waiting"], row["due"], 0, 0) for row in rows],
    )


def _insert_allocations(rows: list[Row], txs: list[int], lots: list[int], items: list[int]) -> None:
    _insert(
        "allocation",
        ("tx_id", "item_id", "kind", "lot_id", "source_ref", "amount_cents", "reverses_id"),
        [
            (
                txs[row["n"] - 1],
                _real(row["item"], items),
                row["kind"],
                _real(row["lot"], lots),
                row["source_ref"],
                row["cents"],
                row["reverses"],
            )
            for row in rows
        ],
    )


def _insert_vat(rows: list[Row], txs: list[int], items: list[int]) -> None:
    ordered = sorted(rows, key=lambda row: (row["vat"] < 0, row["n"]))
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO ledger_vatmovement (tx_id, share_id, vat_cents, released_cents)"
            " SELECT %s, id, %s, %s FROM ledger_vatshare WHERE item_id = %s AND seq = %s",
            [
                (txs[row["n"] - 1], row["vat"], row["released"], _real(row["item"], items), row["seq"])
                for row in ordered
            ],
        )


def _insert_holds(rows: list[Row], lots: list[int], at: str) -> None:
    _insert(
        "hold",
        ("customer_id", "direction", "amount_cents", "key", "reason", "lot_id", "placed_at", "expires_at"),
        [
            (
                row["customer"],
                row["direction"],
                row["cents"],
                row["key"],
                row["reason"],
                _real(row["lot"], lots),
                at,
                _moment(row["expires_at"]) if row["expires_at"] else None,
            )
            for row in rows
        ],
    )


def _insert_headers(rows: list[Row], txs: list[int], at: str) -> None:
    _insert(
        "tx",
        (
            "id",
            "journal",
            "kind",
            "label",
            "piece_ref",
            "piece_date",
            "effective_on",
            "recorded_at",
            "customer_id",
            "key",
            "fingerprint",
            "reverses_id",
            "actor",
        ),
        [
            (
                txs[tx["n"] - 1],
                tx["journal"],
                tx["kind"],
                tx["label"],
                tx["piece_ref"],
                tx["piece_date"],
                tx["effective_on"],
                at,
                tx["customer"],
                tx["key"],
                bytes.fromhex(tx["fingerprint"]),
                tx["reverses"],
                tx["actor"],
            )
            for tx in rows
        ],
    )


def _release(keys: list[str], at: str) -> None:
    with connection.cursor() as cursor:
        cursor.executemany("UPDATE ledger_hold SET released_at = %s WHERE key = %s", [(at, key) for key in keys])


def _found(keys: list[str]) -> dict[str, tuple[int, str]]:
    found: dict[str, tuple[int, str]] = {}
    for chunk in _chunks(keys):
        rows = _select(f"SELECT id, key, fingerprint FROM ledger_tx WHERE key IN ({_marks(chunk)})", chunk)  # noqa: S608
        found |= {row["key"]: (row["id"], bytes(row["fingerprint"]).hex()) for row in rows}
    return found


def _balances(customer_ids: Sequence[int]) -> list[Row]:
    return [
        row
        for chunk in _chunks(customer_ids)
        for row in _select(f"SELECT * FROM ledger_customerbalance WHERE customer_id IN ({_marks(chunk)})", chunk)  # noqa: S608
    ]


def _ids(table: str, count: int) -> list[int]:
    """The next ids. Nothing is ever deleted and the write lock is ours, so the largest one is the last one given."""
    if not count:
        return []
    (row,) = _select(f"SELECT coalesce(max(id), 0) AS last FROM ledger_{table}", [])  # noqa: S608 - our own names
    return list(range(row["last"] + 1, row["last"] + 1 + count))


def _insert(table: str, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
    sql = f"INSERT INTO ledger_{table} ({', '.join(columns)}) VALUES ({_marks(columns)})"  # noqa: S608 - our own names
    with connection.cursor() as cursor:
        cursor.executemany(sql, rows)


def _select(sql: str, params: Sequence[Any]) -> list[Row]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _real(number: int | None, made: list[int]) -> int | None:
    """The id of a row of the bundle itself (negative), or the id as it is."""
    return made[-number - 1] if number is not None and number < 0 else number


def _marks(values: Sequence[object]) -> str:
    return ", ".join(["%s"] * len(values))


def _chunks(values: Sequence[Any]) -> Iterable[Sequence[Any]]:
    return (values[start : start + _CHUNK] for start in range(0, len(values), _CHUNK))


def _moment(iso: str) -> str:
    """As Django stores moments in SQLite."""
    return str(connection.ops.adapt_datetimefield_value(datetime.fromisoformat(iso)))
