"""Pages of lists: ten rows unless more are asked for, as those who forget to ask find out."""

from __future__ import annotations

from sandbox.chorus.shapes import Kind, Shape
from sandbox.chorus.words import DIRECTIONS
from sandbox.store import Json

DEFAULT_ROWS = 10
PAGE: dict[str, Shape] = {
    "nbResultatsMaximum": Kind.LONG,
    "pageResultatDemandee": Kind.LONG,
    "nbResultatsParPage": Kind.LONG,
    "triSens": DIRECTIONS,
    "triColonne": Kind.TEXT,
    "champsDeTri": {},
    "ordreTriGenerique": DIRECTIONS,
    "taillePageGenerique": Kind.LONG,
    "indexPageGenerique": Kind.LONG,
}
"""What every list may be asked."""


def cut(rows: list[Json], asked: Json | None, *, suffix: str = "") -> tuple[list[Json], Json]:
    """The asked page of the rows, and what is told about it. `suffix` is how the names of the fields end."""
    asked = asked or {}
    size = max(1, int(asked.get(f"nbResultatsParPage{suffix}") or DEFAULT_ROWS))
    page = max(1, int(asked.get(f"pageResultatDemandee{suffix}") or 1))
    told = {
        "pageCourante": page,
        "pages": max(1, -(-len(rows) // size)),
        "nbResultatsParPage": size,
        "total": len(rows),
    }
    return rows[(page - 1) * size : page * size], told


def sort(rows: list[Json], asked: Json | None, *, column: str, descending: bool) -> list[Json]:
    """The rows in the order of the column that is asked for: DateDepot is the field dateDepot."""
    asked = asked or {}
    name = str(asked.get("triColonne") or column)
    field = name[:1].lower() + name[1:]
    backwards = str(asked.get("triSens") or ("Descendant" if descending else "Ascendant")) == "Descendant"
    return sorted(rows, key=lambda row: _weight(row.get(field)), reverse=backwards)


def _weight(value: object) -> tuple[bool, float, str]:
    """Nothing first, then numbers, then texts."""
    if isinstance(value, int | float):
        return True, float(value), ""
    return value is not None, 0.0, str(value or "")
