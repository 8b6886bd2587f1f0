"""The work of Chorus Pro that the outbox does."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from chorus import wiring
from chorus.gateways.base import ChorusError
from chorus.models import Submission
from chorus.services import (
    answering,
    checking,
    directory,
    following,
    opening,
    pacing,
    preparing,
    reminding,
    syncing,
    updating,
)
from chorus.services.acting import ACT
from chorus.services.checking import CHECK
from outbox.registry import Later, job
from outbox.services import enqueue

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

SEND: Final = "chorus.send"
FOLLOW: Final = "chorus.follow"
UPDATE: Final = "chorus.update"
DIRECTORY: Final = "chorus.directory"
REMIND: Final = "chorus.remind"
_FILE_SECONDS: Final = 20
"""How long the files of a document usually take: it leaves soon after its issue."""
_MINUTE_SECONDS: Final = 60
_LOOK_SECONDS: Final = 30
_NOT_CONFIGURED_SECONDS: Final = 3600
_LONGEST_WAIT: Final = timedelta(minutes=15)


def hear_of_issue(*, invoice_ids: Sequence[int], at: datetime, **_signal: object) -> None:
    """Documents were issued: begin their submissions. They leave as soon as their files are there."""
    begun = opening.open_submissions(at=at, invoice_ids=invoice_ids)
    if begun:
        _send_soon(f"opened:{begun[0].pk}", at=at)


def hear_of_references(*, invoice_id: int, at: datetime, **_signal: object) -> None:
    """A document was completed, or changed: what it lacked may be there now, and it leaves by itself."""
    submission = Submission.objects.filter(invoice=invoice_id).first()
    if submission is not None and preparing.reconsider(submission.pk, at=at):
        _send_soon(f"completed:{submission.pk}:{int(at.timestamp())}", at=at)


def _send_soon(why: str, *, at: datetime) -> None:
    if wiring.is_configured():
        enqueue(SEND, {}, key=f"{SEND}:{why}", at=at, run_after=at + timedelta(seconds=_FILE_SECONDS))


@job(SEND)
def send(*, at: datetime) -> dict[str, int]:
    """Begin what was forgotten, and send what is ready, so many a minute."""
    syncing.begin(at=at, whole=False)
    if not wiring.is_configured() or not pacing.may_leave(at=at):
        return {"sent": 0}
    sent, is_more = syncing.send_turn(wiring.transport(), wiring.directory(), at=at)
    if sent:
        enqueue(FOLLOW, {}, key=f"{FOLLOW}:after:{int(at.timestamp())}", at=at, run_after=at + following.SOON)
    if is_more:
        raise Later(_MINUTE_SECONDS)
    return {"sent": sent}


@job(FOLLOW)
def follow(*, at: datetime) -> dict[str, int]:
    """Ask about deposits that are due, and again as long as the next one is due soon."""
    if not wiring.is_configured():
        return {"integrated": 0, "rejected": 0}
    done = following.look_all(wiring.transport(), at=at)
    due = following.next_due()
    if not done.stopped and due is not None and due - at <= _LONGEST_WAIT:
        raise Later(max(_LOOK_SECONDS, int((due - at).total_seconds()) + 1))
    return {"integrated": done.integrated, "rejected": done.rejected}


@job(UPDATE)
def update(*, at: datetime) -> dict[str, int]:
    """Keep the statuses that changed; move the days to pay; stop following what is at its end."""
    news = 0
    if wiring.is_configured():
        try:
            news = updating.update_all(wiring.transport(), at=at)
        except ChorusError:  # told by the gateway; the next turn asks for all of it again
            news = -1
    return {"news": news, **updating.tend(at=at)}


@job(DIRECTORY)
def refresh_directory(*, at: datetime) -> dict[str, int]:
    """Ask the directory about the structures whose turn it is."""
    if not wiring.is_configured() or not directory.is_refresh_due(at=at):
        return {"answered": 0}
    return {"answered": directory.refresh(at=at, directory=wiring.directory())}


@job(REMIND)
def remind(*, at: datetime) -> dict[str, int]:
    """Ask for the engagement numbers that the next invoices will lack."""
    return {"asked": reminding.remind(at=at)}


@job(ACT)
def act(*, action_id: int, at: datetime) -> None:
    """Give an answer that was asked for, and go on until it has ended."""
    if not wiring.is_configured():
        raise Later(_NOT_CONFIGURED_SECONDS)
    if seconds := answering.answer(action_id, wiring.transport(), at=at):
        raise Later(seconds)


@job(CHECK, attempts=3)
def check(*, submission_id: int, at: datetime) -> dict[str, str]:
    """Ask about one document out of its turn; without an answer its turn comes anyway."""
    if not wiring.is_configured():
        return {"state": ""}
    try:
        return {"state": checking.check(submission_id, wiring.transport(), at=at).state}
    except ChorusError as error:
        return {"error": str(error)}
