"""Two people: one member of staff asks and says why, another one decides. What is approved is done once, unchanged."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction

from accounts import locks
from accounts.events import approval_decided
from accounts.models import Approval, ApprovalEvent, ApprovalState

if TYPE_CHECKING:
    from datetime import datetime

    from accounts.models import User

OPEN = (ApprovalState.ASKED, ApprovalState.APPROVED)


class OwnRequest(PermissionError):
    """Nobody decides what they asked for themselves. Nothing was decided."""


class AlreadyDecided(ValueError):
    """Somebody decided before, or the time is over. Nothing was changed."""


class NotApproved(ValueError):
    """There is no approval that could be used: not decided, refused, expired, or used before."""


class Altered(ValueError):
    """What is about to be done is not what was approved. Nothing was done."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody wants approved: `content` is all of it that matters, `summary` what the other person reads."""

    kind: str
    subject: str
    summary: str
    content: str

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.content.encode()).hexdigest()


@transaction.atomic
def ask_approval(wanted: Wanted, *, reason: str, by: User, at: datetime) -> Approval:
    """Ask another member of staff to decide, within APPROVAL_HOURS. The same wish again is the same approval.

    Raises Altered when another content already waits for the same subject.
    """
    open_one = Approval.objects.filter(kind=wanted.kind, subject=wanted.subject, state__in=OPEN).first()
    if open_one is not None:
        if open_one.digest != wanted.digest:
            raise Altered(wanted.subject)
        return open_one
    approval = Approval.objects.create(
        kind=wanted.kind,
        subject=wanted.subject,
        summary=wanted.summary[:300],
        digest=wanted.digest,
        reason=reason,
        asked_by=by,
        asked_at=at,
        expires_at=at + timedelta(hours=settings.APPROVAL_HOURS),
    )
    _note(approval, by=by, detail=reason, at=at)
    return approval


def approve(approval_id: int, *, by: User, at: datetime, note: str = "") -> Approval:
    """Agree. Raises OwnRequest, AlreadyDecided. The same person agreeing again changes nothing."""
    return _decide(approval_id, ApprovalState.APPROVED, by=by, at=at, note=note)


def refuse(approval_id: int, *, by: User, at: datetime, note: str) -> Approval:
    """Say no, and why. Raises OwnRequest, AlreadyDecided. The same person refusing again changes nothing."""
    return _decide(approval_id, ApprovalState.REFUSED, by=by, at=at, note=note)


@transaction.atomic
def withdraw_approval(approval_id: int, *, by: User | None, at: datetime) -> Approval:
    """Nobody needs it any more. One that is decided against, expired or used stays as it is."""
    approval = locks.lock_approval(approval_id)
    if approval.state in OPEN:
        _set(approval, ApprovalState.WITHDRAWN, by=by, at=at)
    return approval


@transaction.atomic
def use_approval(approval_id: int, *, content: str, at: datetime) -> Approval:
    """Use it, once, in the transaction that does what was approved. Raises NotApproved, Altered."""
    approval = locks.lock_approval(approval_id)
    if approval.state != ApprovalState.APPROVED or at >= approval.expires_at:
        raise NotApproved(f"{approval.subject}: {approval.state}")
    if hashlib.sha256(content.encode()).hexdigest() != approval.digest:
        raise Altered(approval.subject)
    _set(approval, ApprovalState.USED, by=None, at=at)
    return approval


def expire_approvals(*, at: datetime) -> int:
    """End those that nobody decided, or used, in time. Returns how many."""
    late = Approval.objects.filter(state__in=OPEN, expires_at__lte=at).order_by("pk").values_list("pk", flat=True)
    return sum(_expire(pk, at=at) for pk in late)


@transaction.atomic
def _expire(approval_id: int, *, at: datetime) -> bool:
    approval = locks.lock_approval(approval_id)
    if approval.state not in OPEN:
        return False
    _set(approval, ApprovalState.EXPIRED, by=None, at=at)
    return True


@transaction.atomic
def _decide(approval_id: int, state: ApprovalState, *, by: User, at: datetime, note: str) -> Approval:
    approval = locks.lock_approval(approval_id)
    if approval.asked_by_id == by.pk:
        raise OwnRequest(approval.summary)
    if approval.state == state and approval.decided_by_id == by.pk:
        return approval
    if approval.state != ApprovalState.ASKED or at >= approval.expires_at:
        raise AlreadyDecided(approval.state)
    approval.decided_by, approval.decided_at, approval.note = by, at, note
    _set(approval, state, by=by, at=at)
    return approval


def _set(approval: Approval, state: ApprovalState, *, by: User | None, at: datetime) -> None:
    approval.state = state
    approval.save()
    _note(approval, by=by, detail=approval.note if by else "", at=at)
    if state != ApprovalState.USED:
        transaction.on_commit(
            lambda: approval_decided.send_robust(Approval, kind=approval.kind, subject=approval.subject, at=at)
        )


def _note(approval: Approval, *, by: User | None, detail: str, at: datetime) -> None:
    ApprovalEvent.objects.create(approval=approval, state=approval.state, by=by, detail=detail, at=at)
