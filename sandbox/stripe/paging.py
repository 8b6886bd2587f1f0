"""Lists, newest first, by cursor."""

from __future__ import annotations

from collections.abc import Sequence

from sandbox.store import Json, public
from sandbox.stripe.errors import invalid, missing
from sandbox.world import World

_DEFAULT, _MOST = 10, 100
_COMPARISONS = {"gt": ">", "gte": ">=", "lt": "<", "lte": "<="}


def page(
    world: World,
    kind: str,
    parameters: Json,
    *,
    url: str,
    same: Sequence[str] = (),
    where: Sequence[tuple[str, Sequence[object]]] = (),
) -> Json:
    """One page of objects: `same` names the parameters that filter by equality, `where` adds conditions of SQL."""
    conditions = [*where, *_created(parameters.get("created"))]
    conditions += [(f"json_extract(body, '$.{name}') = ?", (parameters[name],)) for name in same if name in parameters]
    limit = _limit(parameters)
    found, more = _slice(world, kind, parameters, conditions, limit)
    return {"object": "list", "data": [public(thing) for thing in found], "has_more": more, "url": url}


def _limit(parameters: Json) -> int:
    limit = int(parameters.get("limit", _DEFAULT))
    if not 1 <= limit <= _MOST:
        raise invalid(
            f"Invalid integer: {limit}. It must be between 1 and {_MOST}.",
            param="limit",
            code="parameter_invalid_integer",
        )
    return limit


def _created(value: int | Json | None) -> list[tuple[str, Sequence[object]]]:
    if value is None:
        return []
    if isinstance(value, int):
        return [("created = ?", (value,))]
    return [(f"created {_COMPARISONS[name]} ?", (bound,)) for name, bound in value.items()]


def _slice(
    world: World, kind: str, parameters: Json, conditions: Sequence[tuple[str, Sequence[object]]], limit: int
) -> tuple[list[Json], bool]:
    if "starting_after" in parameters and "ending_before" in parameters:
        raise invalid(
            "You may only specify one of these parameters: ending_before, starting_after.", param="ending_before"
        )
    backwards = "ending_before" in parameters
    name = "ending_before" if backwards else "starting_after"
    if name in parameters:
        conditions = [*conditions, _cursor(world, kind, parameters[name], name)]
    texts = " AND ".join(f"({text})" for text, _values in conditions) or "1"
    values = [value for _text, values in conditions for value in values]
    order = "ASC" if backwards else "DESC"
    sql = f"SELECT id FROM object WHERE kind = ? AND {texts} ORDER BY created {order}, seq {order} LIMIT ?"  # noqa: S608  our texts
    rows = world.store.rows(sql, (kind, *values, limit + 1))
    found = [thing for row in rows[:limit] if (thing := world.store.get(kind, row["id"]))]
    return found[::-1] if backwards else found, len(rows) > limit


def _cursor(world: World, kind: str, identifier: str, name: str) -> tuple[str, Sequence[object]]:
    row = world.store.rows("SELECT created, seq FROM object WHERE id = ? AND kind = ?", (identifier, kind))
    if not row:
        raise missing(kind, identifier, name)
    sign = ">" if name == "ending_before" else "<"
    return f"(created, seq) {sign} (?, ?)", (row[0]["created"], row[0]["seq"])
