"""End a mandate: taken back by its holder, ended by the bank, lapsed after 36 months, never signed at all."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.conf import settings
from django.db import transaction

from core.clock import local_date
from payments import locks, selectors
from payments.mandate_transitions import ABANDONED, ACTIVE, DRAFT, LAPSED, REFUSED, REVOKED, move
from payments.method_transitions import move as move_method
from payments.models import ONLINE, Mandate, MandateState, MethodState, Reason, SavedMethod
from payments.services.mandates.telling import tell_ended
from payments.services.methods.removing import begin_removal, hand_on_default

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

_AT_ONCE: Final = 200
_THEN: Final[Mapping[MandateState, tuple[MethodState, Reason]]] = {
    REVOKED: (MethodState.REMOVED, Reason.ASKED),
    REFUSED: (MethodState.UNUSABLE, Reason.BANK),
    LAPSED: (MethodState.UNUSABLE, Reason.LAPSED),
}
"""What becomes of the method: one that the customer took back is gone; the others stay in sight, with their reason."""


@transaction.atomic
def end_mandate(mandate_id: int, to: MandateState, *, reason: str = "", at: datetime) -> Mandate:
    """End a mandate in force (REVOKED, REFUSED, LAPSED): nothing is debited under it any more, and its holder is told.

    `reason` is kept in the history: a code of the bank, words of staff. What has ended before stays as it ended.
    """
    mandate = locks.lock_mandate(mandate_id)
    if mandate.state != ACTIVE or mandate.method_id is None:
        return mandate
    state, why = _THEN[to]
    method = locks.lock_method(mandate.method_id)
    move(mandate, to, at=at, reason=reason)
    if method.state == MethodState.UNUSABLE and state == MethodState.UNUSABLE:
        method.reason, method.updated_at = why, at
        method.save()
    elif method.is_standing:
        _let_go(method, state, why, at=at)
    hand_on_default(mandate.customer_id, at=at)
    tell_ended(mandate, at=at)
    return mandate


@transaction.atomic
def revoke(mandate_id: int, *, reason: str = "", at: datetime) -> Mandate:
    """The holder takes it back, or staff for them: the account is no longer a method, whatever its mandate was."""
    mandate = locks.lock_mandate(mandate_id)
    if mandate.state == DRAFT:
        move(mandate, ABANDONED, at=at, reason=reason)
        return mandate
    mandate = end_mandate(mandate_id, REVOKED, reason=reason, at=at)
    if mandate.method_id is not None:
        method = locks.lock_method(mandate.method_id)
        if method.is_standing:  # the mandate had ended before; now its holder puts it out of sight
            _let_go(method, MethodState.REMOVED, Reason.ASKED, at=at)
    return mandate


def _let_go(method: SavedMethod, state: MethodState, why: Reason, *, at: datetime) -> None:
    """What a provider keeps is asked to be forgotten there; what we keep ourselves is gone at once."""
    if state == MethodState.REMOVED and method.provider in ONLINE:
        begin_removal(method, why, at=at)
    else:
        move_method(method, state, at=at, reason=why)


def lapse_mandates(*, at: datetime) -> int:
    """End the mandates under which nothing was debited for 36 months, at most 200. Returns how many."""
    due = list(selectors.mandates_to_lapse(on=local_date(at)).values_list("pk", flat=True)[:_AT_ONCE])
    for pk in due:
        end_mandate(pk, LAPSED, at=at)
    return len(due)


def give_up_drafts(*, at: datetime) -> int:
    """Give up the mandates that nobody signed in MANDATE_DRAFT_DAYS, at most 200. Returns how many."""
    before = at - timedelta(days=settings.MANDATE_DRAFT_DAYS)
    late = list(selectors.drafts_before(before).values_list("pk", flat=True)[:_AT_ONCE])
    for pk in late:
        _give_up(pk, at=at)
    return len(late)


@transaction.atomic
def _give_up(mandate_id: int, *, at: datetime) -> None:
    mandate = locks.lock_mandate(mandate_id)
    if mandate.state == DRAFT:
        move(mandate, ABANDONED, at=at, reason="not signed in time")


def last_day(mandate: Mandate) -> date | None:
    """The day until which it lasts without another debit; None for one that was never signed."""
    since = mandate.last_collected_on or mandate.signed_on
    return None if since is None else selectors.months_after(since, selectors.LIFE_MONTHS)
