"""Chorus Pro in good health."""

from __future__ import annotations

from sandbox.chorus import access, directory, fates, lies, pace
from sandbox.world import World


def restore(world: World) -> None:
    """Undo what was switched: access, directory, fates, pace, lies."""
    access.restore(world)
    directory.restore(world)
    fates.restore(world.store)
    pace.restore(world.store)
    lies.set_lie(world.store, "")
