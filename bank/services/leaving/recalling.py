"""Transfers that the sender's bank takes back: what they paid is undone, receipts cancelled."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.conf import settings
from django.db.models import Q

from bank.locks import lock_work
from bank.models import BankLine, Decision, LineRecall, OrderKind, Share, TransferOrder
from bank.selectors.standing import standing_decision
from bank.services.booking import clearing_account_of, effective_day, journal_of, label_of_books, piece_of
from bank.services.leaving.booking import finish, rest
from bank.services.meeting import reopen_announced
from bank.services.receipting import key_of, reference_of
from bank.services.telling import tell_recalled, unsay
from bank.services.transferring import drop_order
from bank.words import Action, LineKind, LineState
from core.clock import at_noon
from invoices import services as invoices
from invoices.states import CancelCause
from ledger import services as ledger

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import QuerySet

    from bank.models import LineWork

_NO_NAMES: Final = ("", "NOTPROVIDED", "NOT PROVIDED", "NONREF")
_KINDS: Final = (LineKind.REVERSED, LineKind.RETURNED)
_LONGEST: Final = timedelta(days=400)
"""A bank may ask for money back for thirteen months after a fraud (SCT rulebook, recalls; CMF L133-24)."""


def originals_of(line: BankLine) -> list[BankLine]:
    """The lines whose money this one takes back for certain: named by it, of the same amount, credited before."""
    names = Q()
    if line.end_to_end.strip().upper() not in _NO_NAMES:
        names |= Q(end_to_end=line.end_to_end)
    if line.bank_reference:
        names |= Q(bank_reference=line.bank_reference)
    return list(_credited(line).filter(names)[:2]) if names else []


def originals_like(line: BankLine) -> list[BankLine]:
    """The lines whose money this one may take back: the same amount, of the same account where it is told."""
    rows = _credited(line)
    if line.party_account_id is not None:
        rows = rows.filter(party_account=line.party_account_id)
    return list(rows[:5])


def apply_recall(work: LineWork, *, at: datetime) -> bool:
    """Money that is taken back by the name of exactly one line that a customer was credited with."""
    line = work.line
    found = originals_of(line) if line.amount_cents < 0 and line.kind in _KINDS else []
    return len(found) == 1 and take_back(work, found[0].pk, at=at)


def take_back(work: LineWork, original_id: int, *, at: datetime) -> bool:
    """Undo all the shares of the original line. False when its decision does not stand any more."""
    original = lock_work(original_id)
    decision = standing_decision(original_id)
    if original.state != LineState.POSTED or decision is None or decision.action != Action.CREDIT:
        return False
    if original.line.amount_cents != -work.line.amount_cents or hasattr(original.line, "recalled_by"):
        return False
    shares = list(decision.shares.select_related("customer").order_by("place"))
    if len(shares) > 1:  # the line touches 512 once
        rest(work, at=at)
    for order in TransferOrder.objects.filter(line=original_id, kind=OrderKind.REFUND).order_by("pk"):
        drop_order(order.pk, reason="recalled by the bank of the sender", at=at)
    LineRecall.objects.create(line=work.line, original=original.line, at=at)
    reversed_by = [_reverse(work, decision, share, at=at) for share in shares]
    finish(work, reversed_by[0])
    return True


def _credited(line: BankLine) -> QuerySet[BankLine]:
    since = line.booked_on - _LONGEST
    rows = BankLine.objects.filter(
        account=line.account_id,
        amount_cents=-line.amount_cents,
        booked_on__range=(since, line.booked_on),
        work__state=LineState.POSTED,
        recalled_by=None,
        decisions__action=Action.CREDIT,
        decisions__undone=None,
    )
    return rows.distinct().order_by("-booked_on", "-pk")


def _reverse(work: LineWork, decision: Decision, share: Share, *, at: datetime) -> int:
    line = work.line
    out = ledger.reverse_money(
        share.lot_id or 0,
        share.amount,
        clearing_account=clearing_account_of(work),
        piece=ledger.Piece(
            journal_of(work),
            label_of_books(line),
            piece_of(line),
            line.booked_on,
            key=f"bank:{line.pk}:return:{share.place}",
            effective_on=effective_day(line),
        ),
        at=at,
    )
    for reopened in out.reopened:
        grace = timedelta(days=settings.REMINDER_GRACE_DAYS)
        ledger.restart_reminders(reopened.document_ref, on=line.booked_on + grace)
    reference = reference_of(share, decision)
    reversal = invoices.Reversal(
        tx_id=out.tx_id,
        amount=share.amount,
        cause=CancelCause.RECALLED,
        reversed_at=at_noon(line.booked_on),
        balance_after=out.balance,
        reopened=out.reopened,
        missing=out.missing,
        reference=reference,
    )
    invoices.cancel_receipt(reference, reversal, at=at)
    _tell(share, decision, out, at=at)
    return out.tx_id


def _tell(share: Share, decision: Decision, out: ledger.MoneyOut, *, at: datetime) -> None:
    """Those who were told that it came are told that it is gone; what they had announced is waited for again."""
    reopen_announced(decision.line_id, at, customer_id=share.customer_id)
    if share.customer is not None and not unsay(f"{key_of(share, decision)}:received", at=at):
        reopened = [part.document_ref for part in out.reopened]
        tell_recalled(
            share.customer, amount=share.amount, reopened=reopened, key=f"{key_of(share, decision)}:recalled", at=at
        )
