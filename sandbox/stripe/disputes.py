"""Disputes: the holder of a card asks their bank for the money back."""

from __future__ import annotations

from sandbox.store import Json, public
from sandbox.stripe import balance, events, files
from sandbox.stripe.errors import StripeError, missing
from sandbox.stripe.metadata import merged
from sandbox.stripe.paging import page
from sandbox.stripe.routes import endpoint
from sandbox.world import World, new_id

_ANSWER_WITHIN = 9 * 24 * 3600
_FINAL = {"won", "lost", "warning_closed"}
OUTCOMES = tuple(sorted(_FINAL))
_EVIDENCE_DECIDES = {"winning_evidence": "won", "losing_evidence": "lost"}
FILES = ("uncategorized_file", "service_documentation", "receipt", "customer_communication")


def find(world: World, identifier: str) -> Json:
    found = world.store.get("dispute", identifier)
    if found is None:
        raise missing("dispute", identifier)
    return found


def open_dispute(
    world: World, charge: Json, *, reason: str = "fraudulent", amount: int = 0, inquiry: bool = False
) -> Json:
    """Dispute a charge: all of what is left of it, unless `amount` says less. Stripe withdraws the money at once.

    Or the bank only asks (`inquiry`): no money moves, and the charge may still be refunded.
    """
    left = charge["amount_captured"] - charge["amount_refunded"]
    disputed = amount or left
    if charge["disputed"] or not 0 < disputed <= left:
        raise StripeError("This charge cannot be disputed for that amount.", param="charge")
    dispute = world.store.put(_new(world, charge, disputed, reason))
    if inquiry:
        dispute |= {"status": "warning_needs_response", "is_charge_refundable": True}
        dispute["payment_method_details"]["card"]["case_type"] = "inquiry"
        world.store.put(dispute)
        world.store.put(charge | {"disputed": True})
        events.emit(world, "charge.dispute.created", dispute)
        return dispute
    _withdraw(world, dispute)
    world.store.put(charge | {"disputed": True})
    events.emit(world, "charge.dispute.created", dispute)
    events.emit(world, "charge.dispute.funds_withdrawn", dispute)
    return dispute


def _withdraw(world: World, dispute: Json) -> None:
    movement = balance.book(
        world,
        kind="adjustment",
        amount=-dispute["amount"],
        source=dispute["id"],
        fee=balance.DISPUTE_FEE_CENTS,
        category="dispute",
        at_once=True,
    )
    dispute["balance_transactions"] = [*dispute["balance_transactions"], public(movement)]
    world.store.put(dispute)


def escalate(world: World, dispute: Json) -> Json:
    """The bank was not satisfied: its inquiry becomes a dispute, and the money is withdrawn."""
    if not dispute["status"].startswith("warning_"):
        raise StripeError("Only an inquiry can be escalated.", param="dispute")
    before = {"status": dispute["status"]}
    dispute |= {"status": "needs_response", "is_charge_refundable": False}
    dispute["payment_method_details"]["card"]["case_type"] = "chargeback"
    dispute["evidence_details"]["due_by"] = world.clock.now() + _ANSWER_WITHIN
    _withdraw(world, dispute)
    events.emit(world, "charge.dispute.updated", dispute, previous=before)
    events.emit(world, "charge.dispute.funds_withdrawn", dispute)
    return dispute


def say(world: World, dispute: Json, status: str) -> Json:
    """Give a dispute any status, also one that nobody knows yet."""
    before = {"status": dispute["status"]}
    world.store.put(dispute | {"status": status})
    events.emit(world, "charge.dispute.updated", dispute | {"status": status}, previous=before)
    return dispute | {"status": status}


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
        "payment_method_details": _by_card(charge["payment_method_details"].get("card")),
        "reason": reason,
        "status": "needs_response",
    }


def _by_card(card: Json | None) -> Json | None:
    """What a dispute says of its card; of a bank account nothing."""
    if card is None:
        return None
    told = {"brand": card["brand"], "case_type": "chargeback", "network": card["brand"], "network_reason_code": "10.4"}
    return {"card": told, "type": "card"}


def close_dispute(world: World, dispute: Json, status: str, *, fee_back: bool = False) -> Json:
    """The bank decides: `won` brings the money back (and the fee, if `fee_back`), `lost` leaves it with the holder."""
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
            fee=-balance.DISPUTE_FEE_CENTS if fee_back else 0,
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
    dispute["evidence"] |= _checked(world, parameters.get("evidence", {}))
    text = dispute["evidence"].get("uncategorized_text", "")
    dispute["evidence_details"]["has_evidence"] = bool(dispute["evidence"])
    if parameters.get("submit", True) and dispute["evidence"]:
        dispute["evidence_details"]["submission_count"] += 1
        asked = dispute["status"].startswith("warning_")
        dispute["status"] = "warning_under_review" if asked else "under_review"
    world.store.put(dispute)
    events.emit(world, "charge.dispute.updated", dispute)
    if dispute["status"] == "under_review" and text in _EVIDENCE_DECIDES:
        return close_dispute(world, dispute, _EVIDENCE_DECIDES[text])
    return dispute


def _checked(world: World, evidence: Json) -> Json:
    """Evidence, whose files were uploaded for that purpose."""
    for name in FILES:
        if name in evidence and files.find(world, evidence[name])["purpose"] != "dispute_evidence":
            raise StripeError("The file has another purpose.", param=f"evidence[{name}]")
    return evidence


@endpoint("POST", "/v1/disputes/{}/close", "DisputeCloseParams")
def close(world: World, _parameters: Json, identifier: str) -> Json:
    """Give up: the dispute is lost."""
    return close_dispute(world, find(world, identifier), "lost")


@endpoint("GET", "/v1/disputes", "DisputeListParams", "created", "charge", "payment_intent", paged=True)
def list_disputes(world: World, parameters: Json) -> Json:
    return page(world, "dispute", parameters, url="/v1/disputes", same=("charge", "payment_intent"))
