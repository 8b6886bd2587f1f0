"""What the member states say about VAT numbers, and how they fail: told by the controls, else by the check digits."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from stdnum.eu import vat

from sandbox.store import Json, Store
from sandbox.world import World

STATES = tuple(sorted({state.upper() for state in vat.MEMBER_STATES} - {"GR"} | {"EL", "XI"}))
SERVICE_ERRORS = frozenset(
    {
        "SERVICE_UNAVAILABLE",
        "MS_UNAVAILABLE",
        "TIMEOUT",
        "MS_MAX_CONCURRENT_REQ",
        "MS_MAX_CONCURRENT_REQ_TIME",
        "GLOBAL_MAX_CONCURRENT_REQ",
        "GLOBAL_MAX_CONCURRENT_REQ_TIME",
    }
)
REFUSALS = frozenset({"INVALID_INPUT", "INVALID_REQUESTER_INFO", "VAT_BLOCKED", "IP_BLOCKED"})
EVERYWHERE = "ALL"
_NUMBERS, _ERRORS, _LIE = "vies.numbers", "vies.errors", "vies.lie"
# These states confirm a number and tell no name, for privacy.
_DISCREET = frozenset({"DE", "ES"})


class Lie(StrEnum):
    """How an answer can be wrong."""

    OTHER_NUMBER = "other_number"  # it speaks of another number
    NO_RECEIPT = "no_receipt"  # valid, without consultation number
    NO_WORD = "no_word"  # neither true nor false
    INVALID_WITH_ERROR = "invalid_with_error"  # says no because the member state did not answer


@dataclass(frozen=True, slots=True)
class Registered:
    """What a member state knows of a number."""

    valid: bool
    name: str
    address: str


def lookup(store: Store, state: str, number: str) -> Registered:
    """The entry of a number: as it was told, or valid when its check digits hold."""
    told: Json = store.setting(_NUMBERS, {}).get(f"{state}{number}", {})
    valid = bool(told.get("valid", vat.is_valid(f"{state}{number}")))
    if not valid:
        return Registered(valid=False, name="---", address="---")
    hidden = "---" if state in _DISCREET else ""
    name = str(told.get("name") or hidden or f"ENTERPRISE {number}")
    return Registered(valid, name, str(told.get("address") or hidden or f"1 MAIN STREET\n{state}"))


def tell(store: Store, full_number: str, entry: Json) -> None:
    """Write the entry of a number: `valid`, `name`, `address`."""
    store.set_setting(_NUMBERS, {**store.setting(_NUMBERS, {}), full_number: entry})


def error_of(store: Store, state: str) -> str:
    """The error that a member state answers with, or that the whole service does; empty when they work."""
    errors = store.setting(_ERRORS, {})
    return str(errors.get(EVERYWHERE) or errors.get(state) or "")


def fail(store: Store, state: str, error: str) -> None:
    """From now on that state (or ALL) answers with this error; empty: it works again."""
    if error and error not in SERVICE_ERRORS | REFUSALS:
        raise ValueError(f"error is one of {', '.join(sorted(SERVICE_ERRORS | REFUSALS))}")
    if state not in {EVERYWHERE, *STATES}:
        raise ValueError(f"the state is {EVERYWHERE} or one of {', '.join(STATES)}")
    store.set_setting(_ERRORS, {**store.setting(_ERRORS, {}), state: error})


def lie(store: Store) -> Lie | None:
    told = store.setting(_LIE, "")
    return Lie(told) if told else None


def set_lie(store: Store, kind: str) -> None:
    store.set_setting(_LIE, Lie(kind).value if kind else "")


def switched(store: Store) -> Json:
    """Everything that can be switched, as it is."""
    return {
        "numbers": store.setting(_NUMBERS, {}),
        "errors": {state: error for state, error in store.setting(_ERRORS, {}).items() if error},
        "lie": store.setting(_LIE, ""),
    }


def restore(world: World) -> None:
    """Every state works, no answer is wrong, no number is told."""
    for name, healthy in ((_NUMBERS, {}), (_ERRORS, {}), (_LIE, "")):
        world.store.set_setting(name, healthy)
