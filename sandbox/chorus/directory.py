"""The directory: which public bodies there are, what they require, and which suppliers are our account's."""

from __future__ import annotations

from sandbox.chorus.seeds import SEEDS, service, structure
from sandbox.store import Json, Store
from sandbox.world import World

_CHANGED, _FORBIDDEN = "chorus.structures", "chorus.forbidden"
_FLAGS = (
    *("public", "active", "attached", "service_required", "engagement_required", "either_required"),
    "tells_no_payment",
)
_FIRST_ID, _FIRST_SERVICE = 27_000_000, 11_000_000


def known(store: Store) -> dict[str, Json]:
    """Every body, by its SIRET."""
    return {**SEEDS, **store.setting(_CHANGED, {})}


def everybody(store: Store) -> list[Json]:
    """Every body, in the order of its identifier."""
    return sorted(known(store).values(), key=lambda body: int(body["id"]))


def find(store: Store, siret: str) -> Json | None:
    found: Json | None = store.setting(_CHANGED, {}).get(siret) or SEEDS.get(siret)
    return found


def numbered(store: Store, identifier: object) -> Json | None:
    """The body that Chorus Pro calls so."""
    return next((body for body in everybody(store) if body["id"] == identifier), None)


def service_of(body: Json, code: str) -> Json | None:
    return next((each for each in body["services"] if each["code"] == code), None)


def suppliers(store: Store) -> list[Json]:
    """The bodies that our technical account is attached to, and may act for."""
    closed = forbidden(store)
    return [body for body in everybody(store) if body["attached"] and body["siret"] not in closed]


def acts_for(store: Store, siret: str) -> bool:
    """Whether our account may act for that supplier."""
    return any(body["siret"] == siret for body in suppliers(store))


def keep(store: Store, body: Json) -> Json:
    store.set_setting(_CHANGED, {**store.setting(_CHANGED, {}), body["siret"]: body})
    return body


def change(store: Store, siret: str, options: Json) -> Json:
    """Add a body, or change what the options name. Raises ValueError for what no body has."""
    body = find(store, siret) or {**structure(siret, f"STRUCTURE {siret}"), "id": _next_id(store)}
    fields = {*structure(siret, "")} - {"siret"}
    if unknown := set(options) - fields:
        raise ValueError(f"unknown: {', '.join(sorted(unknown))}; known: {', '.join(sorted(fields))}")
    changed = {**options, **{name: _flag(options[name]) for name in _FLAGS if name in options}}
    if "services" in options:
        changed["services"] = _numbered_services(body, options["services"])
    return keep(store, {**body, **changed})


def change_service(store: Store, siret: str, options: Json) -> Json:
    """Add a service to a body, or change it: `code`, `name`, `active`, `engagement`."""
    body = find(store, siret)
    if body is None:
        raise ValueError("no such structure")
    code = str(options["code"])
    old: Json = service_of(body, code) or {**service(code, code), "id": _next_service_id(body)}
    flags: Json = {name: _flag(options[name]) for name in ("active", "engagement") if name in options}
    new: Json = {**old, **flags, "name": str(options.get("name", old["name"]))}
    others = [each for each in body["services"] if each["code"] != code]
    return keep(store, {**body, "services": sorted([*others, new], key=lambda each: int(each["id"]))})


def _numbered_services(body: Json, given: list[Json]) -> list[Json]:
    """The services of a body as they are given; those it had already keep their identifiers."""
    free = _next_service_id(body)
    found: list[Json] = []
    for place, each in enumerate(given):
        code = str(each["code"])
        old = service_of(body, code) or {**service(code, code), "id": free + place}
        found.append({**old, **each, "id": old["id"]})
    return found


def _next_id(store: Store) -> int:
    return max(_FIRST_ID, *(int(body["id"]) for body in everybody(store))) + 1


def _next_service_id(body: Json) -> int:
    first = _FIRST_SERVICE + 1000 * (int(body["id"]) % 1000)
    return max([first, *(int(each["id"]) for each in body["services"])]) + 1


def _flag(value: object) -> bool:
    return value is True or str(value).lower() in {"1", "true", "on", "yes"}


def forbidden(store: Store) -> list[str]:
    """SIRETs for which our account lost its rights."""
    return list(store.setting(_FORBIDDEN, []))


def forbid(store: Store, sirets: list[str]) -> None:
    store.set_setting(_FORBIDDEN, sirets)


def restore(world: World) -> None:
    """The directory as it was at first."""
    world.store.set_setting(_CHANGED, {})
    forbid(world.store, [])
