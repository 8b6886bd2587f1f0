"""Money of public bodies that is kept for decision: given back by an order, or left on the account by agreement."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.db import transaction

from bank.models import KeptRelease
from ledger import selectors as books
from ledger import services as ledger

if TYPE_CHECKING:
    from datetime import datetime

    from accounts.models import User

KEPT: Final = "#kept"


class AlreadyReleased(ValueError):
    """The money is not kept any more: somebody gave it back, or left it, before. Nothing was written."""


@transaction.atomic
def leave_kept_money(hold_key: str, *, agreement: str, reason: str, by: User, at: datetime) -> KeptRelease:
    """Leave an overpayment on the account, by the body's written agreement: it pays what may be paid from then on.

    `agreement` says which paper it is (postings §8: the next invoice is then paid by it in part or whole). Twice is
    once. Raises AlreadyReleased.
    """
    if known := KeptRelease.objects.filter(hold_key=hold_key).first():
        return known
    owner = next((money.customer_id for money in books.kept_money(hold_key) if money.key == hold_key), None)
    if owner is None or KEPT not in hold_key:
        raise AlreadyReleased(hold_key)
    ledger.lock_customers([owner])
    if known := KeptRelease.objects.filter(hold_key=hold_key).first():
        return known
    amount = books.holds_named(hold_key).get(hold_key)
    if amount is None or not ledger.release_hold(hold_key, at=at):
        raise AlreadyReleased(hold_key)
    return KeptRelease.objects.create(
        hold_key=hold_key,
        customer_id=owner,
        amount_cents=amount.cents,
        agreement=agreement,
        reason=reason[:300],
        by=by,
        at=at,
    )
