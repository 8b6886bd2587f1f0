"""The controls of VIES, `/_control/vies/…`. Down, slow and garbage are faults of the whole sandbox, path `/vies/`."""

from __future__ import annotations

from sandbox.control.actions import action, flag
from sandbox.store import Json
from sandbox.vies import registers
from sandbox.world import World


@action("GET", "vies/state")
def state(world: World, _options: Json) -> Json:
    """Everything that can be switched, as it is."""
    return registers.switched(world.store)


@action("POST", "vies/numbers/{}")
def tell_number(world: World, options: Json, number: str) -> Json:
    """What the member state says of a number, country in front: `valid`, `name`, `address`."""
    entry = {"valid": flag(options, "valid", default=True)}
    told = {name: str(options[name]) for name in ("name", "address") if options.get(name)}
    registers.tell(world.store, number.upper(), {**entry, **told})
    return registers.switched(world.store)


@action("POST", "vies/states/{}")
def fail_state(world: World, options: Json, member_state: str) -> Json:
    """A member state (or ALL) answers with `error`, such as MS_UNAVAILABLE; without one it works again."""
    registers.fail(world.store, member_state.upper(), str(options.get("error", "")))
    return registers.switched(world.store)


@action("POST", "vies/lie")
def lie(world: World, options: Json) -> Json:
    """Answers are wrong: `kind` is other_number, no_receipt, no_word or invalid_with_error; none: they are right."""
    registers.set_lie(world.store, str(options.get("kind", "")))
    return registers.switched(world.store)
