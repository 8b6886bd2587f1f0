"""Early fraud warnings: the bank of a card says that a payment may be a fraud, before any dispute."""

from __future__ import annotations

from sandbox.store import Json
from sandbox.stripe import events
from sandbox.stripe.errors import missing
from sandbox.stripe.paging import page
from sandbox.stripe.routes import endpoint
from sandbox.world import World, new_id

_KIND = "radar.early_fraud_warning"
_PATH = "/v1/radar/early_fraud_warnings"


def warn(world: World, charge: Json, *, fraud: str) -> Json:
    """The bank warns of a charge."""
    warning = world.store.put(
        {
            "id": new_id("issfr"),
            "object": _KIND,
            "actionable": not charge["disputed"] and not charge["refunded"],
            "charge": charge["id"],
            "created": world.clock.now(),
            "fraud_type": fraud,
            "livemode": False,
            "payment_intent": charge["payment_intent"],
        }
    )
    events.emit(world, f"{_KIND}.created", warning)
    return warning


@endpoint("GET", f"{_PATH}/{{}}", "radar.EarlyFraudWarningRetrieveParams")
def retrieve(world: World, _parameters: Json, identifier: str) -> Json:
    found = world.store.get(_KIND, identifier)
    if found is None:
        raise missing("early fraud warning", identifier)
    return found


@endpoint("GET", _PATH, "radar.EarlyFraudWarningListParams", "created", "charge", "payment_intent", paged=True)
def list_warnings(world: World, parameters: Json) -> Json:
    return page(world, _KIND, parameters, url=_PATH, same=("charge", "payment_intent"))
