"""Disputes: the holder of a card asks their bank for the money back."""

from __future__ import annotations

from sandbox.store import Json, public
from sandbox.stripe import balance, events
from sandbox.stripe.errors import StripeError, missing
from sandbox.stripe.metadata import merged
from sandbox.stripe.paging import page
from sandbox.stripe.routes import endpoint
from sandbox.world import World, new_id

_ANSWER_WITHIN = 9 * 24 * 3600
_FINAL = {"won", "lost"}
_EVIDENCE_DECIDES = {"winning_evidence": "won", "losing_evidence": "lost"}


def find(world: World, identifier: str) -> Json:
    found = world.store.get("dispute", identifier)
    if found is None:
        raise missing("dispute", identifier)
    return found


def open_dispute(world: World, charge: Json, *, reason: str = "fraudulent", amount: int = 0) -> Json:
    """Dispute a charge: all of what is left of it, unless `amount` says less. Stripe withdraws the money at once."""
    left = charge["amount_captured"] - charge["amount_refunded"]
    disputed = amount or left
    if charge["disputed"] or not 0 < disputed <= left:
        raise StripeError("This charge cannot be disputed for that amount.", param="charge")
    dispute = _new(world, charge, disputed, reason)
    movement = balance.book(
        world,
        kind="adjustment",
        amount=-disputed,
        source=dispute["id"],
        fee=balance.DISPUTE_FEE_CENTS,
        category="dispute",
        at_once=True,
    )
    dispute["balance_transactions"] = [public(movement)]
    world.store.put(dispute)
    world.store.put(charge | {"disputed": True})
    events.emit(world, "charge.dispute.created", dispute)
    events.emit(world, "charge.dispute.funds_withdrawn", dispute)
    return dispute


def _new(world: World, charge: Json, amount: int, reason: str) -> Json:
    now = world.clock.now()
    return {
        "id": new_id("du"),
        "object": "dispute",
        "amount": amount,
        "balance_transactions": [],
        "charge": charge["id"],
        "created": now,
        "currency": charge["currency"],
        "enhanced_eligibility_types": [],
        "evidence": {},
        "evidence_details": {
            "due_by": now + _ANSWER_WITHIN,
            "enhanced_eligibility": {},
            "has_evidence": False,
            "past_due": False,
            "submission_count": 0,
        },
        "is_charge_refundable": False,
        "livemode": False,
        "metadata": {},
        "payment_intent": charge["payment_intent"],
        "payment_method_details": {
            "card": {
                "brand": charge["payment_method_details"]["card"]["brand"],
                "case_type": "chargeback",
                "network_reason_code": "10.4",
            },
            "type": "card",
        },
        "reason": reason,
        "status": "needs_response",
    }


def close_dispute(world: World, dispute: Json, status: str) -> Json:
    """The bank decides: `won` brings the money back (not the fee), `lost` leaves it with the holder."""
    if dispute["status"] in _FINAL:
        raise StripeError(f"This dispute is already {dispute['status']}.", param="dispute")
    before = {"status": dispute["status"]}
    dispute["status"] = status
    if status == "won":
        movement = balance.book(
            world,
            kind="adjustment",
            amount=dispute["amount"],
            source=dispute["id"],
            category="dispute_reversal",
            at_once=True,
        )
        dispute["balance_transactions"] = [*dispute["balance_transactions"], public(movement)]
    world.store.put(dispute)
    if status == "won":
        events.emit(world, "charge.dispute.funds_reinstated", dispute)
    events.emit(world, "charge.dispute.closed", dispute, previous=before)
    return dispute


@endpoint("GET", "/v1/disputes/{}", "DisputeRetrieveParams")
def retrieve(world: World, _parameters: Json, identifier: str) -> Json:
    return find(world, identifier)


@endpoint("POST", "/v1/disputes/{}", "DisputeUpdateParams", "evidence", "metadata", "submit")
def update(world: World, parameters: Json, identifier: str) -> Json:
    """Give evidence. As in Stripe's test mode the text `winning_evidence` or `losing_evidence` decides at once."""
    dispute = find(world, identifier)
    if dispute["status"] in _FINAL:
        raise StripeError("This dispute is already closed", param="dispute")
    dispute["metadata"] = merged(dispute["metadata"], parameters.get("metadata"))
    dispute["evidence"] |= parameters.get("evidence", {})
    text = dispute["evidence"].get("uncategorized_text", "")
    dispute["evidence_details"]["has_evidence"] = bool(dispute["evidence"])
    if parameters.get("submit", True) and dispute["evidence"]:
        dispute["evidence_details"]["submission_count"] += 1
        dispute["status"] = "under_review"
    world.store.put(dispute)
    events.emit(world, "charge.dispute.updated", dispute)
    if dispute["status"] == "under_review" and text in _EVIDENCE_DECIDES:
        return close_dispute(world, dispute, _EVIDENCE_DECIDES[text])
    return dispute


@endpoint("POST", "/v1/disputes/{}/close", "DisputeCloseParams")
def close(world: World, _parameters: Json, identifier: str) -> Json:
    """Give up: the dispute is lost."""
    return close_dispute(world, find(world, identifier), "lost")


@endpoint("GET", "/v1/disputes", "DisputeListParams", "created", "charge", "payment_intent", paged=True)
def list_disputes(world: World, parameters: Json) -> Json:
    return page(world, "dispute", parameters, url="/v1/disputes", same=("charge", "payment_intent"))
