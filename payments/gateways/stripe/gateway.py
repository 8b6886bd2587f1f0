"""Stripe, put together."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from django.conf import settings

from payments.gateways.stripe.charging import StripeCharges
from payments.gateways.stripe.client import new_client
from payments.gateways.stripe.disputes import StripeDisputes
from payments.gateways.stripe.news import StripeNews
from payments.gateways.stripe.pages import StripePages
from payments.gateways.stripe.refunds import StripeRefunds
from payments.gateways.stripe.till import StripeTill

if TYPE_CHECKING:
    from collections.abc import Sequence

    import stripe


class StripeGateway(StripePages, StripeCharges, StripeRefunds, StripeDisputes, StripeTill, StripeNews):
    """All that we ask of Stripe, each subject in its own file. No card number ever reaches us."""

    def __init__(self, client: stripe.StripeClient, *, secrets: Sequence[str], livemode: bool) -> None:
        StripePages.__init__(self, client)
        StripeCharges.__init__(self, client)
        StripeDisputes.__init__(self, client)
        StripeRefunds.__init__(self, client)
        StripeTill.__init__(self, client)
        StripeNews.__init__(self, client, secrets=secrets, livemode=livemode)


@lru_cache(maxsize=1)
def stripe_gateway() -> StripeGateway:
    """The gateway of this portal's account."""
    livemode = settings.STRIPE_SECRET_KEY.startswith(("sk_live_", "rk_live_"))
    return StripeGateway(new_client(), secrets=settings.STRIPE_WEBHOOK_SECRETS, livemode=livemode)
