"""PayPal, put together."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

from django.conf import settings

from payments.gateways.paypal.api import PayPalApi
from payments.gateways.paypal.disputes import PayPalDisputes
from payments.gateways.paypal.door import Door
from payments.gateways.paypal.news import PayPalNews
from payments.gateways.paypal.orders import PayPalOrders
from payments.gateways.paypal.refunds import PayPalRefunds
from payments.gateways.paypal.till import PayPalTill
from payments.gateways.paypal.vault import PayPalVault
from payments.gateways.paypal.webhook import LocalVerifier, PostbackVerifier, trial_host

if TYPE_CHECKING:
    from payments.gateways.paypal.webhook import Verifier

LIVE_BASE: Final = "https://api-m.paypal.com"
_CONNECT_SECONDS = 3


class PayPalGateway(PayPalOrders, PayPalVault, PayPalRefunds, PayPalDisputes, PayPalTill, PayPalNews):
    """All that we ask of PayPal, each subject in its own file."""

    def __init__(self, api: PayPalApi, *, verifier: Verifier, livemode: bool) -> None:
        door = Door(api)
        PayPalOrders.__init__(self, door)
        PayPalVault.__init__(self, door)
        PayPalRefunds.__init__(self, door)
        PayPalDisputes.__init__(self, door)
        PayPalTill.__init__(self, door)
        PayPalNews.__init__(self, door, verifier=verifier, livemode=livemode)


@lru_cache(maxsize=1)
def paypal_gateway() -> PayPalGateway:
    """The gateway of this portal's PayPal account."""
    api = PayPalApi(
        settings.PAYPAL_API_BASE or LIVE_BASE,
        settings.PAYPAL_CLIENT_ID,
        settings.PAYPAL_SECRET,
        timeout=(_CONNECT_SECONDS, settings.PROVIDER_TIMEOUT_SECONDS),
    )
    ids = settings.PAYPAL_WEBHOOK_IDS
    if settings.PAYPAL_WEBHOOK_VERIFY == "postback":
        verifier: Verifier = PostbackVerifier(api, ids)
    else:
        verifier = LocalVerifier(ids, trial=trial_host(settings.PAYPAL_CERT_HOST, settings.PAYPAL_CERT_ROOT))
    return PayPalGateway(api, verifier=verifier, livemode=settings.PAYPAL_API_BASE in ("", LIVE_BASE))
