"""What the customer is told of a dispute: a mail when the money is gone, when it came back, when it stays away."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils import translation
from django.utils.translation import gettext

from accounts.notify import notify
from core.formats import money_text
from core.money import ZERO
from ledger import selectors as ledger
from payments.dispute_transitions import note
from payments.models import DisputeStatus
from payments.selectors.disputes import open_again

if TYPE_CHECKING:
    from datetime import datetime

    from payments.models import Dispute, Payment

OPENED, WON, LOST = "opened", "won", "lost"


def tell(dispute: Dispute, payment: Payment, *, at: datetime) -> None:
    """Write to the customer when there is something new, once. The caller saves the row.

    Of an inquiry that moves and freezes nothing nothing is said; of a decision, when the money is where it belongs.
    """
    word = _news(dispute)
    if word in ("", dispute.told):
        return
    dispute.told = word
    key = f"{dispute.hold_key}:{dispute.version}:{word}"
    with translation.override(payment.customer.language):
        context = _context(dispute, payment)
    notify(payment.customer, f"dispute.{word}", context, key=key, at=at)
    note(dispute, "customer told", at=at, detail=f"dispute.{word}")


def _news(dispute: Dispute) -> str:
    if dispute.is_open:
        return OPENED if dispute.taken or _is_frozen(dispute) else ""
    if not dispute.is_settled:
        return ""
    lost = dispute.status in (DisputeStatus.LOST, DisputeStatus.ACCEPTED)
    return LOST if lost else WON if dispute.told else ""


def _is_frozen(dispute: Dispute) -> bool:
    return dispute.freezes and ledger.was_held(dispute.freeze_key)


def _context(dispute: Dispute, payment: Payment) -> dict[str, Any]:
    """The words of the mail, in the language that is active."""
    documents = open_again(dispute)
    rows = [
        (gettext("Payment"), payment.reference),
        (gettext("By"), payment.instrument or payment.get_method_display()),
        (gettext("Amount in question"), money_text(dispute.amount)),
        *((document.name, money_text(document.amount)) for document in documents),
    ]
    return {
        "dispute": dispute,
        "payment": payment,
        "amount": dispute.taken or dispute.amount,
        "frozen": not dispute.taken,
        "documents": documents,
        "due": sum((document.amount for document in documents), ZERO),
        "balance": ledger.get_balance(payment.customer_id).balance,
        "rows": [{"term": term, "value": value} for term, value in rows],
    }
