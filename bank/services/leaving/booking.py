"""What the rules about leaving lines have in common: the posting, the decision, the state of the line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bank.models import Decision, LineWork
from bank.selectors.standing import last_decision
from bank.services.booking import book_whole, effective_day, suspense
from bank.words import Action, LineState
from ledger import services as ledger

if TYPE_CHECKING:
    from datetime import datetime

    from accounts.models import User

TRANSIT: Final = "580000"


def book_on(work: LineWork, account: str, *, reason: str, by: User | None, at: datetime) -> Decision:
    """Book a line on an account of ours, by a decision that may be undone like any other."""
    last = last_decision(work.pk)
    number = last.number + 1 if last else 1
    decision = Decision.objects.create(
        line_id=work.pk, number=number, action=Action.BOOK, at=at, by=by, reason=reason[:300]
    )
    finish(work, book_whole(work, decision, account, at=at))
    return decision


def rest(work: LineWork, *, at: datetime) -> int:
    """Put a line on 471000 unless it rests there already: it touches 512 once. Returns that posting."""
    if work.tx_id is None:
        [posted] = ledger.post([suspense(work.line, on=effective_day(work.line))], at=at)
        work.tx_id = posted.tx_id
    return work.tx_id


def finish(work: LineWork, tx_id: int) -> None:
    """The line is decided. `tx_id` is its posting when none touched 512 before."""
    work.state, work.tx_id = LineState.POSTED, work.tx_id or tx_id
    work.version += 1
    work.flagged_at = work.flagged_by = None
    work.save(update_fields=["state", "tx_id", "version", "flagged_at", "flagged_by"])
