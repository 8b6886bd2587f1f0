"""PayPal in good health."""

from __future__ import annotations

from sandbox.paypal import captures, reporting, tokens, webhooks
from sandbox.world import World


def restore(world: World) -> None:
    """Undo what was switched: webhooks as they should be, refunds at once, tokens that last, reports at once."""
    webhooks.reset_modes(world)
    captures.slow_refunds(world, slow=False)
    tokens.set_life(world, tokens.LIFE_SECONDS)
    reporting.be_late(world, 0)
