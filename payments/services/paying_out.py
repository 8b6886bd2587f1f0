"""Payouts: money that leaves the provider for our bank. It waits on 580000 until the bank line meets it there."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext

from core.clock import local_date
from core.failpoints import failpoint
from core.money import Money
from ledger import services as ledger
from payments import locks
from payments.models import Payout, PayoutStatus, Provider
from payments.payout_transitions import RETURNED, may_move, move, note
from payments.services.crediting import BOOKS

if TYPE_CHECKING:
    from datetime import datetime

    from payments.gateways.base import BankPayout, Gateway

logger = logging.getLogger(__name__)
TRANSIT: Final = "580000"
CURRENCY: Final = "EUR"


@transaction.atomic
def apply_payout(provider: str, told: BankPayout, *, at: datetime) -> Payout:
    """Make our row say what the provider says of a payout, and post it: once, whoever asked, and however often.

    Its leaving is posted when it is first seen (D 580000 / C the provider's account), its coming back when the
    provider says so. A payout in another currency than the euro is kept, and not posted: staff see it.
    """
    payout = _found(provider, told.object_id) or _begin(provider, told, at=at)
    if told.status == payout.status:
        return payout
    if not may_move(payout, told.status):  # an older answer that came late, or a step that we do not know
        logger.warning("Payout %s is %s: set aside that it is %s.", payout.object_id, payout.status, told.status)
        return payout
    if told.status in RETURNED and payout.currency == CURRENCY:
        payout.returned_tx_id = _post(payout, "return", -payout.amount, at=at)
    payout.failure_code = told.failure_code
    payout.arrives_at = told.arrives_at
    move(payout, told.status, at=at)
    failpoint("payout.before_commit")
    return payout


def look_at_payout(provider: str, payout_id: str, *, gateway: Gateway, at: datetime) -> Payout:
    """Ask the provider about one payout, and apply the answer. Raises Refused (it knows none) or Unsure."""
    known = Payout.objects.filter(provider=provider, object_id=payout_id).values_list("begun_at", flat=True).first()
    return apply_payout(provider, gateway.read_payout(payout_id, begun_at=known), at=at)


def _found(provider: str, object_id: str) -> Payout | None:
    known = Payout.objects.filter(provider=provider, object_id=object_id).values_list("pk", flat=True).first()
    return None if known is None else locks.lock_payout(known)


def _begin(provider: str, told: BankPayout, *, at: datetime) -> Payout:
    """Write a payout down with the posting of its leaving. Of two who come at once, the second finds the first."""
    row = Payout(
        provider=provider,
        object_id=told.object_id,
        status=PayoutStatus.PENDING,
        amount_cents=told.amount_cents,
        currency=told.currency,
        begun_at=told.created_at,
        arrives_at=told.arrives_at,
        recorded_at=at,
        updated_at=at,
    )
    if row.currency == CURRENCY:
        row.left_tx_id = _post(row, "payout", row.amount, at=at)
    Payout.objects.bulk_create([row], ignore_conflicts=True)
    payout = locks.lock_payout(
        Payout.objects.values_list("pk", flat=True).get(provider=provider, object_id=told.object_id)
    )
    if not payout.events.exists():
        note(payout, "announced", at=at)
    return payout


def _post(payout: Payout, verb: str, amount: Money, *, at: datetime) -> int:
    """To 580000 when it leaves, back from it when it comes back. The key is the provider's own id."""
    books = BOOKS[payout.provider]
    posting = ledger.Posting(
        journal=books.journal,
        label=_label(payout, returned=verb == "return"),
        piece_ref=payout.object_id[:100],
        piece_date=local_date(payout.begun_at),
        key=f"{books.name}:{payout.object_id}:{verb}",
        legs=(ledger.debit(TRANSIT, amount), ledger.credit(books.clearing, amount)),
    )
    return ledger.post([posting], at=at)[0].tx_id


def _label(payout: Payout, *, returned: bool) -> str:
    """The line of the books, which are kept in French."""
    words = {"provider": Provider(payout.provider).label, "payout": payout.object_id}
    with translation.override("fr"):
        if returned:
            return gettext("Payout of %(provider)s that came back %(payout)s") % words
        return gettext("Payout of %(provider)s %(payout)s") % words
