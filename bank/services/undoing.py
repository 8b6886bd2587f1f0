"""Undo a decision: reversing entries, never a deletion. The line waits again, its money on 471000.

In a locked month a second person must agree; the entries are those of the first open day.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from accounts import services as accounts
from accounts.models import Approval, ApprovalState
from bank.locks import lock_work
from bank.models import ORDER_LIVE, Decision, LinePayout, OrderKind, TransferOrder
from bank.selectors.looking_up import active_rules
from bank.selectors.standing import standing_decision
from bank.services.booking import SUSPENSE, house_posting, label_of_books, piece_of
from bank.services.deciding import AlreadyDecided, BadDecision
from bank.services.matching import judge_works, judgement_row, state_of_waiting
from bank.services.meeting import reopen_announced
from bank.services.receipting import take_back_receipt
from bank.words import Action, LineState
from core.clock import local_date
from core.failpoints import failpoint
from core.formats import money_text
from ledger import selectors as books
from ledger import services as ledger

if TYPE_CHECKING:
    from datetime import datetime

    from accounts.models import User
    from bank.models import LineWork, Share

UNDO: Final = "bank.undo"
"""The kind of the approvals that are about undoing; their subject is the decision."""


class NeedsApproval(ValueError):
    """The month of the line is locked: a second person was asked. Nothing was changed yet."""

    def __init__(self, approval: Approval) -> None:
        super().__init__("a second person has to agree")
        self.approval = approval


@transaction.atomic
def undo(decision_id: int, *, reason: str, by: User, at: datetime) -> Decision:
    """Undo the decision in force of a line, and judge the line again.

    Raises AlreadyDecided when it is not in force any more, BadDecision without a reason or when the money went on.
    A line of a locked month needs an approval: see `ask_or_undo`.
    """
    decision = Decision.objects.select_related("line").get(pk=decision_id)
    work = lock_work(decision.line_id)
    standing = standing_decision(work.pk)
    if standing is None or standing.pk != decision.pk:
        raise AlreadyDecided(standing)
    if not reason.strip():
        raise BadDecision(_("Say why: whoever looks at this line later needs it."))
    if decision.action == Action.RETURN:
        raise BadDecision(_("Cancel the order that returns the money: the line then waits again."))
    if TransferOrder.objects.filter(line=work.pk, kind=OrderKind.REFUND, state__in=ORDER_LIVE).exists():
        raise BadDecision(_("A transfer gives this money back: give that one up first, or wait for the bank."))
    if needs_second_person(decision) and not _approved(decision, at=at):
        raise BadDecision(_("The month of this line is locked: a second person has to agree first."))
    for share in decision.shares.select_related("customer").order_by("place"):
        _take_back(share, decision, work, by=by, at=at)
    failpoint("bank.line_undone")
    return reopen(work, decision, reason=reason, by=by, at=at)


def ask_or_undo(decision_id: int, *, reason: str, by: User, at: datetime) -> Decision:
    """Undo, or ask the second person whom a locked month needs. Raises NeedsApproval when somebody was asked."""
    decision = Decision.objects.select_related("line").get(pk=decision_id)
    if not needs_second_person(decision) or _open_approval(decision, ApprovalState.APPROVED):
        return undo(decision_id, reason=reason, by=by, at=at)
    if not reason.strip():
        raise BadDecision(_("Say why: whoever looks at this line later needs it."))
    raise NeedsApproval(accounts.ask_approval(_wanted(decision), reason=reason.strip(), by=by, at=at))


def hear_decision(*, kind: str, at: datetime, **_more: object) -> None:
    """Somebody decided about an approval: if it allows an undo, it is done now."""
    if kind == UNDO:
        undo_approved(at=at)


def undo_approved(*, at: datetime) -> int:
    """Undo what second persons agreed to, in the name of those who asked. The sweeper calls it too; twice is once."""
    done = 0
    for approval in Approval.objects.filter(kind=UNDO, state=ApprovalState.APPROVED).order_by("pk"):
        try:
            undo(int(approval.subject), reason=approval.reason, by=approval.asked_by, at=at)
        except AlreadyDecided:  # somebody undid it meanwhile
            accounts.withdraw_approval(approval.pk, by=None, at=at)
        else:
            done += 1
    return done


def needs_second_person(decision: Decision) -> bool:
    """Whether the month of the line is locked since."""
    return books.first_open_day(decision.line.booked_on) != decision.line.booked_on


def reopen(work: LineWork, decision: Decision, *, reason: str, by: User | None, at: datetime) -> Decision:
    """Write that a decision is undone, and where the line waits now. The caller has moved the money back."""
    undone = Decision.objects.create(
        line_id=work.pk,
        number=decision.number + 1,
        action=Action.UNDO,
        at=at,
        by=by,
        reason=" ".join(reason.split())[:300],
        undoes=decision,
    )
    LinePayout.objects.filter(line=work.pk).delete()
    row, rules = active_rules()
    [case] = judge_works([work], rules, at=at)
    if case.judged is not None:
        judgement_row(work.pk, case.judged, row, at=at).save()
    work.state = state_of_waiting(work.line.amount_cents, case.judged) if work.tx_id else LineState.TWICE
    work.version += 1
    work.save(update_fields=["state", "version"])
    return undone


def _take_back(share: Share, decision: Decision, work: LineWork, *, by: User, at: datetime) -> None:
    line = work.line
    key = f"bank:{line.pk}:undo:{decision.number}:{share.place}"
    actor = f"user:{by.pk}"
    if share.lot_id is None:
        legs = (ledger.debit(share.account, share.amount), ledger.credit(SUSPENSE, share.amount))
        posting = house_posting(
            line,
            journal=ledger.Journal.MISCELLANEOUS,
            legs=legs,
            key=key,
            on=local_date(at),
            actor=actor,
            reverses=share.tx_id,
        )
        ledger.post([posting], at=at)
        return
    lot = books.get_lot(share.lot_id)
    piece = ledger.Piece(
        ledger.Journal.MISCELLANEOUS, label_of_books(line), piece_of(line), line.booked_on, key=key, actor=actor
    )
    out = ledger.reverse_money(lot.id, share.amount, clearing_account=SUSPENSE, piece=piece, at=at, corrects=True)
    for reopened in out.reopened:
        grace = timedelta(days=settings.REMINDER_GRACE_DAYS)
        ledger.restart_reminders(reopened.document_ref, on=local_date(at) + grace)
    take_back_receipt(share, decision, out, at=at)
    reopen_announced(line.pk, at, customer_id=share.customer_id)


def _approved(decision: Decision, *, at: datetime) -> bool:
    approval = _open_approval(decision, ApprovalState.APPROVED)
    if approval is None:
        return False
    accounts.use_approval(approval.pk, content=_wanted(decision).content, at=at)
    return True


def _open_approval(decision: Decision, state: ApprovalState) -> Approval | None:
    return Approval.objects.filter(kind=UNDO, subject=str(decision.pk), state=state).first()


def _wanted(decision: Decision) -> accounts.Wanted:
    """What the second person approves: that this decision about this line is undone."""
    values = {"line": decision.line, "amount": money_text(decision.line.amount)}
    summary = _("Undo what was decided about %(line)s (%(amount)s), in a locked month") % values
    return accounts.Wanted(UNDO, str(decision.pk), summary, f"{UNDO}|{decision.pk}|{decision.line.amount_cents}")
