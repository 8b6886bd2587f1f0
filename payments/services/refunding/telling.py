"""What the customer is written about a refund: one mail when it is on its way, one when it failed after that."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import translation
from django.utils.translation import gettext

from accounts.notify import notify
from core.formats import money_text
from ledger import selectors as ledger
from payments.models import Method

if TYPE_CHECKING:
    from datetime import datetime

    from payments.models import Refund


def tell_sent(refund: Refund, *, at: datetime) -> None:
    """The money is on its way back: how much, to where, how long it takes."""
    notify(refund.customer, "refund.sent", _context(refund), key=f"refund:{refund.public_id}:sent", at=at)


def tell_failed(refund: Refund, *, at: datetime) -> None:
    """It did not arrive: the money is on the account again."""
    notify(refund.customer, "refund.failed", _context(refund), key=f"refund:{refund.public_id}:failed", at=at)


def _context(refund: Refund) -> dict[str, object]:
    payment = refund.payment
    with translation.override(refund.customer.language):
        method = payment.instrument or str(payment.get_method_display())
        told = [
            (gettext("Refund"), refund.reference),
            (gettext("Amount"), money_text(refund.amount)),
            (gettext("Given back to"), method),
            (gettext("Payment"), payment.reference),
        ]
    return {
        "refund": refund,
        "payment": payment,
        "own_payment": payment.customer_id == refund.customer_id,
        "method": method,
        "by_card": payment.method == Method.CARD,
        "balance": ledger.get_balance(refund.customer_id).balance,
        "rows": [{"term": term, "value": value} for term, value in told],
    }
