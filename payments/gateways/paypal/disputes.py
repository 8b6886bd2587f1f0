"""Disputes of PayPal: read, list, answer with evidence, give in; and payments taken back without a dispute."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, urlencode

from core.money import ZERO
from payments.gateways.base import Dispute, DisputeMovement, DisputeState, Refused, Unsure
from payments.gateways.paypal.door import read_money, readable, text
from payments.models import DisputeCause

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from payments.gateways.base import Evidence, FraudWarning, News
    from payments.gateways.paypal.api import Json
    from payments.gateways.paypal.door import Door

_DISPUTES: Final = "v1/customer/disputes"
_REVERSED: Final = "PAYMENT.CAPTURE.REVERSED"
_ASKED: Final = ("OPEN", "WAITING_FOR_SELLER_RESPONSE", "WAITING_FOR_BUYER_RESPONSE")
_OUTCOMES: Final[Mapping[str, DisputeState]] = {
    "RESOLVED_SELLER_FAVOUR": DisputeState.WON,
    "RESOLVED_WITH_PAYOUT": DisputeState.WON,  # PayPal paid the payer out of its own pocket
    "DENIED": DisputeState.WON,
    "RESOLVED_BUYER_FAVOUR": DisputeState.LOST,
    "ACCEPTED": DisputeState.LOST,
    "CANCELED_BY_BUYER": DisputeState.CLOSED,
    "NONE": DisputeState.CLOSED,
}
_CAUSES: Final[Mapping[str, DisputeCause]] = {
    "UNAUTHORISED": DisputeCause.FRAUD,
    "MERCHANDISE_OR_SERVICE_NOT_RECEIVED": DisputeCause.NOT_RECEIVED,
    "MERCHANDISE_OR_SERVICE_NOT_AS_DESCRIBED": DisputeCause.NOT_AS_DESCRIBED,
    "DUPLICATE_TRANSACTION": DisputeCause.DUPLICATE,
    "CREDIT_NOT_PROCESSED": DisputeCause.REFUND_MISSING,
    "CANCELED_RECURRING_BILLING": DisputeCause.CANCELLED,
}
_LONGEST_NOTE: Final = 2000
_PAGE_SIZE: Final = 50
_MOST_PAGES: Final = 100
_NOT_IN_A_NAME: Final = re.compile(r"[^A-Za-z0-9._-]")


class PayPalDisputes:
    """PayPal freezes the money of a complaint; it takes it when it decides, a bank takes it at once."""

    def __init__(self, door: Door) -> None:
        self._door = door

    def read_dispute(self, object_id: str) -> Dispute:
        return readable(_dispute, self._door.get(_path(object_id)))

    def disputes_about(self, news: News) -> Sequence[Dispute]:
        if news.type != _REVERSED:
            return [self.read_dispute(news.object_id)]
        return self._of_reversal(news.object_id, news.intent_id)

    def _of_reversal(self, reversal_id: str, capture_id: str) -> Sequence[Dispute]:
        """The disputes that took this money; a payment taken back without any dispute is one, lost at once."""
        asked = urlencode({"disputed_transaction_id": capture_id, "page_size": _PAGE_SIZE})
        listed = self._door.get(f"{_DISPUTES}?{asked}", never_refused=True)
        names = readable(lambda page: [text(each["dispute_id"]) for each in page.get("items") or []], listed)
        found = [self.read_dispute(name) for name in names]
        if not found:
            return [readable(_reversal, self._door.get(f"v2/payments/refunds/{quote(reversal_id, safe='')}"))]
        if not any(movement.amount > ZERO for dispute in found for movement in dispute.movements):
            raise Unsure("money was taken back, and no dispute tells it yet")
        return found

    def disputes_since(self, moment: datetime) -> Iterator[Dispute]:
        start = moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
        path = f"{_DISPUTES}?{urlencode({'start_time': start, 'page_size': _PAGE_SIZE})}"
        for _ in range(_MOST_PAGES):
            page = self._door.get(path, never_refused=True)
            for name in readable(lambda read: [text(each["dispute_id"]) for each in read.get("items") or []], page):
                yield self._known(name)
            path = _next_path(page)
            if not path:
                return
        raise Unsure("disputes without end")

    def _known(self, object_id: str) -> Dispute:
        try:
            return self.read_dispute(object_id)
        except Refused as refusal:
            raise Unsure(refusal.code) from refusal

    def send_evidence(self, object_id: str, evidence: Evidence) -> Dispute:
        notes = {"notes": evidence.text[:_LONGEST_NOTE]} if evidence.text else {}
        told: Json = {"evidences": [{"evidence_type": "OTHER", **notes}]}
        name = _NOT_IN_A_NAME.sub("-", evidence.filename)
        self._door.post_form(f"{_path(object_id)}/provide-evidence", told, file=(name, evidence.pack), key=evidence.key)
        return self._known(object_id)

    def accept_dispute(self, object_id: str, *, note: str, key: str) -> Dispute:
        self._door.post(f"{_path(object_id)}/accept-claim", {"note": note[:_LONGEST_NOTE]} if note else {}, key=key)
        return self._known(object_id)

    def fraud_warning_about(self, news: News) -> FraudWarning | None:
        """PayPal warns of nothing before a dispute."""
        return None


def _path(object_id: str) -> str:
    return f"{_DISPUTES}/{quote(object_id, safe='')}"


def _next_path(page: Json) -> str:
    """The path of the next page. Its host is not followed: our token goes to one place."""
    links = page.get("links") or []
    onward = next((str(link["href"]) for link in links if link.get("rel") == "next"), "")
    return onward[onward.index(_DISPUTES) :] if _DISPUTES in onward else ""


def _dispute(dispute: Json) -> Dispute:
    concerned = dispute["disputed_transactions"][0]
    due = dispute.get("seller_response_due_date")
    state = _state(dispute)
    return Dispute(
        object_id=text(dispute["dispute_id"]),
        state=state,
        status=_word(dispute),
        cause=_CAUSES.get(str(dispute.get("reason", "")), DisputeCause.OTHER),
        reason=str(dispute.get("reason", "")),
        amount=read_money(dispute["dispute_amount"]),
        currency=text(dispute["dispute_amount"]["currency_code"]),
        opened_at=datetime.fromisoformat(dispute["create_time"]),
        charge_id=text(concerned["seller_transaction_id"]),
        reference=str(concerned.get("custom", "")),
        due_at=datetime.fromisoformat(due) if due else None,
        movements=tuple(_movements(dispute)),
        freezes=state in (DisputeState.WARNING, DisputeState.OPENED, DisputeState.ANSWERED),
        answerable=any(link.get("rel") == "provide_evidence" for link in dispute.get("links") or []),
    )


def _word(dispute: Json) -> str:
    """PayPal's own word: the outcome when there is one, else the status and the stage."""
    outcome = (dispute.get("dispute_outcome") or {}).get("outcome_code")
    return str(outcome or f"{dispute['status']} ({dispute.get('dispute_life_cycle_stage', '')})")


def _state(dispute: Json) -> DisputeState:
    status = text(dispute["status"])
    if status == "RESOLVED":
        outcome = str((dispute.get("dispute_outcome") or {}).get("outcome_code"))
        return _OUTCOMES.get(outcome, DisputeState.UNKNOWN)
    if status == "UNDER_REVIEW":
        return DisputeState.ANSWERED
    if status not in _ASKED:
        return DisputeState.UNKNOWN
    return DisputeState.WARNING if dispute.get("dispute_life_cycle_stage") == "INQUIRY" else DisputeState.OPENED


def _movements(dispute: Json) -> Iterator[DisputeMovement]:
    """What left or reached our account there. PayPal gives movements no id: one is made of what they say.

    Two that say the same are told apart by their order.
    """
    seen: Counter[str] = Counter()
    for each in dispute.get("fund_movements") or dispute.get("money_movements") or []:
        if (each.get("party") or each.get("affected_party")) != "SELLER":
            continue
        said = "|".join((each["initiated_time"], each["type"], each.get("reason", ""), each["amount"]["value"]))
        seen[said] += 1
        digest = hashlib.sha256(f"{said}|{seen[said]}".encode()).hexdigest()[:16]
        amount = read_money(each["amount"])
        signed = {"DEBIT": amount, "CREDIT": -amount}[each["type"]]
        is_fee = str(each.get("reason", "")).endswith("_FEE")
        yield DisputeMovement(
            object_id=f"{dispute['dispute_id']}-{digest}",
            amount=ZERO if is_fee else signed,
            fee=signed if is_fee else ZERO,
            currency=text(each["amount"]["currency_code"]),
            moved_at=datetime.fromisoformat(each["initiated_time"]),
        )


def _reversal(reversal: Json) -> Dispute:
    """A payment that was taken back without a dispute, as a dispute that was lost when it came."""
    amount, currency = read_money(reversal["amount"]), text(reversal["amount"]["currency_code"])
    fee = (reversal.get("seller_payable_breakdown") or {}).get("paypal_fee")
    at = datetime.fromisoformat(reversal["create_time"])
    up = next((str(link["href"]) for link in reversal.get("links") or [] if link.get("rel") == "up"), "")
    name = text(reversal["id"])
    movement = DisputeMovement(name, amount, read_money(fee) if fee else ZERO, currency, at)
    return Dispute(
        object_id=name,
        state=DisputeState.LOST,
        status="REVERSED",
        cause=DisputeCause.REVERSED,
        reason="REVERSED",
        amount=amount,
        currency=currency,
        opened_at=at,
        charge_id=text(up.rpartition("/")[2]),
        reference=str(reversal.get("custom_id", "")),
        movements=(movement,),
        once=True,
    )
