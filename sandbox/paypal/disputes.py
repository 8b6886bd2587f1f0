"""Disputes v1: a payer complains, the merchant answers or gives in, PayPal decides."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import HTTP

from sandbox.paypal import captures, events
from sandbox.paypal.errors import Detail, invalid, refused
from sandbox.paypal.routes import Call, endpoint
from sandbox.paypal.shapes import MONEY, AnyObject, Fields, Many, Text
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
            "links": _links(world, identifier),
            "_capture": capture["id"],
            "_taken": chargeback,
        },
    )
    if chargeback:
        captures.reverse(world, capture, disputed, _CHARGEBACK_FEE)
    _tell(world, "CREATED", dispute)
    return dispute


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


def _links(world: World, identifier: str) -> list[Json]:
    return [
        link(world, f"{_PATH}/{identifier}", "self"),
        link(world, f"{_PATH}/{identifier}/accept-claim", "accept_claim", "POST"),
        link(world, f"{_PATH}/{identifier}/provide-evidence", "provide_evidence", "POST"),
    ]


def _tell(world: World, word: str, dispute: Json) -> None:
    told = {name: value for name, value in dispute.items() if name != "id"}
    events.emit(world, f"CUSTOMER.DISPUTE.{word}", told, f"Dispute {word.lower()}: {dispute['dispute_id']}")


def close(world: World, dispute: Json, *, won: bool) -> Json:
    """PayPal or the bank decides. A lost inquiry takes the money now; a won chargeback gives it back."""
    if dispute["status"] == "RESOLVED":
        raise ValueError("the dispute is resolved")
    capture = find(world, captures.KIND, dispute["_capture"])
    amount = cents(dispute["dispute_amount"])
    if won and dispute["_taken"]:
        captures.unreverse(world, capture, amount)
    if not won and not dispute["_taken"]:
        captures.reverse(world, capture, amount)
    closed = {name: value for name, value in dispute.items() if name != "seller_response_due_date"} | {
        "status": "RESOLVED",
        "dispute_state": "RESOLVED",
        "update_time": stamp(world),
        "dispute_outcome": {
            "outcome_code": "RESOLVED_SELLER_FAVOUR" if won else "RESOLVED_BUYER_FAVOUR",
            "amount_refunded": money(0 if won else amount, dispute["dispute_amount"]["currency_code"]),
        },
        "_taken": not won,
    }
    world.store.put(closed)
    _tell(world, "RESOLVED", closed)
    return closed


@endpoint("GET", _PATH)
def list_disputes(world: World, call: Call) -> Json:
    """Disputes, newest first: of one transaction, or of one state."""
    found = world.store.all(KIND, newest=50)
    if wanted := call.query.get("disputed_transaction_id"):
        found = [dispute for dispute in found if dispute["_capture"] == wanted]
    if state := call.query.get("dispute_state"):
        found = [dispute for dispute in found if dispute["dispute_state"] == state]
    return {"items": [_public(dispute) for dispute in found], "links": [link(world, _PATH, "self")]}


def _public(dispute: Json) -> Json:
    return {name: value for name, value in shown(dispute).items() if name != "id"}


@endpoint("GET", f"{_PATH}/{{}}")
def retrieve(world: World, _call: Call, identifier: str) -> Json:
    return _public(find(world, KIND, identifier))


@endpoint("POST", f"{_PATH}/{{}}/accept-claim", _ACCEPT)
def accept_claim(world: World, _call: Call, identifier: str) -> Json:
    """The merchant gives in."""
    close(world, _answerable(world, identifier), won=False)
    return {"links": _links(world, identifier)[:1]}


@endpoint("POST", f"{_PATH}/{{}}/provide-evidence", _PROVIDE)
def provide_evidence(world: World, call: Call, identifier: str) -> Json:
    """The merchant answers: JSON, or a form whose `input` part is that JSON beside the files."""
    dispute = _answerable(world, identifier)
    given = call.body if "evidences" in call.body else _input_part(call)
    if not given.get("evidences"):
        raise invalid([Detail("MISSING_REQUIRED_PARAMETER", "A required field is missing.", "/evidences")])
    answered = dispute | {
        "status": "UNDER_REVIEW",
        "dispute_state": "UNDER_PAYPAL_REVIEW",
        "update_time": stamp(world),
        "evidences": [*dispute.get("evidences", []), *given["evidences"]],
    }
    world.store.put(answered)
    _tell(world, "UPDATED", answered)
    return {"links": _links(world, identifier)[:1]}


def _answerable(world: World, identifier: str) -> Json:
    dispute = find(world, KIND, identifier)
    if dispute["status"] != "WAITING_FOR_SELLER_RESPONSE":
        raise refused("ACTION_NOT_ALLOWED_IN_CURRENT_DISPUTE_STATE", "The dispute does not wait for the merchant.")
    return dispute


def _input_part(call: Call) -> Json:
    kind = call.headers.get("content-type", "")
    if not kind.startswith("multipart/"):
        return {}
    read = message_from_bytes(f"Content-Type: {kind}\r\n\r\n".encode() + call.request.body, policy=HTTP)
    for part in read.iter_parts():
        if part.get_param("name", header="content-disposition") == "input":
            found = json.loads(part.get_content())
            return found if isinstance(found, dict) else {}
    return {}
