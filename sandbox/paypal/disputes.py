"""Disputes v1: a payer complains, the merchant answers or gives in, PayPal decides."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from urllib.parse import urlencode

from sandbox.paypal import captures, events
from sandbox.paypal.errors import Detail, invalid, refused
from sandbox.paypal.routes import Call, endpoint
from sandbox.paypal.shapes import MONEY, AnyObject, Fields, Many, Text, check
from sandbox.paypal.things import cents, find, link, money, new_id, save, shown, stamp
from sandbox.store import Json
from sandbox.world import World

KIND = "paypal.dispute"
REASONS = (
    "MERCHANDISE_OR_SERVICE_NOT_RECEIVED",
    "MERCHANDISE_OR_SERVICE_NOT_AS_DESCRIBED",
    "UNAUTHORISED",
    "CREDIT_NOT_PROCESSED",
    "DUPLICATE_TRANSACTION",
    "OTHER",
)
_PATH = "/v1/customer/disputes"
_ANSWER_SECONDS = 10 * 24 * 3600
_CHARGEBACK_FEE = 1600
_MUCH = 10_000
_ACCEPT = Fields(
    {"note": Text(2000), "accept_claim_reason": Text(255), "refund_amount": MONEY, "invoice_id": Text(127)}
)
_EVIDENCE = Fields({"evidence_type": Text(255), "notes": Text(2000), "evidence_info": AnyObject()}, ("evidence_type",))
_PROVIDE = Fields({"evidences": Many(_EVIDENCE, 100), "input": AnyObject()})


def open_dispute(world: World, capture: Json, *, reason: str, amount: int = 0, chargeback: bool = False) -> Json:
    """The payer complains to PayPal, or to the bank (`chargeback`): then the money is taken at once, with a fee."""
    if reason not in REASONS:
        raise ValueError(f"reason is one of {', '.join(REASONS)}")
    currency = capture["amount"]["currency_code"]
    left = cents(capture["amount"]) - capture["_refunded"] - capture["_reversed"]
    disputed = amount or left
    if not 0 < disputed <= left:
        raise ValueError(f"at most {left} cents of it can be disputed")
    identifier = f"PP-D-{new_id(5, '123456789')}"
    dispute = save(
        world,
        KIND,
        {
            "id": identifier,
            "dispute_id": identifier,
            "create_time": stamp(world),
            "update_time": stamp(world),
            "disputed_transactions": [_of(capture)],
            "reason": reason,
            "status": "WAITING_FOR_SELLER_RESPONSE",
            "dispute_state": "REQUIRED_ACTION",
            "dispute_amount": money(disputed, currency),
            "dispute_life_cycle_stage": "CHARGEBACK" if chargeback else "INQUIRY",
            "dispute_channel": "EXTERNAL" if chargeback else "INTERNAL",
            "seller_response_due_date": _written(world.clock.now() + _ANSWER_SECONDS),
            "money_movements": [],
            "_capture": capture["id"],
            "_taken": False,
        },
    )
    if chargeback:
        dispute = _take(world, dispute, fee=_CHARGEBACK_FEE)
    _tell(world, "CREATED", dispute)
    return dispute


def _take(world: World, dispute: Json, *, fee: int = 0) -> Json:
    """The money of a dispute is taken from the merchant."""
    amount = cents(dispute["dispute_amount"])
    moved = [_movement(world, dispute, "DEBIT", "DISPUTE_SETTLEMENT", amount)]
    if fee:
        moved.append(_movement(world, dispute, "DEBIT", "CHARGEBACK_FEE", fee))
    taken = dispute | {"_taken": True, "money_movements": [*dispute["money_movements"], *moved]}
    world.store.put(taken)
    captures.reverse(world, find(world, captures.KIND, dispute["_capture"]), amount, fee)
    return taken


def _give_back(world: World, dispute: Json, *, fee: int = 0) -> Json:
    """The money of a dispute comes back to the merchant, and perhaps the fee."""
    amount = cents(dispute["dispute_amount"])
    moved = [_movement(world, dispute, "CREDIT", "DISPUTE_SETTLEMENT", amount)]
    if fee:
        moved.append(_movement(world, dispute, "CREDIT", "CHARGEBACK_FEE", fee))
    captures.unreverse(world, find(world, captures.KIND, dispute["_capture"]), amount, fee)
    returned = dispute | {"_taken": False, "money_movements": [*dispute["money_movements"], *moved]}
    world.store.put(returned)
    return returned


def _movement(world: World, dispute: Json, direction: str, reason: str, amount: int) -> Json:
    return {
        "affected_party": "SELLER",
        "amount": money(amount, dispute["dispute_amount"]["currency_code"]),
        "initiated_time": stamp(world),
        "type": direction,
        "reason": reason,
    }


def escalate(world: World, dispute: Json) -> Json:
    """The payer was not satisfied: the inquiry becomes a claim, that PayPal will decide."""
    return _changed(world, dispute, dispute_life_cycle_stage="CHARGEBACK")


def say(world: World, dispute: Json, status: str) -> Json:
    """Give a dispute any status, also one that nobody knows yet."""
    return _changed(world, dispute, status=status)


def _changed(world: World, dispute: Json, **columns: object) -> Json:
    changed = dispute | {"update_time": stamp(world), **columns}
    world.store.put(changed)
    _tell(world, "UPDATED", changed)
    return changed


def _of(capture: Json) -> Json:
    return {
        "seller_transaction_id": capture["id"],
        "buyer_transaction_id": new_id(),
        "invoice_number": capture.get("invoice_id", ""),
        "custom": capture.get("custom_id", ""),
        "gross_amount": capture["amount"],
    }


def _written(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def _links(world: World, dispute: Json) -> list[Json]:
    """What may be done now: the merchant answers only when it is asked."""
    own = f"{_PATH}/{dispute['dispute_id']}"
    may = [link(world, own, "self")]
    if dispute["status"] == "WAITING_FOR_SELLER_RESPONSE":
        may.append(link(world, f"{own}/accept-claim", "accept_claim", "POST"))
        may.append(link(world, f"{own}/provide-evidence", "provide_evidence", "POST"))
    return may


def _tell(world: World, word: str, dispute: Json) -> None:
    events.emit(
        world, f"CUSTOMER.DISPUTE.{word}", _public(world, dispute), f"Dispute {word.lower()}: {dispute['dispute_id']}"
    )


OUTCOMES = {"won": "RESOLVED_SELLER_FAVOUR", "lost": "RESOLVED_BUYER_FAVOUR", "cancelled": "CANCELED_BY_BUYER"}


def close(world: World, dispute: Json, outcome: str, *, fee_back: bool = False) -> Json:
    """PayPal or the bank decides, or the payer gives up.

    A lost inquiry takes the money now; a won chargeback gives it back, and the fee if `fee_back`.
    """
    if dispute["status"] == "RESOLVED":
        raise ValueError("the dispute is resolved")
    lost = outcome == "lost"
    if dispute["_taken"] and not lost:
        dispute = _give_back(world, dispute, fee=_CHARGEBACK_FEE if fee_back else 0)
    if lost and not dispute["_taken"]:
        dispute = _take(world, dispute)
    amount = cents(dispute["dispute_amount"])
    closed = {name: value for name, value in dispute.items() if name != "seller_response_due_date"} | {
        "status": "RESOLVED",
        "dispute_state": "RESOLVED",
        "update_time": stamp(world),
        "dispute_outcome": {
            "outcome_code": OUTCOMES[outcome],
            "amount_refunded": money(amount if lost else 0, dispute["dispute_amount"]["currency_code"]),
        },
    }
    world.store.put(closed)
    _tell(world, "RESOLVED", closed)
    return closed


@endpoint("GET", _PATH)
def list_disputes(world: World, call: Call) -> Json:
    """Disputes, newest first: of one transaction, of one state, since a moment; some on a page."""
    found = world.store.all(KIND, newest=_MUCH)
    if wanted := call.query.get("disputed_transaction_id"):
        found = [dispute for dispute in found if dispute["_capture"] == wanted]
    if state := call.query.get("dispute_state"):
        found = [dispute for dispute in found if dispute["dispute_state"] == state]
    if since := call.query.get("start_time"):
        found = [dispute for dispute in found if dispute["create_time"] >= since[:19]]
    size, first = int(call.query.get("page_size", 10)), int(call.query.get("next_page_token", 0))
    links = [link(world, _PATH, "self")]
    if first + size < len(found):
        query = urlencode(call.query | {"next_page_token": str(first + size)})
        links.append(link(world, f"{_PATH}?{query}", "next"))
    return {"items": [_public(world, dispute) for dispute in found[first : first + size]], "links": links}


def _public(world: World, dispute: Json) -> Json:
    told = {name: value for name, value in shown(dispute).items() if name != "id"}
    return told | {"links": _links(world, dispute)}


@endpoint("GET", f"{_PATH}/{{}}")
def retrieve(world: World, _call: Call, identifier: str) -> Json:
    return _public(world, find(world, KIND, identifier))


@endpoint("POST", f"{_PATH}/{{}}/accept-claim", _ACCEPT)
def accept_claim(world: World, _call: Call, identifier: str) -> Json:
    """The merchant gives in."""
    closed = close(world, _answerable(world, identifier), "lost")
    return {"links": _links(world, closed)}


@endpoint("POST", f"{_PATH}/{{}}/provide-evidence", _PROVIDE)
def provide_evidence(world: World, call: Call, identifier: str) -> Json:
    """The merchant answers: JSON, or a form whose `input` part is that JSON beside the files."""
    dispute = _answerable(world, identifier)
    given = call.body if "evidences" in call.body else _input_part(call)
    if not given.get("evidences"):
        raise invalid([Detail("MISSING_REQUIRED_PARAMETER", "A required field is missing.", "/evidences")])
    documents = [part.described for part in call.request.parts if part.filename]
    answered = dispute | {
        "status": "UNDER_REVIEW",
        "dispute_state": "UNDER_PAYPAL_REVIEW",
        "update_time": stamp(world),
        "evidences": [*dispute.get("evidences", []), *given["evidences"]],
        "_documents": [*dispute.get("_documents", []), *documents],
    }
    world.store.put(answered)
    _tell(world, "UPDATED", answered)
    return {"links": _links(world, answered)}


def _answerable(world: World, identifier: str) -> Json:
    dispute = find(world, KIND, identifier)
    if dispute["status"] != "WAITING_FOR_SELLER_RESPONSE":
        raise refused("ACTION_NOT_ALLOWED_IN_CURRENT_DISPUTE_STATE", "The dispute does not wait for the merchant.")
    return dispute


def _input_part(call: Call) -> Json:
    """The JSON of a form: its field `input`, whose shape is checked like any body."""
    for part in call.request.parts:
        if part.name == "input":
            try:
                found = json.loads(part.content)
            except ValueError:
                found = None
            if isinstance(found, dict):
                check(found, _PROVIDE)
                return found
    return {}
